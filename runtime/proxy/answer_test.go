package proxy

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
)

// TestAnswerHeaders: what the gateway says of its limits is in every kind of answer, once, and not what the upstream says by that name.
func TestAnswerHeaders(t *testing.T) {
	theirs := []string{"X-RateLimit-Limit: 7", "x-ratelimit-limit: 8", "X-RateLimit-Other: 9", "RateLimit: theirs", "Connection: X-RateLimit-Reset"}
	ours := []Header{{[]byte("X-Ratelimit-Limit"), []byte("3")}, {[]byte("X-Ratelimit-Reset"), []byte("5")}}
	for _, tt := range []struct{ name, request, answer string }{
		{"whole", lines("GET / HTTP/1.1", "Host: h", "Connection: close"), lines(append([]string{"HTTP/1.1 200 OK", "Content-Length: 0"}, theirs...)...)},
		{"head", lines("HEAD / HTTP/1.1", "Host: h", "Connection: close"), lines(append([]string{"HTTP/1.1 200 OK", "Content-Length: 5"}, theirs...)...)},
		{"streamed", lines("GET / HTTP/1.1", "Host: h", "Connection: close"), lines(append([]string{"HTTP/1.1 200 OK", "Transfer-Encoding: chunked"}, theirs...)...) + "1\r\nx\r\n0\r\n\r\n"},
		{"streamed to HTTP/1.0", lines("GET / HTTP/1.0", "Host: h"), lines(append([]string{"HTTP/1.1 200 OK", "Transfer-Encoding: chunked"}, theirs...)...) + "1\r\nx\r\n0\r\n\r\n"},
		{"event stream", lines("GET / HTTP/1.1", "Host: h", "Connection: close"), lines(append([]string{"HTTP/1.1 200 OK", "Content-Type: text/event-stream"}, theirs...)...) + "data: 1\n\n"},
		{"error", lines("GET / HTTP/1.1", "Host: h", "Connection: close"), lines(append([]string{"HTTP/1.1 503 Busy", "Content-Length: 0"}, theirs...)...)},
		{"upgraded", strings.Replace(handshake, "GATE", "h", 1), lines(append([]string{"HTTP/1.1 101 Switching Protocols", "Upgrade: websocket"}, theirs...)...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := start(t, config{
				up: upstreamRaw(t, func(c net.Conn, br *bufio.Reader) {
					_, _ = readRawHead(br)
					_, _ = io.WriteString(c, tt.answer)
				}),
				request: Request{Answer: ours},
			})
			head, _, _ := strings.Cut(raw(t, g.addr, tt.request), "\r\n\r\n")
			for _, line := range []string{"X-Ratelimit-Limit: 3", "X-Ratelimit-Reset: 5", "X-Ratelimit-Other: 9", "Ratelimit: theirs"} {
				if strings.Count(head+"\r\n", "\r\n"+line+"\r\n") != 1 {
					t.Errorf("no %q in %q", line, head)
				}
			}
			if strings.Count(head, "X-Ratelimit-Limit") != 1 {
				t.Errorf("the upstream's is in %q", head)
			}
		})
	}
}
