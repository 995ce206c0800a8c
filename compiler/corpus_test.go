package compiler_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// manifest says of each file of a corpus what a good linter says, and where.
type manifest struct {
	Files map[string]struct {
		Expect   string   `json:"expect"` // fine, warning or error
		Pointers []string `json:"pointers"`
		Lines    []int    `json:"lines"`
		Reason   string   `json:"reason"`
	} `json:"files"`
}

// corpus returns the folder of real definitions and reads its manifest, as much of it as a test wants to know.
func corpus(t *testing.T, manifest any) (dir string) {
	t.Helper()
	dir = os.Getenv("TYKCTL_CORPUS")
	if dir == "" {
		t.Skip("TYKCTL_CORPUS names no folder of real definitions")
	}
	data, err := os.ReadFile(filepath.Join(dir, "MANIFEST.json"))
	if err == nil {
		err = json.Unmarshal(data, manifest)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestCorpus checks real definitions, where there are some: TYKCTL_CORPUS names a folder with a MANIFEST.json. Nothing that is fine gets an
// error, everything that is wrong gets one where the manifest says.
func TestCorpus(t *testing.T) {
	var m manifest
	dir := corpus(t, &m)
	var names []string
	for name := range m.Files {
		if strings.HasPrefix(name, "tyk-oas/") || strings.HasPrefix(name, "invalid/") {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		want := m.Files[name]
		t.Run(name, func(t *testing.T) {
			found, texts := checkFiles(t, filepath.Join(dir, filepath.FromSlash(name)))
			atPlace := func(d diag.Diagnostic) bool {
				return slices.Contains(want.Lines, d.At.Start.Line) || slices.ContainsFunc(want.Pointers, func(p string) bool {
					return d.Pointer == source.Pointer(p) || strings.HasPrefix(string(d.Pointer), p+"/") // or a smaller place in it
				})
			}
			severity := map[string]diag.Severity{"fine": 0, "warning": diag.Warning, "error": diag.Error}[want.Expect]
			hit := slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Severity >= severity && atPlace(d) })
			errors := found.Count(diag.Error)
			switch {
			case want.Expect == "error" && !hit:
				t.Errorf("no error at lines %v, pointers %v (%s):\n%s", want.Lines, want.Pointers, want.Reason, text(t, found, texts))
			case want.Expect == "warning" && (!hit || errors > 0):
				t.Errorf("want a warning at lines %v, pointers %v (%s), and no error:\n%s", want.Lines, want.Pointers, want.Reason, text(t, found, texts))
			case want.Expect == "fine" && errors > 0:
				t.Errorf("is fine, but:\n%s", text(t, found, texts))
			}
		})
	}
	if len(names) == 0 {
		t.Error("the manifest names no definition")
	}
}
