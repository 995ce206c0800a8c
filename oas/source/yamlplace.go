package source

import (
	"sort"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// rows finds the bytes of a line and column of yaml.v3. Its lines also end at U+0085, U+2028 and U+2029, unlike those of a
// lineIndex. It remembers the last place, so that going through a document in order takes linear time, whatever its lines.
type rows struct {
	starts              []int32
	line, column, where int
}

// newRows finds the lines of a text.
func newRows(s string) rows {
	starts := []int32{compact(bomLength(s))}
	for i := 0; i < len(s); i++ {
		if n := breakLength(s[i:]); n > 0 {
			i += n - 1
			starts = append(starts, compact(i+1))
		}
	}
	return rows{starts: starts}
}

// breakLength is the length of the line ending the text begins with; 0 when there is none.
func breakLength(s string) int {
	switch {
	case s[0] >= 0x20 && s[0] < 0x80:
		return 0
	case strings.HasPrefix(s, "\r\n"), strings.HasPrefix(s, "\u0085"):
		return 2
	case s[0] == '\n', s[0] == '\r':
		return 1
	case strings.HasPrefix(s, "\u2028"), strings.HasPrefix(s, "\u2029"):
		return 3
	}
	return 0
}

// offset is the byte at a line and column, both from 1. Places outside the text are moved to its end.
func (x *rows) offset(s string, line, column int) int {
	if line < 1 || line > len(x.starts) {
		return len(s)
	}
	if line != x.line || column < x.column {
		x.line, x.column, x.where = line, 1, int(x.starts[line-1])
	}
	for ; x.column < column && x.where < len(s); x.column++ {
		_, w := utf8.DecodeRuneInString(s[x.where:])
		x.where += w
	}
	return x.where
}

// place replaces Line and Column of a node, and of those in it, by the offsets of its first byte and of the byte after its last.
// Anchors and tags are not part of a value. indent is that of the block collection the node is in.
func (r *yamlReader) place(n *yaml.Node, indent int) {
	start := r.rows.offset(r.s, n.Line, n.Column)
	start = r.skipProperties(n, start)
	end := start
	switch n.Kind {
	case yaml.AliasNode:
		end += len("*") + len(n.Value)
	case yaml.ScalarNode:
		end = r.scalarEnd(n, start, indent)
	case yaml.MappingNode, yaml.SequenceNode:
		if n.Style&yaml.FlowStyle == 0 {
			indent = start - r.lineStart(start)
		}
		for _, child := range n.Content {
			r.place(child, indent)
			end = max(end, child.Column)
		}
		if n.Style&yaml.FlowStyle != 0 {
			end = r.flowEnd(start, end)
		}
	case yaml.DocumentNode: // never within a document
	}
	n.Line, n.Column = start, max(start, min(end, len(r.s)))
}

// lineStart is where the line of an offset begins.
func (r *yamlReader) lineStart(at int) int {
	return max(bomLength(r.s), strings.LastIndexAny(r.s[:at], "\r\n")+1)
}

// skipProperties goes past the anchor and the tag of a node. What stands directly before a block collection, on the same line,
// belongs to its first key or item. A lone ! leaves no trace in a node, so it is looked for.
func (r *yamlReader) skipProperties(n *yaml.Node, at int) int {
	block := (n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode) && n.Style&yaml.FlowStyle == 0
	empty := n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&^yaml.TaggedStyle == 0
	if n.Anchor == "" && n.Style&yaml.TaggedStyle == 0 && (block || empty || n.Kind == yaml.AliasNode) {
		return at
	}
	for at < len(r.s) && (r.s[at] == '&' || r.s[at] == '!') {
		end := at
		for end < len(r.s) && strings.IndexByte(" \t\r\n,[]{}", r.s[end]) < 0 {
			end++
		}
		next := r.skipSpace(end)
		if empty && (next == len(r.s) || r.s[next] != '&' && r.s[next] != '!') {
			return end // what follows is no longer this node
		}
		at = next
		if block && strings.ContainsAny(r.s[end:next], "\r\n") {
			break
		}
	}
	return at
}

// skipSpace goes past white space, line breaks and comments.
func (r *yamlReader) skipSpace(at int) int {
	for at < len(r.s) {
		switch r.s[at] {
		case ' ', '\t', '\r', '\n':
			at++
		case '#':
			at = r.lineEnd(at)
		default:
			return at
		}
	}
	return at
}

// lineEnd is where the line of an offset ends, without its line ending.
func (r *yamlReader) lineEnd(at int) int {
	if i := strings.IndexAny(r.s[at:], "\r\n"); i >= 0 {
		return at + i
	}
	return len(r.s)
}

// flowEnd is the end of a flow collection, whose last child ends at an offset. In [a: b] the inner mapping has no brackets: it ends
// with its last child.
func (r *yamlReader) flowEnd(start, last int) int {
	if start >= len(r.s) || r.s[start] != '[' && r.s[start] != '{' {
		return last
	}
	for at := max(last, start+1); at < len(r.s); at++ {
		at = r.skipSpace(at)
		switch {
		case at == len(r.s):
		case r.s[at] == ']' || r.s[at] == '}':
			return at + 1
		case r.s[at] != ',' && r.s[at] != ':' && r.s[at] != '?':
			return last
		}
	}
	return last
}

// scalarEnd is the end of a scalar that starts at an offset.
func (r *yamlReader) scalarEnd(n *yaml.Node, start, indent int) int {
	rest := r.s[start:]
	switch {
	case rest == "":
		return start
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return r.blockEnd(start, indent)
	case n.Style&yaml.DoubleQuotedStyle != 0 && rest[0] == '"':
		return start + quotedEnd(rest, '\\')
	case n.Style&yaml.SingleQuotedStyle != 0 && rest[0] == '\'':
		return start + quotedEnd(rest, '\'')
	}
	return start + plainEnd(rest, n.Value)
}

// quotedEnd is the length of the quoted text that s begins with. Escape is a backslash, or in single quotes the quote itself.
func quotedEnd(s string, escape byte) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == escape && (escape == '\\' || i+1 < len(s) && s[i+1] == escape):
			i++
		case s[i] == s[0]:
			return i + 1
		}
	}
	return len(s)
}

// plainEnd is how much of s it takes to write a value without quotes: a line break in s may be a space or a line break in the
// value.
func plainEnd(s, value string) int {
	if strings.HasPrefix(s, value) {
		return len(value)
	}
	end, i := 0, 0
	for v := 0; v < len(value) && i < len(s); {
		if isSpace(value[v]) && isSpace(s[i]) {
			for v < len(value) && isSpace(value[v]) {
				v++
			}
			for i < len(s) && isSpace(s[i]) {
				i++
			}
			continue
		}
		if value[v] != s[i] {
			break
		}
		v, i = v+1, i+1
		end = i
	}
	return end
}

// isSpace tells white space.
func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// blockEnd is the end of the last line with text of a block scalar (| or >), which is in a block of some indentation.
func (r *yamlReader) blockEnd(start, indent int) int {
	at := r.lineEnd(start)
	header := r.s[start:at]
	end := start + 1 + len(header[1:]) - len(strings.TrimLeft(header[1:], "+-0123456789"))
	least := 0 // of the lines' indentation; 0 until it is known
	if i := strings.IndexAny(header[:end-start], "123456789"); i >= 0 {
		least = max(indent, 0) + int(header[i]-'0')
	}
	for at < len(r.s) {
		at += breakLength(r.s[at:])
		line := r.s[at:r.lineEnd(at)]
		text := strings.TrimLeft(line, " ")
		width := len(line) - len(text)
		at += len(line)
		if strings.Trim(text, "\t") == "" && (least == 0 || width < least) {
			continue
		}
		if least == 0 {
			least = max(width, indent+1, 1)
		}
		if width < least {
			break
		}
		end = at
	}
	return end
}

// original turns an offset in r.s into one in the file: each replaced byte was one and is three.
func (r *yamlReader) original(at int) int {
	const grown = len("\uFFFD") - 1
	k := sort.Search(len(r.bad), func(k int) bool { return int(r.bad[k])+k*grown >= at })
	if k > 0 {
		at = max(at-k*grown, int(r.bad[k-1])+1)
	}
	return at
}

// restore moves the places of the tree and its problems from r.s to the file, and reports the bytes that were replaced.
func (r *yamlReader) restore() {
	r.f.joinShared()
	if len(r.bad) == 0 {
		return
	}
	for i := range r.f.nodes {
		n := &r.f.nodes[i]
		for _, at := range []*int32{&n.start, &n.end, &n.keyStart, &n.keyEnd} {
			*at = compact(r.original(int(*at)))
		}
	}
	for i := range r.f.shared {
		s := &r.f.shared[i]
		s.start, s.end = compact(r.original(int(s.start))), compact(r.original(int(s.end)))
	}
	for i := range r.f.problems {
		p := &r.f.problems[i]
		p.start, p.end = compact(r.original(int(p.start))), compact(r.original(int(p.end)))
	}
	for i := 0; i < len(r.bad); {
		start := i
		for i++; i < len(r.bad) && r.bad[i] == r.bad[i-1]+1; i++ {
		}
		r.f.report(InvalidUTF8, int(r.bad[start]), int(r.bad[i-1])+1, -1)
	}
}
