package oas

import (
	"fmt"
	"slices"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// Bundled is what the name of a file ends with where a finding is about its bundle.
const Bundled = " (bundled)"

// Bundle makes one document of a document and what it refers to in other files; opt is what it was loaded with. What a $ref may lead to becomes a
// component, under the name that it has in its file; path items, and whatever stands where OpenAPI allows no $ref, are put in its place. The text
// keeps order, notation and comments of the document, unless another notation is wanted. It is nil if and only if the list has an error; otherwise
// it loads without one, but for a missing extension, and refers to nothing outside.
func Bundle(doc *Document, opt Options, to source.Format) ([]byte, diag.List) {
	l := &loading{file: doc.File, doc: &Document{File: doc.File}, opt: opt, at: opt.Path, found: Findings{File: doc.File}}
	b := &bundle{
		main: l, native: true, homes: map[targetKey]*home{}, hoisted: map[source.Node]*home{}, taken: map[string]map[string]source.Range{},
		changed: map[source.Node]bool{}, open: map[source.Node]source.Pointer{}, placed: map[source.Node]source.Pointer{},
	}
	l.guard("the bundler", b.build)
	if list := l.list(); list.HasErrors() {
		return nil, list
	}
	text, err := b.write(to)
	list := l.list()
	if err != nil {
		l.report(CodeStructure, "", "the bundle cannot be written: %v", err)
		return nil, l.list()
	}
	_, found := Load(doc.File.Name+Bundled, text)
	found = slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return d.Severity != diag.Error || d.Code == CodeNoExtension })
	if len(found) > 0 {
		return nil, found
	}
	return text, list
}

// bundle is one run of Bundle.
type bundle struct {
	main *loading
	root *source.Value // the whole result

	homes   map[targetKey]*home
	order   []*home                            // those that are new components
	hoisted map[source.Node]*home              // components of the document that are nothing but a reference to another file
	taken   map[string]map[string]source.Range // names of components, by bucket, and what they stand for
	changes []change                           // of the document's text
	changed map[source.Node]bool
	native  bool // what is walked through stands in the document and stays there

	stack  []string                       // the path to what is walked through, in the result
	open   map[source.Node]source.Pointer // what is being put in the place of references, and where
	placed map[source.Node]source.Pointer // where operations of other files are in the result
	links  []operationLink
	aside  []*home // what the document keeps where OpenAPI knows nothing of it, and refers to
	values int
	full   bool
}

// home is the component that an object of another file becomes.
type home struct {
	targetKey

	name    string
	renamed bool // its own name was taken
	value   *source.Value
}

func (h *home) ref() string {
	return pointerRef(source.Pointer("/components").Child(h.bucket).Child(h.name))
}

// change is a value of the document that becomes another one.
type change struct {
	n source.Node
	v *source.Value
}

// operationLink is a link to an operation, whose place is known in the end.
type operationLink struct {
	l  *loading
	n  source.Node
	to source.Node
	v  *source.Value
}

// build walks through the document, and then through what has become a component, until nothing new comes.
func (b *bundle) build() {
	b.main.outside() // knows the loading of each file
	b.names()
	b.root = b.value(b.main, b.main.file.Root(), documentForm)
	for i, k := 0, 0; i < len(b.order) || k < len(b.aside); {
		if k < len(b.aside) {
			h := b.aside[k]
			b.native, b.stack = true, h.n.Pointer().Tokens()
			h.value = b.value(b.main, h.n, formOf(h.bucket))
			k++
			continue
		}
		h := b.order[i]
		b.native, b.stack = false, []string{"components", h.bucket, h.name}
		h.value = b.value(b.of(h.n), h.n, formOf(h.bucket))
		i++
	}
	b.putAside()
	for _, h := range b.order {
		bucket := b.root.Child("components").Child(h.bucket)
		bucket.Members = append(bucket.Members, source.Member{Key: h.name, Value: h.value})
	}
	b.linkOperations()
}

// keep sees to it that what the document refers to in itself is walked through as what it is, wherever it stands.
func (b *bundle) keep(n source.Node, bucket string) {
	key := targetKey{n, bucket}
	f := documentForm
	for _, token := range n.Pointer().Tokens() {
		if f == nil {
			break
		}
		if f.items != nil {
			f = f.items
		} else {
			f = f.of(token)
		}
	}
	if f == nil && b.homes[key] == nil {
		b.homes[key] = &home{targetKey: key}
		b.aside = append(b.aside, b.homes[key])
	}
}

// putAside puts what has become of such objects where they were, the outer ones first.
func (b *bundle) putAside() {
	slices.SortStableFunc(b.aside, func(x, y *home) int { return len(x.n.Pointer()) - len(y.n.Pointer()) })
	for _, h := range b.aside {
		at := b.root
		for _, token := range h.n.Pointer().Tokens() {
			if at = at.Part(token); at == nil {
				break
			}
		}
		if at != nil {
			*at = *h.value
		}
	}
}

// of is the loading of the file that a value is in.
func (b *bundle) of(n source.Node) *loading { return b.main.out.loadings[n.File()] }

// value is what becomes of a value.
func (b *bundle) value(l *loading, n source.Node, f *form) *source.Value {
	switch {
	case b.tooMuch(n):
		return &source.Value{Kind: source.Null}
	case f == nil:
		return n.Value()
	case f.role != 0 && n.Kind() == source.String:
		return b.text(l, n, f)
	case isRef(n):
		return b.reference(l, n, f)
	}
	v := &source.Value{Kind: n.Kind(), Text: n.Text()}
	for key, m := range n.Members() {
		v.Members = append(v.Members, source.Member{Key: key, Value: b.child(l, m, f.of(key), key)})
	}
	for i, item := range n.Items() {
		v.Items = append(v.Items, b.child(l, item, f.items, fmt.Sprint(i)))
	}
	if f.item && !b.native {
		b.place(n)
	}
	if f.bucket == "schemas" && n.Get("discriminator").Exists() {
		b.discriminated(l, n)
	}
	return v
}

// child is value for a part of what is walked through.
func (b *bundle) child(l *loading, n source.Node, f *form, token string) *source.Value {
	b.stack = append(b.stack, token)
	defer func() { b.stack = b.stack[:len(b.stack)-1] }()
	return b.value(l, n, f)
}

// maxBundleDepth is how deep the result may be: no deeper than what is read.
const maxBundleDepth = 512

// tooMuch counts what is taken from other files, and says once when that is too much.
func (b *bundle) tooMuch(n source.Node) bool {
	if b.native || b.full {
		return b.full
	}
	b.values++
	switch {
	case b.values > maxOutsideValues:
		b.of(n).report(CodeReference, n.Pointer(), "more than %d values would be taken from other files", maxOutsideValues).
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

// became notes that a value of the document becomes another one.
func (b *bundle) became(n source.Node, v *source.Value) *source.Value {
	if b.native && !b.changed[n] {
		b.changed[n] = true
		b.changes = append(b.changes, change{n, v})
	}
	return v
}
