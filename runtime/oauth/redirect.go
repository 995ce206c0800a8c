package oauth

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// registeredFor finds the redirect URI of an authorization request among those that are registered. It is compared byte by byte (RFC 9700
// §4.1.3), but for the port of a loopback address. It may be left out when there is exactly one (RFC 6749 §3.1.2.3).
func registeredFor(registered []string, sent string) (uri string, ok bool) {
	if sent == "" {
		if len(registered) != 1 {
			return "", false
		}
		return registered[0], true
	}
	for _, r := range registered {
		if r == sent || sameButPort(r, sent) {
			return sent, true
		}
	}
	return "", false
}

// loopbacks are the beginnings of URIs at which a native app listens on a port that it is given when it starts (RFC 8252 §7.3). A name such as
// localhost is none: it may resolve to another place (§8.3).
var loopbacks = []string{"http://127.0.0.1", "http://[::1]"}

// sameButPort compares two URIs of one loopback address without regard to the port.
func sameButPort(registered, sent string) bool {
	for _, prefix := range loopbacks {
		r, ok1 := strings.CutPrefix(registered, prefix)
		s, ok2 := strings.CutPrefix(sent, prefix)
		if ok1 && ok2 {
			r, ok1 = withoutPort(r)
			s, ok2 = withoutPort(s)
			return ok1 && ok2 && r == s
		}
	}
	return false
}

// withoutPort removes the port from what follows the host of a URI. Nothing but a path or a query may follow: "127.0.0.1.example.com" and
// "127.0.0.1:80@example.com" are other hosts.
func withoutPort(rest string) (string, bool) {
	if port, found := strings.CutPrefix(rest, ":"); found {
		end := strings.IndexFunc(port, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			end = len(port)
		}
		n, err := strconv.ParseUint(port[:end], 10, 16)
		if err != nil || n == 0 {
			return "", false
		}
		rest = port[end:]
	}
	return rest, rest == "" || rest[0] == '/' || rest[0] == '?'
}

// withQuery adds a raw query to a URL that may have one. The URL has no fragment: definitions and clients that have one are refused.
func withQuery(target, query string) string {
	switch {
	case query == "":
		return target
	case !strings.Contains(target, "?"):
		return target + "?" + query
	case strings.HasSuffix(target, "?"), strings.HasSuffix(target, "&"):
		return target + query
	default:
		return target + "&" + query // what the URL has stays as it is (RFC 6749 §3.1.2)
	}
}

// mergedQuery adds parameters as Tyk does: the whole query is sorted and encoded anew.
func mergedQuery(target string, more url.Values) string {
	u, err := url.Parse(target)
	if err != nil {
		return withQuery(target, more.Encode())
	}
	query := u.Query()
	for name, values := range more {
		query[name] = slices.Clone(values)
	}
	u.RawQuery = query.Encode()
	return u.String()
}
