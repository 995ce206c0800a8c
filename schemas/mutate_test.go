package schemas

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// subject is a complete valid value with the check that applies to it.
type subject struct {
	name  string
	def   string
	value any
}

// subjects reads testdata/full.json, which holds every field of the extension and of every kind of security scheme, with
// two items in each list and map.
func subjects(t testing.TB) []subject {
	t.Helper()
	all := fixture(t, "testdata/full.json")
	out := []subject{{"extension", "", all["extension"]}}
	schemes, _ := all["schemes"].(map[string]any)
	for _, kind := range SchemeKinds() {
		out = append(out, subject{kind, kind, schemes[kind]})
	}
	return out
}

func TestFullExamplePasses(t *testing.T) {
	for _, s := range subjects(t) {
		for _, f := range check(s.def, s.value) {
			t.Errorf("%s: %+v", s.name, f)
		}
	}
}

// TestFullExampleIsFull keeps the example complete: a new field of the schema must be added to it.
func TestFullExampleIsFull(t *testing.T) {
	s := mustLoad(t)
	for _, sub := range subjects(t) {
		have := make(map[string]bool)
		walk(s, s.def(sub.def), sub.value, place{}, func(_ node, at place, _ any) { have[at.pattern] = true })
		want := make(map[string]Field)
		s.collect(s.def(sub.def), Field{}, want)
		for p := range want {
			if !have["."+p] {
				t.Errorf("%s: testdata/full.json lacks %s", sub.name, p)
			}
		}
	}
}

// place is where a value lies: its path, and the path as the table of fields writes it, with a dot in front.
type place struct {
	path    []string
	pattern string
}

func (p place) member(token, pattern string) place {
	return place{append(slices.Clone(p.path), token), p.pattern + "." + pattern}
}

// walk visits every value that the schema describes, with its schema. Free data (no schema) are left out.
func walk(s *schema, n node, v any, at place, visit func(n node, at place, v any)) {
	n = s.resolve(n)
	if n == nil {
		return
	}
	visit(n, at, v)
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if child := n.child("properties").child(k); child != nil {
				walk(s, child, v[k], at.member(k, k), visit)
			} else {
				walk(s, n.child("additionalProperties"), v[k], at.member(k, "*"), visit)
			}
		}
	case []any:
		for i, item := range v {
			walk(s, n.child("items"), item, at.member(strconv.Itoa(i), "*"), visit)
		}
	}
}

// with returns a copy of v in which the value at path is replaced by change of it. Only what lies on the path is copied.
func with(v any, path []string, change func(any) any) any {
	if len(path) == 0 {
		return change(v)
	}
	switch v := v.(type) {
	case map[string]any:
		out := maps.Clone(v)
		out[path[0]] = with(v[path[0]], path[1:], change)
		return out
	case []any:
		out := slices.Clone(v)
		i, _ := strconv.Atoi(path[0])
		out[i] = with(v[i], path[1:], change)
		return out
	}
	return v
}

// mutation is a complete example with one mistake, and what must be found.
type mutation struct {
	sub    subject
	name   string
	broken any
	want   Finding // kind, path, field; a hint where there must be one
}

// mutations breaks the full example in every place, one at a time: no required field may go, no name be misspelt, no type
// be wrong, in second list items neither.
func mutations(t testing.TB) []mutation {
	t.Helper()
	s := mustLoad(t)
	var out []mutation
	for _, sub := range subjects(t) {
		walk(s, s.def(sub.def), sub.value, place{}, func(n node, at place, v any) {
			add := func(what string, change any, want Finding) {
				broken := with(sub.value, at.path, func(any) any { return change })
				out = append(out, mutation{sub, sub.name + " /" + strings.Join(at.path, "/") + " " + what, broken, want})
			}
			if other, ok := otherType(n); ok {
				add("wrong type", other, Finding{Kind: WrongType, Path: at.path})
				add("null", nil, Finding{Kind: WrongType, Path: at.path, Hint: "leave the field out, or give it a value"})
			}
			object, ok := v.(map[string]any)
			if !ok || n.child("properties") == nil {
				return
			}
			for _, name := range n.texts("required") {
				add("without "+name, without(object, name), Finding{Kind: MissingField, Path: at.path, Field: name})
			}
			if n["additionalProperties"] != false {
				return
			}
			for name := range object {
				typo := name + "x"
				misspelt := without(object, name)
				misspelt[typo] = object[name]
				add("misspelt "+name, misspelt, Finding{
					Kind: UnknownField, Path: at.member(typo, "").path, Field: typo, Hint: didYouMean(name),
				})
			}
		})
	}
	return out
}

func TestMutations(t *testing.T) {
	all := mutations(t)
	if len(all) < 2000 {
		t.Errorf("only %d mutations, want all places of the extension", len(all))
	}
	for _, m := range all {
		got := check(m.sub.def, m.broken)
		if len(got) != 1 {
			t.Errorf("%s: got %+v, want one finding", m.name, got)
			continue
		}
		f := got[0]
		if f.Kind != m.want.Kind || !slices.Equal(f.Path, m.want.Path) || f.Field != m.want.Field || m.want.Hint != "" && f.Hint != m.want.Hint {
			t.Errorf("%s: got %+v, want %+v", m.name, f, m.want)
		}
	}
}

func without(object map[string]any, name string) map[string]any {
	out := maps.Clone(object)
	delete(out, name)
	return out
}

// otherType is a value of another type than the schema wants.
func otherType(n node) (any, bool) {
	switch n.text("type") {
	case "":
		return nil, false
	case "string":
		return true, true
	default:
		return "text", true
	}
}

func mustLoad(t testing.TB) *schema {
	t.Helper()
	s, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}
