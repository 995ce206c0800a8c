package schemas

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tykctl/tykctl/oas/tyk"
	"github.com/tykctl/tykctl/oas/typo"
)

// checker walks one value.
type checker struct {
	schema *schema
	def    string   // what is checked: "" for the extension, or the kind of a security scheme
	path   []string // of the value that is looked at
	out    []Finding
}

// check looks for violations in v, which the root of the schema or one of its definitions describes.
func check(def string, v any) []Finding {
	s, err := load()
	if err != nil {
		return unusable(err)
	}
	if out := s.explain(def, v); len(out) > 0 {
		return out
	}
	return confirm(def, v)
}

func unusable(err error) []Finding {
	return []Finding{{Kind: Other, Message: "the embedded schema is unusable: " + err.Error()}}
}

// explain walks v and finds what is wrong with it.
func (s *schema) explain(def string, v any) []Finding {
	c := checker{schema: s, def: def, path: make([]string, 0, 16)}
	c.value(s.rules[def], v)
	if len(c.out) == 0 {
		return nil
	}
	out := mergeRenamed(c.out)
	slices.SortFunc(out, func(a, b Finding) int {
		if c := slices.CompareFunc(a.Path, b.Path, compareTokens); c != 0 {
			return c
		}
		return strings.Compare(a.Message, b.Message)
	})
	return slices.CompactFunc(out, func(a, b Finding) bool {
		return a.Message == b.Message && slices.Equal(a.Path, b.Path)
	})
}

// add records a finding about the value that is looked at, or about a member of it.
func (c *checker) add(f Finding, member ...string) {
	f.Path = slices.Concat(c.path, member)
	c.out = append(c.out, f)
}

// value checks v. Where the type is wrong nothing else is said of it.
func (c *checker) value(r *rule, v any) {
	switch v := v.(type) {
	case map[string]any:
		if r.typ == "" || r.typ == "object" {
			c.object(r, v)
			return
		}
	case []any:
		if r.typ == "" || r.typ == "array" {
			c.list(r, v)
			return
		}
	case string:
		if r.typ == "" || r.typ == "string" {
			c.text(r, v)
			return
		}
	case json.Number:
		if r.typ == "" {
			return
		}
		if r.typ == "number" || r.typ == "integer" && !strings.ContainsAny(string(v), ".eE") {
			c.number(r, v)
			return
		}
	case bool:
		if r.typ == "" || r.typ == "boolean" {
			return
		}
	case nil:
		if r.typ == "" {
			return
		}
	}
	c.add(wrongType(r, v))
}

// missing is the hint for a member that an object must have: at least what to write.
func (r *rule) missing(name string) string {
	if r.hint != "" || r.props[name] == nil {
		return r.hint
	}
	return "add " + name + ": " + r.props[name].least(maxLeast)
}

// maxLeast bounds how deep least looks.
const maxLeast = 4

// least is the smallest value that a rule takes, with words where an author has to choose.
func (r *rule) least(depth int) string {
	switch r.typ {
	case "object":
		var members []string
		for _, name := range r.required {
			if m := r.props[name]; m != nil && depth > 0 {
				members = append(members, name+": "+m.least(depth-1))
			}
		}
		if members == nil {
			return "{…}"
		}
		return "{" + strings.Join(members, ", ") + "}"
	case "array":
		return "[…]"
	case "boolean":
		return "true or false"
	case "integer", "number":
		return "a number"
	}
	if len(r.enum) > 0 {
		return "one of " + strings.Join(r.enum, ", ")
	}
	return "…"
}

func (c *checker) object(r *rule, object map[string]any) {
	for _, name := range r.required {
		if _, ok := object[name]; !ok {
			c.add(Finding{Kind: MissingField, Field: name, Message: "field " + strconv.Quote(name) + " is required", Hint: r.missing(name)})
		}
	}
	for name, v := range object {
		member := r.props[name]
		if member == nil {
			member = r.values
		}
		if member == nil {
			if r.closed {
				c.unknown(r, object, name)
			}
			continue
		}
		c.path = append(c.path, name)
		c.value(member, v)
		c.path = c.path[:len(c.path)-1]
	}
	for _, w := range r.when {
		if w.test.holds(object) {
			c.object(w.then, object)
		}
	}
}

func (c *checker) list(r *rule, list []any) {
	if len(list) < r.minItems {
		c.add(Finding{
			Kind: OutOfRange, Hint: r.hint,
			Message: fmt.Sprintf("must hold at least %s, found %s", items(r.minItems), foundItems(len(list))),
		})
	}
	if r.unique {
		c.repeated(list)
	}
	if r.items == nil {
		return
	}
	for i, v := range list {
		c.path = append(c.path, strconv.Itoa(i))
		c.value(r.items, v)
		c.path = c.path[:len(c.path)-1]
	}
}

func (c *checker) repeated(list []any) {
	seen := make(map[string]bool, len(list))
	for i, v := range list {
		s, ok := v.(string)
		if ok && seen[s] {
			c.add(Finding{Kind: BadValue, Message: quoteShort(s) + " is listed twice", Hint: "remove one of them", Instead: Instead{Remove: true}}, strconv.Itoa(i))
		}
		seen[s] = seen[s] || ok
	}
}

func (c *checker) text(r *rule, s string) {
	fits := (r.enum == nil || slices.Contains(r.enum, s)) &&
		(r.pattern == nil || r.pattern.MatchString(s)) &&
		(r.format == "" || wellFormed(r.format, s))
	if fits || r.reference && tyk.IsReference(s) {
		return
	}
	if r.enum != nil {
		c.add(notListed(r, s))
		return
	}
	f := Finding{Kind: BadFormat, Message: r.message, Hint: r.hint}
	if f.Message == "" {
		f.Message = fmt.Sprintf("%s is not %s", quoteShort(s), r.what)
	}
	c.add(f)
}

// number checks the range. A gateway holds numbers in 64 bits; what does not fit never reaches it.
func (c *checker) number(r *rule, n json.Number) {
	var f float64
	var err error
	if r.typ == "integer" {
		var i int64
		i, err = strconv.ParseInt(string(n), 10, 64)
		f = float64(i)
	} else {
		f, err = strconv.ParseFloat(string(n), 64)
	}
	shown := shorten(string(n))
	switch {
	case err != nil:
		c.add(Finding{Kind: OutOfRange, Message: "must fit into 64 bits, found " + shown})
	case r.min != nil && f < *r.min:
		c.add(Finding{Kind: OutOfRange, Message: fmt.Sprintf("must be at least %v, found %s", *r.min, shown)})
	case r.max != nil && f > *r.max:
		c.add(Finding{Kind: OutOfRange, Message: fmt.Sprintf("must be at most %v, found %s", *r.max, shown)})
	}
}

func (c *checker) unknown(r *rule, object map[string]any, name string) {
	f := Finding{Kind: UnknownField, Field: name, Message: "unknown field " + quoteShort(name)}
	if near := nearest(name, r, object); near != "" {
		f.Hint, f.Instead = didYouMean(near), Instead{Name: near}
	} else {
		f.Hint = c.belongs(name)
	}
	c.add(f, name)
}

// mergeRenamed drops a missing field where an unknown one of the same object is plainly its misspelling: one mistake, one finding.
func mergeRenamed(list []Finding) []Finding {
	renamed := make(map[string]bool)
	for _, f := range list {
		if f.Kind == UnknownField {
			object := f.Path[:len(f.Path)-1]
			renamed[strings.Join(object, "\x00")+"\x00"+f.Hint] = true
		}
	}
	if len(renamed) == 0 {
		return list
	}
	return slices.DeleteFunc(list, func(f Finding) bool {
		return f.Kind == MissingField && renamed[strings.Join(f.Path, "\x00")+"\x00"+didYouMean(f.Field)]
	})
}

// belongs says where a field that is unknown here would be known: under another kind of security scheme, or at the one
// other place of the extension that has a field of this name.
func (c *checker) belongs(name string) string {
	if c.def != "" {
		if len(c.path) > 0 {
			return ""
		}
		var kinds []string
		for _, k := range SchemeKinds() {
			if c.schema.rules[k].props[name] != nil {
				kinds = append(kinds, schemeOf(k))
			}
		}
		if len(kinds) == 0 {
			return ""
		}
		return strconv.Quote(name) + " belongs to " + strings.Join(kinds, " or to ")
	}
	found := onlyPlaces()[name]
	if found == "" {
		return ""
	}
	return strconv.Quote(name) + " belongs at " + found
}

// schemeOf says in the words of OpenAPI which scheme a kind is for.
func schemeOf(kind string) string {
	switch kind {
	case "token":
		return "an apiKey scheme"
	case "jwt":
		return "an http bearer scheme with bearerFormat JWT"
	case "basic":
		return "an http basic scheme"
	case "oauth":
		return "an oauth2 scheme for which Tyk issues the tokens"
	case "externalOAuth":
		return "an oauth2 scheme with a provider list"
	default:
		return "an oauth2 scheme whose tokens another server issues"
	}
}

// nearest returns the field of an object that a misspelt name is likely to mean, or "". Fields that the object lacks win
// over those it has, required ones over optional ones, then the alphabet decides.
func nearest(name string, r *rule, object map[string]any) string {
	best, least := "", 0
	for _, field := range slices.Sorted(maps.Keys(r.props)) {
		d, ok := typo.Errors(name, field)
		if !ok {
			continue
		}
		cost := d * 4
		if _, present := object[field]; present {
			cost += 2
		}
		if !slices.Contains(r.required, field) {
			cost++
		}
		if best == "" || cost < least {
			best, least = field, cost
		}
	}
	return best
}

// onlyPlaces tells of each name where in the extension a field has it, if that is one place; middleware of MCP and the kinds of security scheme
// are left out, where names are repeated.
var onlyPlaces = sync.OnceValue(func() map[string]string {
	places := map[string]string{}
	for _, f := range Fields() {
		if strings.HasPrefix(f.Path, "middleware.mcp") || strings.Contains(f.Path, "securitySchemes.") {
			continue
		}
		name := f.Path[strings.LastIndexByte(f.Path, '.')+1:]
		if _, twice := places[name]; twice {
			places[name] = ""
			continue
		}
		places[name] = f.Path
	}
	return places
})
