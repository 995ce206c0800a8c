package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas/diag"
)

func newRulesCmd(std stdio) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules that definitions are checked with",
		Args:  args(cobra.NoArgs, "no arguments"),
		RunE:  func(*cobra.Command, []string) error { return runRules(std, format) },
	}
	cmd.Flags().StringVarP(&format, "format", "f", format, "text or json")
	return cmd
}

type ruleJSON struct {
	Code     diag.Code `json:"code"`
	Name     string    `json:"name"`
	Severity string    `json:"severity"`
	Serving  string    `json:"serving,omitempty"`
	Since    string    `json:"since"`
	Summary  string    `json:"summary"`
}

func runRules(std stdio, format string) error {
	switch format {
	case "text":
		w := tabwriter.NewWriter(std.Out, 0, 4, 2, ' ', 0)
		for _, r := range check.Rules() {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.Code, r.Severity, r.Name, r.Summary)
		}
		return w.Flush()
	case "json":
		list := []ruleJSON{}
		for _, r := range check.Rules() {
			j := ruleJSON{Code: r.Code, Name: r.Name, Severity: r.Severity.String(), Since: r.Since, Summary: r.Summary}
			if r.Serving != 0 {
				j.Serving = r.Serving.String()
			}
			list = append(list, j)
		}
		return printJSON(std.Out, list)
	default:
		return usageError("--format is %q; it may be text or json", format)
	}
}
