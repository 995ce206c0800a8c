package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// answers is an upstream that gives the same raw answer to every request and closes the connection.
func answers(t *testing.T, answer string) *gateway {
	t.Helper()
	up := upstreamRaw(t, func(c net.Conn, br *bufio.Reader) {
		if _, err := readRawHead(br); err == nil {
			_, _ = io.WriteString(c, answer)
		}
	})
	return start(t, config{up: up})
}

func TestEventStream(t *testing.T) {
	next := make(chan struct{})
	up := upstreamHTTP(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		w.(http.Flusher).Flush()
		for i := range 3 {
			<-next
			_, _ = fmt.Fprintf(w, "data: %d\n\n", i)
			w.(http.Flusher).Flush()
		}
		<-next
	})
	// Silence may last longer than an ordinary answer may take, and than the server's own timeout for writing.
	g := start(t, config{up: up, opt: Options{ReadTimeout: 50 * time.Millisecond, ServerWriteTimeout: 5 * time.Second}})
	client, done := newClient()
	defer done()
	resp, err := client.Get(at(g, "/")) // returns when the head has come, before any event
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	br := bufio.NewReader(resp.Body)
	for i := range 3 {
		time.Sleep(80 * time.Millisecond)
		next <- struct{}{}
		if line, err := br.ReadString('\n'); err != nil || line != fmt.Sprintf("data: %d\n", i) {
			t.Fatalf("event %d: %q, %v", i, line, err)
		}
		_, _ = br.ReadString('\n')
	}
	next <- struct{}{}
	if _, err := br.ReadByte(); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

// TestBrokenAnswer is about upstreams that die: the client must never take what came for a complete answer.
func TestBrokenAnswer(t *testing.T) {
	long := strings.Repeat("x", 2*inlineAnswer)
	for _, tt := range []struct {
		name, answer string
		status       int // 0: a broken transfer
	}{
		{"nothing", "", 502},
		{"half a head", "HTTP/1.1 200 OK\r\nContent-Le", 502},
		{"small, cut", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", 502},
		{"large, cut", fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(long)+1, long), 0},
		{"chunk cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhalf", 0},
		{"between chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", 0},
		{"before the last line", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n", 0},
		{"bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf\r\n0\r\n\r\n", 0},
		{"bad chunk end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhalf\r\n0\r\n\r\n", 0},
		{"chunk size too long", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0000000000000004\r\nhalf\r\n0\r\n\r\n", 0},
		{"whole chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;e=\"x\"\r\nhalf\r\n0\r\nX-T: 1\r\n\r\n", 200},
		{"to the end of the connection", "HTTP/1.1 200 OK\r\n\r\nwhole", 200},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nwhole", 200},
		{"HTTP/1.0 with length", "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nhalf", 200},
		{"not HTTP", "220 smtp.example.com ESMTP\r\n", 502},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nhalf", 502},
		{"other coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhalf", 502},
		{"impossible status", "HTTP/1.1 099 No\r\nContent-Length: 4\r\n\r\nhalf", 502},
		{"switched unasked", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nhalf", 502},
		{"interim without end", strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 20), 502},
		{"interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhalf", 200},
		{"head too large", "HTTP/1.1 200 OK\r\nX: " + long + "\r\nContent-Length: 4\r\n\r\nhalf", 502},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := answers(t, tt.answer)
			client, done := newClient()
			defer done()
			resp, err := client.Get(at(g, "/"))
			if err != nil {
				if tt.status != 0 {
					t.Fatal(err)
				}
				return
			}
			defer func() { _ = resp.Body.Close() }()
			_, err = io.ReadAll(resp.Body)
			if (err != nil) != (tt.status == 0) || tt.status != 0 && resp.StatusCode != tt.status {
				t.Errorf("status %d, body error %v, want status %d", resp.StatusCode, err, tt.status)
			}
		})
	}
}

// TestAnswerInjection is about upstreams whose heads try to say more than they should.
func TestAnswerInjection(t *testing.T) {
	g := answers(t, "HTTP/1.1 200 OK\rX-Injected: 1\r\nX A: odd\r\nContent-Length: 2\r\nX-B: c\r\n d\r\n\r\nok")
	got := raw(t, g.addr, lines("GET / HTTP/1.1", "Host: x", "Connection: close"))
	if strings.Contains(got, "\rX-Injected") && !strings.Contains(got, "\r\n") || strings.Contains(got, "X A") || strings.Contains(got, "\n d") {
		t.Errorf("%q", got)
	}
	for _, line := range strings.Split(got, "\r\n") {
		if strings.ContainsAny(line, "\r\n") {
			t.Errorf("%q", line)
		}
	}
}

// TestUnasked is about octets after an answer: they must not become the answer to the next request.
func TestUnasked(t *testing.T) {
	up := upstreamRaw(t, func(c net.Conn, br *bufio.Reader) {
		for {
			if _, err := readRawHead(br); err != nil {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
		}
	})
	g := start(t, config{up: up})
	for range 3 {
		if resp := exchange1(t, g.addr, lines("GET / HTTP/1.1", "Host: x")); bodyOf(resp) != "ok" {
			t.Fatalf("%v", resp)
		}
	}
}

// TestHTTP10 is about clients that know no chunks.
func TestHTTP10(t *testing.T) {
	for _, tt := range []struct{ answer, body string }{
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n", "onetwo"},
		{"HTTP/1.1 200 OK\r\n\r\nto the end", "to the end"},
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsized", "sized"},
	} {
		g := answers(t, tt.answer)
		got := raw(t, g.addr, "GET / HTTP/1.0\r\nConnection: close\r\n\r\n")
		head, body, _ := strings.Cut(got, "\r\n\r\n")
		if body != tt.body || strings.Contains(head, "chunked") || !strings.HasPrefix(head, "HTTP/1.1 200 OK") {
			t.Errorf("%q: %q", tt.answer, got)
		}
	}
	// HEAD has no body to frame.
	g := answers(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
	if got := raw(t, g.addr, "HEAD / HTTP/1.0\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 200 OK") || strings.Contains(got, "chunked") {
		t.Errorf("%q", got)
	}
}
