package main

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/compiler/compare"
	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas"
)

type diffOptions struct {
	format   string
	all      bool
	policies []string
}

func newDiffCmd(std stdio) *cobra.Command {
	opts := diffOptions{format: "text"}
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Tell what two API definitions, directories of them, or plans do differently",
		Long: `Diff tells what a client, an operator or a security reviewer would notice, not which lines have changed: listen path, domain, upstream,
authentication, flows, scopes, operations, middleware; and policies, in plans. Each difference is breaking for clients, security-relevant,
operational, or cosmetic. Order, notation and defaults that are written out are no differences.

A side is a file, a directory, a plan that 'tykctl compile' has written, or - for standard input. APIs of directories and plans are the same by their
id. If one side is a plan, the other is compiled.

The exit code is 5 when there are differences, and 0 when there are none. Cosmetic ones count with --all only. Secrets are never shown.`,
		Example: `  tykctl diff apis/ new/apis/
  git show main:api.yaml | tykctl diff - api.yaml --format markdown
  tykctl diff deployed.plan apis/ --policies policies.json`,
		Args: args(cobra.ExactArgs(2), "two sides: the old one and the new one"),
		RunE: func(_ *cobra.Command, list []string) error { return runDiff(std, list[0], list[1], &opts) },
	}
	cmd.Flags().StringVarP(&opts.format, "format", "f", opts.format, "text, json or markdown")
	cmd.Flags().BoolVar(&opts.all, "all", false, "show cosmetic differences too")
	cmd.Flags().StringArrayVar(&opts.policies, "policies", nil, "policies of the definitions that are compared with a plan; may be given several times")
	return cmd
}

// side is what one argument names: a plan, or paths of documents.
type side struct {
	arg  string
	plan *plan.Plan
}

func runDiff(std stdio, before, after string, opts *diffOptions) error {
	if !slices.Contains([]string{"text", "json", "markdown"}, opts.format) {
		return exit.Usagef("--format is %q; it may be text, json or markdown", opts.format)
	}
	if before == "-" && after == "-" {
		return exit.Usagef("only one side can be standard input")
	}
	if before == "-" || after == "-" {
		data, err := lint.ReadFile(lint.Input{Name: "stdin"}, std.In)
		if err != nil {
			return exit.Unread(err)
		}
		std.In = bytes.NewReader(data)
	}
	a, err := openSide(std, before)
	if err != nil {
		return err
	}
	b, err := openSide(std, after)
	if err != nil {
		return err
	}
	report, err := compareSides(std, a, b, opts)
	if err != nil {
		return err
	}
	left := 0
	if !opts.all {
		left = report.Count(compare.Cosmetic)
		report = report.Without(compare.Cosmetic)
	}
	if err := writeDiff(std.Out, report, left, opts.format); err != nil {
		return exit.Unread(err)
	}
	if len(report.Subjects) > 0 {
		return exit.Reported(exit.Differences)
	}
	return nil
}

func writeDiff(w io.Writer, report *compare.Report, left int, format string) error {
	switch format {
	case "json":
		return compare.WriteJSON(w, report, left, version())
	case "markdown":
		return compare.WriteMarkdown(w, report, left)
	}
	return compare.WriteText(w, report, left)
}

// openSide looks whether an argument is a plan.
func openSide(std stdio, arg string) (side, error) {
	var p *plan.Plan
	var err error
	if in, ok := std.In.(*bytes.Reader); ok && arg == "-" {
		var data []byte
		if data, err = io.ReadAll(in); err == nil {
			p, err = plan.Decode(data)
			in.Reset(data)
		}
	} else {
		p, err = readPlan(arg)
	}
	if err != nil && !errors.Is(err, plan.ErrNotPlan) {
		return side{}, exit.Unread(err)
	}
	return side{arg, p}, nil
}

// compareSides compares documents with documents, and everything else as plans.
func compareSides(std stdio, a, b side, opts *diffOptions) (*compare.Report, error) {
	if a.plan == nil && b.plan == nil {
		if len(opts.policies) > 0 {
			return nil, exit.Usagef("--policies is for comparing with a plan: compile both sides to compare policies")
		}
		before, err := a.documents(std)
		if err != nil {
			return nil, err
		}
		after, err := b.documents(std)
		if err != nil {
			return nil, err
		}
		return compare.Documents(before, after), nil
	}
	for _, s := range []*side{&a, &b} {
		if s.plan != nil {
			continue
		}
		from := sources{paths: []string{s.arg}, policies: opts.policies}
		p, err := from.compile(std)
		if err != nil {
			return nil, err
		}
		s.plan = p
	}
	return compare.Plans(a.plan, b.plan)
}

// documents reads the documents of a side. One of which nothing can be told ends the comparison; other mistakes are for `tykctl validate`.
func (s side) documents(std stdio) ([]*oas.Document, error) {
	inputs, err := lint.Search{StdinName: "stdin"}.Inputs([]string{s.arg})
	if err != nil {
		return nil, err
	}
	all, err := (&lint.Loader{Stdin: std.In}).Load(inputs)
	if err != nil {
		return nil, err
	}
	if all.Files == 0 {
		return nil, exit.Usagef("%s: no file holds an OpenAPI document", s.arg)
	}
	if len(all.Docs) == all.Files && !slices.ContainsFunc(all.Docs, func(d *oas.Document) bool { return d.OpenAPI == nil }) {
		return all.Docs, nil
	}
	errors := slices.DeleteFunc(all.Found, notFatal)
	if err := printDiagnostics(std.Err, errors.Sort(), all); err != nil {
		return nil, exit.Unread(err)
	}
	return nil, exit.Reported(exit.Problems)
}
