package source_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tykctl/tykctl/oas/source"
)

func TestComments(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"behind a value", "a:\n  b: 1 # note one\n  c: 2\n", []string{"2:8 note one [/a/b]"}},
		{"behind a key: all below it", "a: # note one\n  b: 1\n", []string{"1:4 note one [/a]"}},
		{"above a key", "a:\n  # note one\n\n  # something else\n  b: 1\n  c: 2\n", []string{"2:3 note one [/a/b]"}},
		{"above the first key, which begins where its parent does", "# note\na: 1\nb: 2\n", []string{"1:1 note [/a]"}},
		{"two above one another", "# note one\n# note two\na: 1\n", []string{"1:1 note one [/a]", "2:1 note two [/a]"}},
		{"above an item", "a:\n# note\n- b: 1\n  c: 2\n- d\n", []string{"2:1 note [/a/0]"}},
		{"at a flow", "a: {b: 1, c: [2]} # note\n", []string{"1:19 note [/a]"}},
		{"inside a flow", "a: {b: 1, # note\n  c: [2] # note two\n}\n", []string{"1:11 note [/a]", "2:10 note two [/a/c]"}},
		{"not in quotes, not in a block", "a: 'x # note'\nb: |\n  # note\n  x # note\nc: x#note\n'# note': 1\n", nil},
		{"at nothing", "a: 1\n# note\n", []string{"2:1 note []"}},
		{"repeated by an alias", "a: &x\n  b: 1 # note\nc: *x\n", []string{"2:8 note [/a/b /c/b]"}},
		{"CRLF and no end", "a: 1\r\n# note\r\nb: 2", []string{"2:1 note [/b]"}},
		{"JSON has none", `{"a": "# note"}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := source.Index("a.yaml", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range f.Comments("note") {
				got = append(got, fmt.Sprintf("%d:%d %s %v", c.At.Start.Line, c.At.Start.Column, c.Text, c.Of))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCommentsAreBounded(t *testing.T) {
	f, err := source.Index("a.yaml", []byte("a: 1\n"+strings.Repeat("# note\n", 5000)+"b: 2\n"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(f.Comments("note")); n != 1000 {
		t.Errorf("%d comments, want 1000", n)
	}
}
