//go:build !race

package runtime_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net"
	"testing"

	"github.com/valyala/fasthttp"
	"github.com/valyala/fasthttp/fasthttputil"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/proxy"
	"github.com/tykctl/tykctl/runtime/store/memory"
)

// TestProxiedRequestAllocatesNothing sends requests through the whole gateway to an upstream that allocates nothing itself: what is counted is the
// gateway, from the bytes of the client to the bytes for the client. The token is checked, its access rights and scopes, its rate and its quota.
func TestProxiedRequestAllocatesNothing(t *testing.T) {
	for name, change := range map[string]func(*plan.Plan){
		"keyless":           func(p *plan.Plan) { p.APIs[0].Auth, p.APIs[0].OAuth = plan.AuthKeyless, plan.None },
		"token":             func(p *plan.Plan) { p.Policies[0].Limit = plan.Limit{} },
		"key or token":      func(p *plan.Plan) { p.APIs[0].Auth, p.APIs[0].OAuth = plan.AuthToken, plan.None },
		"rights and limits": func(*plan.Plan) {},
		"limits of its own": func(p *plan.Plan) {
			p.Policies[0].Partitions.PerAPI = true
			p.Policies[0].Access[0].Limit = p.Policies[0].Limit
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := estate(1, "upstream")
			change(p)
			allocatesNothing(t, p)
		})
	}
}

func allocatesNothing(t *testing.T, p *plan.Plan) {
	upstream := fasthttputil.NewInmemoryListener()
	go serveCanned(upstream)
	defer func() { _ = upstream.Close() }()
	st := memory.New()
	token(t, st)
	server, err := runtime.New(p, runtime.Options{
		Store: st, Rand: rand.Reader, Logger: slog.New(slog.DiscardHandler),
		Upstream: proxy.Options{Dial: func(string) (net.Conn, error) { return upstream.Dial() }},
	})
	if err != nil {
		t.Fatal(err)
	}
	ln := fasthttputil.NewInmemoryListener()
	stop, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(stop, ln) }()
	conn, err := ln.Dial()
	if err != nil {
		t.Fatal(err)
	}
	request, answer := []byte(fullRequest), make([]byte, 4096)
	exchange := func() {
		if _, err := conn.Write(request); err != nil {
			t.Fatal(err)
		}
		if n, err := conn.Read(answer); err != nil || !bytes.HasPrefix(answer[:n], []byte("HTTP/1.1 200")) {
			t.Fatalf("%v: %s", err, answer[:n])
		}
	}
	for range 1000 { // until portions of the quota are large
		exchange()
	}
	if n := testing.AllocsPerRun(1000, exchange); n >= 1 {
		t.Errorf("%v allocations a request, want none", n)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// serveCanned answers every request on every connection with the same bytes.
func serveCanned(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = conn.Close() }()
			r := bufio.NewReader(conn)
			var head fasthttp.RequestHeader
			for head.Read(r) == nil {
				if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 05:00:00 GMT\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"); err != nil {
					return
				}
			}
		}()
	}
}
