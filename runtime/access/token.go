package access

import (
	"bytes"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
)

// Token returns the credential of a request: from the first source, in order of precedence, that holds anything at all. A later source does
// not make up for an earlier one that is wrong (Tyk does the same). The slice belongs to the request.
func Token(req *fasthttp.Request, api *plan.API) ([]byte, Verdict) {
	for i := range api.Sources {
		src := &api.Sources[i]
		var value []byte
		switch src.Kind {
		case plan.SourceHeader:
			value = req.Header.Peek(src.Name)
		case plan.SourceQuery:
			value = req.URI().QueryArgs().Peek(src.Name)
		case plan.SourceCookie:
			value = req.Header.Cookie(src.Name)
		}
		if len(value) == 0 {
			continue
		}
		if api.Auth == plan.AuthToken {
			return key(value)
		}
		return bearer(value, src.Kind == plan.SourceHeader)
	}
	return nil, Missing
}

// bearer takes the token out of "Bearer <token>" (RFC 6750 §2.1): the scheme in any case, blanks, one token. Where no header is in play, a bare
// token will do as well (RFC 6750 §2.3).
func bearer(value []byte, prefixRequired bool) ([]byte, Verdict) {
	value = bytes.Trim(value, " ")
	rest, found := cutScheme(value)
	switch {
	case !found && prefixRequired && bytes.IndexByte(value, ' ') < 0 && !equalFold(value, "bearer"):
		return nil, Bare
	case !found && prefixRequired, len(rest) == 0, bytes.IndexByte(rest, ' ') >= 0:
		return nil, Malformed
	}
	return rest, Granted
}

// key takes a key as it is, or what is behind "Bearer ". Keys may have any form: what is none is unknown.
func key(value []byte) ([]byte, Verdict) {
	rest, _ := cutScheme(bytes.Trim(value, " "))
	if len(rest) == 0 {
		return nil, Missing
	}
	return rest, Granted
}

// cutScheme returns what is behind "Bearer " and more blanks, or the value itself.
func cutScheme(value []byte) (rest []byte, found bool) {
	if len(value) > len("Bearer ") && value[len("Bearer")] == ' ' && equalFold(value[:len("Bearer")], "bearer") {
		return bytes.TrimLeft(value[len("Bearer "):], " "), true
	}
	return value, false
}

// equalFold compares ASCII with a text in lower case.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
