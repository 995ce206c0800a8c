package tyk

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Endpoint is one of the two OAuth endpoints a document names.
type Endpoint uint8

// The endpoints: authorizationUrl names the first; tokenUrl and refreshUrl name the second (RFC 6749 §3).
const (
	Authorize Endpoint = iota + 1
	Token
)

// Path is the documented form of a reference to the endpoint: relative to the listen path, although it starts with "/".
func (e Endpoint) Path() string {
	if e == Authorize {
		return "/oauth/authorize"
	}
	return "/oauth/token"
}

// String names the endpoint in the words of RFC 6749.
func (e Endpoint) String() string {
	if e == Authorize {
		return "authorization endpoint"
	}
	return "token endpoint"
}

// Verdict says whether clients that follow a value reach the endpoint.
type Verdict uint8

// The verdicts, from good to bad.
const (
	Fine      Verdict = iota + 1 // the documented form, or the absolute URL of the endpoint
	Variant                      // leads there for some readers only, or in a form that is not documented
	Elsewhere                    // leads to a place of this gateway where nothing answers
	Foreign                      // leads to another host
	Malformed                    // is not a usable http(s) URL reference
)

// String is the verdict in lower case.
func (v Verdict) String() string {
	switch v {
	case Fine:
		return "fine"
	case Variant:
		return "variant"
	case Elsewhere:
		return "elsewhere"
	case Foreign:
		return "foreign"
	case Malformed:
		return "malformed"
	default:
		return "unknown"
	}
}

// API is what a document says of where it is served.
type API struct {
	ListenPath string   // server.listenPath.value, with its templates
	Domain     string   // server.customDomain.name when enabled; may be a template
	Servers    []string // the urls of the document's servers
}

// Resolution is what a value of authorizationUrl, tokenUrl or refreshUrl means.
type Resolution struct {
	Verdict Verdict
	// Reason continues a sentence whose subject is the value: `has a fragment`, `goes to host "x"`. Empty when fine.
	Reason string
	// ByTyk is where the gateway's documentation puts the value, below the listen path: a path, or the URL itself when
	// it is absolute. Empty when malformed.
	ByTyk string
	// ByRFC is what RFC 3986 §5.2 makes of the value against the first server of the document, or against the listen
	// path when there is none: a URL or a path. Empty when malformed.
	ByRFC string
	// Documented is the form to write instead.
	Documented string
}

// ResolveEndpoint judges value as the reference to endpoint e of api. In Tyk a relative value is relative to the listen
// path even when it starts with "/"; RFC 3986 knows nothing of listen paths. Fine is the documented form, or an absolute
// URL of a declared server or of the custom domain, with the listen path and the endpoint below it. ResolveEndpoint never fails.
func ResolveEndpoint(value string, e Endpoint, api API) Resolution {
	r := Resolution{Documented: e.Path()}
	if reason := malformed(value); reason != "" {
		r.Verdict, r.Reason = Malformed, reason
		return r
	}
	b := newBase(api)
	ref := splitReference(value)
	if ref.scheme != "" || ref.authority != "" {
		r.ByTyk, r.ByRFC = value, value
		if ref.scheme == "" {
			r.ByRFC = b.scheme() + ":" + value
			r.Verdict, r.Reason = Foreign, fmt.Sprintf("is a network-path reference, it goes to host %q", ref.authority)
			return r
		}
		r.Verdict, r.Reason = b.absolute(ref, e)
		return r
	}
	r.ByTyk = b.byTyk(ref)
	r.ByRFC = b.byRFC(ref)
	r.Verdict, r.Reason = b.relative(ref, e, r)
	return r
}

// reference is a URI reference taken apart as RFC 3986 §3 does; a fragment has been refused before.
type reference struct {
	scheme, authority, path, query string // query with its question mark
}

func splitReference(s string) reference {
	var r reference
	if i := schemeEnd(s); i > 0 {
		r.scheme, s = strings.ToLower(s[:i]), s[i+1:]
	}
	if i := strings.IndexByte(s, '?'); i >= 0 {
		s, r.query = s[:i], s[i:]
	}
	if rest, ok := strings.CutPrefix(s, "//"); ok {
		r.authority, r.path = rest, ""
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			r.authority, r.path = rest[:i], rest[i:]
		}
		return r
	}
	r.path = s
	return r
}

// schemeEnd returns the index of the colon after a scheme (RFC 3986 §3.1), or 0 when s has none.
func schemeEnd(s string) int {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		case '0' <= c && c <= '9' || c == '+' || c == '-' || c == '.':
			if i == 0 {
				return 0
			}
		case c == ':':
			return i
		default:
			return 0
		}
	}
	return 0
}

// malformed says why value can be no http(s) URL reference, or "".
func malformed(value string) string {
	if value == "" {
		return "is empty"
	}
	if !utf8.ValidString(value) {
		return "is not valid UTF-8"
	}
	if strings.TrimSpace(value) == "" {
		return "is blank"
	}
	for _, c := range value {
		switch {
		case unicode.IsControl(c):
			return fmt.Sprintf("holds the control character %U", c)
		case unicode.IsSpace(c):
			return "holds a blank"
		case c == '\\':
			return "holds a backslash"
		case c == '#':
			return "has a fragment" // forbidden for both endpoints, RFC 6749 §3.1 and §3.2
		}
	}
	if i := brokenEscape(value); i >= 0 {
		return fmt.Sprintf("holds the broken escape %q", value[i:min(i+3, len(value))])
	}
	return malformedURL(value)
}

// malformedURL looks at scheme and authority.
func malformedURL(value string) string {
	ref := splitReference(value)
	switch ref.scheme {
	case "", "http", "https":
	default:
		if rest := value[len(ref.scheme)+1:]; rest != "" && rest[0] >= '0' && rest[0] <= '9' {
			return fmt.Sprintf("lacks http:// or https:// in front, %q is read as the scheme", ref.scheme)
		}
		return fmt.Sprintf("has the scheme %q, not http or https", ref.scheme)
	}
	network := strings.HasPrefix(value, "//")
	if (ref.scheme != "" || network) && ref.authority == "" {
		return "has no host"
	}
	if strings.Contains(ref.authority, "@") {
		return "carries user information in front of the host"
	}
	u, err := url.Parse(value)
	if err != nil {
		return "is not a valid URL reference"
	}
	if (ref.scheme != "" || network) && u.Hostname() == "" {
		return "has no host"
	}
	return ""
}

func brokenEscape(s string) int {
	for i := range len(s) {
		if s[i] == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])) {
			return i
		}
	}
	return -1
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
