package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/atomicfile"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas/diag"
)

// reports are the formats for programs; text is for people, auto is one or two of the others.
var reports = map[string]func(io.Writer, diag.List, diag.Run) error{
	"json":       diag.WriteJSON,
	"sarif":      diag.WriteSARIF,
	"junit":      diag.WriteJUnit,
	"github":     diag.WriteGitHub,
	"gitlab":     diag.WriteGitLab,
	"checkstyle": diag.WriteCheckstyle,
}

const formatNames = "text, json, sarif, junit, github, gitlab, checkstyle or auto"

// output is one --format.
type output struct {
	format string
	file   string // empty: standard output
}

// parseFormats turns the values of --format into outputs, each once. auto is text, and in GitHub Actions annotations besides. It has no report for
// GitLab, which reads that from a file: `--format gitlab=FILE`.
func parseFormats(list []string) ([]output, error) {
	var outputs []output
	add := func(o output) {
		if !slices.Contains(outputs, o) {
			outputs = append(outputs, o)
		}
	}
	for _, f := range list {
		format, file, toFile := strings.Cut(f, "=")
		switch {
		case toFile && file == "":
			return nil, exit.Usagef("--format is %q; a file is wanted after =", f)
		case format == "auto" && toFile:
			return nil, exit.Usagef("--format is %q; auto takes no file, name a format", f)
		case format == "auto":
			add(output{format: "text"})
			if os.Getenv("GITHUB_ACTIONS") == "true" {
				add(output{format: "github"})
			}
		case format == "text" || reports[format] != nil:
			add(output{format, file})
		default:
			return nil, exit.Usagef("--format is %q; it may be %s", format, formatNames)
		}
	}
	return outputs, nil
}

func (o output) write(stdout io.Writer, found diag.List, all *lint.Set, run diag.Run, known int, color bool) error {
	if o.format == "github" {
		if err := tellRunner(found, run); err != nil {
			return err
		}
	}
	if o.file == "" {
		return o.render(stdout, found, all, run, known, color)
	}
	var b bytes.Buffer
	if err := o.render(&b, found, all, run, known, false); err != nil {
		return err
	}
	return atomicfile.Write(o.file, b.Bytes(), 0o644, nil)
}

func (o output) render(w io.Writer, found diag.List, all *lint.Set, run diag.Run, known int, color bool) error {
	if write := reports[o.format]; write != nil {
		return write(w, found, run)
	}
	if err := diag.WriteText(w, found, all.Texts(), color); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, summary(found, all.Files, known))
	return err
}

// tellRunner adds to what GitHub shows on the page of a workflow run, and to the outputs of the step, which later steps read.
func tellRunner(found diag.List, run diag.Run) error {
	err := appendFromEnv("GITHUB_STEP_SUMMARY", func(w io.Writer) error { return diag.WriteGitHubSummary(w, found, run) })
	if err != nil {
		return err
	}
	return appendFromEnv("GITHUB_OUTPUT", func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "error_count=%d\nwarning_count=%d\ninfo_count=%d\n",
			found.Count(diag.Error), found.Count(diag.Warning), found.Count(diag.Info))
		return err
	})
}

// appendFromEnv adds to the file that an environment variable names, if it names one.
func appendFromEnv(variable string, write func(io.Writer) error) error {
	path := os.Getenv(variable)
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) // #nosec G703 -- the runner names the file
	if err != nil {
		return fmt.Errorf("%s: %w", variable, err)
	}
	err = write(f)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// newRun gathers what reports say of the run itself.
func newRun(all *lint.Set, threshold diag.Severity, code int) (diag.Run, error) {
	dir, err := os.Getwd()
	if err != nil {
		return diag.Run{}, err
	}
	run := diag.Run{
		ToolVersion: version(), Files: all.Names(), FailOn: threshold,
		Dir: filepath.ToSlash(dir), Root: repositoryRoot(dir), ExitCode: code, Incomplete: code == exit.Bug,
	}
	for _, r := range check.Rules() {
		run.Rules = append(run.Rules, diag.RuleInfo{
			Code: r.Code, Name: r.Name, Severity: r.Severity, Summary: r.Summary, Doc: r.Doc(), URL: ruleURL(r),
		})
	}
	return run, nil
}

// ruleURL is where the documentation of a rule can be read.
func ruleURL(r *check.Rule) string {
	file := strings.ToLower(string(r.Code)) + "_" + strings.ReplaceAll(r.Name, "-", "_") + ".md"
	return "https://github.com/tykctl/tykctl/blob/main/compiler/check/" + file
}

// repositoryRoot is where CI has checked the repository out, if dir is in it, or dir: services want names from there on.
func repositoryRoot(dir string) string {
	for _, name := range []string{"GITHUB_WORKSPACE", "CI_PROJECT_DIR"} {
		root := os.Getenv(name)
		if root == "" {
			continue
		}
		if inside, err := filepath.Rel(root, dir); err == nil && filepath.IsLocal(inside) {
			return filepath.ToSlash(filepath.Clean(root))
		}
	}
	return filepath.ToSlash(dir)
}
