package runtime_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/runtime"
)

// TestRedirectMismatch: nothing but the registered URI, byte by byte, gets an answer (RFC 9700 §4.1.3).
func TestRedirectMismatch(t *testing.T) {
	inBothModes(t, runtime.Options{}, func(t *testing.T, x *exchange) {
		for name, uri := range map[string]string{
			"prefix, deeper path":        redirectURI + "/deeper",
			"prefix, longer name":        redirectURI + "evil",
			"prefix, dot segments":       redirectURI + "/../evil",
			"case of the path":           "https://client.example.com/CB",
			"case of the host":           "https://Client.example.com/cb",
			"case of the scheme":         "HTTPS://client.example.com/cb",
			"trailing slash":             redirectURI + "/",
			"query":                      redirectURI + "?x=1",
			"empty query":                redirectURI + "?",
			"fragment":                   redirectURI + "#x",
			"empty fragment":             redirectURI + "#",
			"open redirect":              "https://evil.example.com/?to=" + redirectURI,
			"open redirect by backslash": `https://evil.example.com\@client.example.com/cb`,
			"userinfo":                   "https://u@client.example.com/cb",
			"host as userinfo":           "https://client.example.com@evil.example.com/cb",
			"subdomain":                  "https://client.example.com.evil.example/cb",
			"encoded":                    "https%3A%2F%2Fclient.example.com%2Fcb",
			"double encoding":            "https%253A%252F%252Fclient.example.com%252Fcb",
			"encoded letter":             "https://client.example.com/%63b",
			"default port":               "https://client.example.com:443/cb",
			"other port":                 "https://client.example.com:8443/cb",
			"http":                       "http://client.example.com/cb",
			"blank at the end":           redirectURI + " ",
			"line end":                   redirectURI + "\n",
			"script":                     "javascript:alert(1)",
			"relative":                   "/cb",
		} {
			for _, a := range []answer{authorize("redirect_uri", uri)(x), x.send("POST", "/a/oauth/authorize", asked("redirect_uri", uri).Encode())} {
				if a.status < 400 || a.header.Get("Location") != "" {
					t.Errorf("%s: %d to %q", name, a.status, a.header.Get("Location"))
				}
			}
			if a := authorizeFor("redirect_uri", uri)(x); a.status < 400 || strings.Contains(a.body, "evil") {
				t.Errorf("%s: authorize-client: %d %s", name, a.status, a.body)
			}
		}
		for name, uri := range map[string]string{
			"loopback, another path":     "http://127.0.0.1:1/other",
			"loopback, longer host":      "http://127.0.0.1.evil.example/cb",
			"loopback, port as userinfo": "http://127.0.0.1:80@evil.example/cb",
			"loopback, another address":  "http://127.0.0.2/cb",
			"loopback, name":             "http://localhost/cb",
			"loopback, https":            "https://127.0.0.1:1/cb",
			"loopback, port 0":           "http://127.0.0.1:0/cb",
			"loopback, port too high":    "http://127.0.0.1:65536/cb",
			"loopback, no port":          "http://127.0.0.1:/cb",
			"loopback, signed port":      "http://127.0.0.1:+1/cb",
			"loopback, query":            "http://127.0.0.1:1/cb?x",
		} {
			if a := authorize("client_id", "native", "redirect_uri", uri)(x); a.status < 400 || a.header.Get("Location") != "" {
				t.Errorf("%s: %d to %q", name, a.status, a.header.Get("Location"))
			}
		}
	})
}

// TestHeaderInjection: what a stranger sends does not become a header or another parameter.
func TestHeaderInjection(t *testing.T) {
	inBothModes(t, runtime.Options{}, func(t *testing.T, x *exchange) {
		const evil = "x\r\nSet-Cookie: a=b\r\n\r\n<script>&code=stolen#"
		for name, a := range map[string]answer{
			"state":            authorize("state", evil)(x),
			"state of error":   authorize("state", evil, "scope", "admin")(x),
			"scope":            authorize("scope", evil)(x),
			"response type":    authorize("response_type", evil)(x),
			"other parameter":  authorize("x", evil)(x),
			"authorize-client": authorizeFor("state", evil)(x),
			"parameter name":   x.send("GET", "/a/oauth/authorize?"+url.QueryEscape(evil)+"=1&"+url.QueryEscape(evil)+"=2", ""),
			"token scope":      clientCredentials("cl", "scope", evil)(x),
			"grant type":       x.token("cl", "grant_type", evil),
			"client id":        x.token("", "grant_type", "client_credentials", "client_id", evil, "client_secret", evil),
		} {
			if a.header.Get("Set-Cookie") != "" || strings.Contains(a.body, "<script>") && name != "authorize-client" {
				t.Errorf("%s: %v %s", name, a.header, a.body)
			}
			location := a.header.Get("Location")
			if strings.ContainsAny(location, "\r\n<#") || strings.Contains(location, "&code=stolen") {
				t.Errorf("%s: location %q", name, location)
			}
		}
		code := authorizeFor("state", evil)(x).json(t).Code
		if a := x.exchange("a", x.basic["cl"], code); a.status != 200 {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
}

// TestRepeatedHeader: two Authorization headers could be read in two ways.
func TestRepeatedHeader(t *testing.T) {
	x := newExchange(t, runtime.Options{})
	conn, err := net.Dial("tcp", strings.TrimPrefix(x.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	body := form("grant_type", "client_credentials")
	_, err = fmt.Fprintf(conn, "POST /a/oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\nAuthorization: Basic %s\r\nAuthorization: Basic %s\r\n\r\n%s",
		urlencoded, len(body), b64(x.basic["cl"]), b64(x.basic["other"]), body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, _ := io.ReadAll(resp.Body); resp.StatusCode != 400 {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
}

// TestIssuerIsNotTheHostHeader: a stranger's Host header names no issuer (RFC 8414 §2), unless it is one of ours.
func TestIssuerIsNotTheHostHeader(t *testing.T) {
	told := startWith(t, twoAPIs(), nil, runtime.Options{PublicURLs: []string{"https://one.example.com/", "http://two.example.com:8080/base"}})
	untold := start(t, twoAPIs(), nil)
	for _, tt := range []struct {
		g            *gateway
		host, issuer string
	}{
		{told, "one.example.com", "https://one.example.com/a"},
		{told, "TWO.example.com:8080", "http://two.example.com:8080/base/a"},
		{told, "two.example.com", "https://one.example.com/a"},
		{told, "evil.example.com", "https://one.example.com/a"},
		{untold, "localhost:99", "http://localhost:99/a"},
		{untold, "127.0.0.1", "http://127.0.0.1/a"},
		{untold, "[::1]:80", "http://[::1]:80/a"},
		{untold, "evil.example.com", ""},
		{untold, "localhost.evil.example.com", ""},
		{untold, "10.0.0.1", ""},
	} {
		a := tt.g.send("GET", "/a/.well-known/oauth-authorization-server", "", "Host: "+tt.host)
		if tt.issuer == "" && a.status != 404 || tt.issuer != "" && !strings.HasPrefix(a.body, `{"issuer":"`+tt.issuer+`",`) {
			t.Errorf("Host %s: %d %s", tt.host, a.status, a.body)
		}
	}
}

// TestIssuerOfPatterns: where listen path or domain have variables, the issuer is what the request has in their place; where that cannot be told, none
// is named.
func TestIssuerOfPatterns(t *testing.T) {
	p := twoAPIs()
	p.APIs[0].ListenPath = "/{tenant}/api/"
	p.APIs[1].Domain = "b.example.com"
	g := startWith(t, p, nil, runtime.Options{PublicURLs: []string{"https://gateway.example.com"}})
	g.client("a", "cl")
	g.client("b", "cl")
	issuer := func(path, host string) string {
		a := g.send("GET", path, "", "Host: "+host)
		m := regexp.MustCompile(`^\{"issuer":"([^"]*)"`).FindStringSubmatch(a.body)
		if m == nil {
			return ""
		}
		return m[1]
	}
	for _, tt := range []struct{ path, host, want string }{
		{"/acme/api/.well-known/oauth-authorization-server", "gateway.example.com", "https://gateway.example.com/acme/api"},
		{"/.well-known/oauth-authorization-server/acme/api", "gateway.example.com", "https://gateway.example.com/acme/api"},
		{"/b/.well-known/oauth-authorization-server", "b.example.com", "https://b.example.com/b"},
		{"/.well-known/oauth-authorization-server/b", "b.example.com", "https://b.example.com/b"},
		{"/.well-known/oauth-authorization-server/b", "gateway.example.com", ""},
	} {
		if got := issuer(tt.path, tt.host); got != tt.want {
			t.Errorf("%s of %s: %q, want %q", tt.path, tt.host, got, tt.want)
		}
	}
	gateway := "X-Tyk-Authorization: " + secret
	if a := g.send("POST", "/acme/api/tyk/oauth/authorize-client/", asked().Encode(), gateway); !strings.Contains(a.body, "iss=https%3A%2F%2Fgateway.example.com%2Facme%2Fapi&") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := g.send("POST", "/api/apis/oauth/a/authorize-client", asked().Encode(), "Authorization: "+secret); a.status != 200 || strings.Contains(a.body, "iss=") {
		t.Errorf("%d %s", a.status, a.body)
	}
}
