// Package unsafestr is the one importer of unsafe: views of bytes as a string and of a string as bytes, without a copy.
//
// Rules for its users. A string made by String is valid only as long as nobody writes to the bytes; what came from a
// fasthttp request dies when its handler returns, so such a string is for looking up and comparing, and is never kept,
// stored in a map or handed to another goroutine. Bytes made by Bytes are never written to. A result that must live
// longer is copied (strings.Clone, bytes.Clone).
package unsafestr

import "unsafe"

// String views b as a string. It changes when b does.
func String(b []byte) string {
	return unsafe.String(unsafe.SliceData(b), len(b)) //nolint:gosec // this package is where unsafe is allowed
}

// Bytes views s as bytes, which nobody may change: writing to them is a fault of the process when s is a constant.
func Bytes(s string) []byte {
	return unsafe.Slice(unsafe.StringData(s), len(s)) //nolint:gosec // as above
}
