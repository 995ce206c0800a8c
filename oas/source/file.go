package source

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"math"
	"path"
	"slices"
	"strings"
	"sync"
)

// Format is the notation a document is written in.
type Format uint8

// The formats.
const (
	JSON Format = iota
	YAML
)

// String is the usual name of the format.
func (f Format) String() string {
	if f == JSON {
		return "JSON"
	}
	return "YAML"
}

// File is a document that has been read. It never changes and may be used by several goroutines.
type File struct {
	Name string // as given to Index; for messages only

	text     string // strings without escapes are parts of it
	format   Format
	dirty    bool // JSON that must be written anew to be strict
	nodes    []node
	strings  []string // keys and scalars that are not parts of the text as they stand
	table    []int32  // members by parent and key, open addressing; 0 is free
	seed     maphash.Seed
	problems []problem // in order of place
	shared   []span    // YAML: what aliases stand for, in order of place, disjoint

	linesOnce sync.Once
	lines     lineIndex
}

// defaults fills in what is not set. Depth stops at what encoding/json and yaml.v3 can read, the others where compact does: replaced
// bytes may make a text three times as long, and each value may have a key to keep.
func (l Limits) defaults() Limits {
	set := func(field *int, value, most int) {
		if *field <= 0 {
			*field = value
		}
		*field = min(*field, most)
	}
	set(&l.Bytes, 64<<20, 1<<29)
	set(&l.Depth, 512, 10_000)
	set(&l.Nodes, 8_000_000, 1<<30)
	set(&l.Aliases, 10_000, math.MaxInt32)
	return l
}

// Index reads a document within the default limits. The error is a *SyntaxError. The name tells JSON from YAML only where the
// text leaves it open. The data is copied.
func Index(name string, data []byte) (*File, error) {
	return IndexWith(name, data, Limits{})
}

// IndexWith is Index within given limits.
func IndexWith(name string, data []byte, lim Limits) (*File, error) {
	lim = lim.defaults()
	if len(data) > lim.Bytes {
		return nil, &SyntaxError{
			At:      Range{File: name},
			Message: fmt.Sprintf("the file has %d bytes, expected at most %d", len(data), lim.Bytes),
		}
	}
	f := &File{Name: name, text: string(data)}
	if err := f.read(lim); err != nil {
		return nil, err
	}
	f.indexMembers()
	f.sortProblems()
	return f, nil
}

// read chooses the reader: JSON for what begins with { or [, YAML for the rest. YAML may begin with { as well; it is tried
// second, and only where the name asks for it, as the JSON error is the better one.
func (f *File) read(lim Limits) *SyntaxError {
	if err := f.checkEncoding(); err != nil {
		return err
	}
	first := bomLength(f.text)
	first += len(f.text[first:]) - len(strings.TrimLeft(f.text[first:], " \t\r\n"))
	ext := strings.ToLower(path.Ext(f.Name))
	switch {
	case first == len(f.text):
		return f.fail(0, 0, "write an OpenAPI document into it", "the file is empty")
	case f.text[first] == '{' || f.text[first] == '[':
		err := f.readJSON(lim)
		if err != nil && (ext == ".yaml" || ext == ".yml") {
			f.nodes, f.problems, f.shared, f.dirty = nil, nil, nil, false
			if f.readYAML(lim) == nil {
				return nil
			}
		}
		return err
	case ext == ".json":
		r := jsonReader{f: f, s: f.text, pos: first}
		return r.notJSON()
	}
	return f.readYAML(lim)
}

// checkEncoding refuses what is not UTF-8 at all. After it no text holds a NUL, which the JSON reader relies on.
func (f *File) checkEncoding() *SyntaxError {
	const hint = "save the file as UTF-8 without a byte order mark"
	if strings.HasPrefix(f.text, "\xFF\xFE") || strings.HasPrefix(f.text, "\xFE\xFF") {
		return f.fail(0, 0, hint, "the file is UTF-16, expected UTF-8")
	}
	i := strings.IndexByte(f.text, 0)
	switch {
	case i < 0:
		return nil
	case i < 2:
		return f.fail(0, 0, hint, "the file is UTF-16 or UTF-32, expected UTF-8")
	}
	return f.fail(i, i+1, "remove it; if the whole file looks odd, it is not text", "found a NUL byte, expected text")
}

// fail makes a SyntaxError for a part of the text.
func (f *File) fail(start, end int, hint, format string, args ...any) *SyntaxError {
	return &SyntaxError{At: f.Span(start, end), Message: fmt.Sprintf(format, args...), Hint: hint}
}

// sortProblems orders the problems by place. A problem within a YAML anchor turns up once for each alias; one is enough.
func (f *File) sortProblems() {
	slices.SortStableFunc(f.problems, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end), cmp.Compare(a.kind, b.kind))
	})
	f.problems = slices.CompactFunc(f.problems, func(a, b problem) bool {
		return a.kind == b.kind && a.start == b.start && a.end == b.end
	})
}

// Format is the notation the document is written in, whatever the name of the file says.
func (f *File) Format() Format { return f.format }

// Text is what was given to Index.
func (f *File) Text() string { return f.text }

// Problems is what was wrong but could be read, in order of place: at most a thousand. The slice is the caller's.
func (f *File) Problems() []Problem {
	var list []Problem
	for _, p := range f.problems {
		q := Problem{Kind: p.kind, At: f.Span(int(p.start), int(p.end))}
		if p.node >= 0 {
			q.node = Node{f, p.node}
			q.Pointer = q.node.Pointer()
		}
		if p.kind == DuplicateKey {
			q.First = Node{f, p.first}.KeyRange()
			q.earlier = Node{f, p.earlier}
		}
		if p.kind == DuplicateKey || p.kind == NonStringKey {
			q.Key = f.keyText(&f.nodes[p.node])
		}
		list = append(list, q)
	}
	return list
}

// Root is the whole document.
func (f *File) Root() Node { return Node{f, 0} }

// Lookup finds the value at a pointer.
func (f *File) Lookup(p Pointer) (Node, bool) {
	n, ok := f.Root().find(p.Tokens())
	if !ok {
		return Node{}, false
	}
	return n, true
}

// At is the range of the value at a pointer, or of the nearest parent that exists.
func (f *File) At(p Pointer) Range {
	n, _ := f.Root().find(p.Tokens())
	return n.Range()
}

// Key is the range of the key at a pointer, with its quotes, or of the nearest parent's key. An item and the root have no key:
// their range is that of the value.
func (f *File) Key(p Pointer) Range {
	n, _ := f.Root().find(p.Tokens())
	return n.KeyRange()
}
