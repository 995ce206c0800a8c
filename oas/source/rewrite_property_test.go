package source

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// other draws a value near that of a document: its parts in other places, other values among them.
func other(rt *rapid.T, n Node, foreign Node, depth int) Draft {
	switch op := rapid.IntRange(0, 9).Draw(rt, "change"); {
	case op == 0 && depth > 0:
		return Same(foreign)
	case op == 1 && depth > 0:
		return TextDraft(rapid.SampledFrom([]string{"new", "a: b", "two\nlines", "two\nlines\n", " x", "# no", "yes", "1", "", "tab\there\nx", "- a", "é", "\u2028"}).Draw(rt, "text"))
	case op < 4 || depth == 4:
		return Same(n)
	}
	switch n.Kind() {
	case Object:
		v := ObjectDraft()
		if rapid.IntRange(0, 4).Draw(rt, "first") == 0 {
			v = v.With("new first", Same(foreign))
		}
		for key, m := range n.Members() {
			switch rapid.IntRange(0, 9).Draw(rt, "member") {
			case 0, 1:
			case 2:
				v = v.With("renamed "+key, Same(m))
			default:
				v = v.With(key, other(rt, m, foreign, depth+1))
			}
		}
		for range rapid.IntRange(0, 2).Draw(rt, "more") {
			v = v.With(rapid.SampledFrom([]string{"a", "b", "items/{id}GET", "200", "null", strings.Repeat("k", 1100)}).Draw(rt, "key"), Same(foreign))
		}
		return v
	case Array:
		var items []Draft
		for _, item := range n.Items() {
			if rapid.IntRange(0, 4).Draw(rt, "remove") > 0 {
				items = append(items, other(rt, item, foreign, depth+1))
			}
		}
		for range rapid.IntRange(0, 2).Draw(rt, "more") {
			items = append(items, Same(foreign))
		}
		return ArrayDraft(items...)
	case Absent, Null, Bool, Number, String:
	}
	return Same(n)
}

// TestRewriteProperty holds that whatever a document is to become, it becomes, in its own notation; and that what is written anew reads the same.
func TestRewriteProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f, foreign := drawn(rt), drawn(rt)
		want := other(rt, f.Root(), foreign.Root(), 0)
		text, _ := f.Rewrite(want)
		reads(rt, f.Name, text, want)
		again, kept := reread(rt, f.Name, text).Rewrite(want)
		if string(again) != string(text) || !kept {
			rt.Fatalf("a second run changes\n%s\nto\n%s", text, again)
		}
		reads(rt, "x.json", want.Write(JSON), want)
		reads(rt, "x.yaml", want.Write(YAML), want)
	})
}

func drawn(rt *rapid.T) *File {
	name, text := document(rt)
	f, err := Index(name, []byte(text))
	if err != nil || len(f.problems) > 0 {
		rt.Skip(err)
	}
	return f
}

// reread reads a text that must be readable and without fault.
func reread(rt *rapid.T, name string, text []byte) *File {
	f, err := Index(name, text)
	if err != nil {
		rt.Fatalf("%v\n%s", err, text)
	}
	if len(f.problems) > 0 {
		rt.Fatalf("%v\n%s", f.Problems(), text)
	}
	return f
}

func reads(rt *rapid.T, name string, text []byte, want Draft) {
	if f := reread(rt, name, text); !Same(f.Root()).Equal(want) {
		rt.Fatalf("got\n%s\nwant\n%s", text, want.Write(JSON))
	}
}
