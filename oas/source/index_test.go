package source

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mustIndex reads a document that has no fault.
func mustIndex(t testing.TB, name, text string) *File {
	t.Helper()
	f, err := Index(name, []byte(text))
	if err != nil {
		t.Fatalf("Index(%q): %v", text, err)
	}
	return f
}

// spot writes a range as "line:column-line:column".
func spot(r Range) string {
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Column, r.End.Line, r.End.Column)
}

// covered is the text of a range.
func covered(f *File, r Range) string {
	return f.Text()[r.Start.Offset:r.End.Offset]
}

const twinJSON = `{
  "openapi": "3.0.3",
  "info": {"title": "Größe 🐘 \"x\"", "version": 1.10},
  "paths": {
    "/a~b/{id}": {"get": {"deprecated": true, "x-none": null}}
  },
  "tags": [
    {"name": "one"}, [], {},
    "last"
  ]
}
`

const twinYAML = `openapi: 3.0.3
info: {title: 'Größe 🐘 "x"', "version": 1.10}
paths:
  /a~b/{id}:
    get:
      deprecated: true # wide 🐘
      x-none:
tags:
- name: "one"
- []
- {
  }
- last
`

func TestTwins(t *testing.T) {
	j, y := mustIndex(t, "twin.json", twinJSON), mustIndex(t, "twin.yaml", twinYAML)
	if j.Format() != JSON || y.Format() != YAML {
		t.Errorf("formats are %v and %v", j.Format(), y.Format())
	}
	if diff := cmp.Diff(j.Root().Any(), y.Root().Any()); diff != "" {
		t.Errorf("the twins differ:\n%s", diff)
	}
	tests := []struct {
		pointer                            Pointer
		jsonKey, jsonValue, yamlKey, yamlV string
	}{
		{"", "1:1-11:2", "1:1-11:2", "1:1-13:7", "1:1-13:7"},
		{"/openapi", "2:3-2:12", "2:14-2:21", "1:1-1:8", "1:10-1:15"},
		{"/info", "3:3-3:9", "3:11-3:54", "2:1-2:5", "2:7-2:46"},
		{"/info/title", "3:12-3:19", "3:21-3:36", "2:8-2:13", "2:15-2:28"},
		{"/info/version", "3:38-3:47", "3:49-3:53", "2:30-2:39", "2:41-2:45"},
		{"/paths", "4:3-4:10", "4:12-6:4", "3:1-3:6", "4:3-7:14"},
		{"/paths/~1a~0b~1{id}", "5:5-5:16", "5:18-5:63", "4:3-4:12", "5:5-7:14"},
		{"/paths/~1a~0b~1{id}/get/deprecated", "5:27-5:39", "5:41-5:45", "6:7-6:17", "6:19-6:23"},
		{"/paths/~1a~0b~1{id}/get/x-none", "5:47-5:55", "5:57-5:61", "7:7-7:13", "7:14-7:14"},
		{"/tags", "7:3-7:9", "7:11-10:4", "8:1-8:5", "9:1-13:7"},
		{"/tags/0", "8:5-8:20", "8:5-8:20", "9:3-9:14", "9:3-9:14"},
		{"/tags/0/name", "8:6-8:12", "8:14-8:19", "9:3-9:7", "9:9-9:14"},
		{"/tags/1", "8:22-8:24", "8:22-8:24", "10:3-10:5", "10:3-10:5"},
		{"/tags/2", "8:26-8:28", "8:26-8:28", "11:3-12:4", "11:3-12:4"},
		{"/tags/3", "9:5-9:11", "9:5-9:11", "13:3-13:7", "13:3-13:7"},
		// What does not exist has the place of the nearest parent.
		{"/tags/4", "7:3-7:9", "7:11-10:4", "8:1-8:5", "9:1-13:7"},
		{"/tags/01", "7:3-7:9", "7:11-10:4", "8:1-8:5", "9:1-13:7"},
		{"/info/contact/name", "3:3-3:9", "3:11-3:54", "2:1-2:5", "2:7-2:46"},
		{"/nothing", "1:1-11:2", "1:1-11:2", "1:1-13:7", "1:1-13:7"},
	}
	for _, tt := range tests {
		got := []string{spot(j.Key(tt.pointer)), spot(j.At(tt.pointer)), spot(y.Key(tt.pointer)), spot(y.At(tt.pointer))}
		want := []string{tt.jsonKey, tt.jsonValue, tt.yamlKey, tt.yamlV}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q (JSON key, JSON value, YAML key, YAML value)", tt.pointer, got, want)
		}
	}
}

func TestYAMLRanges(t *testing.T) {
	tests := []struct{ name, text, value, key string }{ // of the member "k" or, without one, of the document
		{"plain over lines", "k: one\n   two\n\n   three # c\nz: 1\n", "one\n   two\n\n   three", "k"},
		{"plain with a hash", "k: a#b #c\n", "a#b", "k"},
		{"single quotes", "'k': 'it''s' # c\n", "'it''s'", "'k'"},
		{"double quotes over lines", "\"k\": \"a \\\" b\n  c\"\n", "\"a \\\" b\n  c\"", `"k"`},
		{"literal", "k: |\n  one\n\n   two\n\n# c\nz: 1\n", "|\n  one\n\n   two", "k"},
		{"literal with a comment behind", "k: |\n    one\n  # c\nz: 1\n", "|\n    one", "k"},
		{"folded, keep, indent", "k: >1+\n   one\n two\n\nz: 1\n", ">1+\n   one\n two", "k"},
		{"empty literal", "k: |-\nz: 1\n", "|-", "k"},
		{"literal in an array", "k:\n- |\n a\n- b\n", "- |\n a\n- b", "k"},
		{"CRLF", "k: |\r\n  a\r\n  b\r\nz: 1\r\n", "|\r\n  a\r\n  b", "k"},
		{"anchor and tag", "k: !!str &a text\n", "text", "k"},
		{"lone tag", "k: ! 12\n", "12", "k"},
		{"anchored object", "k: &a # c\n  x: 1\nz: 2\n", "x: 1", "k"},
		{"anchor of the first key", "k:\n  &a x: 1\n", "&a x: 1", "k"},
		{"anchored nothing", "k: &a\nz: 2\n", "", "k"},
		{"alias", "a: &b [1]\nk: *b # c\n", "*b", "k"},
		{"flow", "k: {a: [1, 2], # c\n  b: , ? c}\nz: 1\n", "{a: [1, 2], # c\n  b: , ? c}", "k"},
		{"flow with an alias", "a: &x 1\nk: [*x , *x ]\n", "[*x , *x ]", "k"},
		{"pair in flow", "k: [a: b]\n", "[a: b]", "k"},
		{"wide before", "🐘🐘: 1\nä: {é: 🐘, k: ü} # 🐘\n", "ü", "k"},
		{"after a wide comment", "# 🐘 ü\n# ü\nk: v # 🐘\n", "v", "k"},
		{"explicit key", "? k\n: v\n", "v", "k"},
		{"odd line ends", "a: \"x\u2028y\u0085z\"\nk: \"v\"\n", `"v"`, "k"},
		{"invalid UTF-8", "a: \xff\xfe\nk: \"ü\xff\" # \xff\nz: 1\n", "\"ü\xff\"", "k"},
		{"BOM", "\uFEFFk: |\n  v\n", "|\n  v", "k"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := mustIndex(t, "x.yaml", tt.text)
			n := f.Root()
			for key, m := range n.Members() {
				if key == "k" || m.Get("k").Exists() {
					n = m
				}
			}
			if m := n.Get("k"); m.Exists() && tt.name == "wide before" {
				n = m
			}
			if got := covered(f, n.Range()); got != tt.value {
				t.Errorf("the value is %q, want %q", got, tt.value)
			}
			if got := covered(f, n.KeyRange()); got != tt.key {
				t.Errorf("the key is %q, want %q", got, tt.key)
			}
		})
	}
}

func TestPositions(t *testing.T) {
	text := "\uFEFF{\r\n \"ä\": 1,\r\"b\":\n\n2}"
	f := mustIndex(t, "x.json", text)
	for i, want := range []string{"", "{", ` "ä": 1,`, `"b":`, "", "2}", ""} {
		if got, column := f.Around(Pos{Line: i}, 100); got != want || column != 1 {
			t.Errorf("line %d is %q from column %d, want %q from 1", i, got, column, want)
		}
	}
	if got, want := spot(f.At("/ä")), "2:7-2:8"; got != want {
		t.Errorf("/ä is at %s, want %s", got, want)
	}
	if got, want := spot(f.At("/b")), "5:1-5:2"; got != want {
		t.Errorf("/b is at %s, want %s", got, want)
	}
	if got, want := spot(f.Span(-1, 1000)), "1:1-5:3"; got != want {
		t.Errorf("Span outside the file is %s, want %s", got, want)
	}
	if got, want := spot(f.Span(7, 2)), "2:2-2:2"; got != want {
		t.Errorf("Span backwards is %s, want %s", got, want)
	}
	long := `{"` + strings.Repeat("ü", 5000) + `": "` + strings.Repeat("🐘", 3000) + `", "k": 1}`
	f = mustIndex(t, "x.json", long)
	if got, want := spot(f.At("/k")), "1:8015-1:8016"; got != want {
		t.Errorf("on a long line: %s, want %s", got, want)
	}
	if got, column := f.Around(f.At("/k").Start, 10); got != `🐘", "k": 1}` || column != 8006 {
		t.Errorf("around its end stands %q from column %d", got, column)
	}
}

func TestNode(t *testing.T) {
	f := mustIndex(t, "x.json", `{"s": "\u00e4\/\ud83d\ude00\ud800", "n": -1.50e+3, "t": true, "z": null, "l": [[1], 2, [3]], "o": {}}`)
	root := f.Root()
	kinds := map[string]Kind{"s": String, "n": Number, "t": Bool, "z": Null, "l": Array, "o": Object, "?": Absent}
	for key, want := range kinds {
		n := root.Get(key)
		if n.Kind() != want || n.Exists() != (want != Absent) {
			t.Errorf("%q is %v, exists %v", key, n.Kind(), n.Exists())
		}
	}
	if got, want := root.Get("s").Text(), "ä/😀\uFFFD"; got != want {
		t.Errorf("text is %q, want %q", got, want)
	}
	if got := root.Get("n").Text() + root.Get("t").Text() + root.Get("z").Text() + root.Get("l").Text(); got != "-1.50e+3true" {
		t.Errorf("literals are %q", got)
	}
	if !root.Get("t").Bool() || root.Get("n").Bool() || root.Get("l").Item(2).Item(0).Text() != "3" || root.Get("l").Item(3).Exists() {
		t.Error("Bool or Item is wrong")
	}
	if root.Get("l").Len() != 3 || root.Len() != 6 || root.Get("s").Len() != 0 {
		t.Error("Len is wrong")
	}
	if got := root.Get("l").Item(2).Item(0).Pointer(); got != "/l/2/0" {
		t.Errorf("pointer is %q", got)
	}
	if got := string(root.Get("l").JSON()); got != "[[1], 2, [3]]" {
		t.Errorf("JSON is %s", got)
	}
	var none Node
	if none.Get("a").Exists() || none.Item(0).Exists() || none.Any() != nil || none.JSON() != nil || none.Pointer() != "" ||
		!none.Range().IsZero() || !none.KeyRange().IsZero() || none.File() != nil || none.Text() != "" || none.Bool() || none.Len() != 0 {
		t.Error("the zero Node is not empty")
	}
	for range none.Members() {
		t.Error("the zero Node has members")
	}
	for range none.Items() {
		t.Error("the zero Node has items")
	}
	for range root.Members() {
		break
	}
	for range root.Get("l").Items() {
		break
	}
}

func TestPointer(t *testing.T) {
	p := Pointer("").Child("paths").Child("/a~1").Item(3).Child("")
	if want := Pointer("/paths/~1a~01/3/"); p != want {
		t.Errorf("got %q, want %q", p, want)
	}
	if diff := cmp.Diff([]string{"paths", "/a~1", "3", ""}, p.Tokens()); diff != "" {
		t.Error(diff)
	}
	if p.Parent() != "/paths/~1a~01/3" || p.Parent().Parent().Last() != "/a~1" || Pointer("").Parent() != "" || Pointer("").Last() != "" || Pointer("").Tokens() != nil {
		t.Error("Parent or Last is wrong")
	}
}

// TestSharedCorpus reads real documents, where there are any: TYKCTL_CORPUS names their directory.
func TestSharedCorpus(t *testing.T) {
	dir := os.Getenv("TYKCTL_CORPUS")
	if dir == "" {
		t.Skip("TYKCTL_CORPUS is not set")
	}
	for _, name := range corpusFiles(t, dir) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Index(name, data)
		if err != nil {
			t.Logf("%v", err)
			continue
		}
		checkFile(t, f)
	}
}
