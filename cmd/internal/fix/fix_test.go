package fix_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/cmd/internal/fix"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// word is a rule of the test: it wants to replace a word by another one.
type word struct {
	code   diag.Code
	old    string
	put    string
	unsafe bool
}

// words finds words in a text.
func words(list ...word) fix.Check {
	return func(name string, data []byte) diag.List {
		var found diag.List
		for _, w := range list {
			for from := 0; ; {
				i := strings.Index(string(data[from:]), w.old)
				if i < 0 {
					break
				}
				at := source.Range{File: name, Start: source.Pos{Line: 1, Offset: from + i}, End: source.Pos{Line: 1, Offset: from + i + len(w.old)}}
				found = append(found, diag.Diagnostic{
					Code: w.code, Severity: diag.Error, Message: "found " + w.old, At: at,
					Fix: &diag.Fix{Unsafe: w.unsafe, Edits: []source.Edit{{At: at, Text: w.put}}},
				})
				from += i + len(w.old)
			}
		}
		return found.Sort()
	}
}

func TestFix(t *testing.T) {
	tests := []struct {
		name       string
		rules      []word
		unsafe     bool
		text, want string
		applied    int
		fault      string // "": none
	}{
		{"nothing to do", []word{{"TYK301", "a", "b", false}}, false, "xyz", "xyz", 0, ""},
		{"all places", []word{{"TYK301", "a", "b", false}}, false, "xaya", "xbyb", 2, ""},
		{"what an edit uncovers", []word{{"TYK301", "aa", "b", true}, {"TYK302", "bb", "c", true}}, true, "aaaa", "c", 3, ""},
		{"unsafe ones are left", []word{{"TYK301", "a", "b", true}}, false, "a", "a", 0, ""},
		{"unsafe ones are made", []word{{"TYK301", "a", "b", true}}, true, "a", "b", 1, ""},
		{"safe ones come first", []word{{"TYK301", "ab", "x", true}, {"TYK302", "bc", "y", false}}, true, "abc", "ay", 1, ""},
		{"the same edit twice is made once", []word{{"TYK301", "a", "bb", false}, {"TYK302", "a", "bb", false}}, false, "a", "bb", 2, ""},
		{"overlapping ones take turns", []word{{"TYK301", "aba", "c", false}}, false, "ababa", "cba", 1, ""},
		{"one that brings an error", []word{{"TYK301", "a", "b", false}, {"TYK302", "b", "c", true}, {"TYK303", "x", "y", false}}, false, "ax", "ay", 1, "1:0: the fix of TYK301 brings TYK302, found b; it was left out"},
		{"two that do harm together", []word{{"TYK301", "a", "c", true}, {"TYK302", "b", "c", true}, {"TYK100", "cc", "", true}}, true, "ab", "cb", 1, "1:0: the fix of TYK302 brings TYK100, found cc; it was left out"},
		{"one that mends nothing", []word{{"TYK301", "a", "aa", true}}, true, "a", "a", 0, "1:0: the fix of TYK301 does not mend it; it was left out"},
		{"one that changes nothing", []word{{"TYK301", "a", "a", false}}, false, "a", "a", 0, "1:0: the fix of TYK301 changes nothing; it was left out"},
		{"an unsafe one may uncover an error", []word{{"TYK301", "a", "b", true}, {"TYK302", "b", "b", false}}, true, "a", "b", 1, "1:0: the fix of TYK302 changes nothing; it was left out"},
		{"but none of notation", []word{{"TYK301", "a", "b", true}, {"TYK100", "b", "", true}}, true, "a", "a", 0, "1:0: the fix of TYK301 brings TYK100, found b; it was left out"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, applied, err := fix.Fix("f", []byte(tt.text), words(tt.rules...), tt.unsafe)
			if string(got) != tt.want || len(applied) != tt.applied {
				t.Errorf("%q with %d fixes, want %q with %d", got, len(applied), tt.want, tt.applied)
			}
			if fault := strings.TrimPrefix(message(err), "f:"); fault != tt.fault {
				t.Errorf("fault %q, want %q", fault, tt.fault)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestFixEnds gives Fix something that never ends.
func TestFixEnds(t *testing.T) {
	n := 0
	check := func(name string, data []byte) diag.List {
		n++
		at := source.Range{File: name}
		return diag.List{{Code: "TYK301", Severity: diag.Warning, Message: strings.Repeat("x", len(data)), Fix: &diag.Fix{Edits: []source.Edit{{At: at, Text: "x"}}}, At: at}}
	}
	if _, applied, err := fix.Fix("f", nil, check, false); len(applied) != 10 || err != nil {
		t.Errorf("%d fixes, %v", len(applied), err)
	}
}

// TestInsertions holds that two insertions at one place are not made together: the second may have to look otherwise.
func TestInsertions(t *testing.T) {
	check := func(name string, data []byte) diag.List {
		var found diag.List
		for _, w := range []string{"a", "b"} {
			if bytes.Contains(data, []byte(w)) {
				continue
			}
			text := w
			if len(data) > 2 {
				text = w + ","
			}
			at := source.Range{File: name, Start: source.Pos{Offset: 1}, End: source.Pos{Offset: 1}}
			found = append(found, diag.Diagnostic{Code: "TYK301", Message: w, At: at, Fix: &diag.Fix{Edits: []source.Edit{{At: at, Text: text}}}})
		}
		return found
	}
	got, _, err := fix.Fix("f", []byte("[]"), check, false)
	if string(got) != "[b,a]" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestDiff(t *testing.T) {
	got := string(fix.Diff("a.yaml", []byte("x: 1\ny: 2\n"), []byte("x: 1\ny: 3\n")))
	want := "diff a.yaml a.yaml\n--- a.yaml\n+++ a.yaml\n@@ -1,2 +1,2 @@\n x: 1\n-y: 2\n+y: 3\n"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if d := fix.Diff("a", []byte("x"), []byte("x")); d != nil {
		t.Errorf("%q for no change", d)
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "a.json"), filepath.Join(dir, "link.json")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.json", link); err != nil {
		t.Skip(err)
	}
	if err := fix.Write(link, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if data, err := os.ReadFile(path); string(data) != "new" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := fix.Write(path, []byte("old"), []byte("newer")); !errors.Is(err, fix.ErrChanged) {
		t.Errorf("a changed file: %v", err)
	}
	if err := fix.Write(dir, nil, []byte("x")); err == nil {
		t.Error("a folder was written")
	}
	if files, err := os.ReadDir(dir); len(files) != 2 || err != nil {
		t.Errorf("left over: %v, %v", files, err)
	}
}
