package diag_test

import (
	"strings"
	"testing"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// TestMarksStandUnder: the marks stand under what they mark on a terminal, whatever is in front of it. Columns of a terminal are written out by
// hand here: the first is the column, from 0, of the first mark, the second the number of marks.
func TestMarksStandUnder(t *testing.T) {
	tests := []struct {
		name, line   string
		text         string // as it is shown; "" when as it is
		before, wide int
	}{
		{"ascii", `{"a": "abc", "k": 12}`, "", 18, 2},
		{"two columns each", `{"a": "日本語", "k": 12}`, "", 21, 2},
		{"full and half width", `{"a": "Ａｱ", "k": 12}`, "", 18, 2},
		{"marks two columns each", `{"k": "日本語"}`, "", 6, 8},
		{"wide emoji", `{"a": "🙂🙂", "k": 12}`, "", 19, 2},
		{"emoji of several code points", `{"a": "👩‍👩‍👧‍👦🇩🇪👍🏽", "k": 12}`, "", 21, 2},
		{"a heart in text and in colour", "{\"a\": \"❤❤\uFE0F\", \"k\": 12}", "", 18, 2},
		{"combining marks", "{\"a\": \"e\u0301o\u0308\u0323\", \"k\": 12}", "", 17, 2},
		{"marked combining marks", "{\"k\": \"e\u0301\"}", "", 6, 3},
		{"bytes that are no characters", "{\"a\": \"x\xff\x9b31m\", \"k\": 12}", "{\"a\": \"x\uFFFD\uFFFD31m\", \"k\": 12}", 21, 2},
		{"zero width space", "{\"a\": \"x\u200By\", \"k\": 12}", `{"a": "x<U+200B>y", "k": 12}`, 25, 2},
		{"direction", "{\"a\": \"x\u202Ey\u2066\", \"k\": 12}", `{"a": "x<U+202E>y<U+2066>", "k": 12}`, 33, 2},
		{"second set of controls", "{\"a\": \"\u009B31m\", \"k\": 12}", `{"a": "<U+009B>31m", "k": 12}`, 26, 2},
		{"marked control", "{\"k\": \"\u009B\"}", `{"k": "<U+009B>"}`, 6, 10},
		{"marked byte that is no character", "{\"k\": \"e\xff\"}", "{\"k\": \"e\uFFFD\"}", 6, 4},
		{"tab in front", "\t{\"k\": 12}", `    {"k": 12}`, 10, 2},
		{"tab within", "{\t\"a\": 1,\t\"k\": 12}", `{   "a": 1, "k": 12}`, 17, 2},
		{"tab after wide", "{\"日\": 1,\t\"k\": 12}", `{"日": 1,   "k": 12}`, 17, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, marks := excerpt(t, tt.line)
			want := tt.text
			if want == "" {
				want = tt.line
			}
			if text != want {
				t.Errorf("shown as %q, want %q", text, want)
			}
			if want := strings.Repeat(" ", tt.before) + strings.Repeat("^", tt.wide); marks != want {
				t.Errorf("marked\n%s\n%s, want\n%s", text, marks, want)
			}
		})
	}
}

// excerpt prints a finding about /k of a document of one line, and returns the line and the marks below it.
func excerpt(t *testing.T, line string) (text, marks string) {
	t.Helper()
	f, err := source.Index("api.json", []byte(line))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	l := diag.List{{Code: "TYK301", Severity: diag.Error, Message: "m", At: f.At("/k"), Pointer: "/k"}}
	if err := diag.WriteText(&b, l, func(string) *source.File { return f }, false); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	return strings.TrimPrefix(lines[1], "    1 | "), strings.TrimPrefix(lines[2], "      | ")
}
