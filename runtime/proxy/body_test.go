package proxy

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	goruntime "runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
)

const big = 10 << 20

// pattern is a stream of n octets that cannot be put together wrongly without notice.
type pattern struct{ n, at int64 }

func (p *pattern) Read(b []byte) (int, error) {
	if p.at == p.n {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), p.n-p.at))
	for i := range n {
		b[i] = byte((p.at + int64(i)) * 31 >> 3)
	}
	p.at += int64(n)
	return n, nil
}

func checkPattern(r io.Reader, n int64) error {
	want, got := make([]byte, 4096), make([]byte, 4096)
	p := &pattern{n: n}
	for {
		k, _ := io.ReadFull(p, want)
		m, err := io.ReadFull(r, got)
		if m != k || !bytes.Equal(got[:m], want[:k]) {
			return fmt.Errorf("differs near %d of %d: %w", p.at, n, err)
		}
		if k < len(want) {
			return nil
		}
	}
}

// unsized hides the length of a body, so that it is sent in chunks.
type unsized struct{ io.Reader }

func TestBigBodies(t *testing.T) {
	up := upstreamHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		if want := r.Header.Get("X-Length"); want != fmt.Sprint(r.ContentLength) {
			http.Error(w, "Content-Length "+fmt.Sprint(r.ContentLength), http.StatusConflict)
			return
		}
		if err := checkPattern(r.Body, big); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		if r.ContentLength >= 0 {
			w.Header().Set("Content-Length", fmt.Sprint(big))
		}
		_, _ = io.Copy(w, &pattern{n: big})
	})
	g := start(t, config{up: up})
	client, done := newClient()
	defer done()
	peak := watchMemory()
	for _, length := range []int64{big, -1} {
		var body io.Reader = unsized{&pattern{n: big}}
		req, _ := http.NewRequest("POST", at(g, "/"), body)
		req.ContentLength = length
		req.Header.Set("X-Length", fmt.Sprint(length))
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != 200 || resp.ContentLength != length {
			t.Errorf("length %d: status %d, length %d: %s", length, resp.StatusCode, resp.ContentLength, head200(resp))
		}
		if err := checkPattern(resp.Body, big); err != nil {
			t.Errorf("length %d: %v", length, err)
		}
		_ = resp.Body.Close()
	}
	if used := peak(); used > 8<<20 {
		t.Errorf("%d MiB of heap in use", used>>20)
	}
}

func head200(resp *http.Response) string {
	b, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
	return string(b)
}

// watchMemory samples the heap until the returned function is called, which reports by how much it grew at most.
func watchMemory() func() uint64 {
	var m goruntime.MemStats
	goruntime.GC()
	goruntime.ReadMemStats(&m)
	before, most := m.HeapAlloc, m.HeapAlloc
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				goruntime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-stopped
		return most - before
	}
}

// TestDuplex is about an upstream that answers while it reads: neither side may wait for the other to finish.
func TestDuplex(t *testing.T) {
	up := upstreamRaw(t, func(c net.Conn, br *bufio.Reader) {
		req, err := http.ReadRequest(br)
		if err != nil {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: "+fmt.Sprint(req.ContentLength)+"\r\n\r\n")
		_, _ = io.Copy(c, req.Body)
	})
	g := start(t, config{up: up})
	c := dial(t, g.addr)
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	go func() {
		_, _ = fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", big)
		_, _ = io.Copy(c, &pattern{n: big})
	}()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkPattern(resp.Body, big); err != nil {
		t.Error(err)
	}
}

// TestEarlyAnswer is about an upstream that answers without reading the body: the client gets the answer, and its connection ends.
func TestEarlyAnswer(t *testing.T) {
	up := upstreamRaw(t, func(c net.Conn, br *bufio.Reader) {
		if _, err := readRawHead(br); err == nil {
			_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
			time.Sleep(50 * time.Millisecond)
		}
	})
	g := start(t, config{up: up})
	resp := exchange1(t, g.addr, lines("POST / HTTP/1.1", "Host: x", "Content-Length: 1000000")+prefetched)
	if resp.StatusCode != 413 || bodyOf(resp) != "big" || !resp.Close {
		t.Errorf("%v", resp)
	}
}

// prefetched is as much of a body of known length as fasthttp waits for before it calls the handler.
var prefetched = strings.Repeat("x", 8<<10)

// TestBrokenUpload is about a client that goes away: the upstream must not take what came for the whole.
func TestBrokenUpload(t *testing.T) {
	for _, head := range []string{"Content-Length: 100000", "Transfer-Encoding: chunked", "Content-Length: 1000"} {
		broken := make(chan error, 1)
		up := upstreamRaw(t, func(_ net.Conn, br *bufio.Reader) {
			req, err := http.ReadRequest(br)
			if err == nil {
				_, err = io.Copy(io.Discard, req.Body)
			}
			broken <- err
		})
		g := start(t, config{up: up})
		c := dial(t, g.addr)
		_, _ = io.WriteString(c, lines("POST / HTTP/1.1", "Host: x", head))
		if strings.HasPrefix(head, "T") {
			_, _ = io.WriteString(c, "5\r\nhello\r\n")
		} else if head != "Content-Length: 1000" {
			_, _ = io.WriteString(c, prefetched)
		}
		if tc, ok := c.(*net.TCPConn); ok {
			_ = tc.CloseWrite()
		}
		b, _ := io.ReadAll(c)
		_ = c.Close()
		if got := string(b); strings.Contains(got, "200 OK") || strings.Count(got, "HTTP/1.1") > 1 {
			t.Errorf("%s: %q", head, got)
		}
		select {
		case err := <-broken:
			if err == nil {
				t.Errorf("%s: the upstream saw a complete request", head)
			}
		case <-time.After(300 * time.Millisecond): // small bodies never reach the upstream
			if head != "Content-Length: 1000" {
				t.Errorf("%s: the upstream was left waiting", head)
			}
		}
	}
}

func TestBodyLimit(t *testing.T) {
	var served atomic.Int32
	up := upstreamHTTP(t, func(_ http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			served.Add(1)
		}
	})
	for _, buffering := range []bool{false, true} {
		g := start(t, config{up: up, buffering: buffering, request: Request{MaxBody: 10}})
		for _, request := range []string{
			lines("POST / HTTP/1.1", "Host: x", "Content-Length: 11") + "hello world",
			lines("POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked") + "b\r\nhello world\r\n0\r\n\r\n",
			lines("POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked") + "6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n",
		} {
			if resp := exchange1(t, g.addr, request); resp.StatusCode != 413 {
				t.Errorf("buffering %t, %q: status %d", buffering, request, resp.StatusCode)
			}
		}
		if resp := exchange1(t, g.addr, lines("POST / HTTP/1.1", "Host: x", "Content-Length: 10")+"0123456789"); resp.StatusCode != 200 {
			t.Errorf("buffering %t: status %d", buffering, resp.StatusCode)
		}
	}
	if n := served.Load(); n != 2 {
		t.Errorf("%d requests were complete at the upstream", n)
	}
}

// TestSlowUpload is about uploads that take longer than the upstream may be silent.
func TestSlowUpload(t *testing.T) {
	up := upstreamHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprint(w, n)
	})
	g := start(t, config{up: up, opt: Options{ReadTimeout: 100 * time.Millisecond, ServerReadTimeout: 200 * time.Millisecond}})
	c := dial(t, g.addr)
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.WriteString(c, lines("POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked"))
	for range 6 {
		_, _ = io.WriteString(c, "5\r\nhello\r\n")
		time.Sleep(50 * time.Millisecond)
	}
	_, _ = io.WriteString(c, "0\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || resp.StatusCode != 200 || bodyOf(resp) != "30" {
		t.Fatalf("%v, %v", resp, err)
	}
	// The connection is as good as new.
	_, _ = io.WriteString(c, lines("POST / HTTP/1.1", "Host: x", "Content-Length: 2")+"ab")
	if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
		t.Error(err)
	}
	// A client that stops sending is let go.
	stalled := dial(t, g.addr)
	defer func() { _ = stalled.Close() }()
	_, _ = io.WriteString(stalled, lines("POST / HTTP/1.1", "Host: x", "Content-Length: 100000")+prefetched)
	_ = stalled.SetDeadline(time.Now().Add(3 * time.Second))
	if b, err := io.ReadAll(stalled); err != nil || strings.Contains(string(b), "200") {
		t.Errorf("%q, %v", b, err)
	}
}

func TestExpectContinue(t *testing.T) {
	up, heads := capture(t)
	g := start(t, config{up: up})
	c := dial(t, g.addr)
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.WriteString(c, lines("POST / HTTP/1.1", "Host: x", "Content-Length: 5", "Expect: 100-continue"))
	br := bufio.NewReader(c)
	if h, err := readRawHead(br); err != nil || !strings.HasPrefix(h, "HTTP/1.1 100") {
		t.Fatalf("%q, %v", h, err)
	}
	_, _ = io.WriteString(c, "hello")
	if h, err := readRawHead(br); err != nil || !strings.HasPrefix(h, "HTTP/1.1 200") {
		t.Fatalf("%q, %v", h, err)
	}
	if h := head1(t, heads); strings.Contains(h, "Expect") || !strings.Contains(h, "Content-Length: 5\r\n") {
		t.Errorf("%q", h)
	}
}

// TestDiscard is about answers of the gateway's own: what the client has not finished sending is not its next request.
func TestDiscard(t *testing.T) {
	g := start(t, config{up: plan.Upstream{Scheme: "http", Host: "127.0.0.1:1"}, opt: Options{DialTimeout: time.Second}})
	smuggled := "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, tt := range []struct {
		request string
		answers int
	}{
		{lines("POST / HTTP/1.1", "Host: x", "Content-Length: 70000") + smuggled + strings.Repeat("x", 70000-len(smuggled)), 2},
		{lines("POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked") + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(smuggled), smuggled), 2},
		{lines("POST / HTTP/1.1", "Host: x", "Content-Length: 1000000") + smuggled + prefetched, 1},
	} {
		got := rawFor(t, g.addr, tt.request+lines("GET /next HTTP/1.1", "Host: x", "Connection: close"), 2*time.Second)
		if n := strings.Count(got, "HTTP/1.1 502"); n != tt.answers {
			t.Errorf("%.60q: %d answers, want %d: %q", tt.request, n, tt.answers, got)
		}
	}
}
