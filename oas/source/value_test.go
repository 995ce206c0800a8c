package source_test

import (
	"testing"

	"github.com/tykctl/tykctl/oas/source"
)

// FuzzDocument: whatever can be read can be written in both notations, and is the same when it is read again.
func FuzzDocument(f *testing.F) {
	for _, s := range []string{
		`{"a": {"b": [1, [2, {"c": "x\ny\n"}], {}, []], "": null}, "200": "200", "y": "yes", "/p/{id}": "a: b # c", "long": "one\n\n two\n\tthree"}`,
		"- a\n- - b\n  - c: |\n      x\n\n      y\n", `["\u0085", " a", "a ", "\na", "a\n\n", "a\n \nb", "- a", "'", "---\na", "#a", "~"]`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		file, err := source.Index("a.yaml", []byte(s))
		if err != nil || file.Root().Len() == 0 {
			return
		}
		v := file.Root().Value()
		for _, format := range []source.Format{source.JSON, source.YAML} {
			text, err := v.Document(format)
			if err != nil {
				continue
			}
			again, err := source.Index("b."+format.String(), text)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if !v.Equal(again.Root()) {
				t.Fatalf("%q became %q", file.JSON(), again.JSON())
			}
		}
	})
}
