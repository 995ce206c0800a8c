package oas_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// manifest is what a corpus says about its files.
type manifest struct {
	Files map[string]struct {
		Expect   string           `json:"expect"`
		Pointers []source.Pointer `json:"pointers"`
		Lines    []int            `json:"lines"`
	} `json:"files"`
}

// deserved are the errors of documents of the corpus that are in use and wrong all the same.
var deserved = map[string]string{
	"openapi/31-openai.yaml":           "boolean exclusiveMinimum in 3.1, a field twice in required; $recursiveRef is a warning",
	"openapi/schema-types.json":        "a schema of type array without items",
	"tyk-oas/real-endpoint-cache.json": "global stands beside middleware instead of in it",
}

// later are faults that are for the rules to find, not for Load.
var later = []string{
	"doc-mcp-oauth21-no-source.json", "listen-path-no-slash.json", "listen-path-reserved.json", "oauth-empty-flows.json",
	"oauth-implicit.json", "oauth-login-redirect-missing.yaml", "oauth-sources-off.json", "oauth-token-url-elsewhere.json",
	"oauth-token-url-network-path.json", "oauth-token-url-other-path.yaml", "tyk-scheme-not-in-components.json",
	"tyk-scheme-not-in-security.yaml", "upstream-not-absolute.yaml", "doc-oauth-example-placeholder.json",
}

// TestCorpus loads the documents in the directory that TYKCTL_CORPUS names.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("TYKCTL_CORPUS")
	if dir == "" {
		t.Skip("TYKCTL_CORPUS is not set")
	}
	text, err := os.ReadFile(filepath.Join(dir, "MANIFEST.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	for name, entry := range m.Files {
		kind, base, _ := strings.Cut(name, "/")
		if kind != "tyk-oas" && kind != "openapi" && kind != "invalid" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			_, list := oas.Load(strings.TrimSuffix(base, ".gz"), readCorpus(t, filepath.Join(dir, name)))
			errs := slices.DeleteFunc(list, func(d diag.Diagnostic) bool {
				return d.Severity != diag.Error || kind == "openapi" && d.Code == oas.CodeNoExtension
			})
			if kind != "invalid" || slices.Contains(later, base) {
				if (len(errs) > 0) != (deserved[name] != "") {
					t.Errorf("got %v, deserved %q", errs, deserved[name])
				}
				return
			}
			if !slices.ContainsFunc(errs, func(d diag.Diagnostic) bool {
				return slices.Contains(entry.Lines, d.At.Start.Line) || slices.Contains(entry.Pointers, d.Pointer) ||
					slices.Contains(entry.Pointers, d.Pointer.Parent())
			}) {
				t.Errorf("got %v, want an error in lines %v or at %v", errs, entry.Lines, entry.Pointers)
			}
		})
	}
}

func readCorpus(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(path, ".gz") {
		return data
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if data, err = io.ReadAll(r); err != nil {
		t.Fatal(err)
	}
	return data
}
