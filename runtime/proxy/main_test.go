package proxy

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
	"go.uber.org/goleak"

	"github.com/tykctl/tykctl/compiler/plan"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"),
		// Only the benchmark's peer has these.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*HostClient).connsCleaner"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*TCPDialer).tcpAddrsClean"),
	)
}

// gateway is a server that forwards everything to one upstream.
type gateway struct {
	addr    string
	proxy   *Proxy
	request Request    // what every request is forwarded with; Path is filled in
	failed  chan error // what Forward reported
	server  *fasthttp.Server
}

type config struct {
	up        plan.Upstream
	opt       Options
	request   Request
	strip     bool
	buffering bool // no StreamRequestBody
	server    func(*fasthttp.Server)
}

func (g *gateway) handle(ctx *fasthttp.RequestCtx) {
	if !CheckHead(ctx) {
		ctx.Error("refused", fasthttp.StatusBadRequest)
		ctx.SetConnectionClose()
		return
	}
	req := g.request
	req.Path, _ = Target(ctx)
	if req.Rest > len(req.Path) {
		req.Rest = 0
	}
	err := g.proxy.Forward(ctx, req)
	if err == nil {
		return
	}
	select {
	case g.failed <- err:
	default:
	}
	ctx.Error("failed", statusOf(err))
	Discard(ctx)
}

func start(t testing.TB, c config) *gateway {
	t.Helper()
	p, err := New([]plan.Upstream{c.up}, c.opt)
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{proxy: p, request: c.request, failed: make(chan error, 16)}
	if g.request.API == nil {
		g.request.API = &plan.API{Strip: c.strip}
	}
	g.server = &fasthttp.Server{
		Handler: g.handle, StreamRequestBody: !c.buffering, DisablePreParseMultipartForm: true, NoDefaultServerHeader: true, NoDefaultDate: true,
		ReadBufferSize: 16 << 10, MaxRequestBodySize: 64 << 20, ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second,
		CloseOnShutdown: true, Logger: quiet{},
	}
	if c.server != nil {
		c.server(g.server)
	}
	ln := listen(t)
	g.addr = ln.Addr().String()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = g.server.Serve(ln)
	}()
	t.Cleanup(func() {
		_ = g.server.Shutdown()
		<-done
		p.Close()
	})
	return g
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}

func listen(t testing.TB) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// upstreamHTTP is a net/http upstream.
func upstreamHTTP(t testing.TB, h http.HandlerFunc) plan.Upstream {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return plan.Upstream{Scheme: "http", Host: strings.TrimPrefix(s.URL, "http://")}
}

// upstreamRaw calls handle with every connection, which is closed afterwards.
func upstreamRaw(t testing.TB, handle func(c net.Conn, br *bufio.Reader)) plan.Upstream {
	t.Helper()
	ln := listen(t)
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				_ = c.SetDeadline(time.Now().Add(10 * time.Second))
				handle(c, bufio.NewReader(c))
			}()
		}
	}()
	return plan.Upstream{Scheme: "http", Host: ln.Addr().String()}
}

// capture is an upstream that answers 200 and hands out every head it gets, verbatim.
func capture(t testing.TB) (plan.Upstream, chan string) {
	heads := make(chan string, 16)
	return upstreamRaw(t, func(c net.Conn, br *bufio.Reader) {
		for {
			h, err := readRawHead(br)
			if err != nil {
				return
			}
			heads <- h
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
	}), heads
}

func readRawHead(br *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		line, err := br.ReadString('\n')
		if err != nil {
			return b.String(), err
		}
		b.WriteString(line)
		if line == "\r\n" {
			return b.String(), nil
		}
	}
}

// raw sends bytes to the gateway and returns all it answers until it closes the connection, or is silent for a while.
func raw(t testing.TB, addr, request string) string {
	t.Helper()
	return rawFor(t, addr, request, 300*time.Millisecond)
}

func rawFor(t testing.TB, addr, request string, patience time.Duration) string {
	t.Helper()
	c := dial(t, addr)
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	_ = c.SetReadDeadline(time.Now().Add(patience))
	_, _ = io.Copy(&out, c)
	return out.String()
}

func dial(t testing.TB, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// exchange1 sends one request and reads one answer.
func exchange1(t testing.TB, addr, request string) *http.Response {
	t.Helper()
	c := dial(t, addr)
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: strings.Fields(request)[0]})
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(b))
	return resp
}

func bodyOf(resp *http.Response) string {
	b, _ := io.ReadAll(resp.Body)
	return string(b)
}

func head1(t testing.TB, heads chan string) string {
	t.Helper()
	select {
	case h := <-heads:
		return h
	case <-time.After(5 * time.Second):
		t.Fatal("nothing reached the upstream")
		return ""
	}
}

func wantError(t testing.TB, g *gateway, want error) {
	t.Helper()
	select {
	case err := <-g.failed:
		if statusOf(err) != statusOf(want) {
			t.Errorf("Forward: %v, want %v", err, want)
		}
	case <-time.After(5 * time.Second):
		t.Errorf("Forward did not fail with %v", want)
	}
}

func lines(parts ...string) string { return strings.Join(parts, "\r\n") + "\r\n\r\n" }

func newClient() (*http.Client, func()) {
	tr := &http.Transport{DisableCompression: true}
	return &http.Client{Transport: tr, Timeout: 10 * time.Second}, tr.CloseIdleConnections
}

func at(g *gateway, path string) string { return fmt.Sprintf("http://%s%s", g.addr, path) }
