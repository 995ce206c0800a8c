package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCompatReference holds docs/compat.md to what the program says.
func TestCompatReference(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "compat.md")
	if *update {
		if err := os.WriteFile(path, []byte(compatReference(compatParts)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(data), compatReference(compatParts)); diff != "" {
		t.Errorf("%s is not what the program says; run `make golden`:\n%s", path, diff)
	}
}
