package compiler_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/compiler/ignore"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/source"
)

var update = flag.Bool("update", false, "rewrite golden files; then read the diff")

const rulesDir = "../testdata/rules"

// targetLine is the first line of a document that is checked for one release of Tyk Gateway.
var targetLine = regexp.MustCompile(`^# target: "([0-9.]+)"\n`)

// checkFiles does what `tykctl validate` does: load, check, ignore, sort. Files whose name begins with "policies" are policies files.
func checkFiles(t testing.TB, paths ...string) (diag.List, diag.Texts) {
	t.Helper()
	files := map[string]*source.File{}
	var opt check.Options
	var docs []*oas.Document
	var found diag.List
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if m := targetLine.FindSubmatch(data); m != nil {
			opt.Target = string(m[1])
		}
		name := filepath.Base(path)
		if strings.HasPrefix(name, "policies") {
			file, list := policies.Load(name, data)
			found, opt.Policies = append(found, list...), append(opt.Policies, file)
			if file.Source != nil {
				files[name] = file.Source
			}
			continue
		}
		doc, list := oas.LoadWith(name, data, oas.Options{Files: beside(t, path)})
		found = append(found, list...)
		if doc != nil {
			docs = append(docs, doc)
			files[name] = doc.File
			for _, other := range doc.Others {
				files[other.Name] = other
			}
		}
	}
	found = append(found, compiler.Check(docs, opt)...)
	var read []*source.File
	for _, doc := range docs {
		read = append(read, doc.File)
	}
	return ignore.Apply(read, found.Sort()), func(name string) *source.File { return files[name] }
}

// beside is what a document may refer to: the folder that it is in.
func beside(t testing.TB, path string) *oas.Files {
	t.Helper()
	files, err := oas.OpenFiles(filepath.Dir(path), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	return files
}

// cases returns the golden inputs of a rule: bad*.json or .yaml, or folders bad* whose files are checked together. What is in folders within
// these is there to be referred to.
func cases(t *testing.T, code diag.Code, prefix string) [][]string {
	t.Helper()
	matches, err := filepath.Glob(filepath.Join(rulesDir, string(code), prefix+"*"))
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for _, m := range matches {
		info, err := os.Stat(m)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case info.IsDir():
			inside, err := filepath.Glob(filepath.Join(m, "*.*"))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, inside)
		case filepath.Ext(m) != ".want":
			all = append(all, []string{m})
		}
	}
	return all
}

func goldenFile(paths []string) string {
	if folder := filepath.Dir(paths[0]); filepath.Dir(filepath.Dir(folder)) == rulesDir {
		return folder + ".want"
	}
	return strings.TrimSuffix(paths[0], filepath.Ext(paths[0])) + ".want"
}

// TestGoldenRules runs every rule on documents that break it and on documents that do not. An ok document gives no diagnostic of any rule,
// but for what our own runtime does not serve.
func TestGoldenRules(t *testing.T) {
	for _, rule := range check.Rules() {
		t.Run(string(rule.Code), func(t *testing.T) {
			if rule.Internal {
				return // no document is known to bring it about
			}
			bad, ok := cases(t, rule.Code, "bad"), cases(t, rule.Code, "ok")
			if len(bad) == 0 || len(ok) == 0 {
				t.Fatalf("%s/%s needs a bad and an ok document", rulesDir, rule.Code)
			}
			for _, paths := range bad {
				found, texts := checkFiles(t, paths...)
				if !slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Code == rule.Code }) {
					t.Errorf("%v: no %s among %v", paths, rule.Code, found)
				}
				compareGolden(t, goldenFile(paths), text(t, aboutTyk(found, rule), texts))
			}
			for _, paths := range ok {
				found, texts := checkFiles(t, paths...)
				if found = aboutTyk(found, rule); len(found) > 0 {
					t.Errorf("%v is meant to be fine:\n%s", paths, text(t, found, texts))
				}
			}
		})
	}
}

// aboutTyk leaves out what is said of our own runtime alone: a definition is fine for a gateway whether we serve it or not.
func aboutTyk(l diag.List, rule *check.Rule) diag.List {
	return slices.DeleteFunc(l, func(d diag.Diagnostic) bool {
		r := check.Find(string(d.Code))
		return r != rule && d.Severity == diag.Info && r.Serving > d.Severity
	})
}

func text(t testing.TB, l diag.List, texts diag.Texts) string {
	t.Helper()
	var b bytes.Buffer
	if err := diag.WriteText(&b, l, texts, false); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: run `make golden` if this is meant (-want +got):\n%s", path, diff)
	}
}

// TestRuleSet checks what every rule must have, so that none is added by half.
func TestRuleSet(t *testing.T) {
	codes, names := map[diag.Code]bool{}, map[string]bool{}
	for _, r := range check.Rules() {
		if codes[r.Code] || names[r.Name] {
			t.Errorf("%s %s: code or name is taken", r.Code, r.Name)
		}
		codes[r.Code], names[r.Name] = true, true
		if !regexp.MustCompile(`^TYK[1-4]\d\d$`).MatchString(string(r.Code)) {
			t.Errorf("%s is not a code", r.Code)
		}
		if !regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`).MatchString(r.Name) {
			t.Errorf("%s: name %q", r.Code, r.Name)
		}
		if r.Severity == 0 || r.Since == "" || r.Summary == "" || strings.HasSuffix(r.Summary, ".") {
			t.Errorf("%s: severity, since and a summary without a full stop are needed", r.Code)
		}
		if r.Check != nil && r.CheckSet != nil {
			t.Errorf("%s: Check and CheckSet", r.Code)
		}
		if check.Find(strings.ToLower(string(r.Code))) != r || check.Find(r.Name) != r {
			t.Errorf("%s cannot be found by code and name", r.Code)
		}
	}
	folders, err := os.ReadDir(rulesDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if !codes[diag.Code(f.Name())] {
			t.Errorf("%s/%s belongs to no rule", rulesDir, f.Name())
		}
	}
}

// TestDocExamples runs the examples of each rule's documentation: the bad ones give the rule's code, the good ones give nothing at all.
func TestDocExamples(t *testing.T) {
	for _, r := range check.Rules() {
		t.Run(string(r.Code), func(t *testing.T) {
			doc := r.Doc()
			if r.Internal && strings.Contains(doc, "\n## What to do\n") {
				return // a failure of ours has no examples
			}
			if !strings.HasPrefix(doc, fmt.Sprintf("# %s %s\n", r.Code, r.Name)) {
				t.Fatalf("documentation must begin with %q", fmt.Sprintf("# %s %s", r.Code, r.Name))
			}
			bad, good := examples(doc, "Bad"), examples(doc, "Good")
			if len(bad) == 0 || len(good) == 0 || !strings.Contains(doc, "\n## What to do\n") {
				t.Fatal(`documentation needs the headings "## Bad", "## Good" and "## What to do", the first two with fenced examples`)
			}
			if found := checkExamples(t, bad); !slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Code == r.Code && d.Severity == r.Severity }) {
				t.Errorf("bad example does not give %s %s: %v", r.Severity, r.Code, found)
			}
			if found := aboutTyk(checkExamples(t, good), r); len(found) > 0 {
				t.Errorf("good example gives %v", found)
			}
		})
	}
}

func checkExamples(t *testing.T, list []example) diag.List {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i, e := range list {
		name := e.name
		if name == "" {
			name = fmt.Sprintf("example%d.%s", i+1, e.language)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(e.text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	found, _ := checkFiles(t, paths...)
	return found
}

type example struct{ language, name, text string }

// fence matches an example. A name behind the language, such as policies.json, is that of its file.
var fence = regexp.MustCompile("(?s)```(yaml|json)(?: ([a-z0-9.-]+))?\n(.*?)```")

// examples returns the fenced blocks below a heading. They are checked together, as one run.
func examples(doc, heading string) []example {
	_, rest, _ := strings.Cut(doc, "\n## "+heading+"\n")
	section, _, _ := strings.Cut(rest, "\n## ")
	var list []example
	for _, m := range fence.FindAllStringSubmatch(section, -1) {
		list = append(list, example{m[1], m[2], m[3]})
	}
	return list
}
