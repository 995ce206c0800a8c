package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/baseline"
	"github.com/tykctl/tykctl/cmd/internal/config"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/cmd/internal/lsp"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

func newLSPCmd(std stdio) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Run a language server for editors",
		Long: `Lsp speaks the Language Server Protocol on standard input and output: an editor starts it and shows what validate would say, while
definitions are written. docs/editors.md tells how to set editors up.`,
		Args: args(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := untilStopped(cmd.Context())
			defer stop()
			return runLSP(ctx, std)
		},
	}
	cmd.Flags().Bool("stdio", true, "speak on standard input and output; there is no other way, but many editors pass the flag")
	return cmd
}

func runLSP(ctx context.Context, std stdio) error {
	err := lsp.Serve(ctx, std.In, std.Out, lsp.Options{Check: checkWorkspace, Rule: ruleForEditors, Version: version(), Log: std.Err})
	if err != nil {
		return &exit.Error{Code: exit.Problems, Err: err} // the protocol wants 1
	}
	return nil
}

// maxWorkspaceFiles bounds the files of a workspace: an editor may be opened on a home directory.
const maxWorkspaceFiles = 20_000

// checkWorkspace is what the language server asks: what validate says of a directory, with its configuration, ignores, policies and baseline. A
// configuration with mistakes is shown, and not followed.
func checkWorkspace(ctx context.Context, root string, overlay map[string][]byte) (lsp.Result, error) {
	conf, mistakes, err := workspaceConfig(root)
	if err != nil {
		return lsp.Result{}, err
	}
	inputs, err := workspaceInputs(root, conf, overlay)
	if err != nil {
		return lsp.Result{}, err
	}
	v := validation{config: conf}
	v.baseline, v.policies = conf.Baseline.V, conf.Policies.V
	opt, err := v.lintOptions()
	if err != nil {
		opt.Policies = nil // they may be written only now
	}
	opt.Read = func(in lint.Input) ([]byte, error) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if data, open := overlay[in.Path]; open {
			return data, nil
		}
		data, err := os.ReadFile(in.Path)
		if err != nil {
			return []byte("{}"), nil //nolint:nilerr // it may be gone by now; a file that cannot be read must not hide what is wrong with the others
		}
		return data, nil
	}
	set, err := lint.Check(inputs, opt)
	if err != nil {
		return lsp.Result{}, err
	}
	found := set.Found
	if b, err := baseline.Load(v.baseline, true); v.baseline != "" && err == nil {
		found, _, _ = b.New(found, set.Names())
	}
	result := lsp.Result{Findings: append(found, mistakes...), Files: make(map[string]*source.File, len(set.Docs))}
	for _, doc := range set.Docs {
		result.Files[doc.File.Name] = doc.File
	}
	return result, nil
}

// workspaceConfig is the configuration of a directory, or an empty one and what is wrong with that.
func workspaceConfig(root string) (*config.Config, diag.List, error) {
	conf := &config.Config{}
	found, err := config.Find(root)
	if err == nil && found.Path != "" {
		conf, err = config.Load(found.Path)
	}
	var mistakes *config.Error
	switch {
	case errors.As(err, &mistakes):
		return &config.Config{}, mistakes.List, nil
	case err != nil:
		return nil, nil, err
	}
	return conf, nil, nil
}

// workspaceInputs are the files below root, and what is open in the editor besides.
func workspaceInputs(root string, conf *config.Config, overlay map[string][]byte) ([]lint.Input, error) {
	var inputs []lint.Input
	if info, err := os.Stat(root); err == nil && info.IsDir() {
		inputs, err = lint.Search{Ignored: conf.Ignored}.Inputs([]string{root})
		if err != nil && exit.Code(err) != exit.Usage { // wrong usage would be that there is none, which is nobody's fault here
			return nil, err
		}
	}
	inputs = slices.DeleteFunc(inputs, func(in lint.Input) bool {
		_, open := overlay[in.Path]
		return open || !readable(in.Path)
	})
	if len(inputs) > maxWorkspaceFiles {
		return nil, fmt.Errorf("%s has %d JSON and YAML files, more than the %d that are checked; open a folder that holds API definitions", root, len(inputs), maxWorkspaceFiles)
	}
	for name := range overlay {
		inputs = append(inputs, lint.Input{Name: filepath.ToSlash(name), Path: name, Listed: true})
	}
	slices.SortFunc(inputs, func(a, b lint.Input) int { return strings.Compare(a.Name, b.Name) })
	return inputs, nil
}

// maxFile bounds one file of a workspace, in bytes.
const maxFile = 64 << 20

func readable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() <= maxFile
}

// unneeded are the rules that find what is of no effect; editors show it faded.
var unneeded = []string{"trailing-comma", "text-after-document", "unused-ignore"}

// outdated are the rules that find what should no longer be used; editors strike it through.
var outdated = []string{"deprecated-method", "deprecated-field"}

// ruleForEditors is what an editor shows of a rule.
func ruleForEditors(code diag.Code) lsp.Rule {
	r := check.Find(string(code))
	if r == nil {
		return lsp.Rule{}
	}
	return lsp.Rule{
		Doc: r.Doc(), URL: ruleURL(r), Always: r.Always,
		Deprecated: slices.Contains(outdated, r.Name), Unneeded: slices.Contains(unneeded, r.Name),
	}
}
