package source

import (
	"unicode/utf8"
)

// JSON is the document as strict JSON (RFC 8259): the bytes of the file when it is JSON without a fault, and what has been read
// written anew otherwise. The result is the caller's.
func (f *File) JSON() []byte { return f.Root().JSON() }

// JSON is the value as strict JSON. The result is the caller's.
func (n Node) JSON() []byte {
	if n.f == nil {
		return nil
	}
	if n.f.format == JSON && !n.f.dirty {
		if n.i == 0 {
			return []byte(n.f.text[bomLength(n.f.text):])
		}
		return []byte(n.f.text[n.entry().start:n.entry().end])
	}
	return n.appendJSON(nil)
}

// appendJSON writes the value compactly, in document order. It recurses no deeper than Limits.Depth.
func (n Node) appendJSON(dst []byte) []byte {
	switch n.Kind() {
	case Object:
		dst = append(dst, '{')
		sep := false
		for key, m := range n.Members() {
			if sep {
				dst = append(dst, ',')
			}
			sep = true
			dst = append(appendString(dst, key), ':')
			dst = m.appendJSON(dst)
		}
		return append(dst, '}')
	case Array:
		dst = append(dst, '[')
		for i, item := range n.Items() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = item.appendJSON(dst)
		}
		return append(dst, ']')
	case String:
		return appendString(dst, n.Text())
	case Bool, Number:
		return append(dst, n.Text()...)
	case Absent, Null:
	}
	return append(dst, "null"...)
}

// appendString writes a JSON string. Only what RFC 8259 §7 forbids is escaped.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(dst, s[from:]...), '"')
}

// validUTF8 replaces each invalid byte by U+FFFD, as encoding/json does, and returns the offsets of those bytes.
func validUTF8(text string) (string, []int32) {
	if utf8.ValidString(text) {
		return text, nil
	}
	var bad []int32
	out := make([]byte, 0, len(text)+16)
	for i := 0; i < len(text); {
		r, w := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && w == 1 {
			bad = append(bad, compact(i))
		}
		out = utf8.AppendRune(out, r)
		i += w
	}
	return string(out), bad
}
