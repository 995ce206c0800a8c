package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/fix"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// checked looks at a result as `tykctl validate` does, and prints what there is to say about it besides the notes. With an error there is
// no result.
func (im *importRun) checked(text []byte, notes diag.List, from ...*oas.Document) error {
	im.progress.step("checking the result")
	in := lint.Input{Name: "stdout", Path: im.in.Path}
	switch {
	case im.output != "":
		in.Name = im.output
	case im.update != "":
		in.Name = im.update
	}
	if im.update != "" {
		in.Path = im.update
	}
	set, err := (&lint.Loader{Read: func(lint.Input) ([]byte, error) { return text, nil }}).Load([]lint.Input{in})
	if err != nil {
		return err
	}
	found := slices.Concat(set.Found, compiler.Check(set.Docs, check.Options{}))
	list := slices.Clone(notes)
	for _, d := range found {
		if d.Severity > diag.Info {
			list = append(list, d)
		}
	}
	im.stop()
	if err := im.print(list, append(set.Docs, from...)...); err != nil {
		return err
	}
	if found.HasErrors() {
		return exit.Reported(exit.Problems)
	}
	if im.push.url != "" && len(set.Docs) > 0 && len(set.Docs[0].Others) > 0 {
		return &exit.Error{Code: exit.Problems, Err: fmt.Errorf("%s has references to other files, which a gateway does not follow; push what tykctl bundle makes of it", in.Name)}
	}
	return nil
}

// showDifference prints a unified diff, and says by the exit code whether there is one.
func showDifference(w io.Writer, name string, old, text []byte) error {
	d := fix.Diff(name, old, text)
	if len(d) == 0 {
		return nil
	}
	if _, err := w.Write(d); err != nil {
		return exit.Unread(err)
	}
	return exit.Reported(exit.Differences)
}
