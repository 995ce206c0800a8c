// Package compat says where this gateway deliberately behaves otherwise than Tyk Gateway, and why. It holds data, and the mode that the
// packages which make a difference ask for.
package compat

import (
	"fmt"
	"slices"
	"strings"
)

// Mode chooses between the RFCs' answers and Tyk's where they disagree.
type Mode uint8

// The modes. The zero value is the default.
const (
	RFC Mode = iota
	Tyk
)

// Modes are the names of the modes, by Mode.
var Modes = []string{"rfc", "tyk"}

// Parse returns the mode of a name.
func Parse(name string) (Mode, error) {
	i := slices.Index(Modes, name)
	if i < 0 {
		return RFC, fmt.Errorf("mode is %q; it may be rfc or tyk", name)
	}
	return Mode(i), nil
}

// String returns the mode's name.
func (m Mode) String() string { return Modes[m] }

// Difference is one deliberate difference.
type Difference struct {
	ID       string // of letters, digits and hyphens; never given to another difference
	Area     string // a part of the gateway, as "admin API"
	Tyk      string // what Tyk Gateway does
	Here     string // what this gateway does
	Why      string
	Restored bool // the mode tyk does what Tyk does
}

// Differences returns all of them, ordered by area, then as written. The slice is the caller's.
func Differences() []Difference {
	var all []Difference
	for _, table := range tables {
		all = append(all, table...)
	}
	slices.SortStableFunc(all, func(a, b Difference) int { return strings.Compare(a.Area, b.Area) })
	return all
}

// tables are the tables of the areas, each in a file of its own.
var tables = [][]Difference{adminAPI, definitions, authorizationServer, proxied}
