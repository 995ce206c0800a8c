package source

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// member is a member of an object in a tree that keeps the order.
type member struct {
	key   string
	value any
}

// ordered is what a node holds: []member, []any, or a scalar with its kind.
func ordered(n Node) any {
	switch n.Kind() {
	case Object:
		list := []member{}
		for key, m := range n.Members() {
			list = append(list, member{key, ordered(m)})
		}
		return list
	case Array:
		list := []any{}
		for _, item := range n.Items() {
			list = append(list, ordered(item))
		}
		return list
	case Absent, Null, Bool, Number, String:
	}
	return member{n.Kind().String(), n.Text()}
}

// change gives a copy of a tree in which the value at the tokens is what with makes of it: nothing means that it goes.
func change(tree any, tokens []string, with func(member) []member) any {
	edit := func(m member, last bool) []member {
		if last {
			return with(m)
		}
		return []member{{m.key, change(m.value, tokens[1:], with)}}
	}
	switch tree := tree.(type) {
	case []member:
		out := []member{}
		for _, m := range tree {
			if m.key != tokens[0] {
				out = append(out, m)
				continue
			}
			out = append(out, edit(m, len(tokens) == 1)...)
		}
		return out
	case []any:
		out := []any{}
		for i, v := range tree {
			if strconv.Itoa(i) != tokens[0] {
				out = append(out, v)
				continue
			}
			for _, m := range edit(member{"", v}, len(tokens) == 1) {
				out = append(out, m.value)
			}
		}
		return out
	}
	panic("no such value")
}

// documents with what generated ones lack.
var handwritten = []string{
	"# c1\na: 1 # c2\n# c3\nb:\n  # c4\n  c: x # c5\n  d: 'y' # c6\n\n  # c7\ne: |\n  text\n  # text\nf: 2\n# c8\n  # c9\ng: z\n",
	"a:\n- b: 1 # c1\n  c: 2\n- d: 1\n  # c2\n  e: 2\n-   f\n- - g\n  - h\n# c3\n",
	"a: &x {b: 1, c: [2, 3]}\nd: *x\ne:\n  <<: *x\n  f: 1\ng:\n  <<: {h: 1, i: 2}\n  j: 3\n",
	"a: &x\n  b: s\n  l: [q]\nc:\n  <<: *x\n  d: 1\ne: [*x, *x]\n*x : 1\n",
	"a: &y s\nb: *y\n? c\n: d\n? [e]\n",
	"a: !!str s\nb: !!str\n  t\nc: !t {d: e}\nf: &x\n  - 1\ng: !!map\n  h: i\n",
	"a: [ # c1\n  b, # c2\n  'c', # c3\n  d # c4\n  ]\ne: {f: 1, # c5\n  g: 2}\n",
	"a: {b, c: , d: e,}\nf: [g: h, i]\nj: [k,]\n",
	"a: |+\n  text\n\nb: >-\n  more\n  text\n\n# c1\nc: |\n\n\nd: x\n  # c2\n",
	"---\na: plain\n  text\nb: \"quoted\n  text\" # c1\nc: 'single\n\n  text'\n...\n",
	"a:\nb: ~\nc: null\nd: {}\ne: []\n",
	"a: x\u0085b: y\nc: [\"\u2028\", d] # c1\u2029e: f\n",
	"\uFEFFa: 1\nb: 2",
	"a: http://x.example/y?z=1#f\n\"b\": 'it''s'\n'c': \"\\u00e4\\n\"\nd:\n    - e\n    -\n      f: g\n      h: i\n",
	"a: 1\n---\nb: 2\n",
	"{\"a\":1,\"b\":{\"c\":[1,2]},\"d\":[]}",
	"{\n\t\"a\" : 1,\n\t\"b\" : {},\n\t\"c\" : [\n\t\t1,\n\t\t{\"d\": null}\n\t]\n}\n",
	"{\"a\": {\"b\": 1}, \"c\": 2,\n \"d\": 3, \"e\": [ 1 , 2 ] }",
	"{\"a\": 1, \"a\": 2, \"b\": [1,2,],}",
	"\uFEFF{\"a\": \"b\"}",
}

// document draws a document that can be read, and gives its lines other ends.
func document(rt *rapid.T) (name, text string) {
	name = "x.yaml"
	switch rapid.IntRange(0, 3).Draw(rt, "sort") {
	case 0:
		text = rapid.SampledFrom(handwritten).Draw(rt, "document")
	case 1:
		data, err := json.Marshal(container(3).Draw(rt, "value"))
		if err != nil {
			rt.Fatal(err)
		}
		if rapid.Bool().Draw(rt, "indent") {
			var b bytes.Buffer
			if err := json.Indent(&b, data, "", "  "); err != nil {
				rt.Fatal(err)
			}
			data = b.Bytes()
		}
		name, text = "x.json", string(data)
	default:
		n := yamlNode(rt, container(3).Draw(rt, "value"))
		comments(rt, n, new(int))
		data, err := yaml.Marshal(n)
		if err != nil {
			rt.Skip(err)
		}
		text = string(data)
	}
	if rapid.Bool().Draw(rt, "CRLF") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return name, text
}

// comments puts comments into a tree, each another one.
func comments(rt *rapid.T, n *yaml.Node, count *int) {
	for _, field := range []*string{&n.HeadComment, &n.LineComment, &n.FootComment} {
		if rapid.IntRange(0, 5).Draw(rt, "comment") == 0 {
			*count++
			*field = "# c" + strconv.Itoa(*count)
		}
	}
	for _, child := range n.Content {
		comments(rt, child, count)
	}
}

func TestEditProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		name, data := document(rt)
		f, err := Index(name, []byte(data))
		if err != nil {
			rt.Skip(err)
		}
		n := Node{f, int32(rapid.IntRange(0, len(f.nodes)-1).Draw(rt, "node"))}
		if n.overridden() || len(n.Pointer().Tokens()) > 0 && !isReachable(n) {
			rt.Skip("not in the tree")
		}
		e, want, ok := draw(rt, n)
		if !ok {
			return
		}
		checkEdit(rt, f, n, e, want)
	})
}

// isReachable reports whether the tree has the node at its pointer: not within an overridden member.
func isReachable(n Node) bool {
	found, ok := n.f.Lookup(n.Pointer())
	return ok && found == n
}

// draw makes an edit of a node and the tree that is to come of it.
func draw(rt *rapid.T, n Node) (e Edit, want any, ok bool) {
	tree, tokens := ordered(n.f.Root()), n.Pointer().Tokens()
	name := text().Draw(rt, "text")
	added := member{name, []any{member{"string", "on"}, member{"number", "1"}, []member{{"k v", member{"null", ""}}}}}
	const value = `["on", 1, {"k v": null}]`
	insert := func(with func(v any) any) any {
		if len(tokens) == 0 {
			return with(tree)
		}
		return change(tree, tokens, func(m member) []member { return []member{{m.key, with(m.value)}} })
	}
	switch op := rapid.IntRange(0, 6).Draw(rt, "edit"); op {
	case 0:
		e, ok = n.ReplaceText(name)
		if ok {
			want = change(tree, tokens, func(m member) []member { return []member{{m.key, member{"string", name}}} })
		}
	case 1:
		e, ok = n.ReplaceValue(value)
		if ok {
			want = change(tree, tokens, func(m member) []member { return []member{{m.key, added.value}} })
		}
	case 2:
		e, ok = n.Rename(name)
		if ok {
			want = change(tree, tokens, func(m member) []member { return []member{{name, m.value}} })
		}
	case 3:
		e, ok = n.Remove()
		if ok {
			want = change(tree, tokens, func(member) []member { return nil })
		}
	case 4:
		e, ok = n.AppendItem(value)
		if ok {
			want = insert(func(v any) any { return append(v.([]any), added.value) })
		}
	default:
		e, ok = n.InsertMember(name, value, op == 5)
		at := n.Len()
		if op == 5 {
			at = 0
		}
		if ok {
			want = insert(func(v any) any { return slices.Insert(v.([]member), at, added) })
		}
	}
	return e, want, ok
}

// checkEdit makes an edit and compares what is read then. Comments outside of what is removed are there still.
func checkEdit(rt *rapid.T, f *File, n Node, e Edit, want any) {
	data, err := Apply([]byte(f.text), []Edit{e})
	if err != nil {
		rt.Fatal(err)
	}
	g, err := Index(f.Name, data)
	if err != nil {
		rt.Fatalf("%v after %q for %q in\n%s\n---\n%s", err, e.Text, covered(f, e.At), f.text, data)
	}
	if got := ordered(g.Root()); !reflect.DeepEqual(got, want) {
		rt.Fatalf("got %v, want %v after %q for %q in\n%s\n---\n%s", got, want, e.Text, covered(f, e.At), f.text, data)
	}
	if len(g.problems) > len(f.problems) {
		rt.Fatalf("new problems %v", g.Problems())
	}
	lone := func(s string) bool { return strings.Count(s, "\n") != strings.Count(s, "\r\n") }
	if strings.Contains(f.text, "\r\n") && !lone(f.text) && lone(string(data)) {
		rt.Fatalf("mixed line ends in %q", data)
	}
	from, to := int(n.entry().start), f.lineEnd(int(n.entry().end)) // what goes with a value
	if f.isMember(n.entry()) {
		from = int(n.entry().keyStart)
	}
	for _, c := range marks.FindAllStringIndex(covered(f, e.At), -1) {
		if at := e.At.Start.Offset + c[0]; at < from || at >= to {
			rt.Fatalf("a comment is gone from\n%s\n---\n%s", f.text, data)
		}
	}
}

var marks = regexp.MustCompile(`# c\d`)

func TestRepairProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		name, data := document(rt)
		f, err := Index(name, []byte(data))
		if err != nil {
			rt.Skip(err)
		}
		for _, p := range f.Problems() {
			edits, ok := p.Repair()
			if !ok {
				continue
			}
			repaired, err := Apply([]byte(data), edits)
			if err != nil {
				rt.Fatal(err)
			}
			g, err := Index(name, repaired)
			if err != nil {
				rt.Fatalf("%v\n%s", err, repaired)
			}
			if len(g.problems) >= len(f.problems) || !reflect.DeepEqual(ordered(f.Root()), ordered(g.Root())) {
				rt.Fatalf("problems %v\n%s", g.Problems(), repaired)
			}
		}
	})
}
