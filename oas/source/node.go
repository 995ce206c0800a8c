package source

import (
	"encoding/json"
	"iter"
)

// Kind is the type of a value, as JSON knows types.
type Kind uint8

// The kinds of value. A Node that does not exist is Absent.
const (
	Absent Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// String is the name JSON Schema gives the type; "absent" for a value that does not exist.
func (k Kind) String() string {
	names := [...]string{"absent", "null", "boolean", "number", "string", "array", "object"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// Node is one value of a document: a small handle that is cheap to copy and to compare. The zero Node is a value that does not
// exist; every method may be called on it. Nodes may be used by several goroutines.
type Node struct {
	f *File
	i int32
}

// entry is the node's place in the tree. It must not be called on the zero Node.
func (n Node) entry() *node { return &n.f.nodes[n.i] }

// File is the file the value is in; nil when it does not exist.
func (n Node) File() *File { return n.f }

// Exists reports whether there is such a value. A null exists.
func (n Node) Exists() bool { return n.f != nil }

// Kind is the type of the value.
func (n Node) Kind() Kind {
	if n.f == nil {
		return Absent
	}
	return n.entry().kind
}

// Len is the number of members or items; 0 for anything but objects and arrays. Duplicate members count once.
func (n Node) Len() int {
	if k := n.Kind(); k != Object && k != Array {
		return 0
	}
	return int(n.entry().value)
}

// Get is the member of an object with that key, the last one of duplicates. It takes constant time.
func (n Node) Get(key string) Node {
	if n.Kind() != Object {
		return Node{}
	}
	if i := n.f.member(n.i, key); i != 0 {
		return Node{n.f, i}
	}
	return Node{}
}

// Item is the i-th item of an array, from 0.
func (n Node) Item(i int) Node {
	if n.Kind() != Array || i < 0 || i >= n.Len() {
		return Node{}
	}
	e := n.entry()
	if e.next-n.i-1 == e.value { // no item holds anything: they lie side by side
		return Node{n.f, n.i + 1 + compact(i)}
	}
	child := n.i + 1
	for ; i > 0; i-- {
		child = n.f.nodes[child].next
	}
	return Node{n.f, child}
}

// Members yields the keys and values of an object in document order. A member overridden by a later one with the same key is
// left out.
func (n Node) Members() iter.Seq2[string, Node] {
	return func(yield func(string, Node) bool) {
		if n.Kind() != Object {
			return
		}
		for i, end := n.i+1, n.entry().next; i < end; i = n.f.nodes[i].next {
			m := &n.f.nodes[i]
			if m.flags&overridden == 0 && !yield(n.f.keyText(m), Node{n.f, i}) {
				return
			}
		}
	}
}

// Items yields the items of an array.
func (n Node) Items() iter.Seq2[int, Node] {
	return func(yield func(int, Node) bool) {
		if n.Kind() != Array {
			return
		}
		for i, end := n.i+1, n.entry().next; i < end; i = n.f.nodes[i].next {
			if !yield(int(n.f.nodes[i].key), Node{n.f, i}) {
				return
			}
		}
	}
}

// Text is a string's value, or a number or boolean as JSON writes it; "" for anything else.
func (n Node) Text() string {
	switch n.Kind() {
	case Bool, Number, String:
		return n.f.valueText(n.entry())
	case Absent, Null, Array, Object:
	}
	return ""
}

// valueText is the text of a scalar.
func (f *File) valueText(n *node) string {
	if n.value != inText {
		return f.strings[n.value]
	}
	if n.kind != String {
		return f.text[n.start:n.end]
	}
	raw := f.text[n.start+1 : n.end-1]
	if n.flags&escapedValue != 0 {
		return decodeString(raw)
	}
	return raw
}

// Bool reports whether the value is true: the boolean, not a string or a number.
func (n Node) Bool() bool { return n.Kind() == Bool && n.Text() == "true" }

// Any is the value as encoding/json would give it, with json.Number for numbers. A value that does not exist is nil.
func (n Node) Any() any {
	switch n.Kind() {
	case Bool:
		return n.Bool()
	case Number:
		return json.Number(n.Text())
	case String:
		return n.Text()
	case Array:
		items := make([]any, 0, n.Len())
		for _, item := range n.Items() {
			items = append(items, item.Any())
		}
		return items
	case Object:
		members := make(map[string]any, n.Len())
		for key, m := range n.Members() {
			members[key] = m.Any()
		}
		return members
	case Absent, Null:
	}
	return nil
}

// Pointer is where the value is; "" for the root and for a value that does not exist.
func (n Node) Pointer() Pointer {
	if n.f == nil || n.i == 0 {
		return ""
	}
	e := n.entry()
	parent := Node{n.f, e.parent}.Pointer()
	if n.f.isMember(e) {
		return parent.Child(n.f.keyText(e))
	}
	return parent.Item(int(e.key))
}

// Range is where the value stands in its file. What a YAML alias stands for is where the anchor is, except the alias itself.
func (n Node) Range() Range {
	if n.f == nil {
		return Range{}
	}
	return n.f.Span(int(n.entry().start), int(n.entry().end))
}

// KeyRange is where the key stands, with its quotes; for an item and for the root it is the range of the value.
func (n Node) KeyRange() Range {
	if n.f == nil || !n.f.isMember(n.entry()) {
		return n.Range()
	}
	return n.f.Span(int(n.entry().keyStart), int(n.entry().keyEnd))
}

// find goes from a node along the tokens as far as there are values, and tells whether it got to the end.
func (n Node) find(tokens []string) (Node, bool) {
	for _, token := range tokens {
		child := n.Get(token)
		if i, ok := itemIndex(token); ok && n.Kind() == Array {
			child = n.Item(i)
		}
		if !child.Exists() {
			return n, false
		}
		n = child
	}
	return n, true
}
