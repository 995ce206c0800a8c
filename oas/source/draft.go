package source

import (
	"iter"
	"slices"
	"strconv"
)

// Draft is a value that is to be written: one that has been read, or one put together of such. The zero Draft does not exist. A Draft never
// changes; With and Without return others.
type Draft struct {
	node    Node
	kind    Kind
	text    string
	members []Field
	items   []Draft
}

// Field is a member of an object that is to be written.
type Field struct {
	Key   string
	Value Draft
}

// Same is the value as it has been read.
func Same(n Node) Draft { return Draft{node: n, kind: n.Kind()} }

// TextDraft is a string.
func TextDraft(s string) Draft { return Draft{kind: String, text: s} }

// BoolDraft is true or false.
func BoolDraft(b bool) Draft { return Draft{kind: Bool, text: strconv.FormatBool(b)} }

// IntDraft is a number.
func IntDraft(n int) Draft { return Draft{kind: Number, text: strconv.Itoa(n)} }

// ObjectDraft is an object with members in that order. No key may be there twice.
func ObjectDraft(members ...Field) Draft { return Draft{kind: Object, members: members} }

// ArrayDraft is an array.
func ArrayDraft(items ...Draft) Draft { return Draft{kind: Array, items: items} }

// Node is the value that was read, if this is that; one that does not exist otherwise.
func (v Draft) Node() Node { return v.node }

// Kind is the type of the value.
func (v Draft) Kind() Kind { return v.kind }

// Exists reports whether there is such a value.
func (v Draft) Exists() bool { return v.kind != Absent }

// Len is the number of members or items.
func (v Draft) Len() int {
	if v.node.Exists() {
		return v.node.Len()
	}
	return len(v.members) + len(v.items)
}

// Text is what Node.Text is.
func (v Draft) Text() string {
	if v.node.Exists() {
		return v.node.Text()
	}
	return v.text
}

// Get is the member of an object with that key. Of an object that was put together it takes as long as that is.
func (v Draft) Get(key string) Draft {
	if v.node.Exists() {
		return Same(v.node.Get(key))
	}
	for i := range v.members {
		if v.members[i].Key == key {
			return v.members[i].Value
		}
	}
	return Draft{}
}

// Members yields the members of an object in order.
func (v Draft) Members() iter.Seq2[string, Draft] {
	return func(yield func(string, Draft) bool) {
		for key, m := range v.node.Members() {
			if !yield(key, Same(m)) {
				return
			}
		}
		for i := range v.members {
			if !yield(v.members[i].Key, v.members[i].Value) {
				return
			}
		}
	}
}

// Items yields the items of an array.
func (v Draft) Items() iter.Seq2[int, Draft] {
	return func(yield func(int, Draft) bool) {
		for i, item := range v.node.Items() {
			if !yield(i, Same(item)) {
				return
			}
		}
		for i := range v.items {
			if !yield(i, v.items[i]) {
				return
			}
		}
	}
}

// list is the members as they are, for one that changes them.
func (v Draft) list() []Field {
	if !v.node.Exists() {
		return slices.Clone(v.members)
	}
	list := make([]Field, 0, v.Len()+1)
	for key, m := range v.Members() {
		list = append(list, Field{key, m})
	}
	return list
}

// With is an object with another value of a member, which stays in its place; a new one is the last. What is no object counts as an empty one.
func (v Draft) With(key string, value Draft) Draft {
	members := v.list()
	if i := slices.IndexFunc(members, func(m Field) bool { return m.Key == key }); i >= 0 {
		members[i].Value = value
	} else {
		members = append(members, Field{key, value})
	}
	return ObjectDraft(members...)
}

// Without is an object without a member.
func (v Draft) Without(key string) Draft {
	return ObjectDraft(slices.DeleteFunc(v.list(), func(m Field) bool { return m.Key == key })...)
}

// Set is With for a member some levels down; the objects on the way are made where there are none.
func (v Draft) Set(value Draft, path ...string) Draft {
	if len(path) == 0 {
		return value
	}
	return v.With(path[0], v.Get(path[0]).Set(value, path[1:]...))
}

// Find is the member some levels down.
func (v Draft) Find(path ...string) Draft {
	for _, key := range path {
		v = v.Get(key)
	}
	return v
}

// Equal reports whether two values are the same; the order of members says nothing.
func (v Draft) Equal(w Draft) bool {
	if v.node.Exists() && v.node == w.node {
		return true
	}
	if v.kind != w.kind || v.Len() != w.Len() {
		return false
	}
	switch v.kind {
	case Object:
		return v.equalMembers(w)
	case Array:
		next, stop := iter.Pull2(w.Items())
		defer stop()
		for _, item := range v.Items() {
			if _, other, _ := next(); !item.Equal(other) {
				return false
			}
		}
		return true
	case Number:
		return sameNumber(v.Text(), w.Text())
	case Absent, Null, Bool, String:
	}
	return v.Text() == w.Text()
}

func (v Draft) equalMembers(w Draft) bool {
	get := w.lookup()
	for key, m := range v.Members() {
		other, ok := get(key)
		if !ok || !m.Equal(other) {
			return false
		}
	}
	return true
}

// lookup finds members in constant time.
func (v Draft) lookup() func(key string) (Draft, bool) {
	if v.node.Exists() {
		return func(key string) (Draft, bool) {
			m := v.node.Get(key)
			return Same(m), m.Exists()
		}
	}
	byKey := make(map[string]Draft, len(v.members))
	for _, m := range v.members {
		byKey[m.Key] = m.Value
	}
	return func(key string) (Draft, bool) {
		m, ok := byKey[key]
		return m, ok
	}
}

// sameNumber compares numbers by value as far as that is exact.
func sameNumber(a, b string) bool {
	const exact = 15 // decimal digits
	if a == b || len(a) > exact || len(b) > exact {
		return a == b
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}
