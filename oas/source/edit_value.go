package source

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// ReplaceText is the edit that makes a text of a scalar, in the style of quotes that it has where that can hold it. Like all edits of this
// package it keeps comments and everything else as it is, and like all it is refused where more than the one place would change, or where it
// is not certain what to write: in what a YAML alias or a merge key stands for, below a tag, in a block scalar that has a comment or keeps the blank lines below it.
func (n Node) ReplaceText(text string) (Edit, bool) {
	if !n.replaceable() || !utf8.ValidString(text) {
		return Edit{}, false
	}
	e := n.entry()
	return n.f.edit(int(e.start), int(e.end), n.f.styled(text, n.f.text[e.start], n.inFlow(), false)), true
}

// ReplaceValue is the edit that writes something else in place of a scalar or an empty list: any JSON. In YAML it is written without needless quotes.
func (n Node) ReplaceValue(json string) (Edit, bool) {
	if !n.replaceable() {
		return Edit{}, false
	}
	text, ok := n.f.notation(json, n.inFlow())
	e := n.entry()
	return n.f.edit(int(e.start), int(e.end), text), ok
}

// Rename is the edit that gives a member another name. It is refused where the object has a member of that name.
func (n Node) Rename(name string) (Edit, bool) {
	if !n.Exists() || !n.f.isMember(n.entry()) || n.overridden() || n.overrides() || !utf8.ValidString(name) {
		return Edit{}, false
	}
	e := n.entry()
	parent := Node{n.f, e.parent}
	if parent.Get(name).Exists() || !n.owned() || n.f.touchesShared(int(e.keyStart), int(e.keyEnd)) {
		return Edit{}, false
	}
	return n.writeKey(name)
}

// writeKey is the edit that writes a key anew.
func (n Node) writeKey(name string) (Edit, bool) {
	e := n.entry()
	if e.keyStart == e.keyEnd {
		return Edit{}, false
	}
	text := n.f.styled(name, n.f.text[e.keyStart], n.inFlow(), true)
	if len(text) > maxKey || !n.f.bareKey(int(e.keyStart)) {
		return Edit{}, false
	}
	return n.f.edit(int(e.keyStart), int(e.keyEnd), text), true
}

// maxKey is the length of a key that YAML takes in one line (YAML 1.2 §7.4.2), with a margin.
const maxKey = 1000

// isBlockScalar reports whether the text of a value in YAML is one after | or >.
func isBlockScalar(text string) bool { return text[0] == '|' || text[0] == '>' }

// overridden reports whether a later member has the same key.
func (n Node) overridden() bool { return n.entry().flags&overridden != 0 }

// overrides reports whether an earlier member has the same key, which counts once this one has another key or none.
func (n Node) overrides() bool {
	return slices.ContainsFunc(n.f.problems, func(p problem) bool { return p.kind == DuplicateKey && p.node == n.i })
}

// replaceable reports whether the text of a value can be replaced by that of another one on one line.
func (n Node) replaceable() bool {
	if !n.Exists() || n.i == 0 || !n.owned() {
		return false
	}
	e := n.entry()
	text := n.f.text[e.start:e.end]
	switch {
	case text == "" || (n.Kind() == Object || n.Kind() == Array) && n.Len() > 0:
		return false
	case n.f.format == JSON:
		return true
	case text[0] == '*', isBlockScalar(text) && strings.ContainsAny(n.f.text[e.start:n.f.lineEnd(int(e.start))], "#+"), (n.Kind() == Object || n.Kind() == Array) && strings.Trim(text, "[]{} ") != "":
		return false
	}
	return !n.f.touchesShared(int(e.start), int(e.end)) && n.bare()
}

// owned reports whether a value, and each that holds it, is written where the tree has it: not behind an alias or a merge key. What follows the
// document must be nothing, as nobody knows which of two documents is meant.
func (n Node) owned() bool {
	f := n.f
	for i := range f.problems {
		if f.problems[i].kind == MoreDocuments {
			return false
		}
	}
	if f.format == JSON {
		return true
	}
	for i := n.i; f.nodes[i].parent >= 0; i = f.nodes[i].parent {
		e, p := &f.nodes[i], &f.nodes[f.nodes[i].parent]
		start := e.start
		if f.isMember(e) {
			start = e.keyStart
		}
		if start < p.start || e.end > p.end || e.end < start {
			return false
		}
	}
	return true
}

// inFlow reports whether a value is within brackets.
func (n Node) inFlow() bool {
	if n.f.format == JSON {
		return true
	}
	for i := n.entry().parent; i >= 0; i = n.f.nodes[i].parent {
		if n.f.bracketed(i) {
			return true
		}
	}
	return false
}

// bracketed reports whether a node is written in brackets.
func (f *File) bracketed(i int32) bool {
	start := int(f.nodes[i].start)
	return start < len(f.text) && (f.text[start] == '{' || f.text[start] == '[')
}

// bare reports whether there is neither tag nor anchor between a value and what it follows.
func (n Node) bare() bool {
	f, e := n.f, n.entry()
	start := int(e.start)
	if f.isMember(e) {
		at := skipBlanks(f.text, int(e.keyEnd))
		return at < len(f.text) && f.text[at] == ':' && f.skipSpace(at+1) == start
	}
	at := start
	for at > 0 && isSpace(f.text[at-1]) {
		at--
	}
	if at == 0 {
		return false
	}
	switch f.text[at-1] {
	case ',', '[':
		return n.inFlow()
	case '-':
		return f.wordStart(at - 1)
	}
	return false
}

// bareKey reports whether nothing but an indicator stands before a key on its line, and the key is neither an alias nor a block scalar.
func (f *File) bareKey(start int) bool {
	if f.format == JSON {
		return true
	}
	at := start
	for at > 0 && (f.text[at-1] == ' ' || f.text[at-1] == '\t') {
		at--
	}
	if strings.IndexByte("*|>", f.text[start]) >= 0 {
		return false
	}
	if at == f.lineStart(start) {
		return true
	}
	switch f.text[at-1] {
	case '{', ',', '[':
		return true
	case '-', '?':
		return f.wordStart(at - 1)
	}
	return false
}

// wordStart reports whether nothing but white space stands directly before a byte.
func (f *File) wordStart(at int) bool { return at == 0 || isSpace(f.text[at-1]) }

// edit is an edit of the text between two offsets.
func (f *File) edit(start, end int, text string) Edit {
	return Edit{At: f.Span(start, end), Text: text}
}

// styled writes a string in the style that a first byte stands for, if that can hold it.
func (f *File) styled(s string, style byte, flow, key bool) string {
	switch {
	case f.format == JSON:
		return string(appendString(nil, s))
	case style == '"':
		return quoteYAML(s)
	case style == '\'' && printable(s):
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	case style != '\'' && isPlain(s, flow, key):
		return s
	case strings.ContainsAny(s, `"\`) && printable(s):
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return quoteYAML(s)
}

// oddRunes are those that a YAML text must not hold as they are, or that end a line for some readers.
const oddRunes = "\u007F\u0085\u2028\u2029\uFEFF\uFFFE\uFFFF"

func odd(r rune) bool { return r < 0x20 || r >= 0x7F && r < 0xA0 || strings.ContainsRune(oddRunes, r) }

func printable(s string) bool { return !strings.ContainsFunc(s, odd) }

// quoteYAML writes a string in double quotes. It is a JSON string that escapes some more.
func quoteYAML(s string) string {
	const hex = "0123456789ABCDEF"
	var out strings.Builder
	for _, r := range string(appendString(nil, s)) {
		if odd(r) {
			out.WriteString(`\u`)
			for shift := 12; shift >= 0; shift -= 4 {
				out.WriteByte(hex[r>>shift&15])
			}
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

var (
	plainText = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_/.~%+=@:?&$*()-]*$`)
	// words that YAML 1.1 or 1.2 takes for something else than text.
	notText = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null)$`)
)

// isPlain reports whether a string can stand without quotes and is read as text by everybody. It errs on the side of quotes.
func isPlain(s string, flow, key bool) bool {
	switch {
	case !plainText.MatchString(s) || notText.MatchString(s) || len(s) > maxKey:
		return false
	case flow || key:
		return !strings.ContainsAny(s, ":?")
	}
	return !strings.HasSuffix(s, ":")
}

// notation writes a JSON value as the file has it: as it is in JSON, with as few quotes as can be on one line of YAML.
func (f *File) notation(json string, flow bool) (string, bool) {
	v, err := Index("value.json", []byte("["+json+"]"))
	switch {
	case err != nil || len(v.problems) > 0 || v.Root().Len() != 1 || strings.ContainsAny(json, "\r\n"):
		return "", false
	case f.format == JSON:
		return json, true
	}
	return f.flow(v.Root().Item(0), flow), true
}

// flow writes a value in YAML's flow style.
func (f *File) flow(n Node, within bool) string {
	var b strings.Builder
	switch n.Kind() {
	case Object:
		for key, m := range n.Members() {
			b.WriteString(", " + f.styled(key, 0, true, true) + ": " + f.flow(m, true))
		}
		return "{" + strings.TrimPrefix(b.String(), ", ") + "}"
	case Array:
		for _, item := range n.Items() {
			b.WriteString(", " + f.flow(item, true))
		}
		return "[" + strings.TrimPrefix(b.String(), ", ") + "]"
	case String:
		return f.styled(n.Text(), 0, within, false)
	case Absent, Null, Bool, Number:
	}
	return string(n.JSON())
}
