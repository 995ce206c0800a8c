package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/tykconf"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/runtime/compat"
)

// The parts of the command's answer.
const (
	compatAnswers     = "answers"
	compatDefinitions = "definitions"
	compatConf        = "conf"
)

var compatParts = []string{compatAnswers, compatDefinitions, compatConf}

func newCompatCmd(std stdio) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "compat [answers|definitions|conf]...",
		Short: "List where serve deliberately differs from a Tyk Gateway, and why",
		Long: `Compat lists where serve deliberately differs from a Tyk Gateway 5.8:

  answers      what it answers otherwise, and why. Those marked with * are Tyk's again under serve --compat tyk; the others are not: what is
               insecure stays mended.
  definitions  what of a definition it does not do: it refuses the API, or serves it without. What is not listed is done, or means nothing to
               a gateway.
  conf         what becomes of each key of Tyk's configuration file under serve --conf.`,
		Example:   "  tykctl compat answers\n  tykctl compat conf --format json",
		ValidArgs: compatParts,
		RunE:      func(_ *cobra.Command, list []string) error { return runCompat(std, list, format) },
	}
	cmd.Flags().StringVarP(&format, "format", "f", format, "text, json or markdown")
	return cmd
}

func runCompat(std stdio, parts []string, format string) error {
	for _, part := range parts {
		if !slices.Contains(compatParts, part) {
			return exit.Usagef("compat has no part %q; it may be answers, definitions or conf", part)
		}
	}
	if len(parts) == 0 {
		parts = compatParts
	}
	switch format {
	case "text":
		return compatText(std.Out, parts)
	case "json":
		return printJSON(std.Out, newCompatJSON(parts))
	case "markdown":
		_, err := io.WriteString(std.Out, compatReference(parts))
		return err
	default:
		return exit.Usagef("--format is %q; it may be text, json or markdown", format)
	}
}

func compatText(out io.Writer, parts []string) error {
	if slices.Contains(parts, compatAnswers) {
		area := ""
		for _, d := range compat.Differences() {
			if d.Area != area {
				area = d.Area
				fmt.Fprintf(out, "%s\n\n", area)
			}
			mark := ""
			if d.Restored {
				mark = " *"
			}
			fmt.Fprintf(out, "  %s%s\n    tyk:  %s\n    here: %s\n    why:  %s\n\n", d.ID, mark, d.Tyk, d.Here, d.Why)
		}
		fmt.Fprintf(out, "* as Tyk does under serve --compat tyk\n\n")
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	if slices.Contains(parts, compatDefinitions) {
		fmt.Fprintf(w, "what definitions ask for and serve does not do\n\n")
		for _, f := range check.Features() {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", outcome(f), f.Name, f.Field, f.Effect)
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if slices.Contains(parts, compatConf) {
		fmt.Fprintf(w, "keys of Tyk's configuration file under serve --conf\n\n")
		for _, k := range tykconf.Keys() {
			fmt.Fprintf(w, "  %s\t%s\t%s\n", k.Kind, k.Name, k.Note)
		}
	}
	return w.Flush()
}

// outcome is what becomes of an API that asks for a feature.
func outcome(f check.Feature) string {
	if f.Refused {
		return "refused"
	}
	return "left out"
}

type compatJSON struct {
	Answers     []differenceJSON `json:"answers,omitempty"`
	Definitions []featureJSON    `json:"definitions,omitempty"`
	Conf        []keyJSON        `json:"conf,omitempty"`
}

type differenceJSON struct {
	ID       string `json:"id"`
	Area     string `json:"area"`
	Tyk      string `json:"tyk"`
	Here     string `json:"here"`
	Why      string `json:"why"`
	Restored bool   `json:"restored"` // by --compat tyk
}

type featureJSON struct {
	Name    string `json:"name"`
	Field   string `json:"field"` // of the extension
	Outcome string `json:"outcome"`
	Effect  string `json:"effect"`
}

type keyJSON struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Note string `json:"note"`
}

func newCompatJSON(parts []string) compatJSON {
	var all compatJSON
	if slices.Contains(parts, compatAnswers) {
		for _, d := range compat.Differences() {
			all.Answers = append(all.Answers, differenceJSON(d))
		}
	}
	if slices.Contains(parts, compatDefinitions) {
		for _, f := range check.Features() {
			all.Definitions = append(all.Definitions, featureJSON{f.Name, f.Field, outcome(f), f.Effect})
		}
	}
	if slices.Contains(parts, compatConf) {
		for _, k := range tykconf.Keys() {
			all.Conf = append(all.Conf, keyJSON{k.Name, k.Kind.String(), k.Note})
		}
	}
	return all
}

// compatReference is docs/compat.md when all parts are wanted.
func compatReference(parts []string) string {
	var b strings.Builder
	b.WriteString("# What differs from a Tyk Gateway\n\nWhere `tykctl serve` deliberately differs from a Tyk Gateway 5.8. `tykctl compat` prints the same; this page is generated from it.\n")
	if slices.Contains(parts, compatAnswers) {
		b.WriteString("\n## Answers\n\nUnder `serve --compat tyk`, what is marked with \\* is as in Tyk. The rest is not: what is insecure stays mended.\n")
		area := ""
		for _, d := range compat.Differences() {
			if d.Area != area {
				area = d.Area
				fmt.Fprintf(&b, "\n### %s\n\n| | Tyk Gateway | here | why |\n| --- | --- | --- | --- |\n", cell(area))
			}
			mark := ""
			if d.Restored {
				mark = ` \*`
			}
			fmt.Fprintf(&b, "| `%s`%s | %s | %s | %s |\n", d.ID, mark, cell(d.Tyk), cell(d.Here), cell(d.Why))
		}
	}
	if slices.Contains(parts, compatDefinitions) {
		b.WriteString("\n## Definitions\n\nWhat `serve` does not do. An API that asks for something that is *refused* is not served, nor is anything else then (TYK390); " +
			"what is *left out* is a warning (TYK391). What is not listed is done, or means nothing to a gateway. Fields are those of `x-tyk-api-gateway`.\n\n" +
			"| | | field | without it |\n| --- | --- | --- | --- |\n")
		for _, f := range check.Features() {
			fmt.Fprintf(&b, "| %s | %s | `%s` | %s |\n", outcome(f), cell(f.Name), f.Field, cell(f.Effect))
		}
	}
	if slices.Contains(parts, compatConf) {
		b.WriteString("\n## Configuration file\n\nWhat becomes of the keys of Tyk's `tyk.conf` under `serve --conf`, and of the environment variables `TYK_GW_*`, which beat it. " +
			"A key that is *honoured* sets what is said here, *harmless* is one without which nothing is otherwise, and one that is *ignored* and set to something brings a warning.\n\n" +
			"| key | | |\n| --- | --- | --- |\n")
		for _, k := range tykconf.Keys() {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Name, k.Kind, cell(k.Note))
		}
	}
	return b.String()
}

// cell is a text as it may stand in a table of Markdown.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "<", `\<`).Replace(text)
}
