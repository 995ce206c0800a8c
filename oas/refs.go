package oas

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
)

// maxHops bounds how many references are followed one after the other.
const maxHops = 64

// references remembers what is known of the references of a document.
type references struct {
	verdicts map[reference]verdict
	dead     []source.Pointer // the objects whose reference leads nowhere
}

// reference is a $ref and the member of components whose kind of object it must lead to.
type reference struct{ ref, bucket string }

// verdict is what is wrong with a reference, nothing if the message is empty, and which one is meant, where that is known.
type verdict struct{ message, hint, meant string }

// check reports a reference that leads outside or nowhere. n is the object that holds it.
func (r *references) check(l *loading, n source.Node, ref, bucket string) bool {
	key := reference{ref, bucket}
	v, ok := r.verdicts[key]
	if !ok {
		v = l.judge(key)
		if r.verdicts == nil {
			r.verdicts = map[reference]verdict{}
		}
		r.verdicts[key] = v
	}
	if v.message == "" {
		return true
	}
	at := n.Pointer()
	place := n.KeyRange()
	if l.isItem(at) && n.Get("$ref").Exists() {
		place = n.Get("$ref").Range()
	}
	d := l.reportRange(CodeReference, at, place, "%s", v.message)
	d.Hint = v.hint
	if v.meant != "" {
		e, ok := n.Get("$ref").ReplaceText(v.meant)
		d.Offer(fmt.Sprintf("write %q", v.meant), e, ok)
	}
	r.dead = append(r.dead, at)
	return false
}

// isItem tells whether a pointer leads to an item of a list.
func (l *loading) isItem(at source.Pointer) bool {
	parent, ok := l.file.Lookup(at.Parent())
	return ok && parent.Kind() == source.Array
}

// judge tells what is wrong with a reference.
func (l *loading) judge(r reference) verdict {
	if !strings.HasPrefix(r.ref, "#") {
		return verdict{
			fmt.Sprintf("reference %q leads outside: outside references are not followed", r.ref),
			"put what it leads to below components, and refer to it with #/components/…", "",
		}
	}
	tokens, ok := fragment(r.ref)
	if !ok {
		return verdict{
			fmt.Sprintf("reference %q is not a path into the document", r.ref),
			fmt.Sprintf("write a path such as \"#/components/%s/Name\"", r.bucket), "",
		}
	}
	n, found, hops := l.follow(tokens)
	switch {
	case hops == circle:
		return verdict{fmt.Sprintf("reference %q leads back to itself", r.ref), "let one of them say what it stands for", ""}
	case hops >= maxHops:
		return verdict{fmt.Sprintf("reference %q leads through too many others", r.ref), "refer to the object itself", ""}
	case !found:
		v := verdict{message: fmt.Sprintf("reference %q leads nowhere", r.ref), meant: l.meantRef(tokens, r.bucket)}
		if v.meant != "" {
			v.hint = fmt.Sprintf("did you mean %q?", v.meant)
		}
		return v
	case n.Kind() != source.Object && n.Kind() != source.Bool:
		return verdict{fmt.Sprintf("reference %q leads to %s, expected an object", r.ref, kindPhrase(n)), "", ""}
	case wrongBucket(tokens, r.bucket):
		return verdict{
			fmt.Sprintf("reference %q leads to components.%s, expected components.%s", r.ref, tokens[1], r.bucket), "", "",
		}
	}
	return verdict{}
}

// wrongBucket tells whether a reference leads to a component of another kind.
func wrongBucket(tokens []string, bucket string) bool {
	if len(tokens) != 3 || tokens[0] != "components" || tokens[1] == bucket {
		return false
	}
	for _, b := range bucketOf {
		if b == tokens[1] {
			return true
		}
	}
	return false
}

// meantRef looks for the reference that is meant by one that leads nowhere.
func (l *loading) meantRef(tokens []string, bucket string) string {
	if len(tokens) == 0 {
		return ""
	}
	name := tokens[len(tokens)-1]
	parent, rest := l.step(l.file.Root(), tokens[:len(tokens)-1])
	if near := l.nearestMember(parent, name); near != "" && len(rest) == 0 {
		return "#" + string(parent.Pointer().Child(near))
	}
	if l.file.Root().Get("components").Get(bucket).Get(name).Exists() {
		return "#" + string(source.Pointer("/components").Child(bucket).Child(name))
	}
	return ""
}

// target finds what a local reference leads to, through the references on the way.
func (l *loading) target(ref string) (source.Node, bool) {
	tokens, ok := fragment(ref)
	if !ok {
		return source.Node{}, false
	}
	n, found, _ := l.follow(tokens)
	return n, found
}

// circle is the number of hops of a reference that leads back to itself.
const circle = -1

// follow goes from the root along the tokens, and through references where they stand for an object; hops counts them. An object
// that is there counts as found even if its own reference leads nowhere, as that is reported where it stands.
func (l *loading) follow(tokens []string) (n source.Node, found bool, hops int) {
	passed := map[source.Node]bool{}
	for ; hops < maxHops; hops++ {
		var rest []string
		n, rest = l.step(l.file.Root(), tokens)
		found = found || len(rest) == 0
		next := n.Get("$ref")
		if next.Kind() != source.String {
			return n, found, hops
		}
		if len(rest) == 0 && passed[n] {
			return n, false, circle
		}
		passed[n] = true
		through, ok := fragment(next.Text())
		if !ok {
			return n, found, hops
		}
		tokens = append(slices.Clip(through), rest...)
	}
	return n, false, hops
}

// step goes from a node along the tokens as far as there are values. A top-level key in the wrong case is as good as the right
// one: it is reported where it stands, and not again for each reference to it.
func (l *loading) step(n source.Node, tokens []string) (source.Node, []string) {
	for i, token := range tokens {
		child := n.Get(token)
		if n.Kind() == source.Array {
			child, _ = l.file.Lookup(n.Pointer().Child(token))
		}
		if !child.Exists() && i == 0 {
			for key, m := range n.Members() {
				if strings.EqualFold(key, token) {
					child = m
				}
			}
		}
		if !child.Exists() {
			return n, tokens[i:]
		}
		n = child
	}
	return n, nil
}

// fragment is the path of a local reference, such as "#/components/schemas/Pet".
func fragment(ref string) ([]string, bool) {
	u, err := url.Parse(ref)
	if err != nil || !strings.HasPrefix(ref, "#") || !strings.HasPrefix(u.Fragment, "/") {
		return nil, false
	}
	return source.Pointer(u.Fragment).Tokens(), true
}

// blamed finds the object whose $ref a message of kin-openapi quotes, or the root.
func (l *loading) blamed(message string) source.Pointer {
	var walk func(n source.Node) source.Pointer
	walk = func(n source.Node) source.Pointer {
		if ref := n.Get("$ref"); ref.Kind() == source.String && strings.Contains(message, strconv.Quote(ref.Text())) {
			return n.Pointer()
		}
		for _, child := range n.Members() {
			if at := walk(child); at != "" {
				return at
			}
		}
		for _, child := range n.Items() {
			if at := walk(child); at != "" {
				return at
			}
		}
		return ""
	}
	return walk(l.file.Root())
}
