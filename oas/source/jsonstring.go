package source

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeString decodes what is between the quotes of a JSON string that has been scanned without an error. Lone surrogates and
// invalid UTF-8 become U+FFFD, as in encoding/json.
func decodeString(raw string) string {
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); {
		c := raw[i]
		switch {
		case c == '\\':
			r, n := decodeEscape(raw[i:])
			b.WriteRune(r)
			i += n
		case c < utf8.RuneSelf:
			b.WriteByte(c)
			i++
		default:
			r, n := utf8.DecodeRuneInString(raw[i:])
			b.WriteRune(r)
			i += n
		}
	}
	return b.String()
}

// decodeEscape decodes the escape the text begins with, or two that are a surrogate pair, and tells their length.
func decodeEscape(s string) (rune, int) {
	if n := strings.IndexByte("bfnrt", s[1]); n >= 0 {
		return rune("\b\f\n\r\t"[n]), 2
	}
	if s[1] != 'u' {
		return rune(s[1]), 2
	}
	r, _ := hex4(s)
	if utf16.IsSurrogate(r) {
		low, _ := hex4(s[6:])
		if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
			return r, 12
		}
	}
	return r, 6
}

// hex4 reads an escape of the form \u0000.
func hex4(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	r := rune(0)
	for _, c := range []byte(s[2:6]) {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
