package oas

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// maxHops bounds how many references are followed one after the other.
const maxHops = 64

// references remembers what is known of the references of a file.
type references struct {
	verdicts map[reference]verdict
	dead     []source.Pointer // the objects whose reference is not followed
	broken   bool             // one of them is an error
}

// reference is a $ref and the member of components whose kind of object it must lead to.
type reference struct{ ref, bucket string }

// verdict is what is wrong with a reference; nothing if the message is empty.
type verdict struct {
	message, hint string
	meant         string        // the reference that should be written, where that is known
	severity      diag.Severity // zero for an error
	file          *other        // the file that cannot be read, if that is what is wrong

	first, last source.Node // what it leads to, and what that stands for in the end
	as          string      // what is written instead while kin-openapi resolves references; nothing if it understands them as they are
}

// reference follows a $ref and reports it if it leads outside or nowhere. n is the object that holds it.
func (d *decoder) reference(n source.Node, ref, bucket string) (verdict, bool) {
	key := reference{ref, bucket}
	v, ok := d.refs.verdicts[key]
	if !ok {
		v = d.l.judge(key)
		if d.refs.verdicts == nil {
			d.refs.verdicts = map[reference]verdict{}
		}
		d.refs.verdicts[key] = v
	}
	if v.message == "" {
		if d.leadsOut(ref, v.first) {
			v = d.take(n, v, ref, bucket)
		}
		return v, true
	}
	d.refs.dead = append(d.refs.dead, n.Pointer())
	d.refs.broken = d.refs.broken || v.severity == 0
	if v.file == nil || !v.file.once || !v.file.said {
		d.complain(n, CodeReference, v)
	}
	if v.file != nil {
		v.file.said = true
	}
	return v, false
}

// complain reports what is wrong with the reference in an object.
func (d *decoder) complain(n source.Node, code diag.Code, v verdict) {
	at := n.Pointer()
	place := n.KeyRange()
	switch ref := n.Get("$ref"); {
	case ref.Exists():
		place = ref.Range()
	case at == "":
		place = d.l.place(at)
	}
	report := d.l.reportRange(code, at, place, "%s", v.message)
	report.Hint = v.hint
	if v.meant != "" {
		e, ok := n.Get("$ref").ReplaceText(v.meant)
		report.Offer(fmt.Sprintf("write %q", v.meant), e, ok)
	}
	if v.severity != 0 {
		report.Severity = v.severity
	}
}

// judge tells what is wrong with a reference.
func (l *loading) judge(r reference) verdict {
	in, tokens, bad := l.locate(r.ref)
	if in == nil {
		return l.advise(bad, r)
	}
	way := in.follow(tokens)
	n := way.last
	switch {
	case way.hops == circle:
		return verdict{message: fmt.Sprintf("reference %q leads back to itself", r.ref), hint: "let one of them say what it stands for"}
	case way.hops >= maxHops:
		return verdict{message: fmt.Sprintf("reference %q leads through too many others", r.ref), hint: "refer to the object itself"}
	case !way.found && way.bad.severity != 0:
		return verdict{message: fmt.Sprintf("reference %q leads through one that is not followed", r.ref), severity: way.bad.severity}
	case !way.found:
		return verdict{message: fmt.Sprintf("reference %q leads nowhere", r.ref)}.meaning(l.meantRef(in, tokens, r))
	case n.Kind() != source.Object && n.Kind() != source.Bool:
		return verdict{message: fmt.Sprintf("reference %q leads to %s, expected an object", r.ref, kindPhrase(n))}
	case wrongBucket(tokens, r.bucket):
		return verdict{
			message: fmt.Sprintf("reference %q leads to components.%s, expected components.%s", r.ref, tokens[1], r.bucket),
		}
	}
	return verdict{first: way.first, last: n}
}

// advise completes the verdict on a reference that names no place with what may be meant.
func (l *loading) advise(v verdict, r reference) verdict {
	if v.hint == "" && strings.HasPrefix(r.ref, "#") {
		v.hint = fmt.Sprintf("write a path such as \"#/components/%s/Name\"", r.bucket)
	}
	if v.severity == 0 && l.document().file.Root().Get("components").Get(r.bucket).Get(r.ref).Exists() {
		return v.meaning("#" + string(source.Pointer("/components").Child(r.bucket).Child(r.ref)))
	}
	return v
}

// meaning adds which reference is meant, if one is.
func (v verdict) meaning(ref string) verdict {
	if ref != "" {
		v.meant, v.hint = ref, fmt.Sprintf("did you mean %q?", ref)
	}
	return v
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

// meantRef looks for the reference that is meant by one that leads nowhere, in the file that it leads to.
func (l *loading) meantRef(in *loading, tokens []string, r reference) string {
	if len(tokens) == 0 {
		return ""
	}
	file, _, _ := strings.Cut(r.ref, "#")
	name := tokens[len(tokens)-1]
	parent, rest := in.step(in.file.Root(), tokens[:len(tokens)-1])
	if near := l.nearestMember(parent, name); near != "" && len(rest) == 0 {
		return file + "#" + string(parent.Pointer().Child(near))
	}
	if in.file.Root().Get("components").Get(r.bucket).Get(name).Exists() {
		return file + "#" + string(source.Pointer("/components").Child(r.bucket).Child(name))
	}
	return ""
}

// target finds what a reference leads to, through the references on the way.
func (l *loading) target(ref string) (source.Node, bool) {
	in, tokens, _ := l.locate(ref)
	if in == nil {
		return source.Node{}, false
	}
	way := in.follow(tokens)
	return way.last, way.found
}

// circle is the number of hops of a reference that leads back to itself.
const circle = -1

// way is where a path into a file leads.
type way struct {
	first, last source.Node // what is there, and what that stands for in the end
	found       bool
	hops        int     // references on the way
	bad         verdict // on one of them, where it ends the way
}

// follow goes from the root along the tokens, and through references where they stand for an object. An object that is there counts as
// found even if its own reference leads nowhere, as that is reported where it stands.
func (l *loading) follow(tokens []string) (w way) {
	passed := map[source.Node]bool{}
	for ; w.hops < maxHops; w.hops++ {
		var rest []string
		w.last, rest = l.step(l.file.Root(), tokens)
		if len(rest) == 0 && !w.found {
			w.first, w.found = w.last, true
		}
		next := w.last.Get("$ref")
		if next.Kind() != source.String {
			return w
		}
		if len(rest) == 0 && passed[w.last] {
			w.found, w.hops = false, circle
			return w
		}
		passed[w.last] = true
		in, through, bad := l.locate(next.Text())
		if in == nil {
			w.bad = bad
			return w
		}
		l, tokens = in, append(slices.Clip(through), rest...)
	}
	w.found = false
	return w
}

// maxTopLevel bounds among how many top-level keys one in the wrong case is looked for.
const maxTopLevel = 100

// step goes from a node along the tokens as far as there are values. A top-level key of the document in the wrong case is as
// good as the right one: it is reported where it stands, and not again for each reference to it.
func (l *loading) step(n source.Node, tokens []string) (source.Node, []string) {
	for i, token := range tokens {
		child := n.Get(token)
		if n.Kind() == source.Array {
			child, _ = l.file.Lookup(n.Pointer().Child(token))
		}
		if !child.Exists() && i == 0 && l == l.document() && n.Len() <= maxTopLevel {
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
