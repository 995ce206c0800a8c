package oas

import (
	"slices"
	"strconv"

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
	var placed map[source.Node]source.Pointer
	l := &loading{}
	var root source.Draft
	for final := range 2 { // where links to operations lead is known in the end
		l = &loading{file: doc.File, doc: &Document{File: doc.File}, opt: opt, at: opt.Path, found: Findings{File: doc.File}}
		b := newBundle(l, placed, final == 1)
		l.guard("the bundler", b.build)
		placed, root = b.placed, b.root
		if !b.links {
			break
		}
	}
	if list := l.list(); list.HasErrors() {
		return nil, list
	}
	text := root.Write(to)
	if to == doc.File.Format() {
		var kept bool
		if text, kept = doc.File.Rewrite(root); !kept {
			d := l.report(CodeOutside, "", "the document is written anew, without its comments: the places to be changed count more than once, or are written in an unusual way")
			d.Severity, d.Hint = diag.Info, "do without YAML anchors where references to other files stand"
		}
	}
	_, found := Load(doc.File.Name+Bundled, text)
	found = slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return d.Severity != diag.Error || d.Code == CodeNoExtension })
	if len(found) > 0 {
		return nil, found
	}
	return text, l.list()
}

// bundle is one run through a document and what it refers to.
type bundle struct {
	main  *loading
	root  source.Draft // the whole result
	final bool         // placed is complete
	links bool         // there are links to operations

	homes   map[targetKey]*home
	order   []*home                            // those that are new components
	aside   []*home                            // what the document keeps where OpenAPI knows nothing of it, and refers to
	hoisted map[source.Node]*home              // components of the document that are nothing but a reference to another file
	taken   map[string]map[string]source.Range // names of components, by bucket, and what they stand for

	native bool                           // what is walked through stands in the document and stays there
	stack  []string                       // the path to what is walked through, in the result
	open   map[source.Node]source.Pointer // what is being put in the place of references, and where
	placed map[source.Node]source.Pointer // where operations of other files are in the result
	values int                            // taken from other files so far
	bytes  int
	full   bool
}

// home is the component that an object of another file becomes.
type home struct {
	targetKey

	name    string
	renamed bool // its own name was taken
	value   source.Draft
}

func (h *home) ref() string {
	return pointerRef(source.Pointer("/components").Child(h.bucket).Child(h.name))
}

func newBundle(l *loading, placed map[source.Node]source.Pointer, final bool) *bundle {
	b := &bundle{
		main: l, final: final, native: true, homes: map[targetKey]*home{}, hoisted: map[source.Node]*home{}, taken: map[string]map[string]source.Range{},
		open: map[source.Node]source.Pointer{}, placed: placed,
	}
	if placed == nil {
		b.placed = map[source.Node]source.Pointer{}
	}
	return b
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
	slices.SortStableFunc(b.aside, func(x, y *home) int { return len(x.n.Pointer()) - len(y.n.Pointer()) })
	for _, h := range b.aside { // the outer ones first
		b.root = put(b.root, h.n.Pointer().Tokens(), h.value)
	}
	b.addComponents()
}

// addComponents adds the new components to those of the document.
func (b *bundle) addComponents() {
	fresh := map[string][]source.Field{}
	var buckets []string
	for _, h := range b.order {
		if fresh[h.bucket] == nil {
			buckets = append(buckets, h.bucket)
		}
		fresh[h.bucket] = append(fresh[h.bucket], source.Field{Key: h.name, Value: h.value})
	}
	for _, bucket := range buckets {
		var members []source.Field
		for name, v := range b.root.Find("components", bucket).Members() {
			members = append(members, source.Field{Key: name, Value: v})
		}
		b.root = b.root.Set(source.ObjectDraft(append(members, fresh[bucket]...)...), "components", bucket)
	}
}

// put is a value with another one at the end of a path.
func put(v source.Draft, tokens []string, value source.Draft) source.Draft {
	if len(tokens) == 0 {
		return value
	}
	if v.Kind() != source.Array {
		return v.With(tokens[0], put(v.Get(tokens[0]), tokens[1:], value))
	}
	var items []source.Draft
	for i, item := range v.Items() {
		if strconv.Itoa(i) == tokens[0] {
			item = put(item, tokens[1:], value)
		}
		items = append(items, item)
	}
	return source.ArrayDraft(items...)
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
