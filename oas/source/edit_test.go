package source_test

import (
	"testing"

	"github.com/tykctl/tykctl/oas/source"
)

func TestApply(t *testing.T) {
	at := func(start, end int) source.Range {
		return source.Range{Start: source.Pos{Offset: start}, End: source.Pos{Offset: end}}
	}
	tests := []struct {
		name  string
		edits []source.Edit
		want  string // "": refused
	}{
		{"nothing", nil, "0123456789"},
		{"replace, insert and remove, in any order", []source.Edit{{at(8, 10), ""}, {at(2, 3), "two"}, {at(5, 5), "-"}}, "01two34-567"},
		{"an insertion before what is replaced", []source.Edit{{at(2, 3), "b"}, {at(2, 2), "a"}}, "01ab3456789"},
		{"overlap", []source.Edit{{at(2, 4), "x"}, {at(3, 5), "y"}}, ""},
		{"outside", []source.Edit{{at(9, 11), "x"}}, ""},
		{"backwards", []source.Edit{{at(4, 2), "x"}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := source.Apply([]byte("0123456789"), tt.edits)
			if string(got) != tt.want || (err != nil) != (tt.want == "") {
				t.Errorf("%q, %v; want %q", got, err, tt.want)
			}
		})
	}
}
