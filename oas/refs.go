package oas

import (
	"net/url"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
)

// maxHops bounds how many references are followed one after the other.
const maxHops = 64

// target finds what a local reference leads to, following the references on the way as kin-openapi does. It fails for what is
// not there, what is outside, and what leads round in a circle.
func (l *loading) target(ref string) (source.Node, bool) {
	pending, ok := fragment(ref)
	n := l.file.Root()
	for hops := 0; ok && hops < maxHops; hops++ {
		var rest []string
		n, rest = l.step(n, pending)
		next := n.Get("$ref")
		if next.Kind() != source.String {
			return n, len(rest) == 0
		}
		var tokens []string
		if tokens, ok = fragment(next.Text()); ok {
			pending = append(tokens, rest...)
			n = l.file.Root()
		}
	}
	return source.Node{}, false
}

// step goes from a node along the tokens, as far as there are values.
func (l *loading) step(n source.Node, tokens []string) (source.Node, []string) {
	for i, token := range tokens {
		child := n.Get(token)
		if n.Kind() == source.Array {
			child, _ = l.file.Lookup(n.Pointer().Child(token))
		}
		if !child.Exists() {
			return n, tokens[i:]
		}
		n = child
	}
	return n, nil
}

// fragment is the path of a local reference, "#/components/schemas/Pet"; false for any other.
func fragment(ref string) ([]string, bool) {
	u, err := url.Parse(ref)
	if err != nil || !strings.HasPrefix(ref, "#") || !strings.HasPrefix(u.Fragment, "/") {
		return nil, false
	}
	return source.Pointer(u.Fragment).Tokens(), true
}
