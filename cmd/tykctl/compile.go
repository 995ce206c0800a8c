package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/atomicfile"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas/diag"
)

func newCompileCmd(std stdio) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:     "compile PATH|DIR... -o FILE",
		Short:   "Compile API definitions to the plan that `tykctl serve` runs",
		Example: "  tykctl compile apis/ -o apis.plan && tykctl serve apis.plan",
		Args:    args(cobra.MinimumNArgs(1), "at least one file or directory"),
		RunE: func(_ *cobra.Command, list []string) error {
			return runCompile(std, list, out)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "file to write the plan to (required)")
	return cmd
}

func runCompile(std stdio, paths []string, out string) error {
	if out == "" {
		return exit.Usagef("compile wants -o FILE, the file to write the plan to")
	}
	p, err := compile(std, paths)
	if err != nil {
		return err
	}
	data, err := plan.Encode(p)
	if err != nil {
		return err
	}
	// A plan holds what its definitions hold, shared secrets among it.
	if err := atomicfile.Write(out, data, 0o600, nil); err != nil {
		return exit.Unread(err)
	}
	return nil
}

// compile reads documents and compiles them for being served. What is wrong with them is printed to std.Err; nothing is compiled by halves.
func compile(std stdio, paths []string) (*plan.Plan, error) {
	inputs, err := lint.Search{StdinName: "stdin"}.Inputs(paths)
	if err != nil {
		return nil, err
	}
	all, err := (&lint.Loader{Stdin: std.In}).Load(inputs)
	if err != nil {
		return nil, err
	}
	if all.Files == 0 {
		return nil, exit.Usagef("no file holds an OpenAPI document")
	}
	found := all.Found
	var p *plan.Plan
	if !found.HasErrors() {
		var list diag.List
		p, list = compiler.Compile(all.Docs)
		found = append(found, list...)
	} else {
		found = append(found, compiler.Check(all.Docs, check.Options{})...) // the rest of what is wrong, in the same run
	}
	if err := printDiagnostics(std.Err, found.Sort(), all); err != nil {
		return nil, exit.Unread(err)
	}
	if p == nil {
		return nil, failing{diag.Error, -1}.verdict(found)
	}
	return p, nil
}

// printDiagnostics prints warnings and errors; infos are for `tykctl validate`.
func printDiagnostics(w io.Writer, found diag.List, all *lint.Set) error {
	var shown diag.List
	for _, d := range found {
		if d.Severity > diag.Info {
			shown = append(shown, d)
		}
	}
	color, err := useColor("auto", w)
	if err != nil {
		return err
	}
	return diag.WriteText(w, shown, all.Texts(), color)
}
