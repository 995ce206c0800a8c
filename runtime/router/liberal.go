package router

import "bytes"

// reserved are the octets whose escapes Canonical keeps, because they may mean something else than the octet itself (RFC 3986 §2.2).
const reserved = ":/?#[]@!$&'()*+,;="

// Liberal returns the path as a liberal upstream reads it: one that takes "%2F" for a slash and "%2C" for a comma. It returns nil where that
// makes no difference, which is almost always; only otherwise does it allocate.
//
// A route that opens something must match in both readings, one that closes something in either: "/files/a%2Fkeys" is no file of
// the open "/files/{name}" if the upstream goes on to serve "/files/a/keys".
func Liberal(path []byte, rest int) []byte {
	if bytes.IndexByte(path[rest:], '%') < 0 {
		return nil
	}
	out := bytes.Clone(path[:rest])
	changed := false
	for i := rest; i < len(path); i++ {
		c := path[i]
		if c == '%' && i+2 < len(path) {
			if decoded := unhex(path[i+1])<<4 | unhex(path[i+2]); bytes.IndexByte([]byte(reserved), decoded) >= 0 {
				c, changed = decoded, true
				i += 2
			}
		}
		out = append(out, c)
	}
	if !changed {
		return nil
	}
	return out
}
