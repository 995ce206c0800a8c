package source

import (
	"strings"
	"unicode/utf8"
)

// jsonReader reads JSON (RFC 8259) into the tree. It goes over the text once; the tree keeps places, not copies.
//
// Methods that can fail return false and leave the reason in err.
type jsonReader struct {
	f     *File
	s     string // holds no NUL: peek uses it for the end
	pos   int
	depth int
	lim   Limits
	err   *SyntaxError
}

// plain holds the bytes of a string that need no look: all but quotes, backslashes, control characters and non-ASCII.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// readJSON fills the tree from JSON text.
func (f *File) readJSON(lim Limits) *SyntaxError {
	f.format = JSON
	// Each value follows one of these; strings hold a few more. The other bound is about right for a document with little indentation.
	f.nodes = make([]node, 0, min(1+strings.Count(f.text, ",")+strings.Count(f.text, "{")+strings.Count(f.text, "["), 64+len(f.text)/24))
	r := jsonReader{f: f, s: f.text, lim: lim}
	if n := bomLength(f.text); n > 0 {
		f.report(ByteOrderMark, 0, n, -1)
		r.pos = n
	}
	if r.value(r.add(node{parent: -1})) {
		r.end()
	}
	return r.err
}

// end looks for text after the document. Another document is only reported; anything else, such as one brace too many, means
// that the first one does not end where its author believes.
func (r *jsonReader) end() {
	r.space()
	switch r.peek() {
	case 0:
	case '{', '[':
		r.f.dirty = true
		r.f.report(MoreDocuments, r.pos, len(strings.TrimRight(r.s, " \t\r\n")), -1)
	default:
		r.unexpected("the end of the file", "a file holds one document; remove what follows it, or the bracket that closes it too early")
	}
}

// add puts a value, as yet without its kind, into the tree. The limit is checked where the value is read.
func (r *jsonReader) add(n node) int32 {
	r.f.nodes = append(r.f.nodes, n)
	return compact(len(r.f.nodes) - 1)
}

// peek is the next byte; 0 at the end.
func (r *jsonReader) peek() byte {
	if r.pos < len(r.s) {
		return r.s[r.pos]
	}
	return 0
}

// space goes to the next byte that is not white space.
func (r *jsonReader) space() {
	for r.pos < len(r.s) {
		switch r.s[r.pos] {
		case ' ', '\n', '\r', '\t':
			r.pos++
		default:
			return
		}
	}
}

// value reads the value of node i, which is the last one of the tree.
func (r *jsonReader) value(i int32) bool {
	if len(r.f.nodes) > r.lim.Nodes {
		return r.failf(r.pos, r.pos, "", "the document has more than %d values", r.lim.Nodes)
	}
	r.space()
	n := &r.f.nodes[i]
	start, ok := r.pos, false
	n.start = compact(start)
	n.value = inText
	switch c := r.peek(); {
	case c == '"':
		n.kind = String
		var escaped bool
		if escaped, ok = r.str(i); escaped {
			n.flags |= escapedValue
		}
	case c == '{':
		n.kind = Object
		ok = r.object(i)
	case c == '[':
		n.kind = Array
		ok = r.array(i)
	case c == '-' || '0' <= c && c <= '9':
		n.kind = Number
		ok = r.number()
	default:
		n.kind, ok = r.literal()
	}
	n = &r.f.nodes[i] // the slice may have moved
	n.end = compact(r.pos)
	n.next = compact(len(r.f.nodes))
	return ok
}

// enter and leave bound the depth, and so the recursion.
func (r *jsonReader) enter() bool {
	r.depth++
	if r.depth > r.lim.Depth {
		return r.failf(r.pos, r.pos+1, "", "objects and arrays are nested more than %d deep", r.lim.Depth)
	}
	r.pos++
	return true
}

// leave ends the object or array i, which has so many children.
func (r *jsonReader) leave(i int32, children int) bool {
	r.depth--
	r.pos++
	r.f.nodes[i].value = compact(children)
	return true
}

// object reads an object; the reader stands on its brace.
func (r *jsonReader) object(i int32) bool {
	open, comma := r.pos, -1
	if !r.enter() {
		return false
	}
	for members := 0; ; members++ {
		r.space()
		switch r.peek() {
		case '"':
			if !r.member(i) {
				return false
			}
		case '}':
			r.trailingComma(comma, i)
			return r.leave(i, members)
		default:
			return r.badKey(open)
		}
		r.space()
		switch r.peek() {
		case ',':
			comma = r.pos
			r.pos++
		case '}':
			return r.leave(i, members+1)
		default:
			return r.badSeparator(open, '}')
		}
	}
}

// member reads a key and its value; the reader stands on the key's quote.
func (r *jsonReader) member(object int32) bool {
	m := r.add(node{parent: object, keyStart: compact(r.pos), key: inText})
	escaped, ok := r.str(m)
	if !ok {
		return false
	}
	n := &r.f.nodes[m]
	n.keyEnd = compact(r.pos)
	if escaped {
		n.flags |= escapedKey
	}
	r.space()
	if r.peek() != ':' {
		return r.badColon(int(n.keyStart), int(n.keyEnd))
	}
	r.pos++
	return r.value(m)
}

// array reads an array; the reader stands on its bracket.
func (r *jsonReader) array(i int32) bool {
	open, comma := r.pos, -1
	if !r.enter() {
		return false
	}
	for items := 0; ; items++ {
		r.space()
		if r.peek() == ']' {
			r.trailingComma(comma, i)
			return r.leave(i, items)
		}
		if r.pos == len(r.s) {
			return r.unclosed(open)
		}
		if !r.value(r.add(node{parent: i, key: compact(items)})) {
			return false
		}
		r.space()
		switch r.peek() {
		case ',':
			comma = r.pos
			r.pos++
		case ']':
			return r.leave(i, items+1)
		default:
			return r.badSeparator(open, ']')
		}
	}
}

// trailingComma reports the comma before a closing bracket, if there is one.
func (r *jsonReader) trailingComma(comma int, container int32) {
	if comma >= 0 {
		r.f.dirty = true
		r.f.report(TrailingComma, comma, comma+1, container)
	}
}

// str reads a string that belongs to node i; the reader stands on its quote. It tells whether the string must be decoded.
func (r *jsonReader) str(i int32) (escaped, ok bool) {
	s, p := r.s, r.pos+1
	for {
		for p < len(s) && plain[s[p]] {
			p++
		}
		if p == len(s) || s[p] == '\n' || s[p] == '\r' {
			return false, r.unterminated(p)
		}
		switch c := s[p]; {
		case c == '"':
			r.pos = p + 1
			return escaped, true
		case c == '\\':
			n := escapeLength(s[p:])
			if n == 0 {
				return false, r.badEscape(p)
			}
			escaped = true
			p += n
		case c < 0x20:
			p = r.controls(p, i)
		default:
			if c, w := utf8.DecodeRuneInString(s[p:]); c != utf8.RuneError || w > 1 {
				p += w
				continue
			}
			escaped = true
			p = r.invalid(p, i)
		}
	}
}

// escapeLength is the length of the escape the text begins with; 0 when it is none that RFC 8259 §7 knows.
func escapeLength(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(s); ok {
			return 6
		}
	}
	return 0
}

// controls reports a run of control characters and goes past it. Line breaks are not among them: they end a string that
// somebody forgot to close.
func (r *jsonReader) controls(p int, i int32) int {
	end := p
	for end < len(r.s) && r.s[end] < 0x20 && r.s[end] != '\n' && r.s[end] != '\r' {
		end++
	}
	r.f.dirty = true
	r.f.report(ControlCharacter, p, end, i)
	return end
}

// invalid reports a run of bytes that are not UTF-8 and goes past it.
func (r *jsonReader) invalid(p int, i int32) int {
	end := p
	for end < len(r.s) {
		if c, w := utf8.DecodeRuneInString(r.s[end:]); c != utf8.RuneError || w > 1 {
			break
		}
		end++
	}
	r.f.dirty = true
	r.f.report(InvalidUTF8, p, end, i)
	return end
}

// number reads a number; the reader stands on its sign or first digit.
func (r *jsonReader) number() bool {
	p := r.pos
	if r.s[p] == '-' {
		p++
	}
	whole := digits(r.s, p)
	ok := whole > p && (r.s[p] != '0' || whole == p+1)
	p = whole
	if ok && p < len(r.s) && r.s[p] == '.' {
		whole, p = p+1, digits(r.s, p+1)
		ok = p > whole
	}
	if ok && p < len(r.s) && r.s[p]|0x20 == 'e' {
		p++
		if p < len(r.s) && (r.s[p] == '+' || r.s[p] == '-') {
			p++
		}
		whole, p = p, digits(r.s, p)
		ok = p > whole
	}
	if !ok || p < len(r.s) && isWord(r.s[p]) {
		return r.badNumber()
	}
	r.pos = p
	return true
}

// digits goes past decimal digits.
func digits(s string, p int) int {
	for p < len(s) && '0' <= s[p] && s[p] <= '9' {
		p++
	}
	return p
}

// literal reads true, false or null.
func (r *jsonReader) literal() (Kind, bool) {
	end := r.wordEnd(r.pos)
	kind := Absent
	switch r.s[r.pos:end] {
	case "true", "false":
		kind = Bool
	case "null":
		kind = Null
	default:
		return kind, r.badValue()
	}
	r.pos = end
	return kind, true
}

// isWord tells the bytes of names and numbers from punctuation. All of non-ASCII counts.
func isWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c >= 0x80 || strings.IndexByte("_$.+-", c) >= 0
}

// wordEnd is where the word at p ends; p itself when there is none.
func (r *jsonReader) wordEnd(p int) int {
	for p < len(r.s) && isWord(r.s[p]) {
		p++
	}
	return p
}
