package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/baseline"
	"github.com/tykctl/tykctl/cmd/internal/config"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

type validateOptions struct {
	paths     []string
	formats   []string
	color     string
	stdinName string
	jobs      int
	// skipOthers is for hooks, which name every YAML file of a change: one that is no OpenAPI document is none of our business.
	skipOthers bool

	// What the configuration says as well; these win.
	configPath  string
	failOn      string
	maxWarnings int
	baseline    string
	policies    string
	allowRefs   []string

	updateBaseline bool
	since          string
	fix            string
	dryRun         bool
	watch          bool
}

func newValidateCmd(std stdio) *cobra.Command {
	opts := validateOptions{}
	cmd := &cobra.Command{
		Use:   "validate [PATH|GLOB|DIR|-]...",
		Short: "Check API definitions and say what is wrong with them",
		Long: `Validate reads OpenAPI 3 documents with an x-tyk-api-gateway extension, JSON or YAML, and reports everything that is wrong
with them, or between them: what Tyk would refuse, what it would take and ignore, and what cannot work as it is written.

Directories are searched for .json, .yaml and .yml files that hold OpenAPI. Without arguments the current directory is checked.

What is reported, and how severe it is, can be set in .tykctl.yaml (see 'tykctl config --help'). A finding can be ignored where it is found, with
a reason: '# tykctl-ignore TYK204: reason' behind it or in the line above (see 'tykctl explain TYK130').`,
		Example: `  tykctl validate my-api.json
  tykctl validate apis/ --format json
  tykctl validate 'apis/**/*.yaml' --format text --format json=report.json
  tykctl validate apis/ --format auto --format sarif=tykctl.sarif
  tykctl validate apis/ --fix --dry-run
  tykctl validate apis/ --baseline tykctl-baseline.json --update-baseline
  tykctl validate apis/ --since origin/main
  cat my-api.yaml | tykctl validate -`,
		RunE: func(cmd *cobra.Command, list []string) error {
			opts.paths = list
			return runValidate(cmd.Context(), std, opts)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&opts.formats, "format", "f", []string{"text"}, "output: "+formatNames+", with =FILE into a file; may be repeated")
	f.StringVar(&opts.failOn, "fail-on", "", "severity from which on the exit code is 1: error (the default), warning, info or never")
	f.IntVar(&opts.maxWarnings, "max-warnings", -1, "the exit code is 1 with more warnings than this; -1: any number is fine")
	configFlag(f, &opts.configPath)
	f.StringVar(&opts.baseline, "baseline", "", "file of findings that are known: they are not reported")
	f.StringVar(&opts.policies, "policies", "", "policies file of the gateway, or directory of policies: what definitions say of policies is checked too")
	f.StringArrayVar(&opts.allowRefs, "allow-refs", nil, "URL, or path out of the repository (without one: the working directory), that a $ref may lead to although it is not followed; may be repeated")
	f.BoolVar(&opts.updateBaseline, "update-baseline", false, "make what is found known, and forget what is gone; entries of files not checked stay")
	f.StringVar(&opts.since, "since", "", "report only what is new since this git commit")
	f.StringVar(&opts.fix, "fix", "", "mend in the files what keeps its meaning; --fix=unsafe: also what changes it, as the hint says")
	f.Lookup("fix").NoOptDefVal = fixSafe
	f.BoolVar(&opts.dryRun, "dry-run", false, "with --fix: print the changes as a diff instead; the exit code is 1 if there are any")
	f.BoolVarP(&opts.watch, "watch", "w", false, "check again whenever a file changes, until interrupted")
	f.StringVar(&opts.color, "color", "auto", "auto, always or never")
	f.StringVar(&opts.stdinName, "stdin-filename", "stdin", "the name that standard input is reported by")
	f.BoolVar(&opts.skipOthers, "skip-others", false, "pass over named files that are no OpenAPI documents, as in a directory; for hooks")
	f.IntVarP(&opts.jobs, "jobs", "j", 0, "files read at the same time; 0: one a processor")
	return cmd
}

func runValidate(ctx context.Context, std stdio, opts validateOptions) error {
	v, err := newValidation(std, opts)
	if err != nil {
		return err
	}
	if opts.watch {
		ctx, stop := untilStopped(ctx)
		defer stop()
		return v.watchFiles(ctx)
	}
	return v.run(ctx)
}

// validation is a run of validate whose options have been understood.
type validation struct {
	validateOptions
	given   validateOptions // before the configuration was looked at
	std     stdio
	config  *config.Config
	outputs []output
	color   bool
	failing failing
}

// failing says which findings fail a run.
type failing struct {
	threshold   diag.Severity
	maxWarnings int // -1: any number is fine
}

func newValidation(std stdio, opts validateOptions) (*validation, error) {
	v := &validation{validateOptions: opts, given: opts, std: std}
	var err error
	if v.outputs, err = parseFormats(opts.formats); err != nil {
		return nil, err
	}
	if v.color, err = useColor(opts.color, std.Out); err != nil {
		return nil, err
	}
	if v.config, _, err = loadConfig(std, opts.configPath, opts.color); err != nil {
		return nil, err
	}
	if len(v.paths) == 0 {
		v.paths = []string{"."}
	}
	if v.baseline == "" {
		v.baseline = v.config.Baseline.V
	}
	if v.policies == "" {
		v.policies = v.config.Policies.V
	}
	if v.maxWarnings < 0 && v.config.MaxWarnings.Set() {
		v.maxWarnings = v.config.MaxWarnings.V
	}
	if v.failOn == "" {
		v.failOn = v.config.FailOn.V
	}
	if v.failing.threshold, err = parseFailOn(v.failOn); err != nil {
		return nil, err
	}
	v.failing.maxWarnings = v.maxWarnings
	return v, v.contradictions()
}

// contradictions are options that make no sense together.
func (v *validation) contradictions() error {
	stdin := false
	for _, p := range v.paths {
		stdin = stdin || p == "-"
	}
	switch {
	case v.fix != "" && v.fix != fixSafe && v.fix != fixUnsafe:
		return exit.Usagef("--fix is %q; it may be %s or %s", v.fix, fixSafe, fixUnsafe)
	case v.dryRun && v.fix == "":
		return exit.Usagef("--dry-run belongs to --fix: it prints what --fix would change")
	case v.fix != "" && stdin && !v.dryRun:
		return exit.Usagef("standard input cannot be mended where it is; --fix --dry-run prints the changes")
	case v.updateBaseline && v.baseline == "":
		return exit.Usagef("--update-baseline wants --baseline FILE, or baseline in .tykctl.yaml")
	case v.updateBaseline && v.since != "":
		return exit.Usagef("--update-baseline and --since contradict each other: a baseline holds everything that is found")
	case v.watch && (stdin || v.fix != "" || v.updateBaseline):
		return exit.Usagef("--watch looks at files and changes none: it goes without standard input, --fix and --update-baseline")
	}
	return nil
}

// run checks once, and reports.
func (v *validation) run(ctx context.Context) error {
	inputs, err := lint.Search{StdinName: v.stdinName, Ignored: v.config.Ignored}.Inputs(v.paths)
	if err != nil {
		return err
	}
	mayBeNone := v.skipOthers && passOverOthers(inputs)
	opt, err := v.lintOptions()
	if err != nil {
		return err
	}
	if v.fix != "" {
		if err := v.mend(inputs, opt); err != nil || v.dryRun {
			return err
		}
	}
	set, err := lint.Check(inputs, opt)
	if err != nil {
		return err
	}
	if set.Files == 0 && !mayBeNone {
		return exit.Usagef("%s: no file holds an OpenAPI document", strings.Join(v.paths, " "))
	}
	found := set.Found
	if v.since != "" {
		if found, err = lint.Since(ctx, v.since, inputs, opt, found); err != nil {
			return err
		}
	}
	found, known, err := v.withoutKnown(found, set.Names())
	if err != nil {
		return err
	}
	return v.report(found, set, known)
}

func (v *validation) lintOptions() (lint.Options, error) {
	opt := lint.Options{
		Stdin: v.std.In, Jobs: v.jobs, Allow: v.allowRefs, Target: v.config.Target,
		Severity: func(d *diag.Diagnostic) (diag.Severity, bool) {
			return v.config.Severity(d.Code, d.At.File, d.Severity)
		},
	}
	if v.policies == "" {
		return opt, nil
	}
	var err error
	opt.Policies, err = lint.FindPolicies(v.policies)
	return opt, err
}

// withoutKnown leaves out what the baseline knows, having brought it up to date where that is wanted.
func (v *validation) withoutKnown(found diag.List, names []string) (fresh diag.List, known int, err error) {
	if v.baseline == "" {
		return found, 0, nil
	}
	b, err := baseline.Load(v.baseline, v.updateBaseline)
	if err != nil {
		return nil, 0, exit.Usagef("%w", err)
	}
	if v.updateBaseline && b.Update(found, names) {
		if err := b.Write(); err != nil {
			return nil, 0, exit.Unread(err)
		}
	}
	if v.updateBaseline {
		fmt.Fprintf(v.std.Err, "tykctl: %s knows %s\n", v.baseline, listing(b.Count(), "finding"))
	}
	fresh, known, stale := b.New(found, names)
	if stale > 0 && v.since == "" {
		fmt.Fprintf(v.std.Err, "tykctl: %s of %s found no more; --update-baseline forgets what is gone\n", listing(stale, "finding"), v.baseline)
	}
	return fresh, known, nil
}

// report writes all outputs, and turns findings into the end of the command.
func (v *validation) report(found diag.List, set *lint.Set, known int) error {
	ends := v.failing.verdict(found)
	run, err := newRun(set, v.failing.threshold, exit.Code(ends))
	if err != nil {
		return exit.Unread(err)
	}
	for _, out := range v.outputs {
		if err := out.write(v.std.Out, found, set, run, known, v.color); err != nil {
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
func (f failing) verdict(found diag.List) error {
	code := exit.OK
	for i := range found {
		switch {
		case found[i].Code == oas.CodeInternal:
			return exit.Reported(exit.Bug)
		case found[i].Severity >= f.threshold:
			code = exit.Problems
		}
	}
	if f.maxWarnings >= 0 && found.Count(diag.Warning) > f.maxWarnings {
		code = exit.Problems
	}
	return exit.Reported(code)
}

// never is a severity that no diagnostic has.
const never = diag.Error + 1

func parseFailOn(s string) (diag.Severity, error) {
	switch s {
	case "error", "":
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

// unchecked is the number of files that the rules could not look at.
func unchecked(found diag.List) int {
	names := map[string]bool{}
	for i := range found {
		if found[i].Final {
			names[found[i].At.File] = true
		}
	}
	return len(names)
}

// summary is the last line of a report for people.
func summary(found diag.List, files, known int) string {
	if files == 0 && len(found) == 0 {
		return "no file holds an OpenAPI document"
	}
	line := "no problems"
	if len(found) > 0 {
		var parts []string
		for _, s := range []diag.Severity{diag.Error, diag.Warning} {
			if n := found.Count(s); n > 0 {
				parts = append(parts, listing(n, s.String()))
			}
		}
		if n := found.Count(diag.Info); n > 0 {
			parts = append(parts, fmt.Sprintf("%d info", n))
		}
		line = strings.Join(parts, ", ")
	}
	line += " in " + listing(files, "file")
	if n := unchecked(found); n > 0 {
		line += fmt.Sprintf("; %s could not be checked further because of errors", listing(n, "file"))
	}
	if known > 0 {
		line += fmt.Sprintf(", besides %d that the baseline knows", known)
	}
	return line
}
