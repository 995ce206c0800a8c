package proxy

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"
)

// smuggling holds the rows of the fasthttp table in the dependency notes, and their kin. In each, %s is the gateway's address. Whatever the
// gateway makes of it, "/smuggled" must never reach the upstream, and a request that is refused takes its connection with it.
var smuggling = []struct {
	name, request string
	served        bool // forwarded; otherwise 400 (or nothing at all) and the connection closed
}{
	{"plain", "GET /ok HTTP/1.1\r\nHost: %s\r\n\r\n", true},
	{"length and coding", "POST /a HTTP/1.1\r\nHost: %s\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false},
	{"coding and length", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", false},
	{"two lengths", "POST /a HTTP/1.1\r\nHost: %s\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", false},
	{"two different lengths", "POST /a HTTP/1.1\r\nHost: %s\r\nContent-Length: 1\r\nContent-Length: 0\r\n\r\nx", false},
	{"length list", "POST /a HTTP/1.1\r\nHost: %s\r\nContent-Length: 1, 1\r\n\r\nx", false},
	{"signed length", "POST /a HTTP/1.1\r\nHost: %s\r\nContent-Length: +1\r\n\r\nx", false},
	{"negative length", "POST /a HTTP/1.1\r\nHost: %s\r\nContent-Length: -1\r\n\r\nx", false},
	{"hex length", "POST /a HTTP/1.1\r\nHost: %s\r\nContent-Length: 0x1\r\n\r\nx", false},
	{"long length", "POST /a HTTP/1.1\r\nHost: %s\r\nContent-Length: 99999999999999999999\r\n\r\nx", false},
	{"empty length", "POST /a HTTP/1.1\r\nHost: %s\r\nContent-Length:\r\n\r\nx", false},
	{"two codings", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false},
	{"other coding", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", false},
	{"identity", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: identity\r\n\r\n", false},
	{"identity and length", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: identity\r\nContent-Length: 1\r\n\r\nx", false},
	{"unknown coding", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", false},
	{"vertical tab", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", false},
	{"blank before colon", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", false},
	{"tab before colon", "POST /a HTTP/1.1\r\nHost: %s\r\nContent-Length\t: 1\r\n\r\nx", false},
	{"HTTP/1.0 with coding", "POST /a HTTP/1.0\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false},
	{"folded", "GET /a HTTP/1.1\r\nHost: %s\r\nX-A: b\r\n c\r\n\r\n", false},
	{"folded coding", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", false},
	{"folded first", "GET /a HTTP/1.1\r\n X: y\r\nHost: %s\r\n\r\n", false},
	{"blank in name", "GET /a HTTP/1.1\r\nHost: %s\r\nX A: b\r\n\r\n", false},
	{"odd octet in name", "GET /a HTTP/1.1\r\nHost: %s\r\nX(A): b\r\n\r\n", false},
	{"empty name", "GET /a HTTP/1.1\r\nHost: %s\r\n: b\r\n\r\n", false},
	{"no colon", "GET /a HTTP/1.1\r\nHost: %s\r\nX-A\r\n\r\n", false},
	{"bare LF after header", "GET /a HTTP/1.1\r\nHost: %s\r\nX-A: b\nX-B: c\r\n\r\n", false},
	{"bare LF and coding", "POST /a HTTP/1.1\r\nHost: %s\r\nX-A: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false},
	{"bare CR", "GET /a HTTP/1.1\r\nHost: %s\r\nX-A: b\rX-B: c\r\n\r\n", false},
	{"NUL", "GET /a HTTP/1.1\r\nHost: %s\r\nX-A: b\x00\r\n\r\n", false},
	{"two hosts", "GET /a HTTP/1.1\r\nHost: %s\r\nHost: other\r\n\r\n", false},
	{"no host", "GET /a HTTP/1.1\r\n\r\n", false},
	{"host with path", "GET /a HTTP/1.1\r\nHost: x/y\r\n\r\n", false},
	{"host with user", "GET /a HTTP/1.1\r\nHost: u@x\r\n\r\n", false},
	{"absolute form, other host", "GET http://evil/a HTTP/1.1\r\nHost: %s\r\n\r\n", false},
	{"absolute form, user", "GET http://u@%[1]s/a HTTP/1.1\r\nHost: %[1]s\r\n\r\n", false},
	{"absolute form, other scheme", "GET ftp://%[1]s/a HTTP/1.1\r\nHost: %[1]s\r\n\r\n", false},
	{"absolute form", "GET http://%[1]s/ok HTTP/1.1\r\nHost: %[1]s\r\n\r\n", true},
	{"CONNECT", "CONNECT %[1]s HTTP/1.1\r\nHost: %[1]s\r\n\r\n", false},
	{"asterisk", "OPTIONS * HTTP/1.1\r\nHost: %s\r\n\r\n", false},
	{"fragment", "GET /a#b HTTP/1.1\r\nHost: %s\r\n\r\n", false},
	{"HTTP/1.2", "GET /a HTTP/1.2\r\nHost: %s\r\n\r\n", false},
	{"HTTP/2.0", "GET /a HTTP/2.0\r\nHost: %s\r\n\r\n", false},
	{"HTTP/0.9", "GET /a\r\n\r\n", false},
	{"blank in target", "GET /a b HTTP/1.1\r\nHost: %s\r\n\r\n", false},
	{"two blanks", "GET  /a HTTP/1.1\r\nHost: %s\r\n\r\n", false},
	{"chunk size with sign", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\nx\r\n0\r\n\r\n", false},
	{"chunk size with prefix", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\n", false},
	{"chunk size overflow", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000001\r\nx\r\n0\r\n\r\n", false},
	{"chunk with bare LF", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n", false},
	{"chunk extension with LF", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n1;a\nb\r\nx\r\n0\r\n\r\n", false},
	{"chunk too long", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n0\r\n\r\n", false},
	{"forbidden trailer", "POST /a HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n", false},
}

func TestSmuggling(t *testing.T) {
	for _, buffering := range []bool{false, true} {
		seen := make(chan string, 256)
		up := upstreamRaw(t, func(c net.Conn, br *bufio.Reader) {
			for {
				var req fasthttp.Request
				if err := req.Read(br); err != nil {
					return
				}
				seen <- string(req.RequestURI())
				_, _ = fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			}
		})
		g := start(t, config{up: up, buffering: buffering})
		for _, tt := range smuggling {
			t.Run(fmt.Sprintf("%s/buffering=%t", tt.name, buffering), func(t *testing.T) {
				request := strings.ReplaceAll(tt.request, "%s", "%[1]s")
				if strings.Contains(request, "%[1]s") {
					request = fmt.Sprintf(request, g.addr)
				}
				got := raw(t, g.addr, request+"GET /smuggled HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
				status, _, _ := strings.Cut(got, "\r\n")
				if tt.served != strings.HasPrefix(status, "HTTP/1.1 200") {
					t.Errorf("answer %q", got)
				}
				if !tt.served && status != "" && (!strings.HasPrefix(status, "HTTP/1.1 400") || !strings.Contains(got, "Connection: close")) {
					t.Errorf("refused with %q", got)
				}
				if n := strings.Count(got, "HTTP/1.1 "); !tt.served && n > 1 {
					t.Errorf("%d answers: %q", n, got)
				}
				for drained := false; !drained; {
					select {
					case uri := <-seen:
						if !tt.served && uri != "/a" || tt.served && uri != "/ok" && uri != "/smuggled" {
							t.Errorf("%s reached the upstream", uri)
						}
					default:
						drained = true
					}
				}
			})
		}
	}
}

// TestTarget is about origin-form targets that look absolute to fasthttp's URI parser.
func TestTarget(t *testing.T) {
	for _, tt := range []struct{ target, path, query string }{
		{"/a?b=c://d", "/a", "b=c://d"},
		{"//evil/a?b=c://d", "//evil/a", "b=c://d"},
		{"/a?b?c", "/a", "b?c"},
		{"/?", "/", ""},
		{"http://h", "/", ""},
		{"http://h?q", "/", "q"},
		{"HTTPS://h/p?q", "/p", "q"},
	} {
		var ctx fasthttp.RequestCtx
		ctx.Request.Header.SetRequestURI(tt.target)
		path, query := Target(&ctx)
		if string(path) != tt.path || string(query) != tt.query {
			t.Errorf("Target(%q) = %q, %q", tt.target, path, query)
		}
	}
}

func FuzzCheckHead(f *testing.F) {
	for _, s := range smuggling {
		f.Add([]byte(strings.ReplaceAll(strings.ReplaceAll(s.request, "%[1]s", "h"), "%s", "h")))
	}
	f.Fuzz(func(t *testing.T, request []byte) {
		var ctx fasthttp.RequestCtx
		if err := ctx.Request.Header.Read(bufio.NewReader(strings.NewReader(string(request)))); err != nil {
			return
		}
		if !CheckHead(&ctx) {
			return
		}
		// What is accepted is read alike by net/http, apart from what that refuses on top.
		checkAgainstStdlib(t, &ctx, request)
	})
}
