package source

import "strings"

// ReplaceTree is the edit that writes any value in place of another one, over as many lines as it needs: in the block style of YAML where the
// place is in it, in one line within brackets, and as the rest of the file has it in JSON. It is refused where ReplaceText would be.
func (n Node) ReplaceTree(v *Value) (Edit, bool) {
	if !n.Exists() || n.i == 0 || !n.owned() || n.overridden() {
		return Edit{}, false
	}
	f, start, end := n.f, int(n.entry().start), int(n.entry().end)
	if f.format == JSON {
		return f.edit(start, end, f.jsonTree(v, n.keyOrStart())), true
	}
	if start == end || f.touchesShared(start, end) || !n.bare() || isBlockScalar(f.text[start:end]) || v.longKey() {
		return Edit{}, false
	}
	if n.inFlow() {
		text, ok := f.notation(v.Line(), true)
		return f.edit(start, end, text), ok && f.bracketed(n.i)
	}
	return n.replaceInBlock(v, start, end)
}

// replaceInBlock replaces a value that is not within brackets.
func (n Node) replaceInBlock(v *Value, start, end int) (Edit, bool) {
	f := n.f
	if !f.endsLine(end) {
		return Edit{}, false
	}
	w := yamlWriter{f: f}
	if !v.isBlock() {
		if !f.sameLine(start, end) {
			return Edit{}, false
		}
		return f.edit(start, end, w.scalar(v, 0, true)), true
	}
	comment := strings.TrimSpace(f.text[end:f.lineEnd(end)]) // goes above the lines of the value
	if comment != "" {
		end = f.lineEnd(end)
	}
	column, ok := f.dashes(start)
	if ok { // the value begins its line, or stands behind dashes alone
		if comment != "" {
			w.b.WriteString(comment + "\n" + strings.Repeat(" ", column))
		}
		w.block(v, column, "", true)
		return f.edit(start, end, f.lineEnds(strings.TrimSuffix(w.b.String(), "\n"), start)), true
	}
	if !f.isMember(n.entry()) {
		return Edit{}, false
	}
	column, ok = f.dashes(int(n.entry().keyStart))
	colon := skipBlanks(f.text, int(n.entry().keyEnd))
	if !ok || !f.isBlank(colon+1, start) {
		return Edit{}, false
	}
	if comment != "" {
		w.b.WriteString(" " + comment)
	}
	w.under(v, column, true)
	return f.edit(colon+1, end, f.lineEnds(strings.TrimSuffix(w.b.String(), "\n"), start)), true
}

// InsertTree is the edit that gives an object more members, as its last ones. It is refused where one of them is there already, and where
// InsertMember would be.
func (n Node) InsertTree(members []Member) (Edit, bool) {
	if n.Kind() != Object || !n.owned() {
		return Edit{}, false
	}
	v := &Value{Kind: Object, Members: members}
	for _, m := range members {
		if n.Get(m.Key).Exists() {
			return Edit{}, false
		}
	}
	f, e := n.f, n.entry()
	start, end := int(e.start), int(e.end)
	if start >= len(f.text) || f.text[start] == '*' || f.withinShared(start, end) || f.format == YAML && v.longKey() {
		return Edit{}, false
	}
	switch {
	case f.format == JSON:
		return n.insertJSON(v)
	case f.bracketed(n.i) && n.Len() == 0 && !n.inFlow() && f.skipWhite(start+1) == end-1:
		return n.ReplaceTree(v)
	case f.bracketed(n.i) || n.inFlow():
		return Edit{}, false
	}
	column, ok := f.dashes(start)
	if !ok || !f.endsLine(end) || f.endsInScalar(n) {
		return Edit{}, false
	}
	w := yamlWriter{f: f}
	indent := strings.Repeat(" ", column)
	w.block(v, column, indent, true)
	at := f.lineEnd(end)
	return f.edit(at, at, f.lineEnds("\n"+strings.TrimSuffix(w.b.String(), "\n"), start)), true
}

// insertJSON inserts members into an object of JSON.
func (n Node) insertJSON(v *Value) (Edit, bool) {
	f, e := n.f, n.entry()
	open, shut := int(e.start)+1, int(e.end)-1
	prefix, unit, lines := f.indentation(n.keyOrStart())
	var text string
	if lines {
		text = string(v.appendIndented(nil, prefix, unit))
		text = strings.TrimSuffix(text[1:len(text)-1], "\n"+prefix)
	} else {
		text = v.Line()
		text = text[1 : len(text)-1]
	}
	text = f.lineEnds(text, open)
	if f.skipWhite(open) == shut {
		if lines {
			text += f.lineBreak(open) + prefix
		}
		return f.edit(open, shut, text), true
	}
	at := f.skipWhiteBack(shut)
	if f.text[at-1] == ',' { // as some write it, and JSON does not
		return Edit{}, false
	}
	return f.edit(at, at, ","+text), true
}

// jsonTree writes a value for a line of a JSON file.
func (f *File) jsonTree(v *Value, at int) string {
	prefix, unit, lines := f.indentation(at)
	if !lines {
		return v.Line()
	}
	return f.lineEnds(string(v.appendIndented(nil, prefix, unit)), at)
}

// indentation is with what the line of an offset begins, by how much a JSON file indents, and whether it has lines at all.
func (f *File) indentation(at int) (prefix, unit string, lines bool) {
	if len(f.nodes) < 2 || f.lineOf(f.begin(1)) == f.lineOf(int(f.nodes[0].start)) {
		return "", "", false
	}
	blanks := func(at int) string {
		line := f.lineStart(at)
		return f.text[line:skipBlanks(f.text, line)]
	}
	return blanks(at), blanks(f.begin(1)), true
}

// keyOrStart is where a member begins, or another value.
func (n Node) keyOrStart() int { return n.f.begin(n.i) }

// sameLine reports whether nothing between two offsets ends a line.
func (f *File) sameLine(start, end int) bool { return !strings.ContainsAny(f.text[start:end], "\r\n") }

// lineEnds gives a text the line endings of the file.
func (f *File) lineEnds(text string, at int) string {
	if ending := f.lineBreak(at); ending != "\n" {
		return strings.ReplaceAll(text, "\n", ending)
	}
	return text
}
