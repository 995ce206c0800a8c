package source

import (
	"hash/maphash"
	"math/bits"
)

// node is one value. The nodes of a file lie in one slice in document order, each followed by everything within it, so
// that the children of node i are i+1, the next of that one, and so on up to the next of i.
type node struct {
	start, end       int32 // the value, in bytes of the file
	keyStart, keyEnd int32 // a member's key, with its quotes
	parent, next     int32 // parent is -1 for the root
	key              int32 // of a member: its place in File.strings, or inText; of an item: its index
	value            int32 // of a scalar: its place in File.strings, or inText; of a container: how many children count
	kind             Kind
	flags            uint8
}

// compact stores an offset, an index or a count. Limits keeps all of them below 1<<31.
func compact(n int) int32 {
	return int32(n)
}

// inText marks a string that is read from the bytes of the document when it is asked for.
const inText = -1

const (
	escapedKey   = 1 << iota // the key in the text holds escapes or invalid UTF-8
	escapedValue             // the same of a string
	overridden               // a later member has the same key
)

// problem is a Problem before its place has been looked up. key is the string of Problem.Key.
type problem struct {
	kind       ProblemKind
	start, end int32
	first      int32 // DuplicateKey: the first node with that key
	earlier    int32 // DuplicateKey: the last one before this
	node       int32 // the value concerned; -1 for none
}

// maxProblems bounds the memory a hostile document can ask for; nobody reads further.
const maxProblems = 1000

// report records a problem; those beyond the first thousand are dropped.
func (f *File) report(kind ProblemKind, start, end int, node int32) {
	if len(f.problems) < maxProblems {
		f.problems = append(f.problems, problem{kind: kind, start: compact(start), end: compact(end), node: node})
	}
}

// keyText is the key of a member.
func (f *File) keyText(n *node) string {
	if n.key != inText {
		return f.strings[n.key]
	}
	raw := f.text[n.keyStart+1 : n.keyEnd-1]
	if n.flags&escapedKey != 0 {
		return decodeString(raw)
	}
	return raw
}

// isMember tells whether a node has a key.
func (f *File) isMember(n *node) bool {
	return n.parent >= 0 && f.nodes[n.parent].kind == Object
}

// hash spreads members over the table. The seed is random, so that no document can be made to collide.
func (f *File) hash(parent int32, key string) uint64 {
	return maphash.String(f.seed, key) ^ uint64(parent)*0x9E3779B97F4A7C15
}

// member finds a member by its key; 0, which is always the root, when there is none. Of duplicates it finds the last.
func (f *File) member(parent int32, key string) int32 {
	if len(f.table) == 0 {
		return 0
	}
	return f.table[f.slot(parent, key)]
}

// slot is where a member is, or would be put. The table is never full, so that the search ends.
func (f *File) slot(parent int32, key string) uint64 {
	mask := uint64(len(f.table)) - 1 // the length is a power of two
	s := f.hash(parent, key) & mask
	for i := f.table[s]; i != 0; i = f.table[s] {
		if n := &f.nodes[i]; n.parent == parent && f.keyText(n) == key {
			break
		}
		s = (s + 1) & mask
	}
	return s
}

// indexMembers builds the table and finds the duplicate keys. It is called once, when the tree is complete.
func (f *File) indexMembers() {
	members := 0
	for i := range f.nodes {
		if f.isMember(&f.nodes[i]) {
			members++
		}
	}
	if members == 0 {
		return
	}
	f.seed = maphash.MakeSeed()
	f.table = make([]int32, 1<<bits.Len(uint(members+members/2)))
	first := map[int32]int32{} // of a duplicate: the first member with its key
	for i := range f.nodes {
		n := &f.nodes[i]
		if !f.isMember(n) {
			continue
		}
		s := f.slot(n.parent, f.keyText(n))
		if earlier := f.table[s]; earlier != 0 {
			f.override(earlier, compact(i), first)
		}
		f.table[s] = compact(i)
	}
}

// override lets a member take the place of an earlier one with the same key.
func (f *File) override(earlier, later int32, first map[int32]int32) {
	f.nodes[earlier].flags |= overridden
	f.nodes[f.nodes[later].parent].value--
	if e, ok := first[earlier]; ok {
		first[later] = e
	} else {
		first[later] = earlier
	}
	f.dirty = true
	if n := &f.nodes[later]; len(f.problems) < maxProblems {
		f.problems = append(f.problems, problem{
			kind: DuplicateKey, start: n.keyStart, end: n.keyEnd, first: first[later], earlier: earlier, node: later,
		})
	}
}
