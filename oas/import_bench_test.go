package oas_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/oas"
)

// bigDescription is the document of the other benchmarks without its extension.
func bigDescription(size int) []byte {
	text := string(bigDocument(size))
	return []byte(text[:strings.LastIndex(text, ",\n  \"x-tyk-api-gateway\"")] + "\n}\n")
}

// BenchmarkImport imports 13 MB, and a thousand operations with all middleware that import knows; the time is of reading, importing and reading
// the result.
func BenchmarkImport(b *testing.B) {
	on := true
	for _, bb := range []struct {
		name string
		data []byte
		p    oas.ImportParams
	}{
		{"13MB", bigDescription(13_000_000), oas.ImportParams{}},
		{"1000Operations", bigDescription(1_250_000), oas.ImportParams{AllowList: &on, ValidateRequest: &on, MockResponse: &on, Authentication: &on}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(bb.data)))
			b.ReportAllocs()
			b.ReportMetric(float64(bytes.Count(bb.data, []byte(`"operationId"`))), "operations")
			for b.Loop() {
				doc, _ := oas.Load("big.json", bb.data)
				imported, list := oas.Import(doc, bb.p)
				if imported == nil {
					b.Fatal(list)
				}
				if again, list := oas.Load("big.json", imported.Text); again.Tyk == nil || list.HasErrors() {
					b.Fatal(list)
				}
			}
		})
	}
}

// BenchmarkUpdate takes a thousand operations, each of them changed, into a definition that has settings for all.
func BenchmarkUpdate(b *testing.B) {
	on := true
	p := oas.ImportParams{AllowList: &on, ValidateRequest: &on, MockResponse: &on}
	data := bigDescription(1_250_000)
	doc, _ := oas.Load("big.json", data)
	imported, list := oas.Import(doc, p)
	if imported == nil {
		b.Fatal(list)
	}
	def, _ := oas.Load("def.json", imported.Text)
	next, _ := oas.Load("big.json", bytes.ReplaceAll(data, []byte("Get a thing"), []byte("Get one thing")))
	b.ReportAllocs()
	for b.Loop() {
		updated, list := oas.Update(def, next, oas.UpdateParams{ImportParams: p})
		if updated == nil || len(updated.Operations) < 1000 {
			b.Fatal(list)
		}
	}
}
