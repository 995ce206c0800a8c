package compiler_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/policies"
)

const plansDir = "../testdata/plan"

func loadClean(t testing.TB, name string, data []byte) *oas.Document {
	t.Helper()
	doc, list := oas.Load(name, data)
	if list.HasErrors() {
		t.Fatalf("%s: %v", name, list)
	}
	return doc
}

// TestGoldenPlans compiles each document, with the policies in the file NAME.policies.json beside it, and prints its plan.
func TestGoldenPlans(t *testing.T) {
	inputs, err := filepath.Glob(filepath.Join(plansDir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range inputs {
		if filepath.Ext(path) == ".plan" || strings.Contains(path, ".policies.") {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name := strings.TrimSuffix(path, filepath.Ext(path))
			p, list := compiler.Compile([]*oas.Document{loadClean(t, filepath.Base(path), data)}, loadPolicies(t, name+".policies.json")...)
			if p == nil {
				t.Fatal(list)
			}
			encoded, err := plan.Encode(p)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := plan.Decode(encoded); err != nil {
				t.Error(err)
			}
			var b bytes.Buffer
			if err := plan.Print(&b, p); err != nil {
				t.Fatal(err)
			}
			compareGolden(t, name+".plan", b.String())
		})
	}
}

// loadPolicies reads a file of policies, if there is one.
func loadPolicies(t testing.TB, path string) []*policies.File {
	t.Helper()
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	file, list := policies.Load(filepath.Base(path), data)
	if err != nil || list.HasErrors() {
		t.Fatalf("%s: %v, %v", path, err, list)
	}
	return []*policies.File{file}
}

// definition is a small OAuth API definition, the n-th of many.
func definition(n int) []byte {
	return fmt.Appendf(nil, `{
  "openapi": "3.0.3",
  "info": {"title": "API %[1]d", "version": "1.0.0"},
  "security": [{"oauth": []}],
  "paths": {"/things/{id}": {"get": {"operationId": "get", "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}], "responses": {"200": {"description": "fine"}}}}},
  "components": {"securitySchemes": {"oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {"read": "", "write": ""}}}}}},
  "x-tyk-api-gateway": {
    "info": {"id": "api-%[1]d", "name": "API %[1]d", "state": {"active": true}},
    "server": {
      "listenPath": {"value": "/api-%[1]d/", "strip": true},
      "authentication": {"enabled": true, "securitySchemes": {"oauth": {"enabled": true, "header": {"enabled": true, "name": "Authorization"}}}}
    },
    "middleware": {"operations": {"get": {"ignoreAuthentication": {"enabled": true}}}},
    "upstream": {"url": "http://upstream-%[1]d.example.com/"}
  }
}
`, n)
}

// TestPlanIsDeterministic: equal documents give equal bytes, whatever the order in which they come.
func TestPlanIsDeterministic(t *testing.T) {
	var docs []*oas.Document
	for n := range 50 {
		docs = append(docs, loadClean(t, fmt.Sprintf("%d.json", n), definition(n)))
	}
	var files []*policies.File
	for n := range 5 {
		file, list := policies.Load(fmt.Sprintf("policies-%d.json", n), fmt.Appendf(nil, `{"b%[1]d": {"access_rights": {"api-2": {}, "api-1": {}}, "meta_data": {"b": 1, "a": 2}}, "a%[1]d": {"access_rights": {"api-1": {}}}}`, n))
		if list.HasErrors() {
			t.Fatal(list)
		}
		files = append(files, file)
	}
	var first []byte
	for range 10 {
		rand.Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
		rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		p, list := compiler.Compile(docs, files...)
		if p == nil {
			t.Fatal(list)
		}
		data, err := plan.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = data
		}
		if !bytes.Equal(first, data) {
			t.Fatal("the plan depends on the order of the documents")
		}
	}
	if _, err := plan.Decode(first); err != nil {
		t.Error(err)
	}
}

// TestCompileRefuses: the plan is nil if and only if there is an error.
func TestCompileRefuses(t *testing.T) {
	twin := bytes.ReplaceAll(definition(1), []byte("/api-1/"), []byte("/api-2/"))
	for name, docs := range map[string][]*oas.Document{
		"one listen path twice": {loadClean(t, "a.json", twin), loadClean(t, "b.json", definition(2))},
		"a broken listen path":  {loadClean(t, "a.json", bytes.ReplaceAll(definition(1), []byte(`"/api-1/"`), []byte(`"api-1/"`)))},
		"not a definition":      {plain(t)},
	} {
		if p, list := compiler.Compile(docs); p != nil || !list.HasErrors() {
			t.Errorf("%s: plan %v, %v", name, p, list)
		}
	}
	if p, list := compiler.Compile([]*oas.Document{loadClean(t, "a.json", definition(1))}); p == nil || list.HasErrors() {
		t.Errorf("a good definition: %v", list)
	}
}

// plain is an OpenAPI document without the extension.
func plain(t *testing.T) *oas.Document {
	t.Helper()
	doc, _ := oas.Load("plain.json", []byte(`{"openapi": "3.0.3", "info": {"title": "Plain", "version": "1"}, "paths": {}}`))
	if doc == nil || doc.Tyk != nil {
		t.Fatal("not loaded as a document without an extension")
	}
	return doc
}

func BenchmarkValidateOneFile(b *testing.B) {
	data := definition(1)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		doc, list := oas.Load("api.json", data)
		if list.HasErrors() || compiler.Check([]*oas.Document{doc}, check.Options{}).HasErrors() {
			b.Fatal("not clean")
		}
	}
}

func BenchmarkCompile1000(b *testing.B) {
	var texts [][]byte
	for n := range 1000 {
		texts = append(texts, definition(n))
	}
	b.ReportAllocs()
	for b.Loop() {
		docs := make([]*oas.Document, len(texts))
		for i, data := range texts {
			docs[i], _ = oas.Load(fmt.Sprintf("%d.json", i), data)
		}
		if p, list := compiler.Compile(docs); p == nil {
			b.Fatal(list)
		}
	}
}

// TestExamples compiles every definition of examples/ as `tykctl serve` does. An example says nothing to complain about, and has a README.
func TestExamples(t *testing.T) {
	definitions, err := filepath.Glob("../examples/*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	yaml, err := filepath.Glob("../examples/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	definitions = append(definitions, yaml...)
	compiled := 0
	for _, path := range definitions {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "README.md")); err != nil {
			t.Error(err)
		}
		if !openAPIKey.Match(data) {
			continue // clients, users or policies
		}
		compiled++
		doc, list := oas.Load(path, data)
		p, more := compiler.Compile([]*oas.Document{doc})
		if p == nil || len(list)+len(more) > 0 {
			t.Errorf("%s: %v %v", path, list, more)
		}
	}
	if compiled < 9 {
		t.Errorf("%d definitions", compiled)
	}
}

var openAPIKey = regexp.MustCompile(`(?m)^\s*"?openapi"?:`)
