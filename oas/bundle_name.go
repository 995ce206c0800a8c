package oas

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// names notes the components that the document has, be it by a $ref that is not allowed there. One that is nothing but a reference to another
// file is where that object will live.
func (b *bundle) names() {
	for bucket, n := range b.through(b.main.file.Root().Get("components"), componentsForm).Members() {
		f := componentsForm.members[bucket]
		if f == nil || f.others.bucket == "" {
			continue
		}
		b.taken[bucket] = map[string]source.Range{}
		for name, n := range b.through(n, f).Members() {
			b.taken[bucket][name] = n.KeyRange()
			b.live(n, name, f.others)
		}
	}
}

// through is what a value stands for.
func (b *bundle) through(n source.Node, f *form) source.Node {
	if !isRef(n) {
		return n
	}
	return b.of(n).lead(n.Get("$ref").Text(), f).first // find reports one that leads nowhere
}

// live notes what lives in a component.
func (b *bundle) live(n source.Node, name string, f *form) {
	h := &home{targetKey: targetKey{n, f.bucket}, name: name}
	if n.File() != b.main.file {
		b.homes[h.targetKey] = h
	}
	if !isRef(n) || n.Len() > 1 || b.of(n).lead(n.Get("$ref").Text(), f).message != "" {
		return
	}
	h.n, _ = b.find(b.of(n), n, n.Get("$ref").Text(), f)
	if h.n.Exists() && h.n.File() != b.main.file && b.homes[h.targetKey] == nil {
		b.homes[h.targetKey] = h
		b.hoisted[n] = h
	}
}

// home is the component that an object of another file becomes, or has become.
func (b *bundle) home(n source.Node, bucket string) *home {
	key := targetKey{n, bucket}
	if h := b.homes[key]; h != nil {
		return h
	}
	h := &home{targetKey: key}
	b.homes[key] = h
	b.order = append(b.order, h)
	if b.taken[bucket] == nil {
		b.taken[bucket] = map[string]source.Range{}
	}
	names := candidates(b.of(n).path(), n.Pointer().Tokens(), bucket)
	for _, name := range names {
		if _, taken := b.taken[bucket][name]; !taken {
			h.name = name
			break
		}
	}
	for i := 2; h.name == ""; i++ {
		name := fmt.Sprintf("%s_%d", names[0], i)
		if _, taken := b.taken[bucket][name]; !taken {
			h.name = name
		}
	}
	place := n.KeyRange()
	if n.Pointer() == "" {
		place = n.File().Span(0, 0)
	}
	h.renamed = h.name != names[0]
	if h.renamed {
		d := b.of(n).reportRange(CodeOutside, n.Pointer(), place, "components.%s has %q already: this one is called %q", bucket, names[0], h.name)
		d.Severity, d.Hint = diag.Info, "rename one of them to choose its name yourself"
		d.Related = []diag.Related{{Message: fmt.Sprintf("the %q that keeps its name", names[0]), At: b.taken[bucket][names[0]]}}
	}
	b.taken[bucket][h.name] = place
	return h
}

// structural are the keys on the way to an object that say nothing about it.
var structural = []string{"components", "definitions", "$defs", "properties", "paths", "index", "_index"}

// candidates are the names for an object of another file, best first: what it is called there, then with its file before it, then with the
// directories of that.
func candidates(file string, tokens []string, bucket string) []string {
	silent := func(w string) bool { return w == "" || w == bucket || slices.Contains(structural, w) }
	outer := slices.DeleteFunc(strings.Split(strings.TrimSuffix(file, path.Ext(file)), "/"), silent)
	inner := slices.DeleteFunc(tokens, silent)
	if len(inner) == 0 && len(outer) > 0 {
		outer, inner = outer[:len(outer)-1], outer[len(outer)-1:]
	}
	if len(inner) == 0 {
		inner = []string{strings.TrimSuffix(bucket, "s")}
	}
	words := slices.Concat(outer, []string{strings.Join(inner, "_")})
	var names []string
	for i := len(words) - 1; i >= 0; i-- {
		names = append(names, componentName(strings.Join(words[i:], "_")))
	}
	return names
}

// componentName is a text with nothing in it but what the name of a component may hold.
func componentName(text string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune(".-", r):
			return r
		}
		return '_'
	}, text)
	if trimmed := strings.Trim(name, "_"); trimmed != "" {
		return trimmed
	}
	return name
}

// discriminated warns of a schema that tells others apart by names which have become other ones.
func (b *bundle) discriminated(l *loading, n source.Node) {
	if n.Get("discriminator").Get("mapping").Exists() {
		return
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		for _, item := range n.Get(key).Items() {
			if !isRef(item) {
				continue
			}
			v := l.judge(reference{item.Get("$ref").Text(), "schemas"})
			h := b.homes[targetKey{v.first, "schemas"}]
			if v.message == "" && h != nil && h.renamed {
				d := l.reportRange(CodeOutside, item.Pointer(), item.Get("$ref").Range(), "the discriminator tells this schema by its name, which has become %q", h.name)
				d.Severity, d.Hint = diag.Warning, "write discriminator.mapping with the value that clients send"
			}
		}
	}
}
