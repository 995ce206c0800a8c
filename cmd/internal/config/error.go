package config

import (
	"fmt"
	"io"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// code is what a mistake in a configuration has in the place of a rule's code.
const code diag.Code = "config"

// Error is every mistake in a configuration file and those it extends.
type Error struct {
	List  diag.List // sorted
	files map[string]*source.File
}

// Error lists the mistakes, each with its place on a line of its own.
func (e *Error) Error() string {
	lines := make([]string, len(e.List))
	for i, d := range e.List {
		lines[i] = fmt.Sprintf("%s: %s", d.At, d.Message)
	}
	return strings.Join(lines, "\n")
}

// Write prints the mistakes as diagnostics are printed: with the line each stands in, and what to do.
func (e *Error) Write(w io.Writer, color bool) error {
	texts := func(name string) *source.File { return e.files[name] }
	return diag.WriteText(w, e.List, texts, color)
}
