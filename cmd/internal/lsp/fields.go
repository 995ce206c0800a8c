package lsp

import (
	"fmt"
	"strings"
	"sync"

	"github.com/tykctl/tykctl/schemas"
)

// fieldNode is one level of the extension's fields.
type fieldNode struct {
	field    schemas.Field
	known    bool
	children map[string]*fieldNode // by name; "*" stands for the keys of a map and the items of a list
}

// fieldTree is all fields of the extension.
var fieldTree = sync.OnceValue(func() *fieldNode {
	root := &fieldNode{children: map[string]*fieldNode{}}
	for _, f := range schemas.Fields() {
		n := root
		for name := range strings.SplitSeq(f.Path, ".") {
			next := n.children[name]
			if next == nil {
				next = &fieldNode{children: map[string]*fieldNode{}}
				n.children[name] = next
			}
			n = next
		}
		n.field, n.known = f, true
	}
	return root
})

// fieldAt finds a field by its path below the extension; nil where there is none.
func fieldAt(tokens []string) *fieldNode {
	n := fieldTree()
	for _, token := range tokens {
		next := n.children[token]
		if next == nil {
			next = n.children["*"]
		}
		if next == nil {
			return nil
		}
		n = next
	}
	return n
}

// describe is the help about a field, in Markdown.
func describe(f *schemas.Field) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**", f.Path)
	if f.Type != "" {
		fmt.Fprintf(&b, " — %s", f.Type)
	}
	fmt.Fprintf(&b, "\n\n%s", f.Description)
	switch f.Since {
	case "":
	case "next":
		b.WriteString("\n\nNot in any release of Tyk Gateway yet.")
	default:
		fmt.Fprintf(&b, "\n\nSince Tyk Gateway %s.", f.Since)
	}
	if f.Deprecated {
		b.WriteString("\n\n**Deprecated**")
		if f.DeprecatedSince != "" {
			fmt.Fprintf(&b, " since %s", f.DeprecatedSince)
		}
		if f.Successor != "" {
			fmt.Fprintf(&b, ": use `%s` instead", f.Successor)
		}
		b.WriteString(".")
	}
	return b.String()
}
