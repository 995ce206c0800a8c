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
	cmd := &cobra.Command{
		Use:   "plan PATH|DIR|PLAN...",
		Short: "Print what would be served: the plan of definitions, or a compiled one",
		Long:  "Plan prints each API with where it is served, how it is protected and where it goes, and the place in a document that each entry comes from.",
		Args:  args(cobra.MinimumNArgs(1), "a compiled plan, or files and directories"),
		RunE:  func(_ *cobra.Command, list []string) error { return runPlan(std, list, format) },
	}
	cmd.Flags().StringVarP(&format, "format", "f", format, "text or json")
	return cmd
}

func runPlan(std stdio, paths []string, format string) error {
	if format != "text" && format != "json" {
		return exit.Usagef("--format is %q; it may be text or json", format)
	}
	p, err := planOf(std, paths)
	if err != nil {
		return err
	}
	if format == "text" {
		return plan.Print(std.Out, p)
	}
	for i := range p.OAuth {
		if p.OAuth[i].NotifySecret != "" {
			p.OAuth[i].NotifySecret = "***"
		}
	}
	return printJSON(std.Out, p)
}

// planOf compiles documents, or decodes the one compiled plan that is named.
func planOf(std stdio, paths []string) (*plan.Plan, error) {
	if len(paths) != 1 {
		return compile(std, paths)
	}
	p, err := readPlan(paths[0])
	if errors.Is(err, plan.ErrNotPlan) {
		return compile(std, paths)
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
