package proxy

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
)

func TestHead(t *testing.T) {
	tests := []struct {
		name      string
		configure func(*config)
		request   string
		want      []string // lines of the head, in this order; "HOST" is the upstream's, "GATE" the gateway's
		not       []string // text which must not be there, in lower case
	}{
		{
			name:    "kept as sent",
			request: lines("GET /x%2Fy?b=2&a=%41 HTTP/1.1", "host: GATE", "x-Odd-CASE: 1", "User-Agent: me", "X-Two: a", "Cookie: a=1; b=2", "X-Two: b"),
			want: []string{
				"GET /x%2Fy?b=2&a=%41 HTTP/1.1", "Host: HOST", "x-Odd-CASE: 1", "User-Agent: me", "X-Two: a", "Cookie: a=1; b=2", "X-Two: b",
				"X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: GATE", "X-Forwarded-Proto: http", "", "",
			},
		},
		{
			name:    "no user agent",
			request: lines("GET / HTTP/1.1", "Host: GATE"),
			want:    []string{"User-Agent: tykctl"}, not: []string{"fasthttp", "content-length", "transfer-encoding"},
		},
		{
			name: "hop by hop",
			request: lines("GET / HTTP/1.1", "Host: GATE", "Connection: keep-alive, X-Mine ,TE", "X-Mine: 1", "Connection: x-other", "X-Other: 2",
				"Keep-Alive: 5", "TE: trailers", "Trailer: X", "Proxy-Authorization: s", "Proxy-Connection: close", "Upgrade: h2c",
				"HTTP2-Settings: x", "X-Tyk-Authorization: s", "X_Tyk_Authorization: s", "Kept: yes", "Expect: x"),
			want: []string{"Kept: yes"},
			not: []string{
				"connection", "x-mine", "x-other", "keep-alive", "te:", "trailer", "proxy-", "upgrade", "http2", "tyk-auth", "tyk_auth", "expect",
			},
		},
		{
			name: "forwarded headers",
			request: lines("GET / HTTP/1.1", "Host: GATE", "X-Forwarded-For: 10.0.0.1", "x-forwarded-for: 10.0.0.2 ", "X_Forwarded_For: 6.6.6.6",
				"X-Forwarded_Host: evil", "X-Forwarded-Host: evil", "X-Forwarded-Proto: https", "X_FORWARDED_PROTO: https", "X-Real-Ip: 1.2.3.4"),
			want: []string{
				"X-Real-Ip: 1.2.3.4", "X-Forwarded-For: 10.0.0.1, 10.0.0.2, 127.0.0.1", "X-Forwarded-Host: GATE", "X-Forwarded-Proto: http",
			},
			not: []string{"6.6.6.6", "evil", "https"},
		},
		{
			name:      "tls and preserved host",
			configure: func(c *config) { c.request.TLS = true; c.up.PreserveHost = true },
			request:   lines("GET / HTTP/1.1", "Host: GATE"),
			want:      []string{"Host: GATE", "X-Forwarded-Proto: https"},
		},
		{
			name:      "base path and query",
			configure: func(c *config) { c.up.Path = "/base/"; c.up.Query = "k=v"; c.strip = true; c.request.Rest = 3 },
			request:   lines("GET /a/x?y=1 HTTP/1.1", "Host: GATE"),
			want:      []string{"GET /base/x?k=v&y=1 HTTP/1.1"},
		},
		{
			name:      "base path for the root",
			configure: func(c *config) { c.up.Path = "/base/path"; c.strip = true; c.request.Rest = 3 },
			request:   lines("GET /a/ HTTP/1.1", "Host: GATE"),
			want:      []string{"GET /base/path HTTP/1.1"},
		},
		{
			name:      "listen path without a slash",
			configure: func(c *config) { c.up.Path = "/base"; c.strip = true; c.request.Rest = 2 },
			request:   lines("GET /a/x HTTP/1.1", "Host: GATE"),
			want:      []string{"GET /base/x HTTP/1.1"},
		},
		{
			name:      "listen path alone",
			configure: func(c *config) { c.strip = true; c.request.Rest = 2 },
			request:   lines("GET /a? HTTP/1.1", "Host: GATE"),
			want:      []string{"GET / HTTP/1.1"},
		},
		{
			name:      "not stripped",
			configure: func(c *config) { c.up.Path = "/base"; c.request.Rest = 3; c.up.Query = "k" },
			request:   lines("GET /a/x HTTP/1.1", "Host: GATE"),
			want:      []string{"GET /base/a/x?k HTTP/1.1"},
		},
		{
			name:    "absolute form",
			request: lines("GET http://GATE?q=1 HTTP/1.1", "Host: GATE"),
			want:    []string{"GET /?q=1 HTTP/1.1", "Host: HOST"},
		},
		{
			name: "credentials",
			configure: func(c *config) {
				c.request.DropHeader, c.request.DropQuery, c.request.DropCookie = "X-Token", "to ken", "tok"
				c.up.Query = "k=v"
			},
			request: lines("GET /?z=1&to%20ken=s&token=2&to+ken&%74o%20ken=x&a=3 HTTP/1.1", "Host: GATE", "x-token: secret", "X_Token: secret",
				"Cookie: tokens=1; tok=secret;tok2=2; tok=secret", "Cookie: tok=secret", "X-Token2: kept"),
			want: []string{"GET /?k=v&z=1&token=2&a=3 HTTP/1.1", "Cookie: tokens=1; tok2=2", "X-Token2: kept"},
			not:  []string{"secret", "cookie: \r\n", "cookie:\r\n"},
		},
		{
			name:      "only query parameter dropped",
			configure: func(c *config) { c.request.DropQuery = "t" },
			request:   lines("GET /?t=1 HTTP/1.1", "Host: GATE"),
			want:      []string{"GET / HTTP/1.1"},
		},
		{
			name:    "post without body",
			request: lines("POST / HTTP/1.1", "Host: GATE", "Content-Length: 0"),
			want:    []string{"Content-Length: 0"},
		},
		{
			name:    "unknown method",
			request: lines("FROB /x HTTP/1.1", "Host: GATE"),
			want:    []string{"FROB /x HTTP/1.1"},
		},
		{
			name: "many special lines",
			request: lines("GET / HTTP/1.1", "Host: GATE", strings.TrimSuffix(strings.Repeat("Cookie: a=1\r\n", 20), "\r\n"), "TE: x",
				"X-Forwarded-For: 10.0.0.1", "X-Forwarded-For:", "Kept: yes"),
			want: []string{strings.TrimSuffix(strings.Repeat("Cookie: a=1\r\n", 20), "\r\n"), "Kept: yes", "X-Forwarded-For: 10.0.0.1, 127.0.0.1"},
			not:  []string{"te:"},
		},
		{
			name:    "framing twins",
			request: lines("GET / HTTP/1.1", "Host: GATE", "Content_Length: 5", "Transfer_Encoding: chunked", "User_Agent: kept"),
			want:    []string{"User-Agent: tykctl", "User_Agent: kept"},
			not:     []string{"content_length", "transfer_encoding"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			up, heads := capture(t)
			c := config{up: up}
			if tt.configure != nil {
				tt.configure(&c)
			}
			g := start(t, c)
			replace := strings.NewReplacer("GATE", g.addr, "HOST", up.Host)
			if resp := exchange1(t, g.addr, replace.Replace(tt.request)); resp.StatusCode != 200 {
				t.Fatalf("status %d", resp.StatusCode)
			}
			got := head1(t, heads)
			at := 0
			for _, line := range tt.want {
				i := strings.Index(got[at:], replace.Replace(line)+"\r\n")
				if line == "" {
					i = strings.Index(got[at:], "\r\n")
					if at == len(got) {
						i = 0
					}
				}
				if i < 0 {
					t.Fatalf("no %q (in this order) in\n%s", line, got)
				}
				at = min(len(got), at+i+len(replace.Replace(line))+2)
			}
			for _, text := range tt.not {
				if strings.Contains(strings.ToLower(got), text) {
					t.Errorf("%q in\n%s", text, got)
				}
			}
		})
	}
}

func TestAnswer(t *testing.T) {
	up := upstreamHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["Date"] = []string{"Sun, 06 Nov 1994 08:49:37 GMT"}
		h["Server"] = []string{"mine"}
		switch r.URL.Path {
		case "/headers":
			h["Set-Cookie"] = []string{"a=1; Path=/", "a=2; HttpOnly"}
			h["X-Two"] = []string{"1", "2"}
			h["Connection"] = []string{"X-Private, close"}
			h["X-Private"] = []string{"1"}
			h["Keep-Alive"] = []string{"timeout=5"}
			h["Proxy-Authenticate"] = []string{"Basic"}
			h["Content-Type"] = []string{"text/odd; x=y"}
			h["Content-Encoding"] = []string{"br"}
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, "body")
		case "/untyped":
			h["Content-Type"] = nil
			h["Date"] = nil
			_, _ = io.WriteString(w, "body")
		case "/redirect":
			http.Redirect(w, r, "http://elsewhere/", http.StatusFound)
		case "/204", "/304", "/1xx":
			if r.URL.Path == "/1xx" {
				w.WriteHeader(http.StatusEarlyHints)
			}
			h.Set("Etag", `"x"`)
			w.WriteHeader(map[string]int{"/204": 204, "/304": 304, "/1xx": 201}[r.URL.Path])
		case "/chunked":
			_, _ = io.WriteString(w, "one")
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, "two")
		default:
			h.Set("Content-Length", "5")
			_, _ = io.WriteString(w, "hello")
		}
	})
	g := start(t, config{up: up})
	get := func(method, path string) *http.Response {
		return exchange1(t, g.addr, lines(method+" "+path+" HTTP/1.1", "Host: x"))
	}

	resp := get("GET", "/headers")
	if resp.StatusCode != http.StatusTeapot || bodyOf(resp) != "body" {
		t.Errorf("/headers: %v", resp)
	}
	for name, want := range map[string]string{
		"Set-Cookie": "a=1; Path=/|a=2; HttpOnly", "X-Two": "1|2", "X-Private": "", "Keep-Alive": "", "Proxy-Authenticate": "", "Connection": "",
		"Content-Type": "text/odd; x=y", "Content-Encoding": "br", "Date": "Sun, 06 Nov 1994 08:49:37 GMT", "Server": "mine", "Content-Length": "4",
	} {
		if got := strings.Join(resp.Header.Values(name), "|"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if resp = get("GET", "/untyped"); len(resp.Header.Values("Content-Type")) > 0 || len(resp.Header.Values("Date")) != 1 {
		t.Errorf("/untyped: %v", resp.Header)
	}
	if resp = get("GET", "/redirect"); resp.StatusCode != 302 || resp.Header.Get("Location") != "http://elsewhere/" {
		t.Errorf("/redirect: %v", resp)
	}
	for path, status := range map[string]int{"/204": 204, "/304": 304, "/1xx": 201} {
		if resp = get("GET", path); resp.StatusCode != status || resp.Header.Get("Etag") != `"x"` || bodyOf(resp) != "" {
			t.Errorf("%s: %v", path, resp)
		}
	}
	if resp = get("GET", "/chunked"); bodyOf(resp) != "onetwo" || resp.ContentLength != -1 {
		t.Errorf("/chunked: %v", resp)
	}
	if resp = get("HEAD", "/"); resp.ContentLength != 5 || bodyOf(resp) != "" {
		t.Errorf("HEAD: %v", resp)
	}
	if resp = get("HEAD", "/chunked"); resp.StatusCode != 200 || bodyOf(resp) != "" || resp.ContentLength > 0 {
		t.Errorf("HEAD /chunked: %v", resp)
	}
}

// TestSequence sends several requests down one connection: nothing of one may be left for the next.
func TestSequence(t *testing.T) {
	up := upstreamHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, r.Method+" "+r.URL.Path+" "+string(b)+"\n")
	})
	for _, buffering := range []bool{false, true} {
		g := start(t, config{up: up, buffering: buffering})
		got := raw(t, g.addr, lines("GET /1 HTTP/1.1", "Host: x")+
			lines("POST /2 HTTP/1.1", "Host: x", "Content-Length: 5")+"hello"+
			lines("HEAD /3 HTTP/1.1", "Host: x")+
			lines("POST /4 HTTP/1.1", "Host: x", "Transfer-Encoding: chunked")+"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"+
			lines("GET /5 HTTP/1.1", "Host: x", "Connection: close"))
		want := []string{"GET /1 \n", "POST /2 hello\n", "POST /4 abcde\n", "GET /5 \n"}
		if lines := regexp.MustCompile(`(?m)^[A-Z]+ /.*\n`).FindAllString(got, -1); strings.Join(lines, "") != strings.Join(want, "") {
			t.Errorf("buffering %t: %q", buffering, got)
		}
		if n := strings.Count(got, "HTTP/1.1 200"); n != 5 {
			t.Errorf("buffering %t: %d answers", buffering, n)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, up := range []plan.Upstream{
		{Scheme: "ftp", Host: "x"},
		{Scheme: "http"},
		{Scheme: "http", Host: "a b"},
		{Scheme: "http", Host: "x\r\nA: b"},
		{Scheme: "http", Host: "x", Path: "/a b"},
		{Scheme: "http", Host: "x", Path: "/é"},
		{Scheme: "http", Host: "x", Query: "a\nb"},
		{Scheme: "http", Host: "x", Path: "a"},
		{Scheme: "http", Host: "x", Path: "/a?b"},
		{Scheme: "http", Host: "u@x"},
		{Scheme: "http", Host: "x:port"},
		{Scheme: "http", Host: ":80"},
		{Scheme: "http", Host: "x", Query: "a#b"},
	} {
		if p, err := New([]plan.Upstream{up}, Options{}); err == nil {
			p.Close()
			t.Errorf("%+v was accepted", up)
		}
	}
}

func TestSharedServers(t *testing.T) {
	p, err := New([]plan.Upstream{
		{Scheme: "http", Host: "x"},
		{Scheme: "http", Host: "x", Path: "/a"},
		{Scheme: "https", Host: "x"},
		{Scheme: "https", Host: "x", InsecureSkipVerify: true},
		{Scheme: "http", Host: "[::1]"},
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var addrs []string
	for _, s := range p.servers {
		addrs = append(addrs, s.addr)
	}
	if got := strings.Join(addrs, " "); got != "x:80 x:443 x:443 [::1]:80" {
		t.Error(got)
	}
}

func TestSetDate(t *testing.T) {
	var resp fasthttp.Response
	SetDate(&resp.Header, fasthttp.CookieExpireDelete)
	if got := string(resp.Header.Peek("Date")); got != "Tue, 10 Nov 2009 23:00:00 GMT" {
		t.Errorf("Date: %q", got)
	}
}
