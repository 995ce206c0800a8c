package source

import (
	"strings"
	"unicode/utf8"
)

// insert is the edit that gives an object or an array another member or item, over several lines where the others are.
func (w *rewriting) insert(n Node, key string, v Draft, first bool) (Edit, bool) {
	f, e := w.f, n.entry()
	if !utf8.ValidString(key) || len(styledYAML(key, true)) > maxKey || !n.owned() || f.text[e.start] == '*' || f.withinShared(int(e.start), int(e.end)) {
		return Edit{}, false
	}
	if f.bracketed(n.i) {
		text, ok := w.bracketed(n, v)
		if !ok {
			return Edit{}, false
		}
		return n.insertInBrackets(key, text, first)
	}
	column, ok := f.dashes(int(e.start))
	if !ok || n.inFlow() {
		return Edit{}, false
	}
	y := w.style
	if n.Kind() == Array {
		y.yaml(v, column+2)
	} else {
		y.yamlMember(v, column)
	}
	return n.insertInBlock(key, strings.TrimPrefix(string(y.out), " "), first)
}

// bracketed writes a value that comes into brackets: over several lines if those that are there have lines of their own.
func (w *rewriting) bracketed(n Node, v Draft) (string, bool) {
	f := w.f
	if f.format == YAML {
		return f.notation(v.Line(), true)
	}
	prefix, ok := "", false
	if n.entry().next > n.i+1 {
		at := f.begin(n.i + 1)
		prefix, ok = f.ownLine(at)
	}
	j := writer{lineBreak: f.lineBreak(int(n.entry().start))}
	if ok {
		j.indent = w.style.indent
	}
	j.json(v, prefix)
	return string(j.out), true
}

// Line is a value as JSON on one line.
func (v Draft) Line() string {
	var w writer
	w.json(v, "")
	return string(w.out)
}

// ownLine is what stands on a line before an offset, if that is nothing but blanks.
func (f *File) ownLine(at int) (prefix string, ok bool) {
	line := f.lineStart(at)
	return f.text[line:at], f.isBlank(line, at)
}

// whole is the edit that writes another value in place of one.
func (w *rewriting) whole(n Node, v Draft) (Edit, bool) {
	f := w.f
	if !n.Exists() || n.i == 0 || !n.owned() {
		return Edit{}, false
	}
	e := n.entry()
	start, end := int(e.start), int(e.end)
	if f.format == JSON {
		j := writer{lineBreak: f.lineBreak(start)}
		prefix, ok := f.ownLine(f.begin(n.i))
		if ok {
			j.indent = w.style.indent
		}
		j.json(v, prefix)
		return f.edit(start, end, string(j.out)), true
	}
	switch text := f.text[start:end]; {
	case f.touchesShared(start, end), !n.bare():
		return Edit{}, false
	case text != "" && (text[0] == '*' || isBlockScalar(text) && strings.ContainsAny(f.text[start:f.lineEnd(start)], "#+")):
		return Edit{}, false
	case n.inFlow():
		text, ok := f.notation(v.Line(), true)
		return f.edit(start, end, text), ok && start < end
	}
	return w.wholeInBlock(n, v)
}

// wholeInBlock is whole in the block style of YAML.
func (w *rewriting) wholeInBlock(n Node, v Draft) (Edit, bool) {
	f, e := w.f, n.entry()
	start, end := int(e.start), int(e.end)
	if !f.endsLine(end) {
		return Edit{}, false
	}
	y := w.style
	comment := strings.TrimSpace(f.text[end:f.lineEnd(end)])
	y.literal = y.literal && comment == ""
	lines := comment != "" && v.Len() > 0 // the comment goes before the lines of the value
	if lines {
		end = f.lineEnd(end)
	}
	if !f.isMember(e) {
		column, ok := f.dashes(start)
		if !ok {
			return Edit{}, false
		}
		if lines {
			y.out = append(y.out, comment...)
			y.line(column)
		}
		y.yaml(v, column)
		return f.edit(start, end, string(y.out)), true
	}
	column, ok := f.dashes(int(e.keyStart))
	colon := skipBlanks(f.text, int(e.keyEnd))
	if !ok || colon == len(f.text) || f.text[colon] != ':' {
		return Edit{}, false
	}
	if lines {
		y.out = append(append(y.out, ' '), comment...)
	}
	y.yamlMember(v, column)
	return f.edit(colon+1, max(end, colon+1), string(y.out)), true
}

// style is how the document is indented.
func (f *File) style() writer {
	w := writer{lineBreak: f.lineBreak(0), indent: "  ", unit: 2, dashes: true, literal: true}
	if f.format == JSON {
		if len(f.nodes) > 1 {
			if prefix, ok := f.ownLine(f.begin(1)); ok && prefix != "" {
				w.indent = prefix
			}
		}
		return w
	}
	unit, list := false, false
	for i := 1; i < len(f.nodes) && (!unit || !list); i++ {
		n := &f.nodes[i]
		if n.next == compact(i)+1 || !f.isMember(n) || f.bracketed(compact(i)) || f.text[n.start] == '*' {
			continue
		}
		above, ok := f.dashes(int(n.keyStart))
		column, okay := f.dashes(int(n.start))
		switch {
		case !ok || !okay || column < above || int(n.start) < int(n.keyEnd):
		case n.kind == Object && !unit && column > above:
			unit, w.unit = true, column-above
		case n.kind == Array && !list:
			list, w.dashes = true, column > above
		}
	}
	return w
}
