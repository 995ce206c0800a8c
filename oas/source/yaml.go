package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// yamlReader turns the nodes of yaml.v3 into the tree. It works in three passes over them: place finds the bytes of every
// node, value copies it into the tree and expands aliases and merge keys, restore moves places back to the file's bytes
// where invalid UTF-8 had to be replaced.
//
// Methods that can fail return false and leave the reason in err.
type yamlReader struct {
	f    *File
	s    string  // what yaml.v3 is given: the text with invalid UTF-8 replaced
	bad  []int32 // the replaced bytes, as offsets in the file
	lim  Limits
	rows rows

	depth   int
	aliases int
	merged  int                 // members looked at for merge keys, which may be many more than there are in the end
	open    map[*yaml.Node]bool // anchors within which value is at work, to find those that hold themselves
	err     *SyntaxError
}

// readYAML fills the tree from YAML text.
func (f *File) readYAML(lim Limits) *SyntaxError {
	f.format = YAML
	r := yamlReader{f: f, lim: lim, open: map[*yaml.Node]bool{}}
	r.s, r.bad = validUTF8(f.text)
	if !r.readable() {
		return r.err
	}
	r.rows = newRows(r.s)
	doc, ok := r.parse()
	if !ok {
		return r.err
	}
	r.place(doc.Content[0], -1)
	root := r.add(node{parent: -1})
	if !r.value(root, doc.Content[0]) {
		return r.err
	}
	r.restore()
	return nil
}

// failf leaves an error about a part of r.s.
func (r *yamlReader) failf(start, end int, hint, format string, args ...any) bool {
	r.err = r.f.fail(r.original(start), r.original(end), hint, format, args...)
	return false
}

// readable refuses what yaml.v3 would refuse without saying where, and what would cost it too much memory.
func (r *yamlReader) readable() bool {
	for i, c := range r.s {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0x7F || c > 0x7F && c < 0xA0 && c != 0x85 ||
			c == 0xFEFF && i > 0 || c == 0xFFFE || c == 0xFFFF {
			return r.failf(i, i+len(string(c)), "remove it, or write it as an escape in double quotes", "found the control character %U, expected text", c)
		}
	}
	if len(r.s) <= r.lim.Nodes {
		return true
	}
	indicators := 0 // no more than a few values come from each of them
	for _, c := range []string{",", ":", "-", "?", "[", "{"} {
		indicators += strings.Count(r.s, c)
	}
	if indicators > r.lim.Nodes {
		return r.failf(0, 0, "", "the document has more than %d values", r.lim.Nodes)
	}
	return true
}

// parse runs yaml.v3 over the first document.
func (r *yamlReader) parse() (*yaml.Node, bool) {
	dec := yaml.NewDecoder(strings.NewReader(r.s))
	var doc yaml.Node
	err := decodeYAML(dec, &doc)
	switch {
	case errors.Is(err, io.EOF) || err == nil && r.isEmpty(&doc):
		return nil, r.failf(0, 0, "write an OpenAPI document into it", "the file holds no document, only comments or nothing")
	case err != nil:
		return nil, r.syntaxError(err)
	}
	if start, end, ok := r.nextDocument(&doc); ok {
		r.f.report(MoreDocuments, start, end, -1)
		return &doc, true
	}
	if err := decodeYAML(dec, new(yaml.Node)); err != nil && !errors.Is(err, io.EOF) {
		return nil, r.syntaxError(err)
	}
	return &doc, true
}

// isEmpty tells a document of nothing, such as "---", from one that says null.
func (r *yamlReader) isEmpty(doc *yaml.Node) bool {
	if len(doc.Content) == 0 {
		return true
	}
	n := doc.Content[0]
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style == 0 && n.Anchor == ""
}

// decodeYAML is Decode, but a panic of yaml.v3 becomes an error.
func decodeYAML(dec *yaml.Decoder, n *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: the YAML reader gave up: %v", p)
		}
	}()
	return dec.Decode(n)
}

// nextDocument finds the text of a second document. Within a document no line begins with ---, not even in a quoted text.
func (r *yamlReader) nextDocument(doc *yaml.Node) (start, end int, ok bool) {
	from := r.rows.offset(r.s, doc.Line, doc.Column) + 1
	for {
		i := strings.Index(r.s[from:], "---")
		if i < 0 {
			return 0, 0, false
		}
		start, from = from+i, from+i+3
		if before := r.s[start-1]; before != '\n' && before != '\r' {
			continue
		}
		if from == len(r.s) || strings.IndexByte(" \t\r\n", r.s[from]) >= 0 {
			break
		}
	}
	var next yaml.Node
	if decodeYAML(yaml.NewDecoder(bytes.NewReader([]byte(r.s[start:]))), &next) == nil && r.isEmpty(&next) {
		return 0, 0, false
	}
	return start, len(strings.TrimRight(r.s, " \t\r\n")), true
}

// add puts a value, as yet without its kind, into the tree.
func (r *yamlReader) add(n node) int32 {
	r.f.nodes = append(r.f.nodes, n)
	return compact(len(r.f.nodes) - 1)
}

// keep stores a text for the tree.
func (r *yamlReader) keep(text string) int32 {
	r.f.strings = append(r.f.strings, text)
	return compact(len(r.f.strings) - 1)
}

// value reads node i from a YAML node. After place, Line and Column of a YAML node are the bytes where it starts and ends.
func (r *yamlReader) value(i int32, n *yaml.Node) bool {
	if len(r.f.nodes) > r.lim.Nodes {
		return r.failf(n.Line, n.Column, "", "the document has more than %d values, aliases expanded", r.lim.Nodes)
	}
	e := &r.f.nodes[i]
	e.start, e.end = compact(n.Line), compact(n.Column)
	ok := r.content(i, n)
	r.f.nodes[i].next = compact(len(r.f.nodes))
	return ok
}

// content reads what node i holds, for an alias from where its anchor is.
func (r *yamlReader) content(i int32, n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode {
		if !r.follow(n) {
			return false
		}
		n = n.Alias
	}
	if n.Kind == yaml.ScalarNode {
		return r.scalar(i, n)
	}
	r.depth++
	if r.depth > r.lim.Depth {
		return r.failf(n.Line, n.Line, "", "objects and arrays are nested more than %d deep", r.lim.Depth)
	}
	if n.Anchor != "" {
		r.open[n] = true
		defer delete(r.open, n)
	}
	ok := false
	if n.Kind == yaml.MappingNode {
		r.f.nodes[i].kind = Object
		ok = r.members(i, n)
	} else {
		r.f.nodes[i].kind = Array
		ok = r.items(i, n)
	}
	r.depth--
	return ok
}

// follow counts the use of an alias and refuses one within its own anchor.
func (r *yamlReader) follow(alias *yaml.Node) bool {
	r.aliases++
	switch {
	case r.aliases > r.lim.Aliases:
		return r.failf(alias.Line, alias.Column, "", "the document uses aliases more than %d times", r.lim.Aliases)
	case r.open[alias.Alias]:
		return r.failf(alias.Line, alias.Column, "", "the anchor %q holds an alias of itself", alias.Value)
	}
	r.f.share(alias.Alias.Line, alias.Alias.Column)
	return true
}

// items reads the items of array i.
func (r *yamlReader) items(i int32, n *yaml.Node) bool {
	for k, item := range n.Content {
		if !r.value(r.add(node{parent: i, key: compact(k)}), item) {
			return false
		}
	}
	r.f.nodes[i].value = compact(len(n.Content))
	return true
}

// members reads the members of object i.
func (r *yamlReader) members(i int32, n *yaml.Node) bool {
	pairs, ok := r.pairs(n)
	if !ok {
		return false
	}
	for _, p := range pairs {
		m := r.add(node{parent: i, keyStart: compact(p.key.Line), keyEnd: compact(p.key.Column), key: r.keep(p.name)})
		if p.odd {
			r.f.report(NonStringKey, p.key.Line, p.key.Column, m)
		}
		if !r.value(m, p.value) {
			return false
		}
	}
	r.f.nodes[i].value = compact(len(pairs))
	return true
}
