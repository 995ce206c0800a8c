package source

import (
	"encoding/json"
	"fmt"
	"testing"

	"gopkg.in/yaml.v3"
)

// largeDocument is an OpenAPI document of about a megabyte of indented JSON.
func largeDocument(tb testing.TB) []byte {
	paths := map[string]any{}
	for i := range 430 {
		op := func(verb string) map[string]any {
			return map[string]any{
				"operationId": fmt.Sprintf("%sThing%d", verb, i),
				"summary":     "What this does, in a sentence such as people write it",
				"description": "A longer text.\n\nIt has \"quotes\", a list, and a line or two more of what one would want to know about it.",
				"tags":        []any{"things", fmt.Sprintf("group-%d", i%20)},
				"parameters": []any{
					map[string]any{"name": "id", "in": "path", "required": true, "schema": map[string]any{"type": "string"}},
					map[string]any{"name": "limit", "in": "query", "schema": map[string]any{"type": "integer", "minimum": 1, "maximum": 100}},
				},
				"responses": map[string]any{"200": map[string]any{
					"description": "OK",
					"content":     map[string]any{"application/json": map[string]any{"schema": map[string]any{"$ref": "#/components/schemas/Thing"}}},
				}},
			}
		}
		paths[fmt.Sprintf("/things%d/{id}", i)] = map[string]any{"get": op("get"), "post": op("create")}
	}
	doc := map[string]any{"openapi": "3.0.3", "info": map[string]any{"title": "Large", "version": "1"}, "paths": paths}
	data, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func BenchmarkIndexJSON(b *testing.B) {
	data := largeDocument(b)
	b.Run("source", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Index("x.json", data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			var v any
			if err := json.Unmarshal(data, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkIndexYAML(b *testing.B) {
	var v any
	if err := json.Unmarshal(largeDocument(b), &v); err != nil {
		b.Fatal(err)
	}
	data, err := yaml.Marshal(v)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("source", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Index("x.yaml", data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yaml-v3", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			var n yaml.Node
			if err := yaml.Unmarshal(data, &n); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkAt(b *testing.B) {
	f := mustIndex(b, "x.json", string(largeDocument(b)))
	p := Pointer("").Child("paths").Child("/things300/{id}").Child("get").Child("parameters").Item(1).Child("schema").Child("maximum")
	if got := f.At(p); covered(f, got) != "100" {
		b.Fatal(got)
	}
	b.ReportAllocs()
	for b.Loop() {
		f.At(p)
	}
}
