package config

import (
	"io"

	"github.com/tykctl/tykctl/cmd/internal/ownfile"
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

// Error lists the mistakes.
func (e *Error) Error() string {
	return ownfile.Lines(e.List)
}

// Write prints the mistakes as diagnostics are printed: with the line each stands in, and what to do.
func (e *Error) Write(w io.Writer, color bool) error {
	texts := func(name string) *source.File { return e.files[name] }
	return diag.WriteText(w, e.List, texts, color)
}
