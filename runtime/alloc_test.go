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
	"time"

	"github.com/valyala/fasthttp"
	"github.com/valyala/fasthttp/fasthttputil"

	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/proxy"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/memory"
)

// TestProxiedRequestAllocatesNothing sends authorised requests through the whole gateway to an upstream that allocates nothing itself: what is
// counted is the gateway, from the bytes of the client to the bytes for the client.
func TestProxiedRequestAllocatesNothing(t *testing.T) {
	upstream := fasthttputil.NewInmemoryListener()
	go serveCanned(upstream)
	defer func() { _ = upstream.Close() }()

	st := memory.New()
	ctx := context.Background()
	if err := st.CreateClient(ctx, &store.Client{ID: "cl", APIID: "a"}); err != nil {
		t.Fatal(err)
	}
	err := st.IssueTokens(ctx, &store.TokenPair{Access: store.AccessToken{Key: store.KeyOf("token"), APIID: "a", ClientID: "cl", ExpiresAt: time.Now().Add(time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	server, err := runtime.New(twoAPIs(), runtime.Options{
		Store: st, Rand: rand.Reader, Logger: slog.New(slog.DiscardHandler),
		Upstream: proxy.Options{Dial: func(string) (net.Conn, error) { return upstream.Dial() }},
	})
	if err != nil {
		t.Fatal(err)
	}
	ln := fasthttputil.NewInmemoryListener()
	stop, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- server.Serve(stop, ln) }()
	conn, err := ln.Dial()
	if err != nil {
		t.Fatal(err)
	}
	request := []byte("GET /a/things/7?q=1 HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: test\r\nAuthorization: Bearer token\r\n\r\n")
	answer := make([]byte, 4096)
	exchange := func() {
		if _, err := conn.Write(request); err != nil {
			t.Fatal(err)
		}
		if n, err := conn.Read(answer); err != nil || !bytes.HasPrefix(answer[:n], []byte("HTTP/1.1 200")) {
			t.Fatalf("%v: %s", err, answer[:n])
		}
	}
	for range 100 {
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
