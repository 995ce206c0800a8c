package source

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// errorCase is a document that cannot be read, with what the error covers and parts of its message and hint.
type errorCase struct{ text, at, message, hint string }

func checkErrors(t *testing.T, name string, tests []errorCase) {
	t.Helper()
	for _, tt := range tests {
		f, err := Index(name, []byte(tt.text))
		var e *SyntaxError
		if !errors.As(err, &e) {
			t.Errorf("%q: error is %v, file %v", tt.text, err, f)
			continue
		}
		if got := spot(e.At); got != tt.at || !strings.Contains(e.Message, tt.message) || !strings.Contains(e.Hint, tt.hint) {
			t.Errorf("%q:\ngot  %s %s [%s]\nwant %s %s [%s]", tt.text, got, e.Message, e.Hint, tt.at, tt.message, tt.hint)
		}
	}
}

func TestJSONErrors(t *testing.T) {
	checkErrors(t, "x.json", []errorCase{
		{"", "1:1-1:1", "the file is empty", "OpenAPI"},
		{" \n", "1:1-1:1", "the file is empty", ""},
		{"openapi: 3.0.3", "1:1-1:8", `found "openapi", expected "{"`, "name it .yaml"},
		{"// x\n{}", "1:1-1:5", "found a comment, expected \"{\"", "JSON has no comments"},
		{"{\n // c\n}", "2:2-2:6", "found a comment, expected a key", "JSON has no comments"},
		{`{"a": /* c */ 1}`, "1:7-1:14", "found a comment, expected a value", "YAML"},
		{"{\"a\": 1 /* c\n }", "1:9-2:3", "found a comment", ""},
		{`{"a": 1} # c`, "1:10-1:13", "found a comment, expected the end", ""},
		{`{'a': 1}`, "1:2-1:5", `found "'a'", expected a key`, "double quotes"},
		{`{"a": 'x y'}`, "1:7-1:12", `found "'x y'", expected a value`, "double quotes"},
		{`{“a”: 1}`, "1:2-1:5", "expected a key", "straight"},
		{`{"a": “b”}`, "1:7-1:10", "expected a value", "straight"},
		{"{\"a\": 1\n \"b\": 2}", "2:2-2:5", `found "\"b\"", expected "," or "}"`, "comma is missing after the value that ends on line 1"},
		{"[1 2]", "1:4-1:5", `found "2", expected "," or "]"`, "comma is missing"},
		{`{"a" 1}`, "1:6-1:7", `found "1", expected ":" after the key "a"`, "colon"},
		{`{"a" = 1}`, "1:6-1:7", `found "="`, "colon instead"},
		{`{"a"}`, "1:5-1:6", `found "}"`, "no value"},
		{`{a: 1}`, "1:2-1:3", `found "a", expected a key`, `write it in double quotes: "a"`},
		{`{"a": 1,, "b": 2}`, "1:9-1:10", `found ",", expected a key`, "remove the comma"},
		{`{,}`, "1:2-1:3", `found ",", expected a key`, "remove the comma"},
		{`[,]`, "1:2-1:3", `found ",", expected a value`, "missing"},
		{`{"a": }`, "1:7-1:8", `found "}", expected a value`, "missing"},
		{`{"a": ;}`, "1:7-1:8", `found ";", expected a value`, ""},
		{`{;}`, "1:2-1:3", `found ";", expected a key or "}"`, ""},
		{`{"a": 1;}`, "1:8-1:9", `found ";", expected "," or "}"`, ""},
		{"{\"a\": \"b\n}", "1:7-1:9", "found the end of the line in a string", "close it"},
		{`{"a": "b`, "1:7-1:9", "expected a closing double quote", ""},
		{`{"a": "\x"}`, "1:8-1:10", `unknown escape "\\x"`, ""},
		{`{"a": "\u12g4"}`, "1:8-1:14", "four hexadecimal digits", ""},
		{`["\`, "1:3-1:4", "escape", ""},
		{"[\"\\\n\"]", "1:3-1:4", "escape", ""},
		{`["\ü"]`, "1:3-1:5", "unknown escape", ""},
		{`[NaN]`, "1:2-1:5", `found "NaN", expected a value`, "no such number"},
		{`[-Infinity]`, "1:2-1:11", "expected a number", "no such number"},
		{`[+1]`, "1:2-1:4", "expected a number", "plus"},
		{`[.5]`, "1:2-1:4", "expected a number", "decimal point"},
		{`[5.]`, "1:2-1:4", "expected a number", "decimal point"},
		{`[1e]`, "1:2-1:4", "expected a number", ""},
		{`[012]`, "1:2-1:5", `found "012", expected a number`, "leading zeros"},
		{`[-01.5]`, "1:2-1:7", "expected a number", "leading zeros"},
		{`[0x1F]`, "1:2-1:6", "expected a number", "hexadecimal"},
		{`[1a]`, "1:2-1:4", "expected a number", "as text"},
		{`[True]`, "1:2-1:6", `found "True"`, "write true"},
		{`[None]`, "1:2-1:6", `found "None"`, "write null"},
		{`[https]`, "1:2-1:7", `found "https"`, `"https"`},
		{"[`a`]", "1:2-1:3", "found \"`\"", "double quotes"},
		{`{"a": [1}`, "1:9-1:10", `found "}", expected "," or "]"`, `"[" on line 1`},
		{`["a": 1]`, "1:5-1:6", `found ":"`, "an array has no keys"},
		{"{\n\"a\": [", "2:7-2:7", `found the end of the file, expected "]"`, `"[" on line 2 is never closed`},
		{"{\"a\": 1", "1:8-1:8", `found the end of the file, expected "}"`, `"{" on line 1 is never closed`},
		{"{", "1:2-1:2", `expected "}"`, ""},
		{`{"a":`, "1:6-1:6", "found the end of the file, expected a value", ""},
		{`{"a"`, "1:5-1:5", "found the end of the file, expected \":\"", ""},
		{"{}\n}", "2:1-2:2", `found "}", expected the end of the file`, "one document"},
		{"{\"a\": \"\x00\"}", "1:8-1:9", "NUL", ""},
		{"\xff\xfe{\x00}\x00", "1:1-1:1", "UTF-16", "UTF-8"},
		{"{\x00}\x00", "1:1-1:1", "UTF-16", "UTF-8"},
	})
}

func TestYAMLErrors(t *testing.T) {
	const align, quote = "indent the line", "put the value in quotes"
	checkErrors(t, "x.yaml", []errorCase{
		{"# only a comment\n", "1:1-1:1", "no document", ""},
		{"---\n", "1:1-1:1", "no document", ""},
		{"a: 1\n\tb: 2\n", "2:1-2:2", "tab", "spaces"},
		{"info:\n\ttitle: x\n", "2:1-2:2", "tab", "spaces"},
		{"info:\n  title: x\n  \tversion: y\n", "3:3-3:4", "tab", "spaces"},
		{"y: |\n\tfoo\n", "2:1-2:2", "tab", "spaces"},
		{"a: @foo\n", "1:4-1:5", `found "@"`, quote},
		{"ü: 1\nü: `foo`\n", "2:4-2:5", "found \"`\"", quote},
		{"- %foo\n", "1:3-1:4", `found "%"`, quote},
		{"title: My API: the best\nz: 2\n", "1:14-1:15", `": " within a value`, quote},
		{"x: 1\na: b: c\n", "2:5-2:6", `": " within a value`, quote},
		{"info:\n  title: x\n version: 1\nb: 2\n", "3:2-3:12", "another indentation", align},
		{"info:\n  title: x\n   version: 1\nb: 2\n", "3:4-3:14", "found a key", align},
		{"x: 1\ninfo:\n    title: x\n    d: 4\n  version: 1\nb: 2\n", "5:3-5:13", "another indentation", align},
		{"x: 1\na: \"foo\" bar\nb: 2\n", "2:10-2:13", `found "bar" after a value`, "quotes"},
		{"x: 1\na: 'it's'\nb: 2\n", "2:8-2:10", `found "s'" after a value`, "twice"},
		{"x: 1\nurl: {base}/x\ny: 2\n", "2:12-2:14", `found "/x" after a value`, "quotes"},
		{"x: 1\na: \"foo\nb: 2\nc: 3\n", "2:4-2:5", "end of the file in a quoted text", "begins here"},
		{"a: 'foo\nb: 2\n", "1:4-1:5", "end of the file in a quoted text", "begins here"},
		{"x: 1\na: [1, 2\nb: 2\nc: 3\n", "2:4-2:5", `found "["`, "close it"},
		{"a: {1, 2\nb: 2\nc: 3\n", "1:4-1:5", `found "{"`, "close it"},
		{"a:\n  - x\n  b: 1\nc: 3\n", "3:3-3:7", `without "- "`, align},
		{"a:\n  b: 1\n  - x\nc: 3\n", "3:3-3:4", `found "- ", expected a key`, align},
		{"x: 1\nfoo\ny: 2\n", "2:1-2:4", `without ": "`, `"key: value"`},
		{"x: 1\ny: *foo*\nz: *foo\n", "2:4-2:5", `found "*"`, quote},
		{"x: 1\nz: *foo\n", "2:4-2:8", `an alias of "foo"`, ""},
		{"x: *\n", "1:4-1:5", `found "*"`, quote},
		{"x: !foo!bar x\n", "1:4-1:5", "unknown tag", "quotes"},
		{"x: \"\\q\"\n", "1:5-1:7", `"\\q"`, `\\`},
		{"x: 1\n]\n", "2:1-2:2", `found "]"`, "remove it"},
		{"a: - b\n", "1:4-1:5", `found "- "`, "next line"},
		{"x: ,a\n", "1:4-1:5", `found ","`, quote},
		{"a: !!int foo\n", "1:10-1:13", "!!int", ""},
		{"x: 1\n{a: b}: c\n", "2:1-2:7", "expected a key", "quotes"},
		{"a: &x\n  b: *x\n", "2:6-2:8", "alias of itself", ""},
		{"a: 1\n<<: b\n", "2:5-2:6", "after <<", ""},
		{"a: \x01\n", "1:4-1:5", "U+0001", ""},
		{"ä: \xff\x7f\n", "1:5-1:6", "U+007F", ""},
		{"a: \x00\n", "1:4-1:5", "NUL", ""},
		{"{a: 1}\nfoo\n", "1:2-1:3", "", ""}, // neither JSON nor YAML: the JSON error is told
	})
}

// found is a Problem in short.
type found struct {
	Kind      ProblemKind
	At, First string
	Key       string
	Pointer   Pointer
}

func problemsOf(f *File) []found {
	var list []found
	for _, p := range f.Problems() {
		q := found{Kind: p.Kind, At: spot(p.At), Key: p.Key, Pointer: p.Pointer}
		if !p.First.IsZero() {
			q.First = spot(p.First)
		}
		list = append(list, q)
	}
	return list
}

func TestProblems(t *testing.T) {
	tests := []struct {
		name, file, text, json string
		want                   []found
	}{
		{"trailing commas", "x.json", "{\"a\": [1, 2 ,\n],}", `{"a":[1,2]}`, []found{
			{TrailingComma, "1:13-1:14", "", "", "/a"}, {TrailingComma, "2:2-2:3", "", "", ""},
		}},
		{"duplicate keys", "x.json", `{"a": 1, "\u0061": 2, "b": {"a": 0}, "a": 3}`, `{"b":{"a":0},"a":3}`, []found{
			{DuplicateKey, "1:10-1:18", "1:2-1:5", "a", "/a"}, {DuplicateKey, "1:38-1:41", "1:2-1:5", "a", "/a"},
		}},
		{"byte order mark", "x.json", "\uFEFF{}", "{}", []found{{ByteOrderMark, "1:1-1:1", "", "", ""}}},
		{"invalid UTF-8", "x.json", "{\"ä\xff\xfe\": \"\xc3\"}", `{"ä��":"�"}`, []found{
			{InvalidUTF8, "1:4-1:6", "", "", "/ä\uFFFD\uFFFD"}, {InvalidUTF8, "1:10-1:11", "", "", "/ä\uFFFD\uFFFD"},
		}},
		{"control characters", "x.json", "[\"a\t\x01b\"]", `["a\t\u0001b"]`, []found{{ControlCharacter, "1:4-1:6", "", "", "/0"}}},
		{"second document", "x.json", "{}\n[1]\n", `{}`, []found{{MoreDocuments, "2:1-2:4", "", "", ""}}},
		{"second YAML document", "x.yaml", "# c\n---\na: |\n x\n ---\n--- # d\nb: 1\n", `{"a":"x\n---\n"}`, []found{{MoreDocuments, "6:1-7:5", "", "", ""}}},
		{"broken second document", "x.yaml", "a: 1\n---\n]\n", `{"a":1}`, []found{{MoreDocuments, "2:1-3:2", "", "", ""}}},
		{"end marks", "x.yaml", "---\na: 1\n---\n# c\n", `{"a":1}`, nil},
		{"duplicate YAML keys", "x.yaml", "a: 1\n'a': 2\n200: x\n\"200\": y\n", `{"a":2,"200":"y"}`, []found{
			{DuplicateKey, "2:1-2:4", "1:1-1:2", "a", "/a"}, {DuplicateKey, "4:1-4:6", "3:1-3:4", "200", "/200"},
		}},
		{"odd keys", "x.yaml", "200: a\ntrue: b\n1.5: c\n~: d\n2020-01-01: e\n", `{"200":"a","true":"b","1.5":"c","~":"d","2020-01-01":"e"}`, []found{
			{NonStringKey, "2:1-2:5", "", "true", "/true"}, {NonStringKey, "3:1-3:4", "", "1.5", "/1.5"}, {NonStringKey, "4:1-4:2", "", "~", "/~0"},
		}},
		{"problems in an anchor", "x.yaml", "a: &x {b: 1, b: 2}\nc: *x\n", `{"a":{"b":2},"c":{"b":2}}`, []found{{DuplicateKey, "1:14-1:15", "1:8-1:9", "b", "/a/b"}}},
		{"YAML and invalid UTF-8", "x.yaml", "a: \xff\xffb\nc: &x\n", `{"a":"��b","c":null}`, []found{{InvalidUTF8, "1:4-1:6", "", "", ""}}},
		{"YAML with a byte order mark", "x.yaml", "\uFEFFa: 1\n", `{"a":1}`, nil},
		{"flow in a YAML file", "x.yml", "{a: 1, b: [x,],}", `{"a":1,"b":["x"]}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := mustIndex(t, tt.file, tt.text)
			checkFile(t, f)
			if diff := cmp.Diff(tt.want, problemsOf(f)); diff != "" {
				t.Errorf("problems:\n%s", diff)
			}
			if got := string(f.JSON()); got != tt.json {
				t.Errorf("JSON is %s, want %s", got, tt.json)
			}
		})
	}
}

func TestYAMLValues(t *testing.T) {
	tests := []struct{ text, json string }{
		{
			"- [~, null, yes, True, 0x1F, 0o17, 010, 1_000, .5, +1, 1.10, 1e3, .inf, 2020-01-01, !!str 1, !foo 1, !!float 1, -0x10, 1e400]",
			`[[null,null,"yes",true,31,15,8,1000,0.5,1,1.10,1e3,".inf","2020-01-01","1","1",1,-16,"1e400"]]`,
		},
		{"a: &x {b: 1, c: 2}\nd: {c: 3, <<: *x, e: 4}\n", `{"a":{"b":1,"c":2},"d":{"c":3,"b":1,"e":4}}`},
		{"a: {<<: [{b: 1}, {b: 2, c: 3}], d: 4}\n", `{"a":{"b":1,"c":3,"d":4}}`},
		{"x: &x {b: 1, c: 1}\ny: &y {<<: *x, c: 2}\nz: {<<: *y}\n", `{"x":{"b":1,"c":1},"y":{"b":1,"c":2},"z":{"b":1,"c":2}}`},
		{"a: {<<: {b: 1, b: 2}}\n", `{"a":{"b":2}}`},
		{"\"<<\": 1\n", `{"<<":1}`},
		{"a: <<\n", `{"a":"<<"}`},
		{"&k a: 1\n*k : 2\nb: *k\n", `{"a":2,"b":"a"}`},
	}
	for _, tt := range tests {
		f := mustIndex(t, "x.yaml", tt.text)
		checkFile(t, f)
		if got := string(f.JSON()); got != tt.json {
			t.Errorf("%q:\ngot  %s\nwant %s", tt.text, got, tt.json)
		}
	}
}
