package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/exit"
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
	cmd.Flags().StringVarP(&format, "format", "f", format, "text, json or markdown (the reference of all rules)")
	return cmd
}

type ruleJSON struct {
	Code     diag.Code `json:"code"`
	Name     string    `json:"name"`
	Severity string    `json:"severity"`
	Serving  string    `json:"serving,omitempty"`
	Since    string    `json:"since"`
	Fix      string    `json:"fix,omitempty"` // "safe" or "unsafe"
	Summary  string    `json:"summary"`
}

func runRules(std stdio, format string) error {
	switch format {
	case "text":
		w := tabwriter.NewWriter(std.Out, 0, 4, 2, ' ', 0)
		for _, r := range check.Rules() {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.Code, r.Severity, r.Name, cmp.Or(r.Fix, "-"), r.Summary)
		}
		return w.Flush()
	case "json":
		list := []ruleJSON{}
		for _, r := range check.Rules() {
			j := ruleJSON{Code: r.Code, Name: r.Name, Severity: r.Severity.String(), Since: r.Since, Fix: r.Fix, Summary: r.Summary}
			if r.Serving != 0 {
				j.Serving = r.Serving.String()
			}
			list = append(list, j)
		}
		return printJSON(std.Out, list)
	case "markdown":
		_, err := io.WriteString(std.Out, ruleReference())
		return err
	default:
		return exit.Usagef("--format is %q; it may be text, json or markdown", format)
	}
}

// ruleReference is docs/rules.md: an overview, then what `tykctl explain` prints of each rule, one heading lower.
func ruleReference() string {
	var b strings.Builder
	b.WriteString("# Rules\n\nWhat `tykctl validate` looks for. `tykctl explain CODE` prints one of these sections; this page is generated from them.\n\n")
	b.WriteString("In the column fix, *safe* is for `--fix`, which keeps what the gateway does, and *unsafe* for `--fix=unsafe` alone; findings of one rule may differ.\n\n")
	b.WriteString("| code | name | severity | fix | finds |\n| --- | --- | --- | --- | --- |\n")
	for _, r := range check.Rules() {
		fmt.Fprintf(&b, "| [%s](#%s-%s) | %s | %s | %s | %s |\n", r.Code, strings.ToLower(string(r.Code)), r.Name, r.Name, severities(r), r.Fix, strings.ReplaceAll(r.Summary, "|", "\\|"))
	}
	for _, r := range check.Rules() {
		fenced := false
		for line := range strings.Lines("\n" + strings.TrimSpace(r.Doc()) + "\n") {
			if strings.HasPrefix(line, "```") {
				fenced = !fenced
			}
			if strings.HasPrefix(line, "#") && !fenced {
				line = "#" + line
			}
			b.WriteString(line)
		}
	}
	return b.String()
}

// severities is the severity of a rule, and that when serving where it differs.
func severities(r *check.Rule) string {
	if r.Serving != 0 && r.Serving != r.Severity {
		return fmt.Sprintf("%s, %s for `serve`", r.Severity, r.Serving)
	}
	return r.Severity.String()
}
