package source

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// anyValue draws a value as encoding/json would decode it, at most so deep.
func anyValue(depth int) *rapid.Generator[any] {
	number := rapid.OneOf(
		rapid.Map(rapid.Int(), func(i int) any { return json.Number(strconv.Itoa(i)) }),
		rapid.Map(rapid.Float64Range(-1e9, 1e9), func(f float64) any {
			return json.Number(strconv.FormatFloat(f, 'f', 3, 64))
		}),
	)
	scalar := rapid.OneOf(
		rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }), number,
		rapid.Map(text(), func(s string) any { return s }),
	)
	if depth == 0 {
		return scalar
	}
	return rapid.OneOf(scalar, container(depth))
}

// container draws an object or an array.
func container(depth int) *rapid.Generator[any] {
	return rapid.OneOf(
		rapid.Map(rapid.MapOfN(text(), anyValue(depth-1), 0, 6), func(m map[string]any) any { return m }),
		rapid.Map(rapid.SliceOfN(anyValue(depth-1), 0, 6), func(s []any) any { return s }),
	)
}

// text draws strings, those that YAML may take for something else among them.
func text() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", "~", "null", "true", "200", "1.5", "a: b", "- a", "# c", "a\nb\n", " a ", "\t", "<<", "2020-01-02", "&a", "*a", "'", `"\`, "a/b~c",
		"ü🐘", "---", "x\n\n  y\n", "@", "{", "\u2028", "\u0085", "\uFEFF",
	}))
}

func TestJSONProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := container(4).Draw(rt, "value")
		data, err := json.Marshal(want)
		if err != nil {
			rt.Fatal(err)
		}
		if rapid.Bool().Draw(rt, "indent") {
			var b bytes.Buffer
			if err := json.Indent(&b, data, "", "\t"); err != nil {
				rt.Fatal(err)
			}
			data = b.Bytes()
		}
		f, err := Index("x.json", data)
		if err != nil {
			rt.Fatal(err)
		}
		if got := f.Root().Any(); !reflect.DeepEqual(got, want) || len(f.Problems()) > 0 {
			rt.Fatalf("got %#v, want %#v, problems %v", got, want, f.Problems())
		}
		checkFile(t, f)
	})
}

func TestYAMLProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := container(4).Draw(rt, "value")
		data, err := yaml.Marshal(yamlNode(rt, want))
		if err != nil {
			rt.Skip(err) // yaml.v3 cannot write everything
		}
		var twin yaml.Node
		if yaml.Unmarshal(data, &twin) != nil {
			rt.Skip("yaml.v3 cannot read what it has written")
		}
		f, err := Index("x.yaml", append([]byte("---\n"), data...)) // never taken for JSON
		if err != nil {
			rt.Fatalf("%v\n%s", err, data)
		}
		if got, want := f.Root().Any(), nodeValue(twin.Content[0]); !reflect.DeepEqual(got, want) {
			rt.Fatalf("got %#v, want %#v\n%s", got, want, data)
		}
		checkFile(t, f)
		checkScalars(rt, f)
	})
}

// yamlNode makes a node of a value, with styles drawn at random.
func yamlNode(rt *rapid.T, v any) *yaml.Node {
	n := new(yaml.Node)
	switch v := v.(type) {
	case map[string]any:
		n.Kind = yaml.MappingNode
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.Content = append(n.Content, yamlNode(rt, key), yamlNode(rt, v[key]))
		}
	case []any:
		n.Kind = yaml.SequenceNode
		for _, item := range v {
			n.Content = append(n.Content, yamlNode(rt, item))
		}
	case string:
		n.SetString(v)
		n.Style |= rapid.SampledFrom([]yaml.Style{0, yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle, yaml.LiteralStyle, yaml.FoldedStyle}).Draw(rt, "style")
		if v == "<<" {
			n.Style = yaml.DoubleQuotedStyle // or it is a merge key
		}
		return n
	case json.Number:
		n.Kind, n.Value = yaml.ScalarNode, v.String()
		return n
	default:
		if err := n.Encode(v); err != nil {
			rt.Fatal(err)
		}
		return n
	}
	if rapid.Bool().Draw(rt, "flow") {
		n.Style = yaml.FlowStyle
	}
	return n
}

// nodeValue is what a node of yaml.v3 without aliases holds.
func nodeValue(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = nodeValue(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		s := []any{}
		for _, item := range n.Content {
			s = append(s, nodeValue(item))
		}
		return s
	default:
	}
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true"
	case "!!int", "!!float":
		return json.Number(n.Value)
	}
	return n.Value
}

// checkScalars checks that the text of a quoted or plain scalar's range is the scalar, and nothing beside it.
func checkScalars(rt *rapid.T, f *File) {
	for i := range f.nodes {
		n := Node{f, int32(i)}
		src := covered(f, n.Range())
		if n.Kind() != String || src == "" || src[0] == '|' || src[0] == '>' {
			continue
		}
		var v yaml.Node
		if err := yaml.Unmarshal([]byte(src), &v); err != nil || len(v.Content) == 0 || v.Content[0].Value != n.Text() {
			rt.Fatalf("%s: the text %q is not %q", n.Pointer(), src, n.Text())
		}
	}
}
