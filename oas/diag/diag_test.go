package diag_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var update = flag.Bool("update", false, "rewrite golden files; then read the diff")

const formats = "../../testdata/format"

// document is a small file with what makes printing hard: wide characters, secrets, one very long line.
func document(t *testing.T) *source.File {
	t.Helper()
	long := `{"pad":"` + strings.Repeat("x", 300) + `","mark":1,"pad2":"` + strings.Repeat("y", 300) + `"}`
	data := "{\n  \"title\": \"Ünïcode 🙂\", \"b\": 2,\n\t\"tab\": 3,\n  \"sharedSecret\": \"do not print\", \"next\": 4,\n  \"url\": \"http://user:password@host/\",\n  \"long\": " + long + "\n}\n"
	f, err := source.Index("api.json", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func list(f *source.File) diag.List {
	return diag.List{
		{Code: "TYK301", Severity: diag.Error, Message: "the mark is wrong", Hint: "mend it", At: f.At("/long/mark"), Pointer: "/long/mark"},
		{Code: "TYK204", Severity: diag.Warning, Message: `"b" is a letter`, At: f.Key("/b"), Pointer: "/b", Related: []diag.Related{{Message: "as this one", At: f.At("/title")}}},
		{Code: "TYK201", Severity: diag.Info, Message: "after a tab", At: f.At("/tab"), Pointer: "/tab", Fix: &diag.Fix{Title: "write 4", Unsafe: true, Edits: []source.Edit{{At: f.At("/tab"), Text: "4"}}}},
		{Code: "TYK202", Severity: diag.Info, Message: "beside a secret", At: f.At("/next"), Pointer: "/next", Fix: &diag.Fix{Title: "remove it", Edits: []source.Edit{{At: f.At("/next")}}}},
		{Code: "TYK311", Severity: diag.Info, Message: "credentials", At: f.At("/url"), Pointer: "/url"},
		{Code: "TYK100", Severity: diag.Error, Message: "cannot be read", At: source.Range{File: "other.json"}},
		{Code: "TYK204", Severity: diag.Warning, Message: `"b" is a letter`, At: f.Key("/b"), Pointer: "/b"},
	}
}

func TestFormats(t *testing.T) {
	f := document(t)
	found := list(f).Sort()
	texts := func(name string) *source.File {
		if name == f.Name {
			return f
		}
		return nil
	}
	var text, color bytes.Buffer
	for _, err := range []error{diag.WriteText(&text, found, texts, false), diag.WriteText(&color, found, texts, true)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "text.want", text.String())
	golden(t, "color.want", strings.ReplaceAll(color.String(), "\x1b", "ESC"))
	for _, secret := range []string{"do not print", "password"} {
		if strings.Contains(text.String(), secret) {
			t.Errorf("the text output shows %q", secret)
		}
	}
	if strings.Contains(text.String(), "\x1b") {
		t.Error("colour without being asked for")
	}
}

// TestLongLine: an excerpt of a line of megabytes is taken from around the place, and marks the right characters.
func TestLongLine(t *testing.T) {
	pad := strings.Repeat("ä", 500_000)
	f, err := source.Index("min.json", []byte(`{"pad":"`+pad+`","mark":12345,"secret":"hidden","pad2":"`+pad+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	l := diag.List{{Code: "TYK301", Severity: diag.Error, Message: "m", At: f.At("/mark"), Pointer: "/mark"}}
	if err := diag.WriteText(&b, l, func(string) *source.File { return f }, false); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	text, marks := []rune(lines[1]), []rune(lines[2])
	if i := slices.Index(marks, '^'); len(text) > 150 || string(text[i:i+5]) != "12345" || string(marks[i:]) != "^^^^^" || strings.Contains(lines[1], "hidden") {
		t.Errorf("\n%s", b.String())
	}
}

func TestSort(t *testing.T) {
	f := document(t)
	want := fmt.Sprint(list(f).Sort())
	backwards := list(f)
	slices.Reverse(backwards)
	// Of two equal findings the first one stays, with what is related to it.
	if got := fmt.Sprint(stripRelated(backwards.Sort())); got != fmt.Sprint(stripRelated(list(f).Sort())) {
		t.Errorf("the order depends on the order in which findings were made:\n%s\n%s", got, want)
	}
	if n := len(list(f).Sort()); n != 6 {
		t.Errorf("%d findings, want 6: one was made twice", n)
	}
}

func stripRelated(l diag.List) diag.List {
	for i := range l {
		l[i].Related, l[i].Fix = nil, nil // compared by address
	}
	return l
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join(formats, name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: run `make golden` if this is meant (-want +got):\n%s", path, diff)
	}
}
