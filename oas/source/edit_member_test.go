package source_test

import (
	"testing"

	"github.com/tykctl/tykctl/oas/source"
)

type editFunc func(source.Node) (source.Edit, bool)

func setText(s string) editFunc {
	return func(n source.Node) (source.Edit, bool) { return n.ReplaceText(s) }
}

func setValue(json string) editFunc {
	return func(n source.Node) (source.Edit, bool) { return n.ReplaceValue(json) }
}

func rename(s string) editFunc {
	return func(n source.Node) (source.Edit, bool) { return n.Rename(s) }
}

func remove(n source.Node) (source.Edit, bool) { return n.Remove() }

func addLast(key, json string) editFunc {
	return func(n source.Node) (source.Edit, bool) { return n.InsertMember(key, json, false) }
}

func addFirst(key, json string) editFunc {
	return func(n source.Node) (source.Edit, bool) { return n.InsertMember(key, json, true) }
}

func add(json string) editFunc {
	return func(n source.Node) (source.Edit, bool) { return n.AppendItem(json) }
}

type editTest struct {
	name, text string
	at         source.Pointer
	edit       editFunc
	want       string // "": refused
}

func testEdits(t *testing.T, tests []editTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := source.Index("x.yaml", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			n, found := f.Lookup(tt.at)
			if !found {
				t.Fatalf("nothing at %s", tt.at)
			}
			e, ok := tt.edit(n)
			if !ok {
				if tt.want != "" {
					t.Error("refused")
				}
				return
			}
			got, err := source.Apply([]byte(tt.text), []source.Edit{e})
			if string(got) != tt.want || err != nil {
				t.Errorf("%q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestReplaceText(t *testing.T) {
	testEdits(t, []editTest{
		{"plain stays plain", "a: b # c\n", "/a", setText("/oauth/token"), "a: /oauth/token # c\n"},
		{"a URL", "a: b\n", "/a", setText("https://x.example:8/y?z"), "a: https://x.example:8/y?z\n"},
		{"text that reads as a boolean", "a: b\n", "/a", setText("yes"), "a: \"yes\"\n"},
		{"text that reads as a number", "a: b\n", "/a", setText("1.5"), "a: \"1.5\"\n"},
		{"text that needs quotes", "a: b\n", "/a", setText("x: y #z"), "a: \"x: y #z\"\n"},
		{"quotes of one sort", "a: b\n", "/a", setText(`say "x"`), "a: 'say \"x\"'\n"},
		{"double quotes stay", "a: \"b\"\n", "/a", setText("c"), "a: \"c\"\n"},
		{"single quotes stay", "a: 'b'\n", "/a", setText("it's"), "a: 'it''s'\n"},
		{"but not for everything", "a: 'b'\n", "/a", setText("x\ny"), "a: \"x\\ny\"\n"},
		{"control characters", "a: b\n", "/a", setText("\x7f\u2028"), "a: \"\\u007F\\u2028\"\n"},
		{"a number becomes text", "a: 1\n", "/a", setText("1"), "a: \"1\"\n"},
		{"within brackets", "a: {b: c}\n", "/a/b", setText("http://x"), "a: {b: \"http://x\"}\n"},
		{"JSON", `{"a": "b"}`, "/a", setText("\"\n"), `{"a": "\"\n"}`},
		{"several lines", "a: b\n  c\nd: e\n", "/a", setText("x"), "a: x\nd: e\n"},
		{"a block scalar", "a: |\n  b\n\n# c\nd: e\n", "/a", setText("x"), "a: x\n\n# c\nd: e\n"},
		{"a block scalar with a comment", "a: | # c\n  b\n", "/a", setText("x"), ""},
		{"a block scalar that keeps lines", "a: |+\n  b\n\n", "/a", setText("x"), ""},
		{"a tag", "a: !!str 5\n", "/a", setText("x"), ""},
		{"a tag on another line", "a: !!str\n  5\n", "/a", setText("x"), ""},
		{"an anchor in use", "a: &x b\nc: *x\n", "/a", setText("x"), ""},
		{"an alias", "a: &x b\nc: *x\n", "/c", setText("x"), ""},
		{"behind an alias", "a: &x {b: c}\nd: *x\n", "/d/b", setText("x"), ""},
		{"behind a merge key", "a: &x {b: c}\nd:\n  <<: *x\n", "/d/b", setText("x"), ""},
		{"one of two documents", "a: b\n---\nc: d\n", "/a", setText("x"), ""},
		{"nothing", "a:\nb: c\n", "/a", setText("x"), ""},
		{"an object", "a: {b: c}\n", "/a", setText("x"), ""},
		{"no UTF-8", "a: b\n", "/a", setText("\xff"), ""},
	})
}

func TestReplaceValue(t *testing.T) {
	testEdits(t, []editTest{
		{"without quotes", "a: \"true\"\n", "/a", setValue("true"), "a: true\n"},
		{"a list", "a: b\n", "/a", setValue(`["b", "1"]`), "a: [b, \"1\"]\n"},
		{"an object", "a: true\n", "/a", setValue(`{"enabled": true, "name": "a:b"}`), "a: {enabled: true, name: \"a:b\"}\n"},
		{"an empty list", "a: []\n", "/a", setValue(`["code"]`), "a: [code]\n"},
		{"JSON", `{"a": "5"}`, "/a", setValue("5"), `{"a": 5}`},
		{"no JSON", `{"a": "5"}`, "/a", setValue("x"), ""},
		{"two values", `{"a": "5"}`, "/a", setValue("1, 2"), ""},
		{"a list with something in it", "a: [b]\n", "/a", setValue("1"), ""},
	})
}

func TestRename(t *testing.T) {
	testEdits(t, []editTest{
		{"plain", "a : b # c\n", "/a", rename("x"), "x : b # c\n"},
		{"quotes stay", "'a': b\n", "/a", rename("x"), "'x': b\n"},
		{"quotes where they are needed", "a: b\n", "/a", rename("a/b:c d"), "\"a/b:c d\": b\n"},
		{"after a dash", "- a: b\n  c: d\n", "/0/a", rename("x"), "- x: b\n  c: d\n"},
		{"within brackets", "{\"a\":b, c: d}", "/c", rename("x"), "{\"a\":b, x: d}"},
		{"JSON", `{"a":1}`, "/a", rename("x\""), `{"x\"":1}`},
		{"to one that exists", `{"a":1,"b":2}`, "/a", rename("b"), ""},
		{"the later of two", `{"a":1,"a":2}`, "/a", rename("b"), ""},
		{"an item", `[1]`, "/0", rename("b"), ""},
		{"an alias", "a: &x b\n*x : c\n", "/b", rename("x"), ""},
		{"behind an anchor", "&x a: b\n", "/a", rename("x"), ""},
	})
}

func TestRemove(t *testing.T) {
	testEdits(t, []editTest{
		{"with its line and comment", "a: 1\n# of b\nb: 2 # two\nc: 3\n", "/b", remove, "a: 1\n# of b\nc: 3\n"},
		{"with all its lines", "a:\n  b: 1\n  # in a\n  c: |\n    text\n\nd: 2\n", "/a", remove, "\nd: 2\n"},
		{"the last line, without an end", "a: 1\nb: 2", "/b", remove, "a: 1\n"},
		{"CRLF", "a: 1\r\nb: 2\r\n", "/a", remove, "b: 2\r\n"},
		{"the only one", "a:\n  b: 1 # one\nc: 2\n", "/a/b", remove, "a: {} # one\nc: 2\n"},
		{"the only item", "a:\n- 1\nc: 2\n", "/a/0", remove, "a: []\nc: 2\n"},
		{"the only one of an item", "- a: 1\n- 2\n", "/0/a", remove, "- {}\n- 2\n"},
		{"an item", "- 1\n- a: 2\n  b: 3\n- 4\n", "/1", remove, "- 1\n- 4\n"},
		{"the first after a dash", "- a: 1 # one\n  b: 2\n", "/0/a", remove, "- b: 2\n"},
		{"the first after a dash, with a comment below", "- a: 1\n  # of b\n  b: 2\n", "/0/a", remove, ""},
		{"JSON, first", `{"a": 1, "b": 2}`, "/a", remove, `{"b": 2}`},
		{"JSON, last", `{"a": 1, "b": 2}`, "/b", remove, `{"a": 1}`},
		{"JSON, only", `{ "a": 1 }`, "/a", remove, `{}`},
		{"JSON, a line", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "/a", remove, "{\n  \"b\": 2\n}\n"},
		{"JSON, the last line", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "/b", remove, "{\n  \"a\": 1\n}\n"},
		{"JSON, the end of a line", "{\"a\": 1, \"b\": 2,\n \"c\": 3}", "/b", remove, "{\"a\": 1,\n \"c\": 3}"},
		{"YAML brackets with comments", "a: [b, # of b\n  c]\n", "/a/0", remove, ""},
		{"YAML brackets, a line", "a: [\n  b, # of b\n  c]\n", "/a/0", remove, "a: [\n  c]\n"},
		{"in use elsewhere", "a: &x 1\nb: *x\n", "/a", remove, ""},
		{"an alias", "a: &x 1\nb: *x\n", "/b", remove, "a: &x 1\n"},
		{"below a block scalar, above what would belong to it", "a: |\n  text\nb: 1\n  # comment\nc: 2\n", "/b", remove, ""},
		{"the root", "a: 1\n", "", remove, ""},
		{"the only one of the root", "a: 1\n", "/a", remove, ""},
	})
}

func TestInsert(t *testing.T) {
	const on = `{"enabled": true}`
	testEdits(t, []editTest{
		{"last", "a:\n  b: 1 # one\nc: 2\n", "/a", addLast("x", on), "a:\n  b: 1 # one\n  x: {enabled: true}\nc: 2\n"},
		{"first", "a:\n  # of b\n  b: 1\n", "/a", addFirst("x", `"z"`), "a:\n  # of b\n  x: z\n  b: 1\n"},
		{"at the end of the file", "a: 1", "", addLast("x", "null"), "a: 1\nx: null"},
		{"CRLF", "a: 1\r\nb: 2\r\n", "", addLast("x", "3"), "a: 1\r\nb: 2\r\nx: 3\r\n"},
		{"quotes like the others", "'a': 1\n", "", addLast("x", "3"), "'a': 1\n'x': 3\n"},
		{"after a dash", "- a: 1\n- 2\n", "/0", addLast("x", "3"), "- a: 1\n  x: 3\n- 2\n"},
		{"after a nested end", "a:\n  b:\n    c: |\n      text\nd: 1\n", "/a", addLast("x", "3"), "a:\n  b:\n    c: |\n      text\n  x: 3\nd: 1\n"},
		{"after blank lines that count", "a:\n  b: |+\n    text\n\nd: 1\n", "/a", addLast("x", "3"), ""},
		{"into nothing", "a: {}\n", "/a", addLast("x", "3"), "a: {x: 3}\n"},
		{"within brackets", "a: {b: 1}\n", "/a", addLast("x", "3"), "a: {b: 1, x: 3}\n"},
		{"within brackets, first", "a: {b: 1}\n", "/a", addFirst("x", "3"), "a: {x: 3, b: 1}\n"},
		{"within brackets on lines", "a: {\n  b: 1\n}\n", "/a", addLast("x", "3"), "a: {\n  b: 1,\n  x: 3\n}\n"},
		{"compact JSON", `{"a":1}`, "", addLast("x", on), `{"a":1,"x":{"enabled": true}}`},
		{"JSON on lines", "{\n\t\"a\" : 1\n}\n", "", addFirst("x", "3"), "{\n\t\"x\" : 3,\n\t\"a\" : 1\n}\n"},
		{"one that exists", `{"a":1}`, "", addLast("a", "1"), ""},
		{"behind an alias", "a: &x {b: c}\nd: *x\n", "/d", addLast("x", "1"), ""},
		{"in use elsewhere", "a: &x {b: c}\nd: *x\n", "/a", addLast("x", "1"), ""},
		{"a merged one", "a: &x {b: c}\nd:\n  <<: *x\n", "/d", addLast("x", "1"), "a: &x {b: c}\nd:\n  <<: *x\n  x: 1\n"},
		{"an item", "a:\n- 1\nb: 2\n", "/a", add(`"x"`), "a:\n- 1\n- x\nb: 2\n"},
		{"an item within brackets", "a: [b]\n", "/a", add(`"x"`), "a: [b, x]\n"},
		{"an item into nothing", "a: []\n", "/a", add(`"x"`), "a: [x]\n"},
		{"an item of JSON", `{"a": [1]}`, "/a", add("2"), `{"a": [1, 2]}`},
	})
}
