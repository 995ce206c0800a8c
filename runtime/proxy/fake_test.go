package proxy

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
)

// fakeConn answers every write with the same bytes and allocates nothing.
type fakeConn struct {
	answer  string
	pending string
}

func (c *fakeConn) Write(b []byte) (int, error) { c.pending = c.answer; return len(b), nil }

func (c *fakeConn) Read(b []byte) (int, error) {
	if c.pending == "" {
		return 0, io.EOF
	}
	n := copy(b, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

func (c *fakeConn) Close() error                     { return nil }
func (c *fakeConn) LocalAddr() net.Addr              { return nil }
func (c *fakeConn) RemoteAddr() net.Addr             { return nil }
func (c *fakeConn) SetDeadline(time.Time) error      { return nil }
func (c *fakeConn) SetReadDeadline(time.Time) error  { return nil }
func (c *fakeConn) SetWriteDeadline(time.Time) error { return nil }

const (
	typicalRequest = "GET /api/pets/17?limit=20&token=s HTTP/1.1\r\nHost: gateway.example.com\r\nUser-Agent: curl/8\r\nAccept: */*\r\n" +
		"Accept-Encoding: gzip, br\r\nAuthorization: Bearer 0123456789abcdef\r\nCookie: a=1; session=2\r\nX-Forwarded-For: 10.0.0.1\r\n" +
		"Connection: keep-alive\r\nX-Request-Id: 1\r\n\r\n"
	typicalAnswer = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: application/json\r\nContent-Length: 13\r\n" +
		"Server: x\r\nX-Request-Id: 1\r\nCache-Control: no-store\r\n\r\n{\"id\":\"pets\"}"
)

// fakeExchange is a proxy whose upstream is a fakeConn, and a request for it.
func fakeExchange(t testing.TB, request, answer string) (*Proxy, *fasthttp.RequestCtx, Request) {
	t.Helper()
	p, err := New([]plan.Upstream{{Scheme: "http", Host: "up.example.com:8080", Path: "/base", Query: "k=v"}}, Options{
		Dial: func(string) (net.Conn, error) { return &fakeConn{answer: answer}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	ctx := new(fasthttp.RequestCtx)
	ctx.Init(&fasthttp.Request{}, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1}, nil)
	if err := ctx.Request.Read(bufio.NewReader(strings.NewReader(request))); err != nil {
		t.Fatal(err)
	}
	path, _ := Target(ctx)
	return p, ctx, Request{
		API: &plan.API{Strip: true}, Path: path, Rest: 5, DropHeader: "Authorization", DropQuery: "token", DropCookie: "session",
	}
}
