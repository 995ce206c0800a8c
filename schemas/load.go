package schemas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// schema is the embedded schema in two forms: compiled, for validation, and as plain JSON, for the keywords which the library
// does not keep (x-since, x-hint, deprecated).
type schema struct {
	root     node
	compiled map[string]*jsonschema.Schema // "" is the root, the rest are kinds of security schemes
}

// node is a subschema as plain JSON. All methods may be called on a nil node.
type node map[string]any

// load compiles the schema on its first call; the result never changes.
var load = sync.OnceValues(func() (*schema, error) {
	const url = "extension.schema.json"
	s := &schema{compiled: make(map[string]*jsonschema.Schema)}
	if err := json.Unmarshal(extensionJSON, &s.root); err != nil {
		return nil, fmt.Errorf("read %s: %w", url, err)
	}
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	if err := c.AddResource(url, bytes.NewReader(extensionJSON)); err != nil {
		return nil, err
	}
	for _, def := range append(SchemeKinds(), "") {
		at := url
		if def != "" {
			at += "#/$defs/" + def
		}
		compiled, err := c.Compile(at)
		if err != nil {
			return nil, err
		}
		s.compiled[def] = compiled
	}
	return s, nil
})

// text returns a keyword whose value is a text.
func (n node) text(keyword string) string {
	s, _ := n[keyword].(string)
	return s
}

// child returns a keyword whose value is a schema, or an object of them.
func (n node) child(keyword string) node {
	c, _ := n[keyword].(map[string]any)
	return c
}

// texts returns a keyword whose value is a list of texts.
func (n node) texts(keyword string) []string {
	list, _ := n[keyword].([]any)
	out := make([]string, 0, len(list))
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// def returns the definition that is validated: the root, or a kind of security scheme.
func (s *schema) def(name string) node {
	if name == "" {
		return s.root
	}
	return s.root.child("$defs").child(name)
}

// resolve follows $ref, which in this schema always names a definition.
func (s *schema) resolve(n node) node {
	for {
		name, ok := strings.CutPrefix(n.text("$ref"), "#/$defs/")
		if !ok {
			return n
		}
		n = s.def(name)
	}
}

// pointer returns the subschema at the tokens of a JSON pointer into the schema file.
func (s *schema) pointer(tokens []string) node {
	var v any = map[string]any(s.root)
	for _, t := range tokens {
		v = step(v, t)
	}
	n, _ := v.(map[string]any)
	return n
}

// at returns the schema of the value which lies at path in an instance of n, nil where the schema says nothing.
func (s *schema) at(n node, path []string) node {
	for _, t := range path {
		n = s.resolve(n)
		switch n.text("type") {
		case "array":
			n = n.child("items")
		default:
			if p := n.child("properties").child(t); p != nil {
				n = p
			} else {
				n = n.child("additionalProperties")
			}
		}
	}
	return s.resolve(n)
}

// step goes one token down a JSON value; nil where there is nothing.
func step(v any, token string) any {
	switch v := v.(type) {
	case map[string]any:
		return v[token]
	case []any:
		i := 0
		for _, c := range []byte(token) {
			if c < '0' || c > '9' || i > len(v) {
				return nil
			}
			i = i*10 + int(c-'0')
		}
		if token != "" && i < len(v) {
			return v[i]
		}
	}
	return nil
}
