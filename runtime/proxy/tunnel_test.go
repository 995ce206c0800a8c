package proxy

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

var handshake = lines("GET /ws?token=s&x=1 HTTP/1.1", "Host: GATE", "Connection: keep-alive, Upgrade", "Upgrade: WebSocket", "Sec-WebSocket-Version: 13",
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Authorization: Bearer s")

// upgrade opens a tunnel and returns the client's side, after the head of the answer.
func upgrade(t *testing.T, g *gateway, early string) (*net.TCPConn, *bufio.Reader, string) {
	t.Helper()
	c := dial(t, g.addr)
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.WriteString(c, strings.Replace(handshake, "GATE", g.addr, 1)+early)
	br := bufio.NewReader(c)
	h, err := readRawHead(br)
	if err != nil {
		t.Fatalf("%q, %v", h, err)
	}
	tc, _ := c.(*net.TCPConn)
	return tc, br, h
}

func TestWebSocket(t *testing.T) {
	heads := make(chan string, 1)
	up := upstreamRaw(t, func(c net.Conn, br *bufio.Reader) {
		h, _ := readRawHead(br)
		heads <- h
		_, _ = io.WriteString(c, lines("HTTP/1.1 101 Switching Protocols", "Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Accept: x",
			"X-Extra: 1")+"early ")
		_, _ = io.Copy(c, br) // echo, until the client has ended its side
		_, _ = io.WriteString(c, " bye")
	})
	g := start(t, config{up: up, request: Request{DropHeader: "Authorization", DropQuery: "token"}})
	c, br, h := upgrade(t, g, "one\x00\xff")
	for _, line := range []string{"HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket", "Sec-Websocket-Accept: x", "X-Extra: 1"} {
		if !strings.Contains(h, line+"\r\n") {
			t.Errorf("no %q in %q", line, h)
		}
	}
	if strings.Contains(h, "Content-") || strings.Contains(h, "close") {
		t.Errorf("%q", h)
	}
	_, _ = io.WriteString(c, "two")
	_ = c.CloseWrite()
	if b, err := io.ReadAll(br); err != nil || string(b) != "early one\x00\xfftwo bye" {
		t.Errorf("%q, %v", b, err)
	}
	h = head1(t, heads)
	for _, line := range []string{
		"GET /ws?x=1 HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "X-Forwarded-For: 127.0.0.1",
	} {
		if !strings.Contains(h, line+"\r\n") {
			t.Errorf("no %q in %q", line, h)
		}
	}
	if strings.Contains(h, "Bearer") || strings.Contains(h, "keep-alive") {
		t.Errorf("%q", h)
	}
	waitForNone(t, g)
}

// waitForNone waits until the proxy has given up all connections.
func waitForNone(t *testing.T, g *gateway) {
	t.Helper()
	s := g.proxy.servers[0]
	for range 200 {
		s.mu.Lock()
		n := s.count
		s.mu.Unlock()
		if n == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("connections are still counted")
}

func TestWebSocketRefused(t *testing.T) {
	up := upstreamRaw(t, func(c net.Conn, br *bufio.Reader) {
		for {
			if _, err := readRawHead(br); err != nil {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 12\r\nContent-Length: 2\r\n\r\nno")
		}
	})
	g := start(t, config{up: up})
	c, br, h := upgrade(t, g, "")
	if !strings.HasPrefix(h, "HTTP/1.1 426") || !strings.Contains(h, "Sec-Websocket-Version: 12") {
		t.Errorf("%q", h)
	}
	_, _ = br.Discard(2)
	_, _ = io.WriteString(c, lines("GET / HTTP/1.1", "Host: x")) // the connection goes on as before
	if h, err := readRawHead(br); err != nil || !strings.HasPrefix(h, "HTTP/1.1 426") {
		t.Errorf("%q, %v", h, err)
	}
}

// TestNoUpgrade: other protocols, methods and versions are forwarded as plain requests.
func TestNoUpgrade(t *testing.T) {
	up, heads := capture(t)
	g := start(t, config{up: up})
	for _, request := range []string{
		lines("GET / HTTP/1.1", "Host: x", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: x"),
		lines("GET / HTTP/1.1", "Host: x", "Connection: Upgrade", "Upgrade: websocket, h2c"),
		lines("POST / HTTP/1.1", "Host: x", "Connection: Upgrade", "Upgrade: websocket"),
		lines("GET / HTTP/1.1", "Host: x", "Connection: keep-alive", "Upgrade: websocket"),
		lines("GET / HTTP/1.0", "Host: x", "Connection: Upgrade", "Upgrade: websocket"),
		lines("GET / HTTP/1.1", "Host: x", "Connection: Upgrade", "Upgrade: websocket", "Content-Length: 2") + "ab",
	} {
		if resp := exchange1(t, g.addr, request); resp.StatusCode != 200 {
			t.Errorf("%q: status %d", request, resp.StatusCode)
		}
		if h := head1(t, heads); strings.Contains(strings.ToLower(h), "upgrade") {
			t.Errorf("%q", h)
		}
	}
}

func TestTunnelEnds(t *testing.T) {
	switching := lines("HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket")
	for _, tt := range []struct {
		name     string
		upstream func(c net.Conn, br *bufio.Reader)
		client   func(c *net.TCPConn)
	}{
		{"idle", func(_ net.Conn, br *bufio.Reader) { _, _ = io.Copy(io.Discard, br) }, func(*net.TCPConn) {}},
		{"upstream closes", func(net.Conn, *bufio.Reader) {}, func(*net.TCPConn) {}},
		{"client resets", func(_ net.Conn, br *bufio.Reader) { _, _ = io.Copy(io.Discard, br) }, func(c *net.TCPConn) {
			_ = c.SetLinger(0)
			_ = c.Close()
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			up := upstreamRaw(t, func(c net.Conn, br *bufio.Reader) {
				_, _ = readRawHead(br)
				_, _ = io.WriteString(c, switching)
				tt.upstream(c, br)
			})
			g := start(t, config{up: up, opt: Options{StreamTimeout: 100 * time.Millisecond}})
			c, br, _ := upgrade(t, g, "")
			tt.client(c)
			_, _ = io.Copy(io.Discard, br)
			_ = c.Close()
			waitForNone(t, g)
		})
	}
}

// TestTunnelOneSided: one direction may be silent for longer than the limit while the other is not.
func TestTunnelOneSided(t *testing.T) {
	up := upstreamRaw(t, func(c net.Conn, br *bufio.Reader) {
		_, _ = readRawHead(br)
		_, _ = io.WriteString(c, lines("HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket"))
		for range 10 {
			time.Sleep(30 * time.Millisecond)
			_, _ = io.WriteString(c, "x")
		}
	})
	g := start(t, config{up: up, opt: Options{StreamTimeout: 100 * time.Millisecond}})
	_, br, _ := upgrade(t, g, "")
	b := make([]byte, 10)
	if n, err := io.ReadFull(br, b); err != nil {
		t.Errorf("%d octets, %v", n, err)
	}
}
