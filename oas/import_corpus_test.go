package oas_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// expectedImport is what a Tyk Gateway made of a description.
type expectedImport struct {
	Input      string
	Query      string
	Status     int
	Message    string
	Stable     bool
	Definition map[string]any
}

// otherwise are descriptions of which tykctl makes something else on purpose.
var otherwise = map[string]string{
	"openapi/path-shapes.json":  "paths that a gateway takes for regular expressions: it puts their settings on paths that do not exist",
	"openapi/31-tictactoe.yaml": "OpenAPI 3.1, which Gateway 5.8 refuses and 5.12 reads",
}

// TestImportCorpus imports descriptions as a Tyk Gateway has imported them, and compares field by field. It prints the agreement.
func TestImportCorpus(t *testing.T) {
	dir := os.Getenv("TYKCTL_CORPUS")
	if dir == "" {
		t.Skip("TYKCTL_CORPUS is not set")
	}
	files, err := filepath.Glob(filepath.Join(dir, "import-expected", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no expected imports", err)
	}
	agreed, refused, left := 0, 0, 0
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			var want expectedImport
			readJSON(t, path, &want)
			if !want.Stable || otherwise[want.Input] != "" {
				left++
				return
			}
			got := importLikeTyk(t, filepath.Join(dir, want.Input), want.Query)
			switch {
			case want.Status != 200 && got == nil:
				refused++
			case want.Status != 200:
				t.Errorf("imported, the gateway said %q", want.Message)
			case got == nil:
				t.Error("refused, the gateway imported it")
			default:
				if diff := cmp.Diff(model(t, want.Definition), model(t, got)); diff != "" {
					t.Errorf("-gateway +tykctl:\n%s", diff)
					return
				}
				agreed++
			}
		})
	}
	t.Logf("agreement with Tyk: %d of %d imports equal, %d of them refused by both; %d left out: results that differ from run to run, paths with mixed segments, OpenAPI 3.1",
		agreed+refused, len(files)-left, refused, left)
}

// importLikeTyk imports with the parameters of a query; nil when it is refused.
func importLikeTyk(t *testing.T, path, query string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	doc, found := oas.Load(filepath.Base(path), data)
	for _, d := range found {
		if d.Severity == diag.Error && d.Code != oas.CodeNoExtension {
			t.Fatal(d.Message)
		}
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	state := func(name string) *bool {
		if on, err := strconv.ParseBool(q.Get(name)); err == nil {
			return &on
		}
		return nil
	}
	imported, list := oas.Import(doc, oas.ImportParams{
		UpstreamURL: q.Get("upstreamURL"), ListenPath: q.Get("listenPath"), CustomDomain: q.Get("customDomain"), APIID: q.Get("apiID"),
		Authentication: state("authentication"), AllowList: state("allowList"),
		ValidateRequest: state("validateRequest"), MockResponse: state("mockResponse"),
	})
	if imported == nil {
		t.Log(list)
		return nil
	}
	after, found := oas.Load(filepath.Base(path), imported.Text)
	if found.HasErrors() {
		t.Log(found)
	}
	var got map[string]any
	if err := json.Unmarshal(after.File.JSON(), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// model is a definition as a gateway writes it: the OpenAPI part through kin-openapi, which leaves out what is a default.
func model(t *testing.T, definition map[string]any) map[string]any {
	t.Helper()
	ext := definition["x-tyk-api-gateway"]
	data, err := json.Marshal(definition)
	if err != nil {
		t.Fatal(err)
	}
	var spec openapi3.T
	if err := json.Unmarshal(data, &spec); err != nil {
		t.Fatal(err)
	}
	if data, err = spec.MarshalJSON(); err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	out["x-tyk-api-gateway"] = ext
	return out
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}
