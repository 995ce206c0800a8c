package schemas

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// rule is a subschema made ready for checking. It holds the part of JSON Schema that extension.schema.json uses; making one
// out of anything else is an error, so that no keyword is silently without effect. Package tests compare the outcome with a
// complete implementation of JSON Schema, which takes thirty milliseconds to start and is ten times slower.
type rule struct {
	typ       string // "" when any value will do
	props     map[string]*rule
	required  []string
	closed    bool  // no members beside props
	values    *rule // of members beside props
	items     *rule
	minItems  int
	unique    bool
	min, max  *float64
	enum      []string
	pattern   *regexp.Regexp
	format    string
	reference bool // key-value references are exempt from enum, pattern and format
	when      []condition
	what      string // how a value that has the pattern is called
	message   string // what to say of one that has not
	hint      string
}

// condition demands more of an object for which test holds.
type condition struct {
	test node
	then *rule
}

// annotations are the keywords without an effect on checking.
var annotations = []string{"$schema", "$id", "$defs", "title", "description", "deprecated", "x-since", "x-deprecated-since", "x-successor"}

// definition returns the rule of a definition.
func (s *schema) definition(name string) (*rule, error) {
	if r, ok := s.rules[name]; ok {
		return r, nil
	}
	n := s.def(name)
	if n == nil {
		return nil, fmt.Errorf("schema has no definition %q", name)
	}
	r := new(rule)
	s.rules[name] = r // before its members, in case one of them leads back here
	if err := s.fill(r, n); err != nil {
		return nil, fmt.Errorf("definition %q: %w", name, err)
	}
	return r, nil
}

// rule makes the rule of a subschema. Beside $ref only annotations may stand.
func (s *schema) rule(n node) (*rule, error) {
	if name, ok := strings.CutPrefix(n.text("$ref"), "#/$defs/"); ok {
		for keyword := range n {
			if keyword != "$ref" && !slices.Contains(annotations, keyword) {
				return nil, fmt.Errorf("keyword %q beside $ref", keyword)
			}
		}
		return s.definition(name)
	}
	r := new(rule)
	return r, s.fill(r, n)
}

// fill translates the keywords of n.
func (s *schema) fill(r *rule, n node) error {
	for keyword := range n {
		if slices.Contains(annotations, keyword) {
			continue
		}
		if err := s.keyword(r, n, keyword); err != nil {
			return err
		}
	}
	return nil
}

func (s *schema) keyword(r *rule, n node, keyword string) (err error) {
	switch keyword {
	case "type":
		r.typ = n.text(keyword)
	case "required":
		r.required = n.texts(keyword)
	case "properties":
		r.props, err = s.properties(n.child(keyword))
	case "additionalProperties":
		if r.closed = n[keyword] == false; !r.closed {
			r.values, err = s.rule(n.child(keyword))
		}
	case "items":
		r.items, err = s.rule(n.child(keyword))
	case "minItems":
		f, _ := n[keyword].(float64)
		r.minItems = int(f)
	case "uniqueItems":
		r.unique = n[keyword] == true
	case "minimum":
		r.min = number(n[keyword])
	case "maximum":
		r.max = number(n[keyword])
	case "enum":
		r.enum = n.texts(keyword)
	case "pattern":
		r.pattern, err = regexp.Compile(n.text(keyword))
	case "format":
		if r.format = n.text(keyword); r.format != "uri" && r.format != "uri-reference" {
			err = fmt.Errorf("unknown format %q", r.format)
		}
	case "anyOf":
		err = s.orReference(r, n.children(keyword))
	case "if":
		err = s.condition(r, n)
	case "then": // read with its if
	case "allOf":
		for _, c := range n.children(keyword) {
			if err = s.condition(r, c); err != nil {
				return err
			}
		}
	case "x-what":
		r.what = n.text(keyword)
	case "x-message":
		r.message = n.text(keyword)
	case "x-hint":
		r.hint = n.text(keyword)
	default:
		err = fmt.Errorf("unknown keyword %q", keyword)
	}
	return err
}

func (s *schema) properties(n node) (map[string]*rule, error) {
	out := make(map[string]*rule, len(n))
	for name := range n {
		r, err := s.rule(n.child(name))
		if err != nil {
			return nil, fmt.Errorf("property %q: %w", name, err)
		}
		out[name] = r
	}
	return out, nil
}

// orReference reads the one form of anyOf there is: something, or a key-value reference.
func (s *schema) orReference(r *rule, alternatives []node) error {
	if len(alternatives) != 2 || alternatives[1].text("$ref") != "#/$defs/reference" {
		return fmt.Errorf("anyOf is not of the form [schema, reference]")
	}
	r.reference = true
	return s.fill(r, alternatives[0])
}

func (s *schema) condition(r *rule, n node) error {
	if n.child("if") == nil || n.child("then") == nil {
		return fmt.Errorf("a condition needs if and then")
	}
	if err := knownTest(n.child("if")); err != nil {
		return err
	}
	then, err := s.rule(n.child("then"))
	r.when = append(r.when, condition{test: n.child("if"), then: then})
	return err
}

func number(v any) *float64 {
	f, ok := v.(float64)
	if !ok {
		return nil
	}
	return &f
}

// knownTest refuses what holds does not understand.
func knownTest(n node) error {
	for keyword := range n {
		switch keyword {
		case "required":
		case "not":
			if err := knownTest(n.child(keyword)); err != nil {
				return err
			}
		case "anyOf":
			for _, c := range n.children(keyword) {
				if err := knownTest(c); err != nil {
					return err
				}
			}
		case "properties":
			for name, p := range n.child(keyword) {
				m, _ := p.(map[string]any)
				if len(m) != 1 || m["const"] == nil && m["enum"] == nil {
					return fmt.Errorf("condition on %q is neither const nor enum", name)
				}
			}
		default:
			return fmt.Errorf("unknown keyword %q in a condition", keyword)
		}
	}
	return nil
}

// holds reports whether an object satisfies the if of a condition.
func (n node) holds(object map[string]any) bool {
	for _, name := range n.texts("required") {
		if _, ok := object[name]; !ok {
			return false
		}
	}
	for name := range n.child("properties") {
		v, ok := object[name]
		if !ok {
			continue
		}
		want := n.child("properties").child(name)
		if c, ok := want["const"]; ok && !equal(v, c) {
			return false
		}
		if list, ok := want["enum"].([]any); ok && !slices.ContainsFunc(list, func(c any) bool { return equal(v, c) }) {
			return false
		}
	}
	if not := n.child("not"); not != nil && not.holds(object) {
		return false
	}
	if any := n.children("anyOf"); len(any) > 0 {
		return slices.ContainsFunc(any, func(c node) bool { return c.holds(object) })
	}
	return true
}

// equal compares texts and booleans, which is what conditions look at.
func equal(v, c any) bool {
	switch v := v.(type) {
	case string:
		return c == v
	case bool:
		return c == v
	}
	return false
}

// wellFormed checks a format the way a gateway does.
func wellFormed(format, s string) bool {
	u, err := url.Parse(s)
	return err == nil && !strings.Contains(s, `\`) && (format != "uri" || u.IsAbs())
}
