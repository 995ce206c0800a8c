package oauth

import (
	"slices"
	"strings"
)

// scope judges the scope that a client asks for: space-separated names (RFC 6749 §3.3), each declared by the document. An API that declares no
// scope accepts any, as Tyk does.
func (s *Server) scope(asked string) *Error {
	if !validScope(asked) {
		return errInvalidScope
	}
	if len(s.conf.Scopes) == 0 || asked == "" {
		return nil
	}
	for name := range strings.SplitSeq(asked, " ") {
		if _, declared := slices.BinarySearch(s.conf.Scopes, name); !declared {
			return errInvalidScope
		}
	}
	return nil
}

// validScope checks the characters of RFC 6749 §3.3: scope-token *( SP scope-token ).
func validScope(scope string) bool {
	if scope == "" {
		return true
	}
	for name := range strings.SplitSeq(scope, " ") {
		if name == "" {
			return false
		}
		for i := range len(name) {
			if c := name[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
				return false
			}
		}
	}
	return true
}

// narrower reports whether every name of scope is among those granted.
func narrower(scope, granted string) bool {
	names := strings.Fields(granted)
	for name := range strings.SplitSeq(scope, " ") {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
}
