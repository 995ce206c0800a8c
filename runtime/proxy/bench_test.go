package proxy

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
)

// BenchmarkForward compares the proxy with the least that fasthttp can do: a HostClient that is given the server's own request and response.
// Both stand between the same client and the same upstream on loopback; the ratio is what matters.
func BenchmarkForward(b *testing.B) {
	upstreamLn, gatewayLn := listen(b), listen(b)
	up := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) {
		ctx.SetContentType("application/json")
		ctx.SetBodyString(`{"id":"pets"}`)
	}}
	go func() { _ = up.Serve(upstreamLn) }()
	defer func() { _ = up.Shutdown() }()

	p, err := New([]plan.Upstream{{Scheme: "http", Host: upstreamLn.Addr().String()}}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	bare := &fasthttp.HostClient{Addr: upstreamLn.Addr().String(), ReadTimeout: time.Minute, WriteTimeout: 30 * time.Second}
	api := &plan.API{}
	gateway := &fasthttp.Server{StreamRequestBody: true, DisablePreParseMultipartForm: true, NoDefaultDate: true, Handler: func(ctx *fasthttp.RequestCtx) {
		if ctx.Request.Header.RequestURI()[1] == 'b' {
			if err := bare.Do(&ctx.Request, &ctx.Response); err != nil {
				ctx.Error("bare", fasthttp.StatusBadGateway)
			}
			return
		}
		if !CheckHead(ctx) {
			ctx.Error("head", fasthttp.StatusBadRequest)
			return
		}
		path, _ := Target(ctx)
		if err := p.Forward(ctx, Request{API: api, Path: path}); err != nil {
			ctx.Error("proxy", statusOf(err))
		}
	}}
	go func() { _ = gateway.Serve(gatewayLn) }()
	defer func() { _ = gateway.Shutdown() }()

	for _, name := range []string{"bare", "proxy"} {
		b.Run(name, func(b *testing.B) { load(b, gatewayLn.Addr().String(), "/"+name) })
	}
}

// load sends requests down one connection and waits for each answer.
func load(b *testing.B, addr, path string) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	request := bytes.Replace([]byte(typicalRequest), []byte("/api/pets/17"), []byte(path), 1)
	br := bufio.NewReader(c)
	var resp fasthttp.Response
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Write(request); err != nil {
			b.Fatal(err)
		}
		if err := resp.Read(br); err != nil || resp.StatusCode() != fasthttp.StatusOK {
			b.Fatal(err, resp.StatusCode())
		}
	}
}

// BenchmarkExchange is Forward alone, with an upstream that costs nothing.
func BenchmarkExchange(b *testing.B) {
	p, ctx, req := fakeExchange(b, typicalRequest, typicalAnswer)
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Forward(ctx, req); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBareExchange is the same for a HostClient.
func BenchmarkBareExchange(b *testing.B) {
	_, ctx, _ := fakeExchange(b, typicalRequest, typicalAnswer)
	hc := &fasthttp.HostClient{
		Addr: "up.example.com:8080", Dial: func(string) (net.Conn, error) { return &fakeConn{answer: typicalAnswer}, nil },
		ReadTimeout: time.Minute, WriteTimeout: 30 * time.Second, MaxIdleConnDuration: time.Hour,
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := hc.Do(&ctx.Request, &ctx.Response); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheckHead(b *testing.B) {
	_, ctx, _ := fakeExchange(b, typicalRequest, typicalAnswer)
	for b.Loop() {
		if !CheckHead(ctx) {
			b.Fatal("refused")
		}
	}
}

func BenchmarkDownload(b *testing.B) {
	const size = 8 << 20
	answer := append([]byte("HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n"), make([]byte, size)...)
	up := upstreamRaw(b, func(c net.Conn, br *bufio.Reader) {
		_ = c.SetDeadline(time.Time{})
		for {
			if _, err := readRawHead(br); err != nil {
				return
			}
			if _, err := c.Write(answer); err != nil {
				return
			}
		}
	})
	g := start(b, config{up: up})
	client, done := newClient()
	defer done()
	b.SetBytes(size)
	for b.Loop() {
		resp, err := client.Get(at(g, "/"))
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, resp.Body); n != size || err != nil {
			b.Fatal(n, err)
		}
		_ = resp.Body.Close()
	}
}
