package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/atomicfile"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/project"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

type bundleOptions struct {
	stdinName string
	main      string
	to        string
	out       string
}

func newBundleCmd(std stdio) *cobra.Command {
	opts := bundleOptions{stdinName: "stdin"}
	cmd := &cobra.Command{
		Use:   "bundle FILE|DIR|ZIP|-",
		Short: "Make one document of a document and the files that it refers to",
		Long: `Bundle prints a document in which no $ref leads to another file, and which means the same: a Tyk Gateway reads one file an API.

What a $ref leads to becomes a component under its own name, or with what it lies in before that where the name is taken, which is reported. Path items,
and what is referred to where OpenAPI allows no $ref, are put in their place. Circles stay references.

Of a directory or a ZIP archive the main file is the one that holds an OpenAPI document; --main names it where that is not clear. The order, the notation
and the comments of the main file are kept.`,
		Example: `  tykctl bundle api/openapi.yaml -o api.yaml
  tykctl bundle api.zip --main api/openapi.yaml --to json
  curl -s https://example.com/api.zip | tykctl bundle - -o api.json`,
		Args: args(cobra.ExactArgs(1), "one file, directory or archive, or -"),
		RunE: func(_ *cobra.Command, list []string) error { return runBundle(std, list[0], &opts) },
	}
	cmd.Flags().StringVar(&opts.main, "main", "", "main file within a directory or an archive")
	cmd.Flags().StringVar(&opts.to, "to", "", "notation to write: json or yaml (default: as the name of the output says, or as the main file has it)")
	cmd.Flags().StringVarP(&opts.out, "output", "o", "", "file to write instead of standard output")
	cmd.Flags().StringVar(&opts.stdinName, "stdin-filename", opts.stdinName, "name of the document on standard input")
	return cmd
}

func runBundle(std stdio, arg string, opts *bundleOptions) error {
	if opts.to != "" && opts.to != "json" && opts.to != "yaml" {
		return exit.Usagef("--to is %q; it may be json or yaml", opts.to)
	}
	p, err := project.Search{Stdin: std.In, StdinName: opts.stdinName, Main: opts.main}.Open(arg)
	if err != nil {
		return err
	}
	defer p.Close()
	doc, found := oas.LoadWith(p.Name, p.Data, p.Options)
	var text []byte
	if doc != nil {
		var said diag.List
		text, said = oas.Bundle(doc, p.Options, opts.format(doc.File))
		found = bundleFindings(found, said, text != nil)
	}
	if err := printBundle(std, found.Sort(), doc); err != nil {
		return exit.Unread(err)
	}
	switch {
	case text == nil:
		return exit.Reported(exit.Problems)
	case opts.out != "":
		err = atomicfile.Write(opts.out, text, 0o644, nil)
	default:
		_, err = std.Out.Write(text)
	}
	if err != nil {
		return exit.Unread(err)
	}
	return nil
}

// bundleFindings is what there is to say: the notes of the bundler, or why there is no bundle. What is wrong with a document is told at its place,
// and at that in the bundle only if it has come about there.
func bundleFindings(found, said diag.List, done bool) diag.List {
	if done {
		return said
	}
	found = slices.DeleteFunc(found, notFatal)
	return append(found, slices.DeleteFunc(said, func(d diag.Diagnostic) bool {
		return notFatal(d) || len(found) > 0 && strings.HasSuffix(d.At.File, oas.Bundled)
	})...)
}

// notFatal reports whether a finding leaves a document usable as plain OpenAPI.
func notFatal(d diag.Diagnostic) bool {
	return d.Severity != diag.Error || d.Code == oas.CodeNoExtension
}

// format is the notation that is wanted.
func (o *bundleOptions) format(main *source.File) source.Format {
	wanted := o.to
	if wanted == "" {
		wanted = strings.TrimPrefix(strings.ToLower(filepath.Ext(o.out)), ".")
	}
	switch wanted {
	case "json":
		return source.JSON
	case "yaml", "yml":
		return source.YAML
	}
	return main.Format()
}

// printBundle prints what there is to say about the files of a document.
func printBundle(std stdio, found diag.List, doc *oas.Document) error {
	texts := map[string]*source.File{}
	if doc != nil {
		for _, f := range append([]*source.File{doc.File}, doc.Others...) {
			texts[f.Name] = f
		}
	}
	color, err := useColor("auto", std.Err)
	if err != nil {
		return err
	}
	return diag.WriteText(std.Err, found, func(name string) *source.File { return texts[name] }, color)
}
