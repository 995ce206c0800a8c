package baseline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/cmd/internal/baseline"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

func finding(file string, line int, code diag.Code, pointer source.Pointer) diag.Diagnostic {
	return diag.Diagnostic{
		Code: code, Severity: diag.Error, Message: "something is wrong", Pointer: pointer,
		At: source.Range{File: file, Start: source.Pos{Line: line, Column: 1}, End: source.Pos{Line: line, Column: 2}},
	}
}

// load opens the baseline in a folder that has files a.yaml and b.yaml, which is the working directory.
func load(t *testing.T) (*baseline.Baseline, string) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"a.yaml", "b.yaml"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := baseline.Load("known.json", true)
	if err != nil {
		t.Fatal(err)
	}
	return b, filepath.Join(dir, "known.json")
}

func TestKnownFindingsAreFoundAgain(t *testing.T) {
	b, path := load(t)
	both := []string{"a.yaml", "b.yaml"}
	old := diag.List{finding("a.yaml", 3, "TYK204", "/x"), finding("a.yaml", 9, "TYK204", "/x"), finding("b.yaml", 1, "TYK310", "/y")}
	if !b.Update(old, both) {
		t.Error("the first update changes nothing")
	}
	if err := b.Write(); err != nil {
		t.Fatal(err)
	}
	again, err := baseline.Load(path, false) // by another name
	if err != nil {
		t.Fatal(err)
	}
	if again.Count() != 3 {
		t.Errorf("%d entries, want 3", again.Count())
	}
	moved := diag.List{
		finding("a.yaml", 103, "TYK204", "/x"), finding("a.yaml", 109, "TYK204", "/x"), finding("a.yaml", 110, "TYK204", "/x"),
		finding("b.yaml", 1, "TYK310", "/z"),
	}
	fresh, known, stale := again.New(moved, both)
	if len(fresh) != 2 || known != 2 || stale != 1 {
		t.Errorf("new %v, known %d, stale %d; want the third TYK204 and the TYK310, 2, 1", fresh, known, stale)
	}
}

func TestUpdateKeepsWhatItHasNotSeen(t *testing.T) {
	b, _ := load(t)
	b.Update(diag.List{finding("a.yaml", 3, "TYK204", "/x"), finding("b.yaml", 1, "TYK310", "/y"), finding("gone.yaml", 1, "TYK310", "/y")}, []string{"a.yaml", "b.yaml", "gone.yaml"})
	if b.Count() != 3 {
		t.Fatalf("%d entries, want 3", b.Count())
	}
	onlyA := diag.List{finding("a.yaml", 3, "TYK208", "/x")}
	if !b.Update(onlyA, []string{"a.yaml"}) || b.Count() != 2 {
		t.Errorf("%d entries, want that of b.yaml and the new one of a.yaml", b.Count())
	}
	if b.Update(onlyA, []string{"a.yaml"}) {
		t.Error("a second update changes something")
	}
	if fresh, known, stale := b.New(onlyA, []string{"a.yaml"}); len(fresh) != 0 || known != 1 || stale != 0 {
		t.Errorf("new %v, known %d, stale %d", fresh, known, stale)
	}
}

// A file that could not be read has not been checked: no baseline makes that good.
func TestUnreadableIsNeverKnown(t *testing.T) {
	b, _ := load(t)
	list := diag.List{finding("a.yaml", 1, "TYK100", ""), finding("a.yaml", 3, "TYK111", "/paths")}
	list[1].Final = true
	b.Update(list, []string{"a.yaml"})
	if fresh, known, _ := b.New(list, []string{"a.yaml"}); len(fresh) != 2 || known != 0 || b.Count() != 0 {
		t.Errorf("new %v, known %d, entries %d", fresh, known, b.Count())
	}
}

func TestLoadRefuses(t *testing.T) {
	_, path := load(t)
	for text, want := range map[string]string{
		"":                            "--update-baseline writes it",
		"[]":                          "cannot unmarshal array",
		`{"version": 2, "files": {}}`: "has version 2, expected 1",
	} {
		if text != "" {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := baseline.Load(path, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q in it", text, err, want)
		}
		os.Remove(path)
	}
}
