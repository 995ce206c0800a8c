package oas

import (
	"strconv"

	"github.com/tykctl/tykctl/oas/source"
)

// of is the loading of the file that a value is in.
func (b *bundle) of(n source.Node) *loading { return b.main.out.loadings[n.File()] }

// value is what becomes of a value.
func (b *bundle) value(l *loading, n source.Node, f *form) source.Draft {
	switch {
	case b.tooMuch(n, f), f == nil:
		return source.Same(n)
	case f.role != 0 && n.Kind() == source.String:
		return b.text(l, n, f)
	case isRef(n):
		return b.reference(l, n, f)
	}
	if f.item && !b.native {
		b.place(n)
	}
	v := b.parts(l, n, f)
	if f.bucket == "schemas" && n.Get("discriminator").Exists() {
		b.discriminated(l, n)
	}
	return v
}

// parts is an object or an array of what becomes of its parts; the same where nothing does.
func (b *bundle) parts(l *loading, n source.Node, f *form) source.Draft {
	var members []source.Field
	var items []source.Draft
	changed := false
	for key, m := range n.Members() {
		v := b.child(l, m, f.of(key), key)
		changed = changed || !isSame(v, m)
		members = append(members, source.Field{Key: key, Value: v})
	}
	for i, item := range n.Items() {
		v := b.child(l, item, f.items, strconv.Itoa(i))
		changed = changed || !isSame(v, item)
		items = append(items, v)
	}
	switch {
	case !changed:
		return source.Same(n)
	case n.Kind() == source.Array:
		return source.ArrayDraft(items...)
	}
	return source.ObjectDraft(members...)
}

// isSame reports whether nothing has become of a value.
func isSame(v source.Draft, n source.Node) bool { return v.Node() == n }

// child is value for a part of what is walked through.
func (b *bundle) child(l *loading, n source.Node, f *form, token string) source.Draft {
	b.stack = append(b.stack, token)
	v := b.value(l, n, f)
	b.stack = b.stack[:len(b.stack)-1]
	return v
}

// maxBundleDepth is how deep the result may be: no deeper than what is read.
const maxBundleDepth = 512

// tooMuch counts what is taken from other files, and says once when that is too much.
func (b *bundle) tooMuch(n source.Node, f *form) bool {
	if b.native || b.full {
		return b.full
	}
	b.values++
	b.bytes += len(n.Text())
	if f == nil && n.Len() > 0 {
		at := n.Range()
		b.bytes += at.End.Offset - at.Start.Offset
	}
	switch {
	case b.values > maxOutsideValues || b.bytes > maxOutsideBytes:
		b.of(n).report(CodeReference, n.Pointer(), "more than %d values or %d bytes would be taken from other files", maxOutsideValues, maxOutsideBytes).
			Hint = "refer to whole objects rather than to parts of parts"
	case len(b.stack) > maxBundleDepth:
		b.of(n).report(CodeReference, n.Pointer(), "with what is put in the place of references the document is more than %d deep", maxBundleDepth)
	default:
		return false
	}
	b.full = true
	return true
}

// pointer is where what is walked through stands in the result.
func (b *bundle) pointer() source.Pointer {
	var p source.Pointer
	for _, token := range b.stack {
		p = p.Child(token)
	}
	return p
}

// place notes where the operations of a path item of another file have come to.
func (b *bundle) place(n source.Node) {
	for key, m := range n.Members() {
		if _, known := b.placed[m]; !known && m.Kind() == source.Object {
			b.placed[m] = b.pointer().Child(key)
		}
	}
}
