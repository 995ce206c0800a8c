package router

import "bytes"

// PathVerdict says what Canonical found.
type PathVerdict uint8

// The verdicts.
const (
	Refuse   PathVerdict = iota // not a path that may be routed: answer 400
	Clean                       // the path is the raw one, shared
	Cleaned                     // the path stands in dst; it differs from the raw one only in how octets are escaped
	Redirect                    // the raw path had empty or dot segments; the path, in dst, is where the client should go: 301
)

// Kinds of octets in a raw path.
const (
	octetPlain   = iota // stands for itself: unreserved, sub-delims, ":" and "@" (RFC 3986 §3.3)
	octetSlash          // begins a segment
	octetEscape         // "%"
	octetForeign        // not allowed in a path, but harmless: it is escaped
	octetRefused        // NUL, control, backslash, and what ends a path ("?", "#")
)

// octets is the kind of each octet.
var octets = octetTable()

const (
	unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	subDelims  = "!$&'()*+,;=:@"
	upperHex   = "0123456789ABCDEF"
)

func octetTable() (t [256]uint8) {
	for i := range t {
		t[i] = octetForeign
		if i < 0x20 {
			t[i] = octetRefused
		}
	}
	for _, s := range [...]string{unreserved, subDelims} {
		for i := range len(s) {
			t[s[i]] = octetPlain
		}
	}
	t[0x7f], t['\\'], t['?'], t['#'] = octetRefused, octetRefused, octetRefused, octetRefused
	t['/'], t['%'] = octetSlash, octetEscape
	return t
}

// Canonical returns the one form in which a path is routed, authorised and forwarded. Two raw paths that mean the same by RFC 3986 §6.2.2
// (unreserved octets escaped or not, hex digits of either case, octets that ought to have been escaped) have one canonical path, and the
// canonical path of a canonical path is itself, Clean. Escaped reserved octets stay escaped; in particular "%2F" is never a separator.
//
// A canonical path begins with a slash and has no dot segment, not even one that would appear if someone decoded it, once or more often, or
// took "..;x" for "..": such a raw path is refused, because what an upstream made of it could climb out of the path that was authorised.
//
// The path shares raw (Clean) or dst (otherwise); it is nil when refused. Nothing is allocated if dst has room for three times raw.
func Canonical(dst, raw []byte) (path []byte, v PathVerdict) {
	if len(raw) == 0 || raw[0] != '/' {
		return nil, Refuse
	}
	if isCanonical(raw) {
		return raw, Clean
	}
	dst, ok := appendEscaped(dst[:0], raw)
	if !ok || climbs(dst) {
		return nil, Refuse
	}
	out := removeDots(dst)
	if len(out) != len(dst) {
		return out, Redirect
	}
	if bytes.Equal(out, raw) {
		return raw, Clean
	}
	return out, Cleaned
}

// isCanonical is the quick test that most paths pass: plain octets only, and no segment that is empty or begins with a dot.
func isCanonical(raw []byte) bool {
	for i, c := range raw {
		switch octets[c] {
		case octetPlain:
			if c == '.' && raw[i-1] == '/' {
				return false
			}
		case octetSlash:
			if i > 0 && raw[i-1] == '/' {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// appendEscaped appends raw with its escapes in normal form (RFC 3986 §6.2.2.1 and §6.2.2.2). It reports false for an octet or an escape
// that is refused.
func appendEscaped(dst, raw []byte) ([]byte, bool) {
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch octets[c] {
		case octetPlain, octetSlash:
			dst = append(dst, c)
			continue
		case octetRefused:
			return dst, false
		case octetEscape:
			if i+2 >= len(raw) {
				return dst, false
			}
			hi, lo := unhex(raw[i+1]), unhex(raw[i+2])
			if hi > 15 || lo > 15 {
				return dst, false
			}
			c = hi<<4 | lo
			i += 2
			if c < 0x20 || c == 0x7f || c == '\\' {
				return dst, false
			}
			if isUnreserved(c) {
				dst = append(dst, c)
				continue
			}
		}
		dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
	}
	return dst, true
}

// climbs reports whether a dot segment appears when the path is decoded once or more often. Plain ones do not count: those are removed.
func climbs(path []byte) bool {
	if bytes.IndexByte(path, '%') < 0 && bytes.IndexByte(path, ';') < 0 {
		return false
	}
	// Every segment which the client wrote is looked at alone, so that "a%2F.." is found and "/a/../" is left to removeDots.
	for len(path) > 0 {
		path = path[1:]
		end := bytes.IndexByte(path, '/')
		if end < 0 {
			end = len(path)
		}
		seg := path[:end]
		path = path[end:]
		if !isDots(seg) && segmentClimbs(seg) {
			return true
		}
	}
	return false
}

// segmentClimbs walks one segment, decoding as it goes; dots and other are what was seen since the last separator.
func segmentClimbs(seg []byte) bool {
	dots, other := 0, false
	for i := 0; i < len(seg); {
		c, next := decodeFully(seg, i)
		i = next
		switch c {
		case '/', '\\', ';':
			if !other && (dots == 1 || dots == 2) {
				return true
			}
			dots, other = 0, c == ';' // a parameter is never a dot segment
		case '.':
			dots++
		default:
			other = true
		}
	}
	return !other && (dots == 1 || dots == 2)
}

// decodeFully returns the octet at i after decoding it as often as it was encoded ("%25252E" is a dot), and where the next one begins.
func decodeFully(seg []byte, i int) (c byte, next int) {
	c, next = seg[i], i+1
	for c == '%' && next+1 < len(seg) {
		hi, lo := unhex(seg[next]), unhex(seg[next+1])
		if hi > 15 || lo > 15 {
			break
		}
		c = hi<<4 | lo
		next += 2
	}
	return c, next
}

// removeDots removes empty and dot segments in place, as RFC 3986 §5.2.4 does after slashes have been merged.
func removeDots(path []byte) []byte {
	w := 0 // path[:w] is done and ends without a slash
	for r := 0; r < len(path); {
		end := bytes.IndexByte(path[r+1:], '/')
		last := end < 0
		if last {
			end = len(path)
		} else {
			end += r + 1
		}
		seg := path[r+1 : end]
		switch {
		case len(seg) == 0 || len(seg) == 1 && seg[0] == '.':
		case len(seg) == 2 && seg[0] == '.' && seg[1] == '.':
			w = max(0, bytes.LastIndexByte(path[:w], '/'))
		default:
			w += copy(path[w:], path[r:end])
			r = end
			continue
		}
		if last {
			path[w] = '/'
			w++
		}
		r = end
	}
	return path[:w]
}

func isDots(seg []byte) bool {
	return len(seg) == 1 && seg[0] == '.' || len(seg) == 2 && seg[0] == '.' && seg[1] == '.'
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// unhex returns the value of a hex digit, or 255.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

// canonicalText brings the literal text of a plan's path into the form that Canonical gives to requests. A "%" that begins no escape
// stands for itself. It reports false for text that no canonical path can contain.
func canonicalText(s string) (string, bool) {
	var raw []byte
	for i := range len(s) {
		if s[i] == '%' && (i+2 >= len(s) || unhex(s[i+1]) > 15 || unhex(s[i+2]) > 15) {
			raw = append(raw, "%25"...)
			continue
		}
		raw = append(raw, s[i])
	}
	out, ok := appendEscaped(nil, raw)
	return string(out), ok
}
