// Package diag holds what tykctl says about a document: diagnostics, their order, and the writers that print them. It does not
// decide what is wrong; packages oas and compiler/check do.
package diag

import (
	"cmp"
	"slices"

	"github.com/tykctl/tykctl/oas/source"
)

// Code is the stable name of a rule, such as "TYK204". Codes are never reused: 1xx document and extension, 2xx
// security and OAuth, 3xx routing and upstream, 4xx policies and limits.
type Code string

// Severity says how bad a diagnostic is.
type Severity uint8

// The severities, mildest first, so that they compare.
const (
	Info    Severity = iota + 1 // worth knowing
	Warning                     // accepted, but probably wrong, insecure or not portable
	Error                       // Tyk rejects it, or it cannot work as written
)

// String is the word that is printed: "error", "warning" or "info".
func (s Severity) String() string {
	switch s {
	case Info:
		return "info"
	case Warning:
		return "warning"
	case Error:
		return "error"
	default:
		return "unknown"
	}
}

// Diagnostic is one finding. The message is lower case without a full stop and speaks in the document's own words.
type Diagnostic struct {
	Code     Code
	Severity Severity
	Message  string
	Hint     string // what to do about it; may be empty
	At       source.Range
	Pointer  source.Pointer // of the value concerned; survives moved lines
	Related  []Related
	Fix      *Fix // nil where only a person can tell
	Final    bool // because of it something was not checked at all: it can be neither ignored nor known
}

// Fix is a change of a file's text that mends a diagnostic.
type Fix struct {
	Title  string        // what it does, as an order: `write "/oauth/token"`
	Unsafe bool          // it changes what the gateway makes of the document: the author has to agree
	Edits  []source.Edit // in the file of the diagnostic; they do not overlap
}

// Related is a second place that helps to understand a diagnostic.
type Related struct {
	Message string
	At      source.Range
}

// List is what a run has to say.
type List []Diagnostic

// HasErrors reports whether the list holds an Error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Count returns the number of diagnostics of one severity.
func (l List) Count(s Severity) int {
	n := 0
	for i := range l {
		if l[i].Severity == s {
			n++
		}
	}
	return n
}

// Sort orders by file, line, column, code and message, and drops what is said twice. The result does not depend on the order
// in which documents were read or rules ran.
func (l List) Sort() List {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.At.File, b.At.File),
			cmp.Compare(a.At.Start.Offset, b.At.Start.Offset),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(l, func(a, b Diagnostic) bool {
		return a.Code == b.Code && a.Message == b.Message && a.At == b.At
	})
}
