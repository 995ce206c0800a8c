package oas

import (
	"testing"

	"github.com/tykctl/tykctl/oas/source"
)

// FuzzLoad holds that Load never fails, whatever it is given; that each diagnostic says something about a place in the file; and
// that it agrees with kin-openapi on what a document says and on whether it is valid.
func FuzzLoad(f *testing.F) {
	for _, data := range testDocuments(f) {
		f.Add(data)
		if file, err := source.Index("a.yaml", data); err == nil {
			f.Add(file.JSON())
		}
	}
	f.Add([]byte("{\"openapi\": \"3.1.0\", \"paths\": {\"/\": {\"$ref\": \"#/paths/~1\"}}, \"x-tyk-api-gateway\": 1,}"))
	f.Add([]byte("openapi: 3.0.0\ncomponents: {schemas: {a: {$ref: '#/components/schemas/b/items'}, b: {items: {$ref: '#/components/schemas/a'}}}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := source.Limits{Bytes: 1 << 16, Depth: 100, Nodes: 1 << 14}
		doc, list := LoadWith("a.yaml", data, Options{Limits: limits})
		if doc == nil && !list.HasErrors() {
			t.Error("neither a document nor an error")
		}
		for _, d := range list {
			inside := d.At.Start.Offset <= d.At.End.Offset && d.At.End.Offset <= len(data)
			if d.Code == "" || d.Message == "" || d.Severity == 0 || d.At.File != "a.yaml" || !inside {
				t.Errorf("odd diagnostic %+v", d)
			}
		}
		if internal(list) {
			t.Errorf("a library has failed: %v", list)
		}
		if err := escapes(doc, list); err != nil {
			t.Errorf("missed: %v", err)
		}
		if doc != nil && doc.OpenAPI != nil {
			if what := decodeDiffers(doc.File); what != "" {
				t.Error(what)
			}
		}
	})
}
