package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

type validateOptions struct {
	paths     []string
	formats   []string
	failOn    string
	color     string
	stdinName string
	jobs      int
	// skipOthers is for hooks, which name every YAML file of a change: one that is no OpenAPI document is none of our business.
	skipOthers bool
}

func newValidateCmd(std stdio) *cobra.Command {
	opts := validateOptions{}
	cmd := &cobra.Command{
		Use:   "validate [PATH|GLOB|DIR|-]...",
		Short: "Check API definitions and say what is wrong with them",
		Long: `Validate reads OpenAPI 3 documents with an x-tyk-api-gateway extension, JSON or YAML, and reports everything that is wrong
with them, or between them: what Tyk would refuse, what it would take and ignore, and what cannot work as it is written.

Directories are searched for .json, .yaml and .yml files that hold OpenAPI. Without arguments the current directory is checked.`,
		Example: `  tykctl validate my-api.json
  tykctl validate apis/ --format json
  tykctl validate 'apis/**/*.yaml' --format text --format json=report.json
  tykctl validate apis/ --format auto --format sarif=tykctl.sarif
  cat my-api.yaml | tykctl validate -`,
		RunE: func(cmd *cobra.Command, list []string) error {
			opts.paths = list
			return runValidate(cmd.Context(), std, opts)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&opts.formats, "format", "f", []string{"text"}, "output: "+formatNames+", with =FILE into a file; may be repeated")
	f.StringVar(&opts.failOn, "fail-on", "error", "severity from which on the exit code is 1: error, warning, info or never")
	f.StringVar(&opts.color, "color", "auto", "auto, always or never")
	f.StringVar(&opts.stdinName, "stdin-filename", "stdin", "the name that standard input is reported by")
	f.BoolVar(&opts.skipOthers, "skip-others", false, "pass over named files that are no OpenAPI documents, as in a directory; for hooks")
	f.IntVarP(&opts.jobs, "jobs", "j", 0, "files read at the same time; 0: one a processor")
	return cmd
}

func runValidate(_ context.Context, std stdio, opts validateOptions) error {
	threshold, err := parseFailOn(opts.failOn)
	if err != nil {
		return err
	}
	outputs, err := parseFormats(opts.formats)
	if err != nil {
		return err
	}
	color, err := useColor(opts.color, std.Out)
	if err != nil {
		return err
	}
	if len(opts.paths) == 0 {
		opts.paths = []string{"."}
	}
	inputs, err := lint.FindInputs(opts.paths, opts.stdinName)
	if err != nil {
		return err
	}
	mayBeNone := opts.skipOthers && passOverOthers(inputs)
	all, err := lint.Check(inputs, lint.Options{Stdin: std.In, Jobs: opts.jobs})
	if err != nil {
		return err
	}
	if all.Files == 0 && !mayBeNone {
		return exit.Usagef("%s: no file holds an OpenAPI document", strings.Join(opts.paths, " "))
	}
	found := all.Found
	ends := verdict(found, threshold)
	run, err := newRun(found, all, threshold, exit.Code(ends))
	if err != nil {
		return exit.Unread(err)
	}
	for _, out := range outputs {
		if err := out.write(std.Out, found, all, run, color); err != nil {
			return exit.Unread(err)
		}
	}
	return ends
}

// passOverOthers treats named files as if they had been come across. It reports whether all were named: then there may be no OpenAPI document
// among them, while a directory or a pattern without one is a mistake.
func passOverOthers(inputs []lint.Input) (allNamed bool) {
	allNamed = true
	for i := range inputs {
		allNamed = allNamed && !inputs[i].Listed
		inputs[i].Listed = true
	}
	return allNamed
}

// verdict turns findings into an exit code: a failure of ours is never a clean run, whatever --fail-on says.
func verdict(found diag.List, threshold diag.Severity) error {
	code := exit.OK
	for i := range found {
		switch {
		case found[i].Code == oas.CodeInternal:
			return exit.Reported(exit.Bug)
		case found[i].Severity >= threshold:
			code = exit.Problems
		}
	}
	return exit.Reported(code)
}

// never is a severity that no diagnostic has.
const never = diag.Error + 1

func parseFailOn(s string) (diag.Severity, error) {
	switch s {
	case "error":
		return diag.Error, nil
	case "warning":
		return diag.Warning, nil
	case "info":
		return diag.Info, nil
	case "never":
		return never, nil
	default:
		return 0, exit.Usagef("--fail-on is %q; it may be error, warning, info or never", s)
	}
}

func summary(found diag.List, files int) string {
	if files == 0 {
		return "no file holds an OpenAPI document"
	}
	if len(found) == 0 {
		return "no problems in " + listing(files, "file")
	}
	var parts []string
	for _, s := range []diag.Severity{diag.Error, diag.Warning} {
		if n := found.Count(s); n > 0 {
			parts = append(parts, listing(n, s.String()))
		}
	}
	if n := found.Count(diag.Info); n > 0 {
		parts = append(parts, fmt.Sprintf("%d info", n))
	}
	return strings.Join(parts, ", ") + " in " + listing(files, "file")
}
