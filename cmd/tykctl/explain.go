package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/compiler/check"
)

func newExplainCmd(std stdio) *cobra.Command {
	return &cobra.Command{
		Use:     "explain CODE",
		Short:   "Explain a rule: why it exists, a bad and a good example, what to do",
		Example: "  tykctl explain TYK204\n  tykctl explain relative-oauth-url",
		Args:    args(cobra.ExactArgs(1), "the code or the name of one rule"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var list []string
			for _, r := range check.Rules() {
				list = append(list, string(r.Code)+"\t"+r.Summary)
			}
			return list, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, list []string) error {
			r := check.Find(list[0])
			if r == nil {
				return exit.Usagef("no rule has the code or name %q; `tykctl rules` lists them", list[0])
			}
			_, err := fmt.Fprint(std.Out, r.Doc())
			return err
		},
	}
}
