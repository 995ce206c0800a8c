package oas_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/oas"
)

// TestFindingsAreBounded holds that no document makes a report of any length: neither by many mistakes, nor by mistakes at long paths, nor by
// what a message quotes. What is left out is an error of its own.
func TestFindingsAreBounded(t *testing.T) {
	member := func(i int) string { return fmt.Sprintf("%q: 1,", fmt.Sprint("member", i)) }
	repeat := func(n int, part func(int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(part(i))
		}
		return b.String()
	}
	document := func(members string) string {
		return `{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}, ` + members + ` "x-tyk-api-gateway": {}}`
	}
	deep := repeat(100, func(i int) string { return fmt.Sprintf(`{"x-%d%s":`, i, strings.Repeat("y", 10_000)) })
	for name, tt := range map[string]struct {
		text string
		full bool
	}{
		"many findings":         {document(repeat(oas.MaxFindings+100, member)), true},
		"as many as are listed": {document(repeat(oas.MaxFindings-10, member)), false},
		"long paths":            {document(`"components": {"schemas": {"` + strings.Repeat("k", 100_000) + `": {"properties": {` + repeat(100, func(i int) string { return fmt.Sprintf(`"p%d": {"type": 1},`, i) }) + `"z": {}}}}},`), true},
		"a long number":         {document(`"components": {"schemas": {"s": {"minimum": ` + strings.Repeat("9", 100_000) + `}}},`), false},
		"a long key":            {document(`"` + strings.Repeat("k", 100_000) + `": 1,`), false},
		"a deep extension":      {document(`"x-deep": ` + deep + `1` + strings.Repeat("}", 100) + `,`), false},
	} {
		_, list := oas.Load("a.json", []byte(tt.text))
		full, size := false, 0
		for _, d := range list {
			full = full || d.Code == oas.CodeTooMany
			size += len(d.Message) + len(d.Hint) + len(d.Pointer)
			if len(d.Message) > 4000 || len(d.Hint) > 4000 {
				t.Errorf("%s: %s says %d bytes", name, d.Code, len(d.Message)+len(d.Hint))
			}
		}
		if full != tt.full || len(list) == 0 || len(list) > oas.MaxFindings+1 || size > 8<<20 {
			t.Errorf("%s: %d findings of %d bytes, bound reached: %v", name, len(list), size, full)
		}
	}
}
