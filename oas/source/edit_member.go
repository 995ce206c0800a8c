package source

import "strings"

// Remove is the edit that takes a member or an item away: with its lines, its comma and the comment behind it, where it stands on lines of its
// own. Comments above it stay. What held nothing else becomes {} or [].
func (n Node) Remove() (Edit, bool) {
	if !n.Exists() || n.i == 0 || !n.owned() || !n.overridden() && n.overrides() {
		return Edit{}, false
	}
	e := n.entry()
	start, end := int(e.start), int(e.end)
	if n.f.isMember(e) {
		start = int(e.keyStart)
	}
	if n.f.touchesShared(start, end) {
		return Edit{}, false
	}
	r := removal{n.f, n, Node{n.f, e.parent}, start, end}
	switch {
	case n.f.format == JSON || n.f.bracketed(e.parent):
		return r.fromBrackets()
	case r.parent.inFlow():
		return Edit{}, false // [a: b], an object without brackets
	}
	return r.fromBlock()
}

// removal is a member or item to be removed, from its key on.
type removal struct {
	f          *File
	n, parent  Node
	start, end int
}

func (r removal) edit(start, end int, text string) (Edit, bool) {
	return r.f.edit(start, end, text), true
}

// ownLine reports whether nothing stands before the key or item on its line.
func (r removal) ownLine() bool { return r.f.isBlank(r.f.lineStart(r.start), r.start) }

// fromBrackets removes from a collection in brackets. Where a comma follows it goes too, otherwise the one before.
func (r removal) fromBrackets() (Edit, bool) {
	f := r.f
	open, shut := int(r.parent.entry().start)+1, int(r.parent.entry().end)-1
	after, before := f.skipWhite(r.end), f.skipWhiteBack(r.start)
	comma := after < shut && f.text[after] == ','
	if comma && r.ownLine() && f.endsLine(after+1) {
		return r.edit(f.lineStart(r.start), f.lineAfter(after), "")
	}
	first := before == open
	switch {
	case !first && f.text[before-1] != ',', !comma && after != shut:
		return Edit{}, false
	case comma:
		return r.withComma(after + 1)
	case first:
		return r.edit(open, shut, "")
	}
	return r.edit(before-1, r.end, "")
}

// withComma removes up to a comma and the blanks that are of no more use.
func (r removal) withComma(end int) (Edit, bool) {
	f := r.f
	next := skipBlanks(f.text, end)
	switch {
	case f.format == YAML && next < len(f.text) && f.text[next] == '#':
		return Edit{}, false
	case next < f.lineEnd(end):
		return r.edit(r.start, next, "")
	case r.ownLine():
		return Edit{}, false // the comma is on another line than the value
	}
	start := r.start
	for f.text[start-1] == ' ' || f.text[start-1] == '\t' {
		start--
	}
	return r.edit(start, end, "")
}

// fromBlock removes from a collection in the block style of YAML.
func (r removal) fromBlock() (Edit, bool) {
	f := r.f
	origin := int(r.parent.entry().start)
	column, ok := f.dashes(origin)
	line := f.lineStart(r.start)
	prefix := f.text[line:r.start]
	if !f.isMember(r.n.entry()) { // the dash belongs to the item
		var dash bool
		prefix, dash = strings.CutSuffix(strings.TrimRight(prefix, " "), "-")
		ok = ok && dash
	}
	switch {
	case !ok || len(prefix) != column || !f.endsLine(r.end):
		return Edit{}, false
	case r.n.entry().next == r.parent.entry().next && r.n.i == r.parent.i+1:
		return r.last(origin)
	case strings.Trim(prefix, " ") != "":
		return r.compact(origin)
	case r.feedsScalar():
		return Edit{}, false
	}
	return r.edit(line, f.lineAfter(r.end), "")
}

// last removes what a collection has nothing beside.
func (r removal) last(origin int) (Edit, bool) {
	f, p := r.f, r.parent.entry()
	if r.parent.i == 0 || int(p.end) != r.end {
		return Edit{}, false
	}
	nothing := "[]"
	if p.kind == Object {
		nothing = "{}"
		if origin != r.start {
			return Edit{}, false
		}
	}
	if !f.isMember(p) {
		return r.edit(origin, r.end, nothing)
	}
	colon := skipBlanks(f.text, int(p.keyEnd))
	if colon == len(f.text) || f.text[colon] != ':' || f.skipWhite(colon+1) != origin {
		return Edit{}, false
	}
	return r.edit(colon+1, r.end, " "+nothing)
}

// compact removes the first member of an object that begins on the line of a dash: the next one moves up.
func (r removal) compact(origin int) (Edit, bool) {
	f, e := r.f, r.n.entry()
	if !f.isMember(e) || r.start != origin || e.next >= r.parent.entry().next {
		return Edit{}, false
	}
	next := int(f.nodes[e.next].keyStart)
	line := f.lineStart(next)
	if next <= r.end || f.skipWhite(f.lineEnd(r.end)) != next || !f.isBlank(line, next) || next-line != r.start-f.lineStart(r.start) {
		return Edit{}, false
	}
	return r.edit(r.start, next, "")
}

// feedsScalar reports whether what follows would become part of a block scalar (| or >) above when the lines between them are gone.
func (r removal) feedsScalar() bool {
	f := r.f
	above := f.nodes[r.n.i-1] // the last value before this
	if above.kind != String || above.end > compact(r.start) || strings.IndexByte("|>", f.text[above.start]) < 0 {
		return false
	}
	at := f.lineAfter(r.end)
	line := strings.TrimLeft(f.text[at:f.lineEnd(at)], " \t")
	return line == "" || line[0] == '#'
}
