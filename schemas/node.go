package schemas

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// schema is the embedded schema: as plain JSON, for descriptions and the table of fields, and as rules for finding the words.
type schema struct {
	root  node
	rules map[string]*rule // by definition; "" is the root
}

// load reads the schema on its first call, in about two milliseconds; the result never changes.
var load = sync.OnceValues(func() (*schema, error) {
	s := &schema{rules: make(map[string]*rule)}
	if err := json.Unmarshal(extensionJSON, &s.root); err != nil {
		return nil, fmt.Errorf("read the schema of the extension: %w", err)
	}
	for _, def := range append(SchemeKinds(), "") {
		if _, err := s.definition(def); err != nil {
			return nil, err
		}
	}
	return s, nil
})

// node is a subschema as plain JSON. All methods may be called on a nil node.
type node map[string]any

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

// children returns a keyword whose value is a list of schemas.
func (n node) children(keyword string) []node {
	list, _ := n[keyword].([]any)
	out := make([]node, 0, len(list))
	for _, v := range list {
		m, _ := v.(map[string]any)
		out = append(out, m)
	}
	return out
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

// def returns a definition: the root, or one by its name.
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
