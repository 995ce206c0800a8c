package lsp

import (
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

// spot is what a place in a document is about: a value, or the key of one.
type spot struct {
	node  source.Node
	onKey bool
}

// at is the part of the text that the spot is: the key alone, or a value.
func (p spot) at() source.Range {
	if p.onKey {
		return p.node.KeyRange()
	}
	return p.node.Range()
}

// tokens is the path from the root.
func (p spot) tokens() []string { return p.node.Pointer().Tokens() }

// locate finds the innermost value at an offset. The place just behind a word counts as the word.
func locate(file *source.File, offset int) spot {
	n := file.Root()
	for {
		next, onKey := childAt(n, offset)
		if onKey {
			return spot{next, true}
		}
		if !next.Exists() {
			return spot{n, false}
		}
		n = next
	}
}

func childAt(n source.Node, offset int) (child source.Node, onKey bool) {
	for _, m := range n.Members() {
		if touches(m.KeyRange(), offset) {
			return m, true
		}
		if touches(m.Range(), offset) {
			return m, false
		}
	}
	for _, item := range n.Items() {
		if touches(item.Range(), offset) {
			return item, false
		}
	}
	return source.Node{}, false
}

func touches(r source.Range, offset int) bool {
	return r.Start.Offset <= offset && offset <= r.End.Offset
}

// where a document keeps what names refer to.
var (
	schemesAt    = []string{"components", "securitySchemes"}
	tykSchemesAt = []string{tyk.Key, "server", "authentication", "securitySchemes"}
	tykOrAt      = []string{tyk.Key, "server", "authentication", "security"}
	settingsAt   = []string{tyk.Key, "middleware", "operations"}
)

// below tells whether a path is that of a direct child, and how it is called.
func below(tokens, parent []string) (name string, ok bool) {
	if len(tokens) != len(parent)+1 || !hasPrefix(tokens, parent) {
		return "", false
	}
	return tokens[len(parent)], true
}

func hasPrefix(tokens, prefix []string) bool {
	if len(tokens) < len(prefix) {
		return false
	}
	for i, p := range prefix {
		if tokens[i] != p {
			return false
		}
	}
	return true
}

// get goes from a value along a path.
func get(n source.Node, path ...string) source.Node {
	for _, token := range path {
		n = n.Get(token)
	}
	return n
}

// methods are the members of a path item that are operations.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "connect"}

// eachOperation yields the operations of a document.
func eachOperation(file *source.File, yield func(op source.Node)) {
	for _, item := range file.Root().Get("paths").Members() {
		for method, op := range item.Members() {
			if slices.Contains(methods, method) && op.Kind() == source.Object {
				yield(op)
			}
		}
	}
}

// requirementAt tells whether a path is that of a member of a security requirement: "security", an index, the name of a scheme. What merely
// looks like one in a schema or an example is none.
func requirementAt(tokens []string) (scheme string, ok bool) {
	n := len(tokens)
	if n < 3 || tokens[n-3] != "security" || strings.Trim(tokens[n-2], "0123456789") != "" {
		return "", false
	}
	switch tokens[0] {
	case "security":
		return tokens[n-1], n == 3
	case "paths", "webhooks":
		return tokens[n-1], slices.Contains(methods, tokens[n-4])
	}
	return "", false
}
