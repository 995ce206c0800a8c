package proxy

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/internal/unsafestr"
)

// upstream is a plan's upstream, ready to write requests for.
type upstream struct {
	server *server
	host   string // as in the URL: the Host header
	root   string // the path to send for "/"
	base   string // what is put in front of any other path; without a slash at its end
	query  string
	keep   bool // the client's Host is kept
}

// newUpstream checks what will be written into request lines: nothing there may end a line or split a word.
func newUpstream(u *plan.Upstream) (upstream, error) {
	for _, s := range [...]string{u.Host, u.Path, u.Query} {
		for i := range len(s) {
			if s[i] <= ' ' || s[i] >= 0x7f {
				return upstream{}, fmt.Errorf("%q has octets that must be escaped", s)
			}
		}
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return upstream{}, fmt.Errorf("scheme %q is not http or https", u.Scheme)
	case u.Host == "" || strings.ContainsAny(u.Host, "/?#@"):
		return upstream{}, fmt.Errorf("host %q is not a host", u.Host)
	case u.Path != "" && u.Path[0] != '/' || strings.ContainsAny(u.Path, "?#"):
		return upstream{}, fmt.Errorf("path %q is not a path", u.Path)
	case strings.Contains(u.Query, "#"):
		return upstream{}, errors.New("the query has a fragment")
	}
	up := upstream{host: u.Host, root: u.Path, base: strings.TrimSuffix(u.Path, "/"), query: u.Query, keep: u.PreserveHost}
	if up.root == "" {
		up.root = "/"
	}
	return up, nil
}

// address is where to dial for an upstream, and the name that its certificate must bear.
func address(u *plan.Upstream) (addr, name string, err error) {
	parsed, err := url.Parse("//" + u.Host)
	if err != nil {
		return "", "", err
	}
	name, port := parsed.Hostname(), parsed.Port()
	if name == "" {
		return "", "", fmt.Errorf("host %q has no name", u.Host)
	}
	if port == "" {
		port = "80"
		if u.Scheme == "https" {
			port = "443"
		}
	}
	return net.JoinHostPort(name, port), name, nil
}

// appendHead appends the request as the upstream gets it, up to but without the framing headers and the blank line. Lines go as they came, in
// their order, except those that classify says are not the client's to send. upgrade keeps the headers of an upgrade.
func (up *upstream) appendHead(dst []byte, ctx *fasthttp.RequestCtx, req *Request, s *head, upgrade bool) []byte {
	h := &ctx.Request.Header
	dst = append(dst, h.Method()...)
	dst = append(dst, ' ')
	dst = up.appendTarget(dst, ctx, req)
	dst = append(dst, " HTTP/1.1\r\nHost: "...)
	if up.keep && len(h.Host()) > 0 {
		dst = append(dst, h.Host()...)
	} else {
		dst = append(dst, up.host...)
	}
	dst = append(dst, "\r\n"...)
	if !s.agent {
		dst = append(dst, "User-Agent: tykctl\r\n"...)
	}
	dst = appendLines(dst, h.RawHeaders(), req, s)
	dst = appendForwarded(dst, ctx, req, s)
	if upgrade {
		dst = append(dst, "Connection: Upgrade\r\nUpgrade: websocket\r\n"...)
	}
	return dst
}

// appendTarget appends path and query. "/" below a base path is the base path itself.
func (up *upstream) appendTarget(dst []byte, ctx *fasthttp.RequestCtx, req *Request) []byte {
	path := req.Path
	if req.API.Strip {
		path = below(path, req.Rest)
	}
	if len(path) == 1 {
		dst = append(dst, up.root...)
	} else {
		dst = append(dst, up.base...)
		dst = append(dst, path...)
	}
	mark := len(dst)
	dst = append(dst, '?')
	dst = append(dst, up.query...)
	_, query := Target(ctx)
	if dst = appendQuery(dst, query, req.DropQuery, len(up.query) > 0); len(dst) == mark+1 {
		dst = dst[:mark]
	}
	return dst
}

// below is the path below a listen path that ends at rest; it begins with a slash.
func below(path []byte, rest int) []byte {
	switch {
	case rest > 0 && path[rest-1] == '/':
		return path[rest-1:]
	case rest == len(path):
		return rootPath
	}
	return path[rest:]
}

// appendQuery appends a raw query without the parameters called drop; joined says that something stands before it already.
func appendQuery(dst, query []byte, drop string, joined bool) []byte {
	if drop == "" {
		if joined && len(query) > 0 {
			dst = append(dst, '&')
		}
		return append(dst, query...)
	}
	for len(query) > 0 {
		var param []byte
		param, query, _ = bytes.Cut(query, ampersand)
		name, _, _ := bytes.Cut(param, equals)
		if decodesTo(name, drop) {
			continue
		}
		if joined {
			dst = append(dst, '&')
		}
		dst = append(dst, param...)
		joined = true
	}
	return dst
}

var (
	ampersand = []byte("&")
	equals    = []byte("=")
	semicolon = []byte(";")
)

// decodesTo reports whether a parameter's name, once decoded, is want.
func decodesTo(raw []byte, want string) bool {
	n := 0
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '+' {
			c = ' '
		} else if c == '%' && i+2 < len(raw) {
			hi, lo := unhex(raw[i+1]), unhex(raw[i+2])
			if hi < 16 && lo < 16 {
				c = hi<<4 | lo
				i += 2
			}
		}
		if n == len(want) || want[n] != c {
			return false
		}
		n++
	}
	return n == len(want)
}

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

// appendLines appends the lines that are forwarded, as long runs between those that are not.
func appendLines(dst, raw []byte, req *Request, s *head) []byte {
	if s.named || s.count > maxSpecial {
		return appendEach(dst, raw, req, s)
	}
	at := int32(0)
	for _, l := range s.special[:s.count] {
		dst = append(dst, raw[at:l.start]...)
		at = l.end
		if l.kind != headerCookie {
			continue
		}
		if req.DropCookie == "" {
			at = l.start
			continue
		}
		dst = appendCookie(dst, l.value(raw), req.DropCookie)
	}
	return append(dst, bytes.TrimSuffix(raw[at:], blankLine)...)
}

// blankLine ends the raw lines, if there are any.
var blankLine = []byte("\r\n")

// appendEach is appendLines for unusual heads.
func appendEach(dst, raw []byte, req *Request, s *head) []byte {
	for at := int32(0); ; {
		l, ok := nextLine(raw, at)
		if !ok || l.end == at {
			return dst
		}
		at = l.end
		name := l.name(raw)
		kind := classify(name)
		if kind != headerOther && kind != headerAgent && kind != headerCookie {
			continue
		}
		if s.names(name) || req.DropHeader != "" && sameName(name, req.DropHeader) {
			continue
		}
		if kind == headerCookie && req.DropCookie != "" {
			dst = appendCookie(dst, l.value(raw), req.DropCookie)
			continue
		}
		dst = append(dst, raw[l.start:l.end]...)
	}
}

// appendCookie appends a Cookie line without the cookies called drop, and nothing if no other is left.
func appendCookie(dst, value []byte, drop string) []byte {
	start := len(dst)
	dst = append(dst, "Cookie: "...)
	mark := len(dst)
	for len(value) > 0 {
		var pair []byte
		pair, value, _ = bytes.Cut(value, semicolon)
		pair = trim(pair)
		name, _, _ := bytes.Cut(pair, equals)
		if len(pair) == 0 || string(trim(name)) == drop {
			continue
		}
		if len(dst) > mark {
			dst = append(dst, "; "...)
		}
		dst = append(dst, pair...)
	}
	if len(dst) == mark {
		return dst[:start]
	}
	return append(dst, "\r\n"...)
}

// appendForwarded appends what the proxy says of the client. Addresses that came with the request stand before the client's own.
func appendForwarded(dst []byte, ctx *fasthttp.RequestCtx, req *Request, s *head) []byte {
	dst = append(dst, "X-Forwarded-For: "...)
	mark := len(dst)
	if s.forwarded && !s.names(unsafestr.Bytes("x-forwarded-for")) {
		dst = appendAddresses(dst, ctx.Request.Header.RawHeaders(), s)
	}
	if addr, ok := peer(ctx); ok {
		if len(dst) > mark {
			dst = append(dst, ", "...)
		}
		dst = addr.AppendTo(dst)
	}
	if len(dst) == mark {
		dst = dst[:mark-len("X-Forwarded-For: ")]
	} else {
		dst = append(dst, "\r\n"...)
	}
	if host := ctx.Request.Header.Host(); len(host) > 0 {
		dst = append(dst, "X-Forwarded-Host: "...)
		dst = append(dst, host...)
		dst = append(dst, "\r\n"...)
	}
	if req.TLS {
		return append(dst, "X-Forwarded-Proto: https\r\n"...)
	}
	return append(dst, "X-Forwarded-Proto: http\r\n"...)
}

// appendAddresses appends the values of X-Forwarded-For as one list (RFC 9110 §5.3).
func appendAddresses(dst, raw []byte, s *head) []byte {
	mark := len(dst)
	if s.count <= maxSpecial {
		for _, l := range s.special[:s.count] {
			dst = appendAddress(dst, mark, raw, l)
		}
		return dst
	}
	for at := int32(0); ; {
		l, ok := nextLine(raw, at)
		if !ok || l.end == at {
			return dst
		}
		at = l.end
		l.kind = classify(l.name(raw))
		dst = appendAddress(dst, mark, raw, l)
	}
}

func appendAddress(dst []byte, mark int, raw []byte, l line) []byte {
	if l.kind != headerForwardedFor {
		return dst
	}
	value := l.value(raw)
	if len(dst) > mark && len(value) > 0 {
		dst = append(dst, ", "...)
	}
	return append(dst, value...)
}

// peer is the address of the client; there is none on a connection that is not TCP.
func peer(ctx *fasthttp.RequestCtx) (netip.Addr, bool) {
	tcp, ok := ctx.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}, false
	}
	addr, ok := netip.AddrFromSlice(tcp.IP)
	return addr.Unmap(), ok
}
