package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files; then read the diff")

// TestRuleReference holds docs/rules.md to the rules.
func TestRuleReference(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "rules.md")
	if *update {
		if err := os.WriteFile(path, []byte(ruleReference()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(data), ruleReference()); diff != "" {
		t.Errorf("%s is not what the rules say; run `make golden`:\n%s", path, diff)
	}
}
