package oas

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// pointerRef is the reference to a place in the same document.
func pointerRef(p source.Pointer) string { return (&url.URL{Fragment: string(p)}).String() }

// reference is what becomes of an object with a $ref.
func (b *bundle) reference(l *loading, n source.Node, f *form) source.Draft {
	ref := n.Get("$ref").Text()
	to, ok := b.find(l, n, ref, f)
	if !ok {
		return source.Same(n)
	}
	if h := b.hoisted[n]; h != nil {
		return b.inPlace(n, h.n, f)
	}
	inMain := to.File() == b.main.file
	switch {
	case f.bucket != "":
		return b.pointing(l, n, f, b.written(l, ref, to, f.bucket))
	case f.item && inMain:
		return b.pointing(l, n, f, b.written(l, ref, to, pathItemBucket))
	case !f.item:
		l.reportRange(CodeOutside, n.Pointer(), n.Get("$ref").Range(), "a $ref is not allowed here: what %q leads to is put in its place", ref).
			Severity = diag.Info
	}
	return b.inPlace(n, to, f)
}

// find is what a reference leads to. One that leads nowhere is reported.
func (b *bundle) find(l *loading, n source.Node, ref string, f *form) (source.Node, bool) {
	v := l.lead(ref, f)
	for hops := 0; v.message == "" && v.first.File() != b.main.file && isRef(v.first) && v.first.Len() == 1 && f.bucket != "" && hops < maxHops; hops++ {
		v = b.of(v.first).lead(v.first.Get("$ref").Text(), f) // nothing is lost by leaving out a mere reference
	}
	if v.message == "" {
		return v.first, true
	}
	d := l.reportRange(CodeReference, n.Pointer(), n.Get("$ref").Range(), "%s", v.message)
	d.Hint = v.hint
	return source.Node{}, false
}

// lead is judge for any place: also for those where OpenAPI allows no $ref.
func (l *loading) lead(ref string, f *form) verdict {
	switch {
	case f.bucket != "":
		return l.judge(reference{ref, f.bucket})
	case f.item:
		return l.judge(reference{ref, pathItemBucket})
	}
	in, tokens, bad := l.locate(ref)
	if in == nil {
		return bad
	}
	way := in.follow(tokens)
	switch {
	case way.hops == circle:
		return verdict{message: fmt.Sprintf("reference %q leads back to itself", ref)}
	case !way.found:
		return verdict{message: fmt.Sprintf("reference %q leads nowhere", ref)}
	}
	return verdict{first: way.first, last: way.last}
}

// written is the reference by which an object is found in the result: as it stands where that will do.
func (b *bundle) written(l *loading, ref string, to source.Node, bucket string) string {
	if to.File() != b.main.file {
		return b.home(to, bucket).ref()
	}
	b.keep(to, bucket)
	if tokens, ok := fragment(ref); ok && l == b.main {
		if direct, rest := l.step(l.file.Root(), tokens); len(rest) == 0 && direct == to {
			return ref
		}
	}
	return pointerRef(to.Pointer())
}

// pointing is an object with another reference; what stands beside that stays.
func (b *bundle) pointing(l *loading, n source.Node, f *form, ref string) source.Draft {
	var members []source.Field
	changed := ref != n.Get("$ref").Text()
	for key, m := range n.Members() {
		v := source.TextDraft(ref)
		if key != "$ref" {
			v = b.child(l, m, f.of(key), key)
			changed = changed || !isSame(v, m)
		}
		members = append(members, source.Field{Key: key, Value: v})
	}
	if !changed {
		return source.Same(n)
	}
	return source.ObjectDraft(members...)
}

// inPlace puts what a reference leads to in its place. What stands beside the reference counts more. An object within itself is referred to,
// where that is allowed.
func (b *bundle) inPlace(n, to source.Node, f *form) source.Draft {
	if at, within := b.open[to]; within {
		if !f.item {
			b.of(n).reportRange(CodeReference, n.Pointer(), n.Get("$ref").Range(), "what this leads to holds itself, and no reference is allowed here")
			return source.Same(n)
		}
		return b.pointing(b.of(n), n, f, pointerRef(at))
	}
	native := b.native
	b.native = false
	b.open[to] = b.pointer()
	v := b.value(b.of(to), to, f)
	delete(b.open, to)
	for key, m := range n.Members() {
		if key != "$ref" && v.Kind() == source.Object {
			v = v.With(key, b.child(b.of(n), m, f.of(key), key))
		}
	}
	b.native = native
	return v
}

// text is what becomes of a text that means a schema or an operation.
func (b *bundle) text(l *loading, n source.Node, f *form) source.Draft {
	if f.role == linkRole {
		return b.operation(l, n)
	}
	text := n.Text()
	meant, ref := b.schemaRef(l, text)
	if !ref {
		return source.Same(n)
	}
	v := l.judge(reference{meant, "schemas"})
	if v.message != "" {
		if strings.Contains(text, "/") {
			l.reportRange(CodeReference, n.Pointer(), n.Range(), "%s", v.message).Hint = v.hint
		}
		return source.Same(n)
	}
	if written := b.written(l, meant, v.first, "schemas"); written != text {
		return source.TextDraft(written)
	}
	return source.Same(n)
}

// schemaRef is the reference that a value of discriminator.mapping means, unless it is a name that stays one.
func (b *bundle) schemaRef(l *loading, text string) (ref string, ok bool) {
	name := string(source.Pointer("/components/schemas").Child(text))
	_, own := l.file.Lookup(source.Pointer(name))
	switch ext := path.Ext(text); {
	case own:
		return "#" + name, l != b.main
	case strings.ContainsAny(text, "/#"), ext == ".yaml", ext == ".yml", ext == ".json":
		return text, true
	}
	return "", false
}

// operation is what becomes of a link to an operation.
func (b *bundle) operation(l *loading, n source.Node) source.Draft {
	if l == b.main && strings.HasPrefix(n.Text(), "#") || strings.Contains(n.Text(), "://") {
		return source.Same(n)
	}
	b.links = true
	found := l.lead(n.Text(), &form{})
	if found.message != "" {
		l.reportRange(CodeReference, n.Pointer(), n.Range(), "%s", found.message).Hint = found.hint
		return source.Same(n)
	}
	at, ok := b.placed[found.first]
	if found.first.File() == b.main.file {
		at, ok = found.first.Pointer(), true
	}
	if !ok && b.final {
		l.reportRange(CodeReference, n.Pointer(), n.Range(), "the operation %q is not part of the document", n.Text()).
			Hint = "let a path of the document refer to the path item that holds it"
	}
	return source.TextDraft(pointerRef(at))
}
