package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"

	"github.com/tykctl/tykctl/cmd/internal/atomicfile"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/fix"
	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/classic"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/source"
)

// classicOptions are the flags of import that are for Tyk Classic definitions.
type classicOptions struct {
	out     string // the directory of all that come of it
	verbose bool

	// What import has for other purposes, too.
	output string // the file of one definition
	to     string // json or yaml; empty: as the name of the output says, or JSON
	force  bool
	dryRun bool
}

func (o *classicOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.out, "out", "", "directory for what comes of Classic definitions, for --from classic")
	f.BoolVar(&o.verbose, "verbose", false, "name settings that had no effect, too, for --from classic")
}

// fromClassic is import of Tyk Classic definitions. Flags about descriptions are refused; the environment may hold a secret for those.
func (o *importOptions) fromClassic(flags *pflag.FlagSet, std stdio, input string) error {
	if o.from != "classic" {
		return exit.Usagef("--from is %q; it may be classic", o.from)
	}
	var foreign error
	flags.Visit(func(f *pflag.Flag) {
		if !slices.Contains([]string{"from", "out", "output", "to", "force", "dry-run", "verbose", "notify-secret", "secret-file"}, f.Name) {
			foreign = exit.Usagef("--%s is about OpenAPI descriptions, and --from classic reads Tyk Classic definitions", f.Name)
		}
	})
	if flags.Changed("push") {
		foreign = exit.Usagef("--push is about OpenAPI descriptions; `tykctl api apply` sends a gateway what --from classic has written")
	}
	if foreign != nil {
		return foreign
	}
	c := o.classic
	c.output, c.to, c.force, c.dryRun = o.output, o.to, o.force, o.dryRun
	if c.output == "-" {
		c.output = ""
	}
	return runImportClassic(std, input, c)
}

// classicRun turns Tyk Classic definitions into Tyk OAS ones.
type classicRun struct {
	classicOptions

	std      stdio
	texts    map[string]*source.File
	said     diag.List // about what was read
	checked  diag.List // about the results
	results  []classicResult
	policies []*policies.File
	apis     int // Classic definitions
}

// classicResult is a file that is to be written. The name is relative to the directory of the results.
type classicResult struct {
	name  string
	text  []byte
	mode  os.FileMode
	taken bool          // it is taken over as it is
	doc   *oas.Document // nil for policies
	error bool          // it must not be written
}

// runImportClassic converts one definition, or all in a directory. Results with errors are not written; the others are, and exit code 1 says
// that something was lost, or asks for a person.
func runImportClassic(std stdio, input string, opts classicOptions) error {
	c := &classicRun{classicOptions: opts, std: std, texts: map[string]*source.File{}}
	if err := c.usage(input); err != nil {
		return err
	}
	if err := c.read(input); err != nil {
		return err
	}
	c.check()
	if err := c.print(); err != nil {
		return err
	}
	differ, err := c.write()
	if err != nil {
		return err
	}
	c.summary()
	failed := slices.ContainsFunc(c.results, func(r classicResult) bool { return r.error })
	switch {
	case failed || c.said.Count(diag.Warning)+c.said.Count(diag.Error) > 0 || c.policiesAsk():
		return exit.Reported(exit.Problems)
	case differ:
		return exit.Reported(exit.Differences)
	}
	return nil
}

func (c *classicRun) usage(input string) error {
	info, err := os.Stat(input)
	dir := err == nil && info.IsDir()
	switch {
	case c.to != "" && c.to != "json" && c.to != "yaml":
		return exit.Usagef("--to is %q; it may be json or yaml", c.to)
	case c.output != "" && c.out != "":
		return exit.Usagef("-o is the file of one definition, --out the directory of several: give one of them")
	case dir && c.out == "":
		return exit.Usagef("%s is a directory; --out names the directory for what becomes of it", input)
	case dir && sameFile(input, c.out):
		return exit.Usagef("--out is the directory that is read; write to another one, so that the Classic definitions stay")
	case c.output != "" && input != "-" && sameFile(input, c.output):
		return exit.Usagef("-o is the Classic definition itself; write to another file")
	case c.dryRun && c.output == "" && c.out == "":
		return exit.Usagef("--dry-run wants -o or --out, something to compare with")
	}
	return nil
}

// check looks at the results as `tykctl validate` does, all together.
func (c *classicRun) check() {
	var docs []*oas.Document
	for i := range c.results {
		r := &c.results[i]
		if r.doc == nil {
			continue
		}
		doc, list := oas.Load(c.shown(r.name), r.text)
		r.doc = doc
		c.texts[doc.File.Name] = doc.File
		c.checked = append(c.checked, list...)
		docs = append(docs, doc)
	}
	c.checked = append(c.checked, compiler.Check(docs, check.Options{Policies: c.policies})...)
	for i := range c.results {
		r := &c.results[i]
		r.error = r.doc != nil && slices.ContainsFunc(c.checked, func(d diag.Diagnostic) bool {
			return d.Severity == diag.Error && d.At.File == r.doc.File.Name
		})
	}
}

// policiesAsk reports whether something is to be done about the policies: to a version that has become an API they grant no access.
func (c *classicRun) policiesAsk() bool {
	return slices.ContainsFunc(c.checked, func(d diag.Diagnostic) bool {
		return d.Severity > diag.Info && slices.ContainsFunc(c.policies, func(f *policies.File) bool { return f.Name == d.At.File })
	})
}

// shown is what a result is called.
func (c *classicRun) shown(name string) string {
	switch {
	case c.out != "":
		return filepath.ToSlash(filepath.Join(c.out, name))
	case c.output != "":
		return filepath.ToSlash(c.output)
	}
	return "stdout"
}

// print prints the loss report, and what is wrong with the results.
func (c *classicRun) print() error {
	list := slices.Concat(c.said, c.checked)
	list = slices.DeleteFunc(list, func(d diag.Diagnostic) bool { return d.Severity == diag.Info && !c.tells(d) })
	color, err := useColor("auto", c.std.Err)
	if err != nil {
		return err
	}
	return unwritten(diag.WriteText(c.std.Err, list.Sort(), func(name string) *source.File { return c.texts[name] }, color))
}

// tells reports whether an information is printed: what takes another form is, what had no effect on demand.
func (c *classicRun) tells(d diag.Diagnostic) bool {
	return d.Code == classic.CodeChanged || d.Code == classic.CodeIdle && c.verbose
}

// write writes the results, or shows what would change. Nothing is replaced unasked, and then nothing is written at all.
func (c *classicRun) write() (differ bool, err error) {
	if c.output == "" && c.out == "" {
		return false, c.writeOut()
	}
	var wanted []classicResult
	old := map[string][]byte{}
	for _, r := range c.results {
		if r.error {
			continue
		}
		path := filepath.FromSlash(c.shown(r.name))
		had, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, exit.Unread(err)
		}
		if err == nil && bytes.Equal(had, r.text) {
			continue
		}
		if err == nil && !c.force && !c.dryRun {
			return false, exit.Usagef("%s exists and holds something else; --force replaces it", path)
		}
		if err == nil {
			old[path] = had
		}
		wanted = append(wanted, r)
	}
	for _, r := range wanted {
		path := filepath.FromSlash(c.shown(r.name))
		if err := c.put(path, old[path], r); err != nil {
			return false, err
		}
	}
	return c.dryRun && len(wanted) > 0, nil
}

func (c *classicRun) put(path string, old []byte, r classicResult) error {
	if c.dryRun {
		_, err := c.std.Out.Write(fix.Diff(path, old, r.text))
		return unwritten(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return exit.Unread(err)
	}
	return unwritten(atomicfile.Write(path, r.text, r.mode|0o200, nil))
}

// writeOut prints the one result.
func (c *classicRun) writeOut() error {
	if len(c.results) != 1 || c.results[0].error {
		return nil
	}
	_, err := c.std.Out.Write(c.results[0].text)
	return unwritten(err)
}

// summary says what became of a directory.
func (c *classicRun) summary() {
	if c.out == "" {
		return
	}
	written, failed, taken := 0, 0, 0
	for _, r := range c.results {
		switch {
		case r.error:
			failed++
			fmt.Fprintf(c.std.Err, "not written: %s\n", diag.Visible(c.shown(r.name)))
		case r.taken:
			taken++
		default:
			written++
		}
	}
	verb := "in"
	if c.dryRun {
		verb = "would be in"
	}
	fmt.Fprintf(c.std.Err, "%s from %s %s %s", listing(written, "definition"), listing(c.apis, "Classic definition"), verb, diag.Visible(c.out))
	for _, part := range []struct {
		n          int
		noun, what string
	}{{taken, "file", "taken over"}, {failed, "definition", "not written"}, {c.lost(), "setting", "lost"}} {
		if part.n > 0 {
			fmt.Fprintf(c.std.Err, "; %s %s", listing(part.n, part.noun), part.what)
		}
	}
	fmt.Fprintln(c.std.Err)
}

func (c *classicRun) lost() int {
	n := 0
	for i := range c.said {
		if c.said[i].Code == classic.CodeLost {
			n++
		}
	}
	return n
}
