package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/compiler/plan"
)

func newPlanCmd(std stdio) *cobra.Command {
	format := "text"
	var from sources
	cmd := &cobra.Command{
		Use:   "plan PATH|DIR|PLAN...",
		Short: "Print what would be served: the plan of definitions, or a compiled one",
		Long:  "Plan prints each API with where it is served, how it is protected and where it goes, each policy with what it opens, and the place in a document that each entry comes from.",
		Args:  args(cobra.MinimumNArgs(1), "a compiled plan, or files and directories"),
		RunE: func(_ *cobra.Command, list []string) error {
			from.paths = list
			return runPlan(std, from, format)
		},
	}
	from.flag(cmd.Flags())
	cmd.Flags().StringVarP(&format, "format", "f", format, "text or json")
	return cmd
}

func runPlan(std stdio, from sources, format string) error {
	if format != "text" && format != "json" {
		return exit.Usagef("--format is %q; it may be text or json", format)
	}
	p, err := from.plan(std)
	if err != nil {
		return err
	}
	if format == "text" {
		return plan.Print(std.Out, p)
	}
	hideSecrets(p)
	return printJSON(std.Out, p)
}

// hideSecrets takes out of a plan what may be one.
func hideSecrets(p *plan.Plan) {
	for i := range p.OAuth {
		if p.OAuth[i].NotifySecret != "" {
			p.OAuth[i].NotifySecret = "***"
		}
	}
	for i := range p.Policies {
		if p.Policies[i].MetaData != "" {
			p.Policies[i].MetaData = `{"***":"***"}`
		}
	}
}

// plan compiles documents, or decodes the one compiled plan that is named. A compiled plan has its policies in it.
func (s *sources) plan(std stdio) (*plan.Plan, error) {
	if len(s.paths) != 1 {
		return s.compile(std)
	}
	p, err := readPlan(s.paths[0])
	if errors.Is(err, plan.ErrNotPlan) {
		return s.compile(std)
	}
	if err == nil && len(s.policies) > 0 {
		return nil, exit.Usagef("%s is a compiled plan, and has its policies in it: give --policies to `tykctl compile`", s.paths[0])
	}
	return p, err
}

// readPlan returns plan.ErrNotPlan for anything that does not begin like a plan.
func readPlan(path string) (*plan.Plan, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, plan.ErrNotPlan // whatever is wrong with it, reading it as a document will tell
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, exit.Unread(err)
	}
	p, err := plan.Decode(data)
	if err != nil && !errors.Is(err, plan.ErrNotPlan) {
		return nil, exit.Unread(err)
	}
	return p, err
}
