package main

import (
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tykctl/tykctl/cmd/internal/atomicfile"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
)

func newCompileCmd(std stdio) *cobra.Command {
	var out string
	var from sources
	cmd := &cobra.Command{
		Use:   "compile PATH|DIR... -o FILE",
		Short: "Compile API definitions to the plan that `tykctl serve` runs",
		Example: `  tykctl compile apis/ -o apis.plan && tykctl serve apis.plan
  tykctl compile apis/ --policies policies.json -o apis.plan`,
		Args: args(cobra.MinimumNArgs(1), "at least one file or directory"),
		RunE: func(_ *cobra.Command, list []string) error {
			from.paths = list
			return runCompile(std, from, out)
		},
	}
	from.flag(cmd.Flags())
	cmd.Flags().StringVarP(&out, "output", "o", "", "file to write the plan to (required)")
	return cmd
}

func runCompile(std stdio, from sources, out string) error {
	if out == "" {
		return exit.Usagef("compile wants -o FILE, the file to write the plan to")
	}
	p, err := from.compile(std)
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

// sources are what a plan is made of.
type sources struct {
	paths    []string // of documents, or of a compiled plan
	policies []string // files and directories
}

func (s *sources) flag(f *pflag.FlagSet) {
	f.StringArrayVar(&s.policies, "policies", nil, "policies file of a gateway, or directory of policies; may be given several times")
}

// compile reads documents and policies and compiles them for being served. What is wrong with them is printed to std.Err; nothing is compiled
// by halves.
func (s *sources) compile(std stdio) (*plan.Plan, error) {
	inputs, err := lint.Search{StdinName: "stdin"}.Inputs(s.paths)
	if err != nil {
		return nil, err
	}
	files, foundInPolicies, err := s.readPolicies()
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
	all.Policies = files
	found := slices.Concat(all.Found, foundInPolicies)
	var p *plan.Plan
	if !found.HasErrors() {
		var list diag.List
		p, list = compiler.Compile(all.Docs, files...)
		found = append(found, list...)
	} else {
		found = append(found, compiler.Check(all.Docs, check.Options{Policies: files})...) // the rest of what is wrong, in the same run
	}
	if err := printDiagnostics(std.Err, found.Sort(), all); err != nil {
		return nil, exit.Unread(err)
	}
	if p == nil {
		return nil, failing{diag.Error, -1}.verdict(found)
	}
	return p, nil
}

// readPolicies reads the policies, each file once.
func (s *sources) readPolicies() ([]*policies.File, diag.List, error) {
	var inputs []lint.Input
	for _, path := range s.policies {
		found, err := lint.FindPolicies(path)
		if err != nil {
			return nil, nil, err
		}
		for _, in := range found {
			if !slices.Contains(inputs, in) {
				inputs = append(inputs, in)
			}
		}
	}
	return lint.LoadPolicies(inputs, nil)
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
