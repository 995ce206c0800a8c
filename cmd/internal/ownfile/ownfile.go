// Package ownfile is what the readers of the program's own files have in common: .tykctl.yaml, clients.yaml, users.yaml, tyk.conf. Each says itself
// what it wants to read; here is how its mistakes are worded and placed.
package ownfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// Lines lists mistakes, each with its place on a line of its own: what an error says that is not printed as diagnostics are.
func Lines(mistakes diag.List) string {
	lines := make([]string, len(mistakes))
	for i, d := range mistakes {
		lines[i] = fmt.Sprintf("%s: %s", d.At, d.Message)
	}
	return strings.Join(lines, "\n")
}

// Notation words a mistake of notation that is one in every file; false: the file decides.
func Notation(kind source.ProblemKind) (message, hint string, ok bool) {
	switch kind {
	case source.TrailingComma:
		return "a comma before the closing bracket, which is not JSON", "remove the comma", true
	case source.InvalidUTF8:
		return "bytes that are not UTF-8", "save the file as UTF-8", true
	case source.ControlCharacter:
		return "a raw control character in a string, which is not JSON", `write it as an escape, such as \n or \t`, true
	default:
		return "", "", false
	}
}

// Place is what stands for a value: the value where it is on one line, or else its key, or its beginning.
func Place(n source.Node) source.Range {
	at := n.Range()
	switch {
	case at.Start.Line == at.End.Line:
		return at
	case n.KeyRange() != at:
		return n.KeyRange()
	}
	return n.File().Span(at.Start.Offset, at.Start.Offset+1)
}

// Phrase says what a value is. Strings are not shown: one may be a secret.
func Phrase(n source.Node) string {
	switch n.Kind() {
	case source.Array:
		return "a list"
	case source.Object:
		return "an object"
	case source.Bool, source.Number:
		return fmt.Sprintf("the %s %s", n.Kind(), Shortened(n.Text()))
	case source.String:
		return "a string"
	case source.Null:
		return "without a value"
	case source.Absent:
	}
	return "missing"
}

// Shown is Phrase for files without secrets: a string is quoted.
func Shown(n source.Node) string {
	if n.Kind() == source.String {
		return strconv.Quote(Shortened(n.Text()))
	}
	return Phrase(n)
}

// Shortened is a text for a message.
func Shortened(s string) string {
	const most = 60
	for i := range s {
		if i >= most {
			return s[:i] + "…"
		}
	}
	return s
}
