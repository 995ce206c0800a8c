// Package config reads the configuration file of tykctl, .tykctl.yaml, and answers what it says about a rule and a file.
//
// A file is read as documents are, by oas/source, so each mistake is reported at its place, and all of them at once. A file may
// extend others: what a later file says replaces what an earlier one said, field by field and rule by rule, and ignored files add up.
// Overrides beat the rules that are for every file, and of overrides the last one for a file wins. Patterns and paths are relative to
// the directory of the file they stand in.
//
// It decides nothing about what a rule finds, and does not know the flags which beat a configuration.
package config

import (
	"maps"
	"sync"

	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// Value is a setting and where it was made.
type Value[T any] struct {
	V  T
	At source.Range // zero: nowhere, V is the default
}

// Set reports whether a file says so.
func (v Value[T]) Set() bool { return !v.At.IsZero() }

// Config is what a configuration file and those that it extends say. The zero Config says nothing. It does not change, and may be
// used by several goroutines.
type Config struct {
	Path        string   // of the file, as the user sees it; empty without one
	Sources     []string // the files that were read: Path, then those it extends
	Policies    Value[string]
	Baseline    Value[string] // as Policies a path from the working directory, or an absolute one
	FailOn      Value[string] // error, warning, info or never
	MaxWarnings Value[int]

	root      root   // of Path
	cwd       string // absolute; files are named from here
	preset    Value[string]
	general   settings
	overrides []override
	ignore    []pattern

	files  sync.Map // the settings of a file by its name
	mu     sync.Mutex
	shared map[string]*settings // by the overrides that count, so that a thousand files have a few tables
}

// setting is the severity that a rule was given.
type setting = Value[diag.Severity]

// settings are what may differ between files.
type settings struct {
	target Value[string]
	rules  map[diag.Code]setting
}

// override holds settings for the files that match.
type override struct {
	settings
	files []pattern
}

// Severity is how severe a finding is in a file, given how severe the rule itself finds it, and false where it is not to be reported.
//
// The severity that a rule is given replaces its usual one. A rule may find some things milder than others: those stay milder, unless
// what it is given is milder still. With the preset strict every finding counts one step higher, before rules are looked at.
func (c *Config) Severity(code diag.Code, file string, own diag.Severity) (diag.Severity, bool) {
	own = c.raised(code, own)
	given, ok := c.settings(file).rules[code]
	switch {
	case !ok:
		return own, true
	case given.V == Off:
		return Off, false
	case own < c.raised(code, usual(code)):
		return min(own, given.V), true
	}
	return given.V, true
}

// Target is the version of Tyk Gateway that a file is for, such as "5.8"; "" for any.
func (c *Config) Target(file string) string { return c.settings(file).target.V }

// Ignored reports whether a file is left out of what directories and patterns yield.
func (c *Config) Ignored(file string) bool {
	if len(c.ignore) == 0 {
		return false
	}
	found, _ := matches(c.ignore, c.place(file))
	return found
}

// settings puts together what is in force for a file, once.
func (c *Config) settings(file string) *settings {
	if len(c.overrides) == 0 {
		return &c.general
	}
	if s, ok := c.files.Load(file); ok {
		return s.(*settings)
	}
	place := c.place(file)
	key := make([]byte, len(c.overrides))
	for i, o := range c.overrides {
		if found, _ := matches(o.files, place); found {
			key[i] = 1
		}
	}
	c.mu.Lock()
	s, ok := c.shared[string(key)]
	if !ok {
		s = c.combine(key)
		if c.shared == nil {
			c.shared = map[string]*settings{}
		}
		c.shared[string(key)] = s
	}
	c.mu.Unlock()
	c.files.Store(file, s)
	return s
}

// combine lays the overrides that count over what is for every file.
func (c *Config) combine(counts []byte) *settings {
	s := &settings{}
	s.overlay(&c.general)
	for i := range c.overrides {
		if counts[i] != 0 {
			s.overlay(&c.overrides[i].settings)
		}
	}
	return s
}

// overlay takes over what other settings say.
func (s *settings) overlay(other *settings) {
	if other.target.Set() {
		s.target = other.target
	}
	if s.rules == nil {
		s.rules = map[diag.Code]setting{}
	}
	maps.Copy(s.rules, other.rules)
}

// usual is the severity of a rule where nothing is said; zero for a code without a rule.
func usual(code diag.Code) diag.Severity { return severities()[code] }

var severities = sync.OnceValue(func() map[diag.Code]diag.Severity {
	all := map[diag.Code]diag.Severity{}
	for _, r := range check.Rules() {
		all[r.Code] = r.Severity
	}
	return all
})
