package source

import (
	"strings"
	"unicode/utf8"
)

// InsertMember is the edit that gives an object another member, as its first or its last one, in the notation of the others. The value is any
// JSON. It is refused where the object has a member of that name.
func (n Node) InsertMember(key, json string, first bool) (Edit, bool) {
	if n.Kind() != Object || n.Get(key).Exists() || !utf8.ValidString(key) || len(key) > maxKey/8 {
		return Edit{}, false
	}
	return n.insert(key, json, first)
}

// AppendItem is the edit that gives an array another item, any JSON, as its last one.
func (n Node) AppendItem(json string) (Edit, bool) {
	if n.Kind() != Array {
		return Edit{}, false
	}
	return n.insert("", json, false)
}

func (n Node) insert(key, json string, first bool) (Edit, bool) {
	e := n.entry()
	if !n.owned() || n.f.text[e.start] == '*' || n.f.withinShared(int(e.start), int(e.end)) {
		return Edit{}, false
	}
	flow := n.f.bracketed(n.i)
	value, ok := n.f.notation(json, flow)
	switch {
	case !ok || !flow && n.inFlow():
		return Edit{}, false
	case flow:
		return n.insertInBrackets(key, value, first)
	}
	return n.insertInBlock(key, value, first)
}

// pair writes a member, or an item.
func (n Node) pair(key, colon, value string, style byte, flow bool) string {
	if n.Kind() == Array {
		return value
	}
	return n.f.styled(key, style, flow, true) + colon + value
}

// insertInBlock inserts into a collection in the block style of YAML.
func (n Node) insertInBlock(key, value string, first bool) (Edit, bool) {
	f := n.f
	start, end := int(n.entry().start), int(n.entry().end)
	column, ok := f.dashes(start)
	if !ok {
		return Edit{}, false
	}
	colon := ": "
	if value != "" && isSpace(value[0]) {
		colon = ":" // the value has lines of its own
	}
	text := n.pair(key, colon, value, f.text[start], false)
	if n.Kind() == Object && isPlainPath(key) && strings.IndexByte(`"'`, f.text[start]) < 0 {
		text = key + colon + value
	}
	if n.Kind() == Array {
		text = "- " + text
	}
	indent := f.lineBreak(start) + strings.Repeat(" ", column)
	if first {
		if f.nodes[n.i+1].keyStart != compact(start) {
			return Edit{}, false // a tag, an anchor or a merge key
		}
		return f.edit(start, start, text+indent), true
	}
	if !f.endsLine(end) || f.endsInScalar(n) {
		return Edit{}, false
	}
	at := f.lineEnd(end)
	return f.edit(at, at, indent+text), true
}

// endsInScalar reports whether the blank lines below a value may belong to it.
func (f *File) endsInScalar(n Node) bool {
	last := &f.nodes[n.entry().next-1]
	if last.end == last.start || strings.IndexByte("|>", f.text[last.start]) < 0 {
		return false
	}
	header := f.text[last.start:f.lineEnd(int(last.start))]
	return last.end <= last.start+2 || strings.Contains(header, "+")
}

// insertInBrackets inserts into a collection in brackets.
func (n Node) insertInBrackets(key, value string, first bool) (Edit, bool) {
	f := n.f
	open, shut := int(n.entry().start)+1, int(n.entry().end)-1
	if f.skipWhite(open) == shut {
		return f.edit(open, shut, n.pair(key, ": ", value, 0, true)), true
	}
	if n.Kind() == Object && n.Len() == 0 || n.entry().next == n.i+1 {
		return Edit{}, false // holds comments, or merge keys
	}
	firstChild, lastChild := n.i+1, n.i+1
	for f.nodes[lastChild].next < n.entry().next {
		lastChild = f.nodes[lastChild].next
	}
	from, to := f.begin(firstChild), int(f.nodes[lastChild].end)
	if f.skipWhite(open) != from || f.skipWhite(to) != shut || to == int(f.nodes[lastChild].start) {
		return Edit{}, false
	}
	colon, comma := f.separators(lastChild)
	text := n.pair(key, colon, value, f.text[from], true)
	if first {
		return f.edit(from, from, text+comma), true
	}
	return f.edit(to, to, comma+text), true
}

// begin is where a member or an item begins.
func (f *File) begin(i int32) int {
	if f.isMember(&f.nodes[i]) {
		return int(f.nodes[i].keyStart)
	}
	return int(f.nodes[i].start)
}

// separators are a colon and a comma with the white space around them, as the last of the members or items has it.
func (f *File) separators(last int32) (colon, comma string) {
	e := &f.nodes[last]
	colon = ": "
	if f.isMember(e) && e.keyEnd < e.start && f.format == JSON {
		if c := f.text[e.keyEnd:e.start]; strings.Trim(c, " \t:") == "" {
			colon = c
		}
	}
	start := f.begin(last)
	line := f.lineStart(start)
	switch {
	case f.isBlank(line, start):
		return colon, "," + f.lineBreak(line) + f.text[line:start]
	case f.format == JSON && (f.text[start-1] == ',' || colon == ":"):
		return colon, ","
	}
	return colon, ", "
}
