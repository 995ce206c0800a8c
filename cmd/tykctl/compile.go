package main

import (
	"io"
	"slices"
	"strings"

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
	empty    bool     // a directory may hold no document
}

func (s *sources) flag(f *pflag.FlagSet) {
	f.StringArrayVar(&s.policies, "policies", nil, "policies file of a gateway, or directory of policies; may be given several times")
}

// compile reads documents and policies and compiles them for being served. What is wrong with them is printed to std.Err; nothing is compiled
// by halves.
func (s *sources) compile(std stdio) (*plan.Plan, error) {
	c, err := s.compileWith(std.In, nil)
	if err != nil {
		return nil, err
	}
	if err := printDiagnostics(std.Err, c.found, c.all); err != nil {
		return nil, exit.Unread(err)
	}
	if c.plan == nil {
		return nil, failing{diag.Error, -1}.verdict(c.found)
	}
	return c.plan, nil
}

// overlay is a file otherwise than it is on the disk.
type overlay struct {
	in   lint.Input
	text []byte // nil: the file is gone
}

// compiled is what compiling has come to. The plan is nil if and only if an error was found.
type compiled struct {
	all   *lint.Set
	found diag.List
	plan  *plan.Plan
}

// compileWith reads documents and policies and compiles them, as they would be with a file changed; nil: as they are.
func (s *sources) compileWith(stdin io.Reader, change *overlay) (*compiled, error) {
	inputs, err := lint.Search{StdinName: "stdin", Empty: s.empty}.Inputs(s.paths)
	if err != nil {
		return nil, err
	}
	loader := lint.Loader{Stdin: stdin}
	if change != nil {
		inputs = change.among(inputs)
		loader.Read = func(in lint.Input) ([]byte, error) {
			if in.Path == change.in.Path {
				return change.text, nil
			}
			return lint.ReadFile(in, stdin)
		}
	}
	files, found, err := s.readPolicies()
	if err != nil {
		return nil, err
	}
	all, err := loader.Load(inputs)
	if err != nil {
		return nil, err
	}
	if all.Files == 0 && !s.empty {
		return nil, exit.Usagef("no file holds an OpenAPI document")
	}
	all.Policies = files
	c := &compiled{all: all, found: append(found, all.Found...)}
	var list diag.List
	if !c.found.HasErrors() {
		c.plan, list = compiler.Compile(all.Docs, files...)
	} else {
		list = compiler.Check(all.Docs, check.Options{Policies: files}) // the rest of what is wrong, in the same run
	}
	c.found = append(c.found, list...).Sort()
	return c, nil
}

// among puts the file into a list of inputs, in its place, or takes it out.
func (o *overlay) among(inputs []lint.Input) []lint.Input {
	inputs = slices.DeleteFunc(inputs, func(in lint.Input) bool { return in.Path == o.in.Path })
	if o.text == nil {
		return inputs
	}
	at, _ := slices.BinarySearchFunc(inputs, o.in, func(a, b lint.Input) int { return strings.Compare(a.Name, b.Name) })
	return slices.Insert(inputs, at, o.in)
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
