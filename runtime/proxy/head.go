package proxy

import (
	"bytes"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/unsafestr"
)

// CheckHead reports whether the head of a request is unambiguous. The runtime calls it first and answers 400 and closes the connection when
// it is false: two readers of such a head could disagree about where the request ends or whom it is for (RFC 9112 §11.2). It refuses what
// fasthttp lets pass: Content-Length beside Transfer-Encoding, a transfer coding other than chunked, folded lines, lines that end in a bare
// LF, names that are no tokens, versions other than 1.0 and 1.1, CONNECT, targets with a fragment or in another form than origin or
// absolute, an absolute target whose authority is not the Host, and hosts with octets that no host name or port has.
func CheckHead(ctx *fasthttp.RequestCtx) bool {
	h := &ctx.Request.Header
	if v := unsafestr.String(h.Protocol()); v != "HTTP/1.1" && v != "HTTP/1.0" {
		return false
	}
	var s head
	return s.scan(h.RawHeaders(), "") && (!s.length || !s.coding) && validHost(h.Host()) && validTarget(h)
}

// Target is the path and the query of the request target, as sent. It reads them from the request line itself: fasthttp's URI takes the
// origin-form "//host/a?b://" for an absolute one. For the same reason the host of a request is Header.Host, not ctx.Host.
func Target(ctx *fasthttp.RequestCtx) (path, query []byte) {
	target := ctx.Request.Header.RequestURI()
	if target[0] != '/' {
		_, target = splitAbsolute(target)
	}
	path, query, _ = bytes.Cut(target, question)
	if len(path) == 0 {
		path = rootPath
	}
	return path, query
}

var (
	question = []byte("?")
	rootPath = []byte("/")
)

// splitAbsolute splits an absolute-form target after its scheme (RFC 9112 §3.2.2); the authority is nil when it is not one.
func splitAbsolute(target []byte) (authority, rest []byte) {
	switch {
	case len(target) > 7 && equalFold(target[:7], "http://"):
		target = target[7:]
	case len(target) > 8 && equalFold(target[:8], "https://"):
		target = target[8:]
	default:
		return nil, nil
	}
	end := bytes.IndexAny(target, "/?")
	if end < 0 {
		end = len(target)
	}
	return target[:end], target[end:]
}

func validTarget(h *fasthttp.RequestHeader) bool {
	target := h.RequestURI()
	if h.IsConnect() || bytes.IndexByte(target, '#') >= 0 {
		return false
	}
	if target[0] == '/' {
		return true
	}
	authority, _ := splitAbsolute(target)
	return len(authority) > 0 && equalFold(authority, unsafestr.String(h.Host()))
}

// validHost admits host names, addresses and ports (RFC 3986 §3.2.2). An empty host is for HTTP/1.0 alone, which fasthttp sees to.
func validHost(host []byte) bool {
	for _, c := range host {
		if !isAlphanumeric(c) && c != '-' && c != '.' && c != '_' && c != '~' && c != ':' && c != '[' && c != ']' {
			return false
		}
	}
	return true
}

const (
	maxConnection = 4  // Connection lines that are accepted; honest clients send one
	maxSpecial    = 16 // lines that head can point to; a request with more is written line by line
)

// head is what must be known of a request's head before it can be written anew.
type head struct {
	connection [maxConnection][]byte // values of Connection
	options    int                   // of them in use
	named      bool                  // Connection names headers, which are to be dropped
	upgrade    []byte                // value of Upgrade
	length     bool                  // has Content-Length
	coding     bool                  // has Transfer-Encoding
	forwarded  bool                  // has X-Forwarded-For
	agent      bool                  // has User-Agent

	special [maxSpecial]line // the lines that are not forwarded as they are, in their order
	count   int              // of them in use, or more than there is room for
}

// line is a header line in raw lines: raw[start:colon] is its name, raw[end:] what follows it. It is empty at the end.
type line struct {
	start, colon, end int32
	kind              header
}

func (l line) name(raw []byte) []byte  { return raw[l.start:l.colon] }
func (l line) value(raw []byte) []byte { return trim(raw[l.colon+1 : l.end-2]) }

// scan reads the raw lines of a head. It reports false if one is not "name: value" by the letter of RFC 9112 §5. Lines called drop are
// special lines too.
func (s *head) scan(raw []byte, drop string) bool {
	for at := int32(0); ; {
		l, ok := nextLine(raw, at)
		if !ok || l.end == at {
			return ok
		}
		at = l.end
		name := l.name(raw)
		l.kind = classify(name)
		if drop != "" && sameName(name, drop) {
			l.kind = headerHop
		}
		if l.kind == headerOther {
			continue
		}
		if l.kind == headerAgent {
			s.agent = true
			continue
		}
		if !s.note(l.kind, l.value(raw)) {
			return false
		}
		if s.count < maxSpecial {
			s.special[s.count] = l
		}
		s.count++
	}
}

// note remembers what a header says. It reports false for one that must not be.
func (s *head) note(kind header, value []byte) bool {
	switch kind {
	case headerConnection:
		if s.options == maxConnection {
			return false
		}
		s.connection[s.options] = value
		s.options++
		s.named = s.named || !equalFold(value, "keep-alive") && !equalFold(value, "close") && !equalFold(value, "upgrade")
	case headerUpgrade:
		s.upgrade = value
	case headerLength:
		s.length = true
	case headerCoding:
		s.coding = true
		return equalFold(value, "chunked")
	case headerForwardedFor:
		s.forwarded = true
	default:
	}
	return true
}

// nextLine finds the line at a place in the raw lines of a head; it is empty at their end.
func nextLine(raw []byte, at int32) (l line, ok bool) {
	rest := raw[at:]
	colon := 0
	for colon < len(rest) && tokenOctet[rest[colon]] {
		colon++
	}
	if colon == 0 {
		return line{end: at}, len(rest) == 0 || string(rest) == "\r\n"
	}
	if colon == len(rest) || rest[colon] != ':' {
		return line{}, false
	}
	n := bytes.IndexByte(rest[colon:], '\n')
	if n < 2 || rest[colon+n-1] != '\r' {
		return line{}, false
	}
	return line{start: at, colon: at + int32(colon), end: at + int32(colon+n) + 1}, true
}

// trim removes optional white space (RFC 9110 §5.6.3).
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// names reports whether an option is among the Connection values. An underscore counts as a dash: it does to some upstreams.
func (s *head) names(option []byte) bool {
	for _, list := range s.connection[:s.options] {
		if listHas(list, option) {
			return true
		}
	}
	return false
}

// listHas reports whether a comma-separated list has an element (RFC 9110 §5.6.1).
func listHas(list, element []byte) bool {
	for len(list) > 0 {
		var item []byte
		item, list, _ = bytes.Cut(list, comma)
		if sameName(trim(item), unsafestr.String(element)) {
			return true
		}
	}
	return false
}

var comma = []byte(",")

// header is what a header means to the proxy.
type header uint8

const (
	headerOther        header = iota
	headerHop                 // for this connection only, or never forwarded
	headerConnection          // names more of them
	headerUpgrade             // for this connection, unless the connection is upgraded
	headerLength              // framing: written anew
	headerCoding              // framing: written anew
	headerHost                // written anew
	headerForwardedFor        // appended to
	headerAgent               // kept, or supplied
	headerCookie              // may lose a credential
	headerTwin                // reads like one of the above where underscores count as dashes: never forwarded
)

// classify finds out what a request header is. Its hop-by-hop headers are those of RFC 9110 §7.6.1 and RFC 2616 §13.5.1; X-Tyk-Authorization
// carries the gateway secret, Expect was answered by the server, and X-Forwarded-Proto and -Host are the proxy's own to say.
func classify(name []byte) header {
	kind := headerOther
	switch len(name) {
	case 2:
		kind = when(name, "te", headerHop)
	case 4:
		kind = when(name, "host", headerHost)
	case 6:
		kind = either(name, "cookie", headerCookie, "expect", headerHop)
	case 7:
		kind = either(name, "upgrade", headerUpgrade, "trailer", headerHop)
	case 10:
		kind = either(name, "connection", headerConnection, "user-agent", headerAgent)
		if kind == headerOther {
			kind = when(name, "keep-alive", headerHop)
		}
	case 14:
		kind = either(name, "content-length", headerLength, "http2-settings", headerHop)
	case 15:
		kind = when(name, "x-forwarded-for", headerForwardedFor)
	case 16:
		kind = either(name, "proxy-connection", headerHop, "x-forwarded-host", headerHop)
	case 17:
		kind = either(name, "transfer-encoding", headerCoding, "x-forwarded-proto", headerHop)
	case 19:
		kind = either(name, "proxy-authorization", headerHop, "x-tyk-authorization", headerHop)
	}
	if kind == headerOther || bytes.IndexByte(name, '_') < 0 {
		return kind
	}
	if kind == headerAgent {
		return headerOther
	}
	return headerTwin
}

func when(name []byte, is string, kind header) header {
	if sameName(name, is) {
		return kind
	}
	return headerOther
}

func either(name []byte, a string, kindA header, b string, kindB header) header {
	if sameName(name, a) {
		return kindA
	}
	return when(name, b, kindB)
}

// sameName compares header names without regard to case, an underscore counting as a dash.
func sameName(name []byte, want string) bool {
	if len(name) != len(want) {
		return false
	}
	for i, c := range name {
		if nameOctet[c] != nameOctet[want[i]] {
			return false
		}
	}
	return true
}

// equalFold compares ASCII without regard to case.
func equalFold(b []byte, want string) bool {
	if len(b) != len(want) {
		return false
	}
	for i, c := range b {
		if lower(c) != lower(want[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// tokenOctet has the octets of a token (RFC 9110 §5.6.2); nameOctet maps octets of names to what they are compared as.
var tokenOctet, nameOctet = octetTables()

func octetTables() (token [256]bool, name [256]byte) {
	for i := range 256 {
		c := byte(i)
		token[i] = isAlphanumeric(c) || bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), c) >= 0
		name[i] = lower(c)
	}
	name['_'] = '-'
	return token, name
}
