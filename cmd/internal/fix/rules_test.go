package fix_test

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tykctl/tykctl/cmd/internal/fix"
	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

var update = flag.Bool("update", false, "rewrite golden files; then read the diff")

const rulesDir = "../../../testdata/rules"

// beside checks a file together with others, as `tykctl validate` does.
func beside(others map[string][]byte) fix.Check {
	return func(name string, data []byte) diag.List {
		var found diag.List
		var docs []*oas.Document
		load := func(name string, data []byte) {
			doc, list := oas.Load(name, data)
			found = append(found, list...)
			if doc != nil {
				docs = append(docs, doc)
			}
		}
		load(name, data)
		for _, other := range slices.Sorted(maps.Keys(others)) {
			if other != name {
				load(other, others[other])
			}
		}
		return append(found, compiler.Check(docs, check.Options{})...).Sort()
	}
}

// badDocuments are the documents of a rule's folder that break it: each with those it is checked together with.
func badDocuments(t *testing.T, code diag.Code) []map[string][]byte {
	t.Helper()
	dir := filepath.Join(rulesDir, string(code))
	matches, err := filepath.Glob(filepath.Join(dir, "bad*"))
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string][]byte
	for _, m := range matches {
		paths := []string{m}
		if info, err := os.Stat(m); err == nil && info.IsDir() {
			paths, _ = filepath.Glob(filepath.Join(m, "*.*")) // the pattern is good; folders within are there to be referred to
		}
		set := map[string][]byte{}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			name, relErr := filepath.Rel(dir, path)
			if err != nil || relErr != nil {
				t.Fatal(err, relErr)
			}
			if filepath.Ext(path) != ".want" && !strings.HasPrefix(filepath.Base(path), "policies") { // which are no documents
				set[filepath.ToSlash(name)] = data
			}
		}
		if len(set) > 0 {
			all = append(all, set)
		}
	}
	return all
}

// TestGoldenFixes mends the documents that break rules. What comes of bad.yaml is fixed/bad.yaml. It also holds that Rule.Fix is true.
func TestGoldenFixes(t *testing.T) {
	for _, rule := range check.Rules() {
		t.Run(string(rule.Code), func(t *testing.T) {
			var safe, unsafe bool
			golden := map[string]bool{}
			for _, set := range badDocuments(t, rule.Code) {
				for name, data := range set {
					applied := mend(t, rule.Code, name, data, beside(set), golden)
					for i := range applied {
						if applied[i].Code == rule.Code {
							safe = safe || !applied[i].Fix.Unsafe
							unsafe = unsafe || applied[i].Fix.Unsafe
						}
					}
				}
			}
			want := ""
			switch {
			case safe:
				want = check.FixSafe
			case unsafe:
				want = check.FixUnsafe
			}
			if rule.Fix != want {
				t.Errorf("Fix is %q, by its golden files it must be %q", rule.Fix, want)
			}
			noOtherFiles(t, filepath.Join(rulesDir, string(rule.Code), "fixed"), golden)
		})
	}
}

// mend makes all fixes of a document and compares with the golden file, of which there is none where there is nothing to mend.
func mend(t *testing.T, code diag.Code, name string, data []byte, chk fix.Check, golden map[string]bool) []diag.Diagnostic {
	t.Helper()
	if _, _, err := fix.Fix(name, data, chk, false); err != nil {
		t.Error(err)
	}
	fixed, applied, err := fix.Fix(name, data, chk, true)
	if err != nil {
		t.Error(err)
	}
	if len(applied) == 0 {
		return nil
	}
	if again, more, _ := fix.Fix(name, fixed, chk, true); len(more) > 0 || string(again) != string(fixed) {
		t.Errorf("%s: there is more to mend: %v", name, more)
	}
	path := filepath.Join(rulesDir, string(code), "fixed", filepath.FromSlash(name))
	golden[path] = true
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, fixed, 0o644); err != nil {
			t.Fatal(err)
		}
		return applied
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(fixed)); diff != "" {
		t.Errorf("%s: run `make golden` if this is meant (-want +got):\n%s", path, diff)
	}
	return applied
}

func noOtherFiles(t *testing.T, dir string, golden map[string]bool) {
	t.Helper()
	for _, pattern := range []string{"*", "*/*"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern)) // the patterns are good
		for _, f := range files {
			if info, err := os.Stat(f); err == nil && !info.IsDir() && !golden[f] {
				t.Errorf("%s: nothing is mended there any more", strings.TrimPrefix(f, rulesDir+"/"))
			}
		}
	}
}
