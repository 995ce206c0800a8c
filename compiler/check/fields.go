package check

import (
	"strings"
	"sync"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/schemas"
)

// fieldTree is schemas.Fields by the names on the way.
type fieldTree struct {
	field *schemas.Field // nil for a map or a list
	below map[string]*fieldTree
}

var fieldsByName = sync.OnceValue(func() *fieldTree {
	root := &fieldTree{}
	list := schemas.Fields()
	for i := range list {
		t := root
		for name := range strings.SplitSeq(list[i].Path, ".") {
			if t.below == nil {
				t.below = map[string]*fieldTree{}
			}
			if t.below[name] == nil {
				t.below[name] = &fieldTree{}
			}
			t = t.below[name]
		}
		t.field = &list[i]
	}
	return root
})

// eachField visits the fields of the extension that the document gives a value, outer ones first. What lies within a field for which visit
// returns false is left out, and so is what no schema knows.
func (p *Pass) eachField(visit func(at source.Pointer, n source.Node, f *schemas.Field) bool) {
	n, ok := p.Doc.File.Lookup(oas.ExtensionPointer)
	if ok {
		walkFields(n, oas.ExtensionPointer, fieldsByName(), visit)
	}
}

func walkFields(n source.Node, at source.Pointer, t *fieldTree, visit func(source.Pointer, source.Node, *schemas.Field) bool) {
	for name, m := range n.Members() {
		below := t.below[name]
		if below == nil {
			below = t.below["*"]
		}
		if below == nil || m.Kind() == source.Null {
			continue
		}
		here := at.Child(name)
		if below.field == nil || visit(here, m, below.field) {
			walkFields(m, here, below, visit)
		}
	}
	if below := t.below["*"]; below != nil {
		for _, item := range n.Items() {
			walkFields(item, item.Pointer(), below, visit)
		}
	}
}
