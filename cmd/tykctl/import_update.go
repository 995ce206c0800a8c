package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"

	"github.com/tykctl/tykctl/cmd/internal/atomicfile"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/fix"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// runUpdate takes a description into a definition that exists.
func (im *importRun) runUpdate(ctx context.Context, next *oas.Document) error {
	im.progress.step("reading " + im.update)
	def, in, err := im.loadDefinition(im.update)
	if err != nil {
		return err
	}
	p := oas.UpdateParams{ImportParams: im.ImportParams, Prune: im.prune}
	var done func()
	p.Load, done = lint.References(in)
	defer done()
	if im.base != "" {
		if p.Base, _, err = im.loadDefinition(im.base); err != nil {
			return err
		}
	}
	im.progress.step("updating " + im.update)
	updated, list := oas.Update(def, next, p)
	if updated == nil {
		return im.refuse(list, next, def)
	}
	old := []byte(def.File.Text())
	if err := im.checked(updated.Text, updated.Notes, next, def); err != nil {
		return err
	}
	for _, c := range updated.Operations {
		fmt.Fprintln(im.std.Err, diag.Visible(changeLine(c)))
	}
	return im.deliver(ctx, updated.Text, func() error { return im.writeUpdate(old, updated.Text) })
}

// loadDefinition reads a document that the description is held against. What is wrong with it is said of the result.
func (im *importRun) loadDefinition(path string) (*oas.Document, lint.Input, error) {
	in := lint.Input{Name: filepath.ToSlash(path), Path: path}
	data, err := lint.ReadFile(in, nil)
	if err != nil {
		return nil, in, exit.Unread(err)
	}
	f, err := source.Index(in.Name, data)
	if err != nil {
		_, found := oas.Load(in.Name, data)
		return nil, in, im.refuse(found)
	}
	return &oas.Document{File: f}, in, nil
}

// changeLine is what is said of an operation.
func changeLine(c oas.OperationChange) string {
	line := fmt.Sprintf("%-8s %s %s", c.Kind, c.Method, c.Path)
	if c.ID != "" {
		line += fmt.Sprintf(" (%s)", c.ID)
	}
	switch {
	case c.Was != "":
		line += ", was " + c.Was
	case c.Orphan:
		line += ", its settings are kept; --prune removes them"
	}
	return line
}

// writeUpdate puts the result where the definition is, or where -o says, or shows what would change there.
func (im *importRun) writeUpdate(old, text []byte) error {
	switch {
	case im.dryRun:
		return showDifference(im.std.Out, im.update, old, text)
	case im.output != "" && !sameFile(im.output, im.update):
		had, err := im.existing()
		switch {
		case err != nil:
			return err
		case had == nil:
			return unwritten(atomicfile.Write(im.output, text, 0o644, nil))
		case !bytes.Equal(had, text) && !im.force:
			return exit.Usagef("%s exists and holds something else; --force replaces it", im.output)
		}
		return unwritten(fix.Write(im.output, had, text))
	case bytes.Equal(old, text):
		return nil
	}
	return unwritten(fix.Write(im.update, old, text))
}
