package fix_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tykctl/tykctl/cmd/internal/fix"
	"github.com/tykctl/tykctl/oas/source"
)

// FuzzFix gives Fix any document: it ends, and a document that could be read can be read afterwards. What keeps the meaning does no harm anywhere.
func FuzzFix(f *testing.F) {
	seeds, err := filepath.Glob(filepath.Join(rulesDir, "*", "bad*.*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range seeds {
		if data, err := os.ReadFile(path); err == nil && filepath.Ext(path) != ".want" {
			f.Add(filepath.Ext(path) == ".json", data)
		}
	}
	f.Fuzz(func(t *testing.T, json bool, data []byte) {
		name := "x.yaml"
		if json {
			name = "x.json"
		}
		check := beside(nil)
		_, before := source.Index(name, data)
		for _, unsafe := range []bool{false, true} {
			fixed, applied, err := fix.Fix(name, data, check, unsafe)
			if err != nil && !unsafe {
				t.Errorf("%v\n%s", err, data)
			}
			if string(fixed) != string(data) && len(applied) == 0 {
				t.Error("something changed, but nothing was mended")
			}
			if _, after := source.Index(name, fixed); before == nil && after != nil {
				t.Errorf("%v\n%s\n---\n%s", after, data, fixed)
			}
		}
	})
}
