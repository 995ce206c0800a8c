package schemas

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Field is one field of the extension.
type Field struct {
	Path            string // names joined by dots; * for a map key and for a list item
	Since           string // "5.8"; "" for 5.0 and earlier, "next" for the release after 5.14
	Deprecated      bool
	DeprecatedSince string // may be "" although Deprecated
	Successor       string // the field to use instead: a sibling, or a path below the parent; may be ""
	Description     string // one line
	Type            string // "string", "duration", "boolean", "list of string", "map of object", …
}

// Fields lists the fields of the extension and of the security schemes of every kind, sorted by path. A field is never
// older than the object it lies in; one that several kinds of schemes have is as old as in the oldest. The caller must
// not modify the list.
func Fields() []Field { return fields() }

var fields = sync.OnceValue(func() []Field {
	s, err := load()
	if err != nil {
		return nil
	}
	byPath := make(map[string]Field)
	s.collect(s.root, Field{}, byPath)
	schemes := byPath["server.authentication.securitySchemes"]
	for _, kind := range SchemeKinds() {
		def := s.def(kind)
		parent := schemes
		parent.Path += ".*"
		parent.Since = later(parent.Since, def.text("x-since"))
		s.collect(def, parent, byPath)
	}
	paths := slices.Sorted(maps.Keys(byPath))
	out := make([]Field, len(paths))
	for i, p := range paths {
		out[i] = byPath[p]
	}
	return out
})

// collect adds the fields below n, which describes the value at parent.
func (s *schema) collect(n node, parent Field, out map[string]Field) {
	n = s.resolve(n)
	switch n.text("type") {
	case "array":
		parent.Path += ".*"
		s.collect(n.child("items"), parent, out)
		return
	case "object":
		if values := n.child("additionalProperties"); values != nil {
			parent.Path += ".*"
			s.collect(values, parent, out)
			return
		}
	}
	for name, v := range n.child("properties") {
		m, _ := v.(map[string]any)
		p := node(m)
		deprecated, _ := p["deprecated"].(bool)
		f := Field{
			Path:            strings.TrimPrefix(parent.Path+"."+name, "."),
			Since:           later(parent.Since, p.text("x-since")),
			Deprecated:      deprecated,
			DeprecatedSince: p.text("x-deprecated-since"),
			Successor:       p.text("x-successor"),
			Description:     p.text("description"),
			Type:            s.typeName(p),
		}
		if have, ok := out[f.Path]; !ok || release(f.Since) < release(have.Since) {
			out[f.Path] = f
		}
		s.collect(p, f, out)
	}
}

// typeName is the type of a field in the words of the help.
func (s *schema) typeName(n node) string {
	n = s.resolve(n)
	switch t := n.text("type"); t {
	case "array":
		return of("list", s.typeName(n.child("items")))
	case "object":
		if values := n.child("additionalProperties"); values != nil {
			return of("map", s.typeName(values))
		}
		return t
	case "string":
		if n.text("x-what") == "a duration" {
			return "duration"
		}
		return t
	default:
		return t
	}
}

func of(outer, inner string) string {
	if inner == "" {
		return outer
	}
	return outer + " of " + inner
}

// later returns the later of two releases.
func later(a, b string) string {
	if release(a) >= release(b) {
		return a
	}
	return b
}

// Later reports whether release a, such as "5.14", is later than release b. What is no release is earlier than all.
func Later(a, b string) bool { return release(a) > release(b) }

// release makes releases comparable: 5.14 is later than 5.8, "next" later than all, "" earlier than all.
func release(s string) int {
	if s == "next" {
		return 1 << 30
	}
	major, minor, _ := strings.Cut(s, ".")
	a, errA := strconv.Atoi(major)
	b, errB := strconv.Atoi(minor)
	if errA != nil || errB != nil {
		return 0
	}
	return a<<16 + b
}
