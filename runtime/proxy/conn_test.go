package proxy

import (
	"bufio"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
)

func TestUnreachable(t *testing.T) {
	ln := listen(t)
	host := ln.Addr().String()
	_ = ln.Close()
	g := start(t, config{up: plan.Upstream{Scheme: "http", Host: host}})
	if resp := exchange1(t, g.addr, lines("GET / HTTP/1.1", "Host: x")); resp.StatusCode != 502 {
		t.Errorf("status %d", resp.StatusCode)
	}
	wantError(t, g, ErrUnreachable)
}

func TestTimeout(t *testing.T) {
	up := upstreamRaw(t, func(_ net.Conn, br *bufio.Reader) { _, _ = io.Copy(io.Discard, br) })
	g := start(t, config{up: up, opt: Options{ReadTimeout: 50 * time.Millisecond}})
	for _, request := range []string{
		lines("GET / HTTP/1.1", "Host: x"),
		lines("POST / HTTP/1.1", "Host: x", "Content-Length: 5") + "hello",
		lines("POST / HTTP/1.1", "Host: x", "Content-Length: 100000") + strings.Repeat("x", 100000),
	} {
		if resp := exchange1(t, g.addr, request); resp.StatusCode != 504 {
			t.Errorf("status %d", resp.StatusCode)
		}
		wantError(t, g, ErrTimeout)
	}
}

func TestSlowBody(t *testing.T) {
	up := upstreamRaw(t, func(c net.Conn, br *bufio.Reader) {
		_, _ = readRawHead(br)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
		_, _ = io.Copy(io.Discard, br)
	})
	g := start(t, config{up: up, opt: Options{ReadTimeout: 50 * time.Millisecond}})
	got := rawFor(t, g.addr, lines("GET / HTTP/1.1", "Host: x"), 3*time.Second)
	if !strings.HasSuffix(got, "4\r\nhalf\r\n") {
		t.Errorf("%q", got)
	}
}

func TestBusy(t *testing.T) {
	hold := make(chan struct{})
	entered := make(chan struct{}, 2)
	up := upstreamHTTP(t, func(http.ResponseWriter, *http.Request) {
		entered <- struct{}{}
		<-hold
	})
	g := start(t, config{up: up, opt: Options{MaxConnsPerHost: 1}})
	first := make(chan string)
	go func() { first <- raw(t, g.addr, lines("GET / HTTP/1.1", "Host: x", "Connection: close")) }()
	<-entered
	if resp := exchange1(t, g.addr, lines("GET / HTTP/1.1", "Host: x")); resp.StatusCode != 503 {
		t.Errorf("status %d", resp.StatusCode)
	}
	wantError(t, g, ErrBusy)
	close(hold)
	<-first
	if resp := exchange1(t, g.addr, lines("GET / HTTP/1.1", "Host: x")); resp.StatusCode != 200 {
		t.Errorf("afterwards: status %d", resp.StatusCode)
	}
	if n := g.proxy.servers[0].count; n != 1 {
		t.Errorf("%d connections counted", n)
	}
}

// closing is an upstream that serves one request on each connection; before a second one is answered, end decides.
func closing(t *testing.T, end func(c net.Conn, br *bufio.Reader)) (plan.Upstream, *atomic.Int32) {
	var requests atomic.Int32
	return upstreamRaw(t, func(c net.Conn, br *bufio.Reader) {
		if _, err := readRawHead(br); err != nil {
			return
		}
		requests.Add(1)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		end(c, br)
	}), &requests
}

// TestRepeat: a safe request is sent again when its reused connection turns out to be closed, and nothing else ever is.
func TestRepeat(t *testing.T) {
	var seconds atomic.Int32
	up, _ := closing(t, func(_ net.Conn, br *bufio.Reader) {
		if _, err := readRawHead(br); err == nil { // the second request is read, and the connection closed
			seconds.Add(1)
		}
	})
	g := start(t, config{up: up})
	do := func(request string) int { return exchange1(t, g.addr, request).StatusCode }
	get := lines("GET / HTTP/1.1", "Host: x")
	for _, tt := range []struct {
		request string
		status  int
	}{
		{get, 200},
		{lines("HEAD / HTTP/1.1", "Host: x"), 200},
		{lines("OPTIONS / HTTP/1.1", "Host: x"), 200},
		{lines("POST / HTTP/1.1", "Host: x", "Content-Length: 0"), 502},
		{lines("PUT / HTTP/1.1", "Host: x", "Content-Length: 0"), 502},
		{lines("DELETE / HTTP/1.1", "Host: x"), 502},
		{lines("GET / HTTP/1.1", "Host: x", "Content-Length: 2") + "ab", 502},
	} {
		if tt.status == 502 {
			do(get) // leaves a connection to be reused
		}
		before := seconds.Load()
		if do(get) != 200 {
			t.Fatal("the first request failed")
		}
		if got := do(tt.request); got != tt.status {
			t.Errorf("%q: status %d, want %d", tt.request, got, tt.status)
		}
		if seconds.Load() == before {
			t.Errorf("%q: no connection was reused", tt.request)
		}
	}
}

// TestHalfAnswered: a connection that broke after the first octet of an answer is not tried again.
func TestHalfAnswered(t *testing.T) {
	up, requests := closing(t, func(c net.Conn, br *bufio.Reader) {
		if _, err := readRawHead(br); err == nil {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Le")
		}
	})
	g := start(t, config{up: up})
	get := lines("GET / HTTP/1.1", "Host: x")
	if a, b := exchange1(t, g.addr, get), exchange1(t, g.addr, get); a.StatusCode != 200 || b.StatusCode != 502 {
		t.Errorf("status %d, then %d", a.StatusCode, b.StatusCode)
	}
	if n := requests.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// TestClosedIdle: an unsafe request is not given a connection that the upstream has closed already.
func TestClosedIdle(t *testing.T) {
	up, requests := closing(t, func(net.Conn, *bufio.Reader) {})
	g := start(t, config{up: up})
	for range 3 {
		if resp := exchange1(t, g.addr, lines("DELETE / HTTP/1.1", "Host: x")); resp.StatusCode != 200 {
			t.Errorf("status %d", resp.StatusCode)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if n := requests.Load(); n != 3 {
		t.Errorf("%d requests", n)
	}
}

func TestIdleExpiry(t *testing.T) {
	up, _ := capture(t)
	g := start(t, config{up: up, opt: Options{MaxIdleConn: 20 * time.Millisecond}})
	exchange1(t, g.addr, lines("GET / HTTP/1.1", "Host: x"))
	s := g.proxy.servers[0]
	for range 100 {
		s.mu.Lock()
		n := s.count
		s.mu.Unlock()
		if n == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the connection was kept")
}

// TestReuse: many requests, one connection; and Close closes it.
func TestReuse(t *testing.T) {
	var dials atomic.Int32
	up, heads := capture(t)
	g := start(t, config{up: up, opt: Options{Dial: func(addr string) (net.Conn, error) {
		dials.Add(1)
		return net.Dial("tcp", addr)
	}}})
	for range 5 {
		exchange1(t, g.addr, lines("GET / HTTP/1.1", "Host: x"))
		exchange1(t, g.addr, lines("POST / HTTP/1.1", "Host: x", "Content-Length: 0"))
		head1(t, heads)
		head1(t, heads)
	}
	if n := dials.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, r.TLS.ServerName+" "+string(b))
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	to := func(string) (net.Conn, error) { return net.Dial("tcp", s.Listener.Addr().String()) }
	for _, tt := range []struct {
		name   string
		up     plan.Upstream
		opt    Options
		status int
	}{
		{"verified", plan.Upstream{Scheme: "https", Host: "example.com:" + port}, Options{Dial: to, RootCAs: pool}, 200},
		{"unknown authority", plan.Upstream{Scheme: "https", Host: "example.com:" + port}, Options{Dial: to}, 502},
		{"other name", plan.Upstream{Scheme: "https", Host: "example.net:" + port}, Options{Dial: to, RootCAs: pool}, 502},
		{"not verified", plan.Upstream{Scheme: "https", Host: "example.net:" + port, InsecureSkipVerify: true}, Options{Dial: to}, 200},
	} {
		g := start(t, config{up: tt.up, opt: tt.opt})
		for range 2 {
			resp := exchange1(t, g.addr, lines("POST / HTTP/1.1", "Host: x", "Content-Length: 2")+"hi")
			if resp.StatusCode != tt.status {
				t.Errorf("%s: status %d", tt.name, resp.StatusCode)
			}
			if name, _, _ := strings.Cut(tt.up.Host, ":"); tt.status == 200 && bodyOf(resp) != name+" hi" {
				t.Errorf("%s: %v", tt.name, resp)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	err := failed(io.ErrUnexpectedEOF)
	if !errors.Is(err, ErrUnreachable) || !errors.Is(err, io.ErrUnexpectedEOF) || err.Error() != "upstream unreachable: unexpected EOF" {
		t.Error(err)
	}
}
