package schemas

import (
	"cmp"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// leaf is one violated keyword: where it stands in the schema, and the value it was applied to.
type leaf struct {
	keyword string
	schema  node // the subschema that holds the keyword
	holder  node // the same, or the schema around an anyOf
	path    []string
	value   any
	message string // the library's, for keywords without words of their own
}

// findings turns the library's error into findings.
func (s *schema) findings(def string, v any, err error) []Finding {
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		return []Finding{{Kind: Other, Message: strings.TrimPrefix(err.Error(), "jsonschema: ")}}
	}
	var out []Finding
	for _, l := range s.leaves(v, ve, nil) {
		out = append(out, s.describe(def, l)...)
	}
	return mergeRenamed(out)
}

// leaves collects the violated keywords below ve. Of an anyOf only the first alternative is followed: it is what was meant.
func (s *schema) leaves(v any, ve *jsonschema.ValidationError, out []leaf) []leaf {
	if len(ve.Causes) == 0 {
		return append(out, s.leaf(v, ve))
	}
	causes := ve.Causes
	if strings.HasSuffix(ve.KeywordLocation, "/anyOf") {
		causes = causes[:1]
	}
	for _, c := range causes {
		out = s.leaves(v, c, out)
	}
	return out
}

func (s *schema) leaf(v any, ve *jsonschema.ValidationError) leaf {
	_, fragment, _ := strings.Cut(ve.AbsoluteKeywordLocation, "#")
	at := tokens(fragment)
	l := leaf{path: tokens(ve.InstanceLocation), message: ve.Message, value: v}
	for _, t := range l.path {
		l.value = step(l.value, t)
	}
	if len(at) == 0 {
		return l
	}
	l.keyword = at[len(at)-1]
	at = at[:len(at)-1]
	l.schema = s.pointer(at)
	l.holder = l.schema
	if n := len(at); n >= 2 && at[n-2] == "anyOf" {
		l.holder = s.pointer(at[:n-2])
	}
	return l
}

// tokens splits the library's form of a JSON pointer, which is percent-encoded on top of RFC 6901.
func tokens(pointer string) []string {
	if pointer == "" {
		return nil
	}
	out := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, t := range out {
		if decoded, err := url.PathUnescape(t); err == nil {
			t = decoded
		}
		out[i] = strings.ReplaceAll(strings.ReplaceAll(t, "~1", "/"), "~0", "~")
	}
	return out
}

// describe says what a leaf means; required and additionalProperties may mean several things at once.
func (s *schema) describe(def string, l leaf) []Finding {
	switch l.keyword {
	case "required":
		return missing(l)
	case "additionalProperties":
		return s.unknown(def, l)
	case "uniqueItems":
		return repeated(l)
	}
	return []Finding{sentence(l)}
}

func missing(l leaf) []Finding {
	object, _ := l.value.(map[string]any)
	var out []Finding
	for _, name := range l.schema.texts("required") {
		if _, ok := object[name]; ok {
			continue
		}
		out = append(out, Finding{
			Kind: MissingField, Path: l.path, Field: name,
			Message: "field " + strconv.Quote(name) + " is required",
			Hint:    l.schema.text("x-hint"),
		})
	}
	return out
}

func (s *schema) unknown(def string, l leaf) []Finding {
	object, _ := l.value.(map[string]any)
	known := l.schema.child("properties")
	var out []Finding
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if _, ok := known[name]; ok {
			continue
		}
		f := Finding{
			Kind: UnknownField, Path: append(slices.Clone(l.path), name), Field: name,
			Message: "unknown field " + quoteShort(name),
		}
		if near := nearest(name, l.schema, object); near != "" {
			f.Hint = didYouMean(near)
		} else {
			f.Hint = s.belongs(def, l.path, name)
		}
		out = append(out, f)
	}
	return out
}

func repeated(l leaf) []Finding {
	list, _ := l.value.([]any)
	seen := make(map[string]bool)
	var out []Finding
	for i, v := range list {
		text := shown(v)
		if seen[text] {
			out = append(out, Finding{
				Kind: BadValue, Path: append(slices.Clone(l.path), strconv.Itoa(i)),
				Message: text + " is listed twice", Hint: "remove one of them",
			})
		}
		seen[text] = true
	}
	return out
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
	return slices.DeleteFunc(list, func(f Finding) bool {
		return f.Kind == MissingField && renamed[strings.Join(f.Path, "\x00")+"\x00"+didYouMean(f.Field)]
	})
}

func didYouMean(name string) string { return "did you mean " + strconv.Quote(name) + "?" }

// belongs says where a field that is unknown here would be known: under another kind of security scheme, or at the one
// other place of the extension that has a field of this name.
func (s *schema) belongs(def string, path []string, name string) string {
	if def != "" {
		if len(path) > 0 {
			return ""
		}
		var kinds []string
		for _, k := range SchemeKinds() {
			if _, ok := s.def(k).child("properties")[name]; ok {
				kinds = append(kinds, kindWords[k])
			}
		}
		if len(kinds) == 0 {
			return ""
		}
		return strconv.Quote(name) + " belongs to " + strings.Join(kinds, " or to ")
	}
	found := ""
	for _, f := range Fields() {
		if strings.HasPrefix(f.Path, "middleware.mcp") || strings.Contains(f.Path, "securitySchemes.") ||
			f.Path[strings.LastIndexByte(f.Path, '.')+1:] != name {
			continue
		}
		if found != "" {
			return ""
		}
		found = f.Path
	}
	if found == "" {
		return ""
	}
	return strconv.Quote(name) + " belongs at " + found
}

// kindWords says in the words of OpenAPI which scheme a kind is for.
var kindWords = map[string]string{
	"token":         "an apiKey scheme",
	"jwt":           "an http bearer scheme with bearerFormat JWT",
	"basic":         "an http basic scheme",
	"oauth":         "an oauth2 scheme for which Tyk issues the tokens",
	"externalOAuth": "an oauth2 scheme with a provider list",
	"oauth2":        "an oauth2 scheme whose tokens another server issues",
}

// nearest returns the field of a schema that a misspelt name is likely to mean, or "". Fields that the object lacks win
// over those it has, required ones over optional ones, then the alphabet decides.
func nearest(name string, schema node, object map[string]any) string {
	type candidate struct {
		name string
		cost int
	}
	required := schema.texts("required")
	var best candidate
	for _, field := range slices.Sorted(maps.Keys(schema.child("properties"))) {
		d := distance(plain(name), plain(field))
		if d > tolerance(field) {
			continue
		}
		c := candidate{field, d * 4}
		if _, present := object[field]; present {
			c.cost += 2
		}
		if !slices.Contains(required, field) {
			c.cost++
		}
		if best.name == "" || cmp.Less(c.cost, best.cost) {
			best = c
		}
	}
	return best.name
}
