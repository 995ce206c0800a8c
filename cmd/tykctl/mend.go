package main

import (
	"fmt"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/fix"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/oas/diag"
)

// The values of --fix.
const (
	fixSafe   = "safe"   // what keeps its meaning
	fixUnsafe = "unsafe" // and what gets the one that was meant
)

// mend makes the fixes that findings have, each file for itself, and writes the files; or prints what it would change. What was mended is
// told on the standard error output, as what is left is the result.
func (v *validation) mend(inputs []lint.Input, opt lint.Options) error {
	changes := 0
	var bugs error
	for _, in := range inputs {
		data, err := lint.ReadFile(in, v.std.In)
		if err != nil {
			return exit.Unread(err)
		}
		fixed, applied, err := fix.Fix(in.Name, data, func(_ string, data []byte) diag.List { return checkText(in, data, opt) }, v.fix == fixUnsafe)
		if err != nil {
			fmt.Fprintf(v.std.Err, "tykctl: %s: %v\nThis is a bug in tykctl; the file was left as it was there. Please report it at https://github.com/tykctl/tykctl/issues\n", in.Name, err)
			bugs = exit.Reported(exit.Bug)
		}
		if len(applied) == 0 {
			continue
		}
		changes++
		if v.dryRun {
			if _, err := v.std.Out.Write(fix.Diff(in.Name, data, fixed)); err != nil {
				return exit.Unread(err)
			}
			continue
		}
		if err := fix.Write(in.Path, data, fixed); err != nil {
			return exit.Unread(err)
		}
		for _, d := range applied {
			fmt.Fprintf(v.std.Err, "fixed %s: %s [%s]\n", d.At, d.Fix.Title, d.Code)
		}
	}
	if bugs == nil && v.dryRun && changes > 0 {
		return exit.Reported(exit.Problems)
	}
	return bugs
}

// checkText is what there is to say about one file by itself, if it had that text.
func checkText(in lint.Input, data []byte, opt lint.Options) diag.List {
	opt.Jobs, opt.Policies = 1, nil
	opt.Read = func(lint.Input) ([]byte, error) { return data, nil }
	set, err := lint.Check([]lint.Input{in}, opt)
	if err != nil {
		return nil // only reading fails
	}
	return set.Found
}
