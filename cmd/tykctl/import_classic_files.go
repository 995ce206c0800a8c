package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/classic"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

// read reads what is to be converted, and converts it.
func (c *classicRun) read(input string) error {
	info, err := os.Stat(input)
	switch {
	case input == "-":
		return c.one(lint.Input{Name: "stdin"}, 0o600)
	case err != nil:
		return exit.Unread(err)
	case !info.IsDir():
		return c.one(lint.Input{Name: filepath.ToSlash(input), Path: input}, info.Mode().Perm())
	}
	err = filepath.WalkDir(input, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (path != input && strings.HasPrefix(d.Name(), ".") || sameFile(path, c.out)):
			return filepath.SkipDir
		case !d.Type().IsRegular() || !slices.Contains([]string{".json", ".yaml", ".yml"}, strings.ToLower(filepath.Ext(path))):
			return nil
		}
		return c.found(input, path)
	})
	var known *exit.Error
	if err != nil && !errors.As(err, &known) {
		return exit.Unread(err)
	}
	if err == nil && c.apis == 0 {
		err = exit.Usagef("no file below %s holds a Tyk Classic API definition", input)
	}
	return err
}

// one is a definition that was asked for by name.
func (c *classicRun) one(in lint.Input, mode os.FileMode) error {
	file, err := c.index(in)
	if err != nil {
		return err
	}
	if file == nil {
		return c.stop()
	}
	n := c.convert(file, filepath.Base(in.Name), mode)
	if n > 1 && c.out == "" {
		return exit.Usagef("%s becomes %d definitions, one a version; --out names a directory for them", in.Name, n)
	}
	if n == 0 {
		return c.stop()
	}
	return nil
}

// stop ends the run where nothing can be converted.
func (c *classicRun) stop() error {
	if err := c.print(); err != nil {
		return err
	}
	return exit.Reported(exit.Problems)
}

// index reads a file; nil when that cannot be done, which is noted.
func (c *classicRun) index(in lint.Input) (*source.File, error) {
	data, err := lint.ReadFile(in, c.std.In)
	if err != nil {
		return nil, exit.Unread(err)
	}
	doc, list := oas.Load(in.Name, data)
	// What is said of an OpenAPI document is of no use here; faults of the notation are.
	for _, d := range list {
		if d.Code < oas.CodeVersion {
			c.said = append(c.said, d)
		}
	}
	if doc == nil || doc.File == nil || slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Code == oas.CodeSyntax }) {
		return nil, nil
	}
	c.texts[in.Name] = doc.File
	return doc.File, nil
}

// convert converts a definition and reports how many it has become.
func (c *classicRun) convert(file *source.File, base string, mode os.FileMode) int {
	c.apis++
	defs, list := classic.Convert(file)
	c.said = append(c.said, list...)
	stem := strings.TrimSuffix(base, filepath.Ext(base))
	for _, d := range defs {
		name := stem
		if d.Version != "" {
			name += "-" + fileName(d.Version)
		}
		text, extension := d.Data, ".json"
		if c.yaml() {
			text, extension = yamlText(d.Data), ".yaml"
		}
		c.results = append(c.results, classicResult{name: name + extension, text: text, mode: mode, doc: &oas.Document{}})
	}
	return len(defs)
}

// yaml reports whether YAML is wanted.
func (c *classicRun) yaml() bool {
	ext := strings.ToLower(filepath.Ext(c.output))
	return c.to == "yaml" || c.to == "" && (ext == ".yaml" || ext == ".yml")
}

// yamlText is a document, which is JSON, as YAML.
func yamlText(data []byte) []byte {
	f, err := source.Index("result", data)
	if err != nil {
		return data // JSON is YAML
	}
	return source.Same(f.Root()).Write(source.YAML)
}

// unfit is what a file name had better not have in it.
var unfit = regexp.MustCompile(`[^a-zA-Z0-9._-]+`)

func fileName(text string) string { return unfit.ReplaceAllString(text, "_") }

// found is a file of a directory: a definition, policies, or something else.
func (c *classicRun) found(root, path string) error {
	in := lint.Input{Name: filepath.ToSlash(path), Path: path}
	relative, err := filepath.Rel(root, path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	said := len(c.said)
	file, err := c.index(in)
	if file == nil || err != nil {
		return err
	}
	mode, dir := info.Mode().Perm(), filepath.Dir(relative)
	switch {
	case classic.Is(file.Root()) && classic.IsView(file.Root()):
		c.said = c.said[:said]
		fmt.Fprintf(c.std.Err, "left out: %s, which a gateway has made of a Tyk OAS definition\n", diag.Visible(in.Name))
	case classic.Is(file.Root()):
		first := len(c.results)
		c.convert(file, filepath.Base(path), mode)
		for i := range c.results[first:] {
			r := &c.results[first+i]
			r.name = filepath.Join(dir, r.name)
		}
		return c.distinct(first)
	case file.Root().Get(tyk.Key).Kind() == source.Object:
		c.said = c.said[:said] // the checks of the result say it again
		c.results = append(c.results, classicResult{name: relative, text: []byte(file.Text()), mode: mode, taken: true, doc: &oas.Document{}})
		return c.distinct(len(c.results) - 1)
	case isPolicies(path):
		c.said = c.said[:said]
		return c.policyFile(in, relative, mode)
	default:
		c.said = c.said[:said]
		fmt.Fprintf(c.std.Err, "left out: %s, which is no API definition and no policies file\n", diag.Visible(in.Name))
	}
	return nil
}

// distinct refuses two results of one name.
func (c *classicRun) distinct(first int) error {
	for i := first; i < len(c.results); i++ {
		for j := range i {
			if c.results[i].name == c.results[j].name {
				return exit.Usagef("two definitions would be written to %s; rename one of the files that they come from", c.shown(c.results[i].name))
			}
		}
	}
	return nil
}

// isPolicies reports whether a file is where gateways have policies.
func isPolicies(path string) bool {
	return strings.EqualFold(filepath.Base(path), "policies.json") || strings.EqualFold(filepath.Base(filepath.Dir(path)), "policies")
}

// policyFile takes policies over as they are: they name APIs by ids, which stay.
func (c *classicRun) policyFile(in lint.Input, relative string, mode os.FileMode) error {
	files, list, err := lint.LoadPolicies([]lint.Input{in}, nil)
	if err != nil {
		return err
	}
	c.checked = append(c.checked, list...)
	c.policies = append(c.policies, files...)
	for _, f := range files {
		if f.Source != nil {
			c.texts[f.Name] = f.Source
			c.results = append(c.results, classicResult{name: relative, text: []byte(f.Source.Text()), mode: mode, taken: true})
		}
	}
	return nil
}
