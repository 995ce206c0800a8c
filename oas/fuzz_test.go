package oas

import (
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/tykctl/tykctl/oas/diag"
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

// guarded fails the test when anything is opened that does not lie below the root.
type guarded struct {
	fs.FS

	t *testing.T
}

func (g guarded) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) || path.Clean(name) != name || strings.ContainsAny(name, "\\\x00") {
		g.t.Errorf("%q is opened", name)
	}
	return g.FS.Open(name)
}

// FuzzOutside holds that Load never fails whatever two files refer to, opens nothing outside the root, places each diagnostic in a file that
// was read, and leaves nothing unresolved in a document without errors.
func FuzzOutside(f *testing.F) {
	const doc = "openapi: 3.1.0\ninfo: {title: a, version: '1'}\n"
	for _, seed := range [][2]string{
		{"paths: {/p: {$ref: 'b.yaml#/p'}}", "p: {get: {responses: {'200': {$ref: '../apis/a.yaml#/x'}}}}"},
		{"components: {schemas: {A: {$ref: b.yaml, title: a, properties: {b: {$ref: 'b.yaml#/items'}}}}}", "items: {$ref: 'a.yaml#/components/schemas/A', not: {$ref: '#/items'}}"},
		{"paths: {/p: {$ref: '#/components/pathItems/p'}}\ncomponents: {pathItems: {p: {parameters: [{$ref: b.yaml}]}}}", "{name: a, in: query, schema: {$ref: '#/schema/items', items: {}}}"},
		{"components: {schemas: {A: {discriminator: {propertyName: a, mapping: {a: ./b.yaml}}}}}", "{$ref: 'b.yaml'}"},
		{"components: {responses: {A: {$ref: '../../etc/passwd'}, B: {$ref: 'https://b/c'}, C: {$ref: 'b.yaml#/..%2f'}}}", "{"},
		{"components: {callbacks: {A: {$ref: b.yaml}}, headers: {H: {$ref: 'b.yaml#/a~1b/0'}}}", "a/b: [{schema: {$ref: '#/a~1b/0/schema'}}]\n'{$url}': {$ref: '#/a~1b/0'}"},
	} {
		f.Add([]byte(doc+seed[0]), []byte(seed[1]))
	}
	for _, data := range testDocuments(f) {
		f.Add(data, data)
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		limits := source.Limits{Bytes: 1 << 14, Depth: 60, Nodes: 1 << 12}
		files := NewFiles(guarded{fstest.MapFS{"apis/b.yaml": {Data: b}}, t}, "")
		files.Limits = limits
		doc, list := LoadWith("apis/a.yaml", a, Options{Limits: limits, Files: files, AllowRefs: []string{"https://*"}})
		for _, d := range list {
			size := len(a)
			if d.At.File == "apis/b.yaml" {
				size = len(b)
			} else if d.At.File != "apis/a.yaml" {
				t.Errorf("%+v is in another file", d)
			}
			if d.Code == "" || d.Message == "" || d.Severity == 0 || d.At.Start.Offset > d.At.End.Offset || d.At.End.Offset > size {
				t.Errorf("odd diagnostic %+v", d)
			}
		}
		if internal(list) {
			t.Errorf("a library has failed: %v", list)
		}
		if doc != nil && doc.OpenAPI == nil && !list.HasErrors() {
			t.Error("no OpenAPI part and no error")
		}
		if err := unresolved(doc, list); err != nil {
			t.Errorf("missed: %v", err)
		}
	})
}

// unresolved is what escapes, except for what stands for something unknown.
func unresolved(doc *Document, list diag.List) error {
	if doc != nil && (len(doc.unknown) > 0 || doc.unknownItem) {
		return nil
	}
	return escapes(doc, list)
}
