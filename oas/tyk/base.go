package tyk

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// base is what references are resolved against.
type base struct {
	prefix  string // the listen path without its trailing slash, with a leading one; "" for "/"
	domain  string
	servers []server // those that are absolute, in the document's order
	first   server   // what RFC 3986 resolves against; origin is empty when the document names no host
}

// server is a server URL: scheme and host in lower case without the default port, and the path, perhaps with templates.
type server struct {
	origin, host, path string
}

func newBase(api API) base {
	b := base{prefix: strings.TrimRight(api.ListenPath, "/"), domain: strings.ToLower(api.Domain)}
	if b.prefix != "" && b.prefix[0] != '/' {
		b.prefix = "/" + b.prefix
	}
	b.first.path = cmp.Or(api.ListenPath, "/")
	if b.first.path[0] != '/' {
		b.first.path = "/" + b.first.path
	}
	for i, s := range api.Servers {
		ref := splitReference(s)
		if (ref.scheme == "http" || ref.scheme == "https") && ref.authority != "" {
			b.servers = append(b.servers, newServer(ref))
		}
		if i > 0 {
			continue
		}
		switch {
		case len(b.servers) > 0:
			b.first = b.servers[0]
		case ref.scheme == "" && ref.authority == "" && strings.HasPrefix(ref.path, "/"):
			b.first = server{path: ref.path}
		}
	}
	return b
}

func newServer(r reference) server {
	host := strings.ToLower(r.authority)
	if port := map[string]string{"http": ":80", "https": ":443"}[r.scheme]; strings.HasSuffix(host, port) {
		host = strings.TrimSuffix(host, port)
	}
	return server{origin: r.scheme + "://" + host, host: host, path: cmp.Or(r.path, "/")}
}

func (b *base) scheme() string {
	scheme, _, found := strings.Cut(b.first.origin, ":")
	if !found {
		return "https"
	}
	return scheme
}

// byTyk joins the listen path and the reference.
func (b *base) byTyk(ref reference) string {
	path, _ := removeDots("/" + strings.TrimPrefix(ref.path, "/"))
	return b.prefix + path + ref.query
}

// byRFC resolves the reference as RFC 3986 §5.2.2 does.
func (b *base) byRFC(ref reference) string {
	switch {
	case ref.path == "":
		return b.first.origin + b.first.path + ref.query
	case ref.path[0] == '/':
		path, _ := removeDots(ref.path)
		return b.first.origin + path + ref.query
	default:
		dir := b.first.path[:strings.LastIndexByte(b.first.path, '/')+1]
		path, _ := removeDots(dir + ref.path)
		return b.first.origin + path + ref.query
	}
}

// relative judges a reference without a host.
func (b *base) relative(ref reference, e Endpoint, r Resolution) (Verdict, string) {
	if ref.path == e.Path() && ref.query == "" {
		return Fine, ""
	}
	if reason := badPath(ref.path); reason != "" {
		return Elsewhere, reason
	}
	path, _, _ := strings.Cut(r.ByTyk[len(b.prefix):], "?")
	path, decoded := decodeUnreserved(path)
	path, left := removeDots(path)
	_, leftFirst := removeDots("/" + strings.TrimPrefix(ref.path, "/"))
	if left || leftFirst {
		return Elsewhere, fmt.Sprintf("leaves the listen path %q by \"..\"", b.prefix+"/")
	}
	if trimSlash(path) == e.Path() {
		return Variant, variantReason(ref, path, decoded)
	}
	if below, ok := b.below(ref.path); ok && trimSlash(below) == e.Path() {
		return Variant, "repeats the listen path"
	}
	byRFC, _, _ := strings.Cut(strings.TrimPrefix(r.ByRFC, b.first.origin), "?")
	byRFC, _ = decodeUnreserved(byRFC)
	if trimSlash(byRFC) == b.prefix+e.Path() {
		return Variant, "repeats a part of the listen path"
	}
	return Elsewhere, elsewhereReason(path, e)
}

// absolute judges an http or https URL.
func (b *base) absolute(ref reference, e Endpoint) (Verdict, string) {
	target := newServer(ref)
	own, reached := b.origins(target, e)
	if !own {
		return Foreign, b.foreignReason(target)
	}
	if reached {
		if ref.query != "" {
			return Variant, "has a query"
		}
		return Fine, ""
	}
	if reason := badPath(ref.path); reason != "" {
		return Elsewhere, reason
	}
	decodedPath, decoded := decodeUnreserved(target.path)
	clean, left := removeDots(decodedPath)
	if left {
		return Elsewhere, "leaves the root of the host by \"..\""
	}
	target.path = trimSlash(clean)
	if _, reached = b.origins(target, e); reached {
		ref.path = target.path // only what is said below differs from the endpoint itself
		return Variant, variantReason(reference{path: strings.TrimSuffix(ref.path, "/"), query: ref.query}, clean, decoded)
	}
	for _, s := range b.servers {
		if matches(s.origin, target.origin) && target.path == strings.TrimRight(s.path, "/")+e.Path() {
			return Variant, fmt.Sprintf("is below the server %q, outside the listen path %q", s.origin+s.path, b.prefix+"/")
		}
	}
	if below, ok := b.below(clean); ok {
		return Elsewhere, elsewhereReason(below, e)
	}
	return Elsewhere, fmt.Sprintf("is %q on this host, outside the listen path %q", clean, b.prefix+"/")
}

// origins reports whether the host of target is one of the API's, and whether its path is that of the endpoint there:
// the path in front of a gateway's own listen path may be added by a server URL that ends with the listen path.
func (b *base) origins(target server, e Endpoint) (own, reached bool) {
	bare, _, _ := strings.Cut(target.host, ":")
	if b.domain != "" && (matches(b.domain, bare) || matches(b.domain, target.host)) {
		own, reached = true, b.endpointPath("", target.path, e)
	}
	for _, s := range b.servers {
		if !matches(s.origin, target.origin) {
			continue
		}
		own = true
		front := strings.TrimRight(s.path, "/")
		front = strings.TrimSuffix(front, b.prefix)
		reached = reached || b.endpointPath("", target.path, e) || b.endpointPath(front, target.path, e)
	}
	return own, reached
}

func (b *base) endpointPath(front, path string, e Endpoint) bool {
	below, ok := strings.CutSuffix(path, e.Path())
	return ok && matches(front+b.prefix, below)
}

// below removes the listen path, written out or as the template itself, from the front of an absolute path. Where a
// template can match more or less of the path it matches as little as it can.
func (b *base) below(path string) (string, bool) {
	if rest, ok := strings.CutPrefix(path, b.prefix); ok && (rest == "" || rest[0] == '/') {
		return rest, true
	}
	if !strings.Contains(b.prefix, "{") {
		return "", false
	}
	re, err := regexp.Compile("^(?U:" + templateRegexp(b.prefix) + ")(?P<below>/.*)?$")
	if err != nil {
		return "", false
	}
	m := re.FindStringSubmatch(path)
	if m == nil {
		return "", false
	}
	return m[re.SubexpIndex("below")], true
}

func (b *base) foreignReason(target server) string {
	for _, s := range b.servers {
		if s.host == target.host {
			return fmt.Sprintf("goes to %q, the server is declared as %q", target.origin, s.origin)
		}
	}
	return fmt.Sprintf("goes to host %q", target.host)
}

// badPath names what no path of the gateway has.
func badPath(path string) string {
	switch {
	case strings.Contains(path, "//"):
		return "has a doubled slash"
	case strings.Contains(strings.ToLower(path), "%2f"):
		return "has an encoded slash"
	}
	return ""
}

// variantReason says what keeps a reference that arrives from being the documented form.
func variantReason(ref reference, path string, decoded bool) string {
	switch {
	case decoded:
		return "has percent-encoded letters"
	case ref.query != "":
		return "has a query"
	case strings.HasSuffix(path, "/"):
		return "has a trailing slash"
	case strings.HasPrefix(ref.path, "./"):
		return "starts with \"./\""
	case !strings.HasPrefix(ref.path, "/"):
		return "lacks the leading slash"
	default:
		return "has dot segments"
	}
}

// elsewhereReason says what a path below the listen path is instead of the endpoint.
func elsewhereReason(path string, e Endpoint) string {
	other := Authorize
	if e == Authorize {
		other = Token
	}
	bare := trimSlash(path)
	switch {
	case bare == other.Path():
		return fmt.Sprintf("is the %s, not the %s", other, e)
	case strings.EqualFold(bare, e.Path()):
		return "has the wrong case"
	case bare == "":
		return "names no path"
	default:
		return fmt.Sprintf("is not the %s, which is %q below the listen path", e, e.Path())
	}
}

func trimSlash(path string) string { return strings.TrimSuffix(path, "/") }

// decodeUnreserved decodes the escapes of characters that need none (RFC 3986 §6.2.2.2).
func decodeUnreserved(path string) (string, bool) {
	if !strings.Contains(path, "%") {
		return path, false
	}
	var out strings.Builder
	decoded := false
	for i := 0; i < len(path); i++ {
		if path[i] == '%' && i+2 < len(path) {
			if c, err := url.PathUnescape(path[i : i+3]); err == nil && len(c) == 1 && isUnreserved(c[0]) {
				out.WriteByte(c[0])
				decoded = true
				i += 2
				continue
			}
		}
		out.WriteByte(path[i])
	}
	return out.String(), decoded
}

func isUnreserved(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte("-._~", c) >= 0
}

// removeDots removes the dot segments of an absolute path (RFC 3986 §5.2.4), and reports whether a ".." had nothing to
// remove, which is where a path leaves what it is relative to.
func removeDots(path string) (clean string, left bool) {
	segments := strings.Split(path, "/")[1:]
	out := make([]string, 0, len(segments))
	for i, s := range segments {
		switch s {
		case ".", "..":
			if s == ".." {
				if len(out) == 0 {
					left = true
				} else {
					out = out[:len(out)-1]
				}
			}
			if i == len(segments)-1 {
				out = append(out, "")
			}
		default:
			out = append(out, s)
		}
	}
	return "/" + strings.Join(out, "/"), left
}

// matches reports whether s is an instance of a mux template such as /{tenant:[a-z]+}/a, or equal to it.
func matches(template, s string) bool {
	if template == s {
		return true
	}
	if !strings.Contains(template, "{") {
		return false
	}
	re, err := regexp.Compile("^(?:" + templateRegexp(template) + ")$")
	return err == nil && re.MatchString(s)
}

func templateRegexp(template string) string {
	var out strings.Builder
	for template != "" {
		open := strings.IndexByte(template, '{')
		if open < 0 {
			break
		}
		out.WriteString(regexp.QuoteMeta(template[:open]))
		depth, end := 0, -1
		for i := open; i < len(template) && end < 0; i++ {
			switch template[i] {
			case '{':
				depth++
			case '}':
				if depth--; depth == 0 {
					end = i
				}
			}
		}
		if end < 0 {
			template = template[open:]
			break
		}
		if _, pattern, ok := strings.Cut(template[open+1:end], ":"); ok {
			out.WriteString("(?:" + pattern + ")")
		} else {
			out.WriteString("[^/]+")
		}
		template = template[end+1:]
	}
	out.WriteString(regexp.QuoteMeta(template))
	return out.String()
}
