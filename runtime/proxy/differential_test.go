package proxy

import (
	"bufio"
	"bytes"
	"net/http"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
)

// checkAgainstStdlib compares what CheckHead accepted with net/http's reading of the same bytes, and what is forwarded with what came.
func checkAgainstStdlib(t *testing.T, ctx *fasthttp.RequestCtx, request []byte) {
	h := &ctx.Request.Header
	if std, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request))); err == nil {
		if std.Method != string(h.Method()) || std.Host != string(h.Host()) {
			t.Fatalf("%q: %s %s, net/http says %s %s", request, h.Method(), h.Host(), std.Method, std.Host)
		}
		length := int64(h.ContentLength())
		if length == -2 {
			length = 0
		}
		if std.ContentLength != length {
			t.Fatalf("%q: length %d, net/http says %d", request, length, std.ContentLength)
		}
	}
	var s head
	if !s.scan(h.RawHeaders(), "") {
		t.Fatalf("%q: checked but not scanned", request)
	}
	up := upstream{host: "up", root: "/"}
	path, _ := Target(ctx)
	out := up.appendHead(nil, ctx, &Request{API: &plan.API{}, Path: path}, &s, false)
	out = append(out, "\r\n"...)
	std, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(out)))
	if err != nil {
		return // a method or header which net/http is stricter about
	}
	for _, name := range []string{"Connection", "Te", "Transfer-Encoding", "Content-Length", "Upgrade", "Proxy-Authorization", "X-Tyk-Authorization"} {
		if std.Header.Get(name) != "" {
			t.Fatalf("%q: %s was forwarded: %q", request, name, out)
		}
	}
	if std.Host != "up" || std.ContentLength != 0 {
		t.Fatalf("%q: forwarded as %q", request, out)
	}
}
