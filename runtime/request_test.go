package runtime_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/compat"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// fasthttp's pool looks only every ten seconds whether its server has stopped; its clock for Date headers never does.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		// Only the benchmark's peer has this.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*HostClient).connsCleaner"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*Client).mCleaner"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*TCPDialer).tcpAddrsClean"))
}

func (g *gateway) accessToken(apiID, basic string) string {
	g.t.Helper()
	a := g.send("POST", "/"+apiID+"/oauth/token", form("grant_type", "client_credentials"), "Basic: "+basic)
	if a.status != 200 {
		g.t.Fatalf("token: %d %s", a.status, a.body)
	}
	return a.json(g.t).Access
}

func TestAccess(t *testing.T) {
	g := start(t, twoAPIs(), nil)
	a := g.accessToken("a", "cl:"+g.client("a", "cl"))
	b := g.accessToken("b", "cl:"+g.client("b", "cl"))

	for _, tt := range []struct {
		name, path string
		headers    []string
		status     int
		text       string // of the body, or of the challenge
	}{
		{"good", "/a/x", []string{"Authorization: Bearer " + a}, 200, ""},
		{"scheme in lower case", "/a/x", []string{"Authorization: bearer " + a}, 200, ""},
		{"two blanks", "/a/x", []string{"Authorization: Bearer  " + a}, 200, ""},
		{"no credential", "/a/x", nil, 401, "Authorization field missing"},
		{"no scheme", "/a/x", []string{"Authorization: " + a}, 401, "Authorization field missing"},
		{"Basic", "/a/x", []string{"Authorization: Basic eDp5"}, 401, "Bearer token malformed"},
		{"no token", "/a/x", []string{"Authorization: Bearer"}, 401, "Bearer token malformed"},
		{"text after the token", "/a/x", []string{"Authorization: Bearer " + a + " x"}, 401, "Bearer token malformed"},
		{"unknown", "/a/x", []string{"Authorization: Bearer x" + a}, 401, `error="invalid_token"`},
		{"of another API", "/a/x", []string{"Authorization: Bearer " + b}, 403, "Access to this API has been disallowed"},
		{"source that is off", "/a/x?access_token=" + a, nil, 401, "Authorization field missing"},
		{"query, bare", "/b/x?access_token=" + b, nil, 200, ""},
		{"query, with scheme", "/b/x?access_token=Bearer%20" + b, nil, 200, ""},
		{"cookie", "/b/x", []string{"Cookie: other=1; token=" + b}, 200, ""},
		{"cookie beats query", "/b/x?access_token=" + b, []string{"Cookie: token=wrong"}, 401, "Key not authorised"},
		{"query beats header", "/b/x?access_token=wrong", []string{"Authorization: Bearer " + b}, 401, "Key not authorised"},
		{"names are case-sensitive in a query", "/b/x?ACCESS_TOKEN=" + b, nil, 401, "Authorization field missing"},
		{"keyless", "/open/x", nil, 200, ""},
		{"open route", "/a/public", nil, 200, ""},
		{"open route, other method", "POST /a/public", nil, 401, "Authorization field missing"},
		{"blocked route with a slash at the end", "/a/blocked/", []string{"Authorization: Bearer " + a}, 403, "Requested endpoint is forbidden"},
		{"blocked route", "/a/blocked", []string{"Authorization: Bearer " + a}, 403, "Requested endpoint is forbidden"},
		{"inactive API", "/off/x", nil, 404, "Not Found"},
		{"no API", "/nothing", nil, 404, "Not Found"},
		{"the admin API is no upstream's", "/tyk/x", nil, 403, "invalid or missing key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			method, path, found := strings.Cut(tt.path, " ")
			if !found {
				method, path = "GET", tt.path
			}
			got := g.send(method, path, "", tt.headers...)
			if got.status != tt.status || !strings.Contains(got.body+got.header.Get("WWW-Authenticate"), tt.text) {
				t.Errorf("%d %s %v", got.status, got.body, got.header)
			}
			if challenge := got.header.Get("WWW-Authenticate"); got.status == 401 && !strings.HasPrefix(challenge, "Bearer realm=") { // RFC 6750 §3
				t.Errorf("WWW-Authenticate %q", challenge)
			}
			if reached := got.header.Get("X-Upstream-Saw") != ""; reached != (tt.status == 200) {
				t.Errorf("reached the upstream: %v", reached)
			}
		})
	}
	if got := g.send("GET", "/a/x/y?q=1", "", "Authorization: Bearer "+a); got.header.Get("X-Upstream-Saw") != "GET /x/y?q=1" || got.body != "" {
		t.Errorf("stripped: upstream saw %q and credential %q", got.header.Get("X-Upstream-Saw"), got.body)
	}
	if got := g.send("GET", "/b/x?access_token="+b+"&q=1", "", "Authorization: Bearer "+b); got.header.Get("X-Upstream-Saw") != "GET /b/x?access_token="+b+"&q=1" || got.body != "Bearer "+b {
		t.Errorf("not stripped: upstream saw %q and credential %q", got.header.Get("X-Upstream-Saw"), got.body)
	}
}

// TestPathTricks: the path that is forwarded is the path that was authorised.
func TestPathTricks(t *testing.T) {
	g := start(t, twoAPIs(), nil)
	for path, want := range map[string]int{
		"/open/../a/x":               301,
		"/open//x":                   301,
		"/open/%2e%2e/a/x":           301,
		"/open/..%2fa/x":             400,
		"/open/%5c..%5ca":            400,
		"/open/x%00":                 400,
		"/open/x%zz":                 400,
		"/%6fpen/x":                  200,
		"/open%2fx":                  404,
		"/a/%70ublic":                200,
		"/a/blocke%64":               403,
		"/a/closed%2Fx%2Cy":          403, // whatever the upstream makes of escaped delimiters
		"/a/shared/x":                200,
		"/a/shared/x%2Fkeys":         401,
		"/a/shared/x%2Cy":            200,
		"/open/tyk/oauth/clients":    200,
		"/a/oauth%2ftoken":           401,
		"/%74yk/oauth/clients/a":     403,
		"/tyk/../open/x":             301,
		"/open/a%2fb":                200,
		"/open/x;y=1":                200,
		"/a/tyk/oauth/other-service": 401,
	} {
		req := &http.Request{Method: "GET", URL: &url.URL{Scheme: "http", Host: strings.TrimPrefix(g.url, "http://"), Opaque: path}, Header: http.Header{}}
		resp, err := noRedirects.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d, want %d (upstream saw %q)", path, resp.StatusCode, want, resp.Header.Get("X-Upstream-Saw"))
		}
	}
}

func TestClientRegistration(t *testing.T) {
	g := start(t, twoAPIs(), nil)
	admin := func(method, path, body string) answer {
		return g.send(method, path, body, "X-Tyk-Authorization: "+secret, "Content-Type: application/json")
	}
	for _, tt := range []struct {
		body    string
		status  int
		message string
	}{
		{`{"api_id": "nothing"}`, 400, "API doesn't exist"},
		{`{"api_id": "open"}`, 400, "API is not OAuth2"},
		{`{}`, 400, "Policy doesn't exist"},
		{`{"api_id": "a", "policy_id": "p"}`, 400, "Policy doesn't exist"},
		{`{"api_id": 1}`, 400, "api_id must not be a JSON number"},
		{`{"api_id": "a"`, 400, "not a JSON object"},
		{`{"api_id": "a"} x`, 400, "text after"},
		{``, 400, "not a JSON object"},
		{`{"api_id": "a", "redirect_uri": "not a url %%%"}`, 400, "redirect_uri"},
		{`{"api_id": "a", "redirect_uri": "/relative"}`, 400, "redirect_uri"},
		{`{"api_id": "a", "redirect_uri": "https://x.example.com/#f"}`, 400, "redirect_uri"},
		{`{"api_id": "a", "redirect_uri": "javascript:alert(1)"}`, 400, "redirect_uri"},
		{`{"api_id": "a", "client_id": "a/b"}`, 400, "client_id"},
		{`{"api_id": "a", "client_id": "a", "secret": "short"}`, 400, "secret"},
		{`{"api_id": "a", "meta_data": "text"}`, 400, "meta_data"},
		{`{"api_id": "a", "client_id": "mine", "secret": "0123456789abcdef0123456789abcdef", "redirect_uri": "com.example.app:/cb", "meta_data": {"k": [1]}, "unknown": 1}`, 200, `"meta_data":{"k":[1]}`},
		{`{"api_id": "a", "client_id": "mine"}`, 409, "exists"},
		{`{"api_id": "b", "client_id": "mine"}`, 200, `"meta_data":null`},
	} {
		a := admin("POST", "/tyk/oauth/clients/create", tt.body)
		if a.status != tt.status || !strings.Contains(a.body, tt.message) {
			t.Errorf("%s: %d %s", tt.body, a.status, a.body)
		}
	}
	if a := g.send("POST", "/a/oauth/token", form("grant_type", "client_credentials"), "Basic: mine:0123456789abcdef0123456789abcdef"); a.status != 200 {
		t.Errorf("chosen id and secret: %d", a.status)
	}
	var made struct {
		ID     string `json:"client_id"`
		Secret string `json:"secret"`
	}
	if err := json.Unmarshal([]byte(admin("POST", "/tyk/oauth/clients/create/", `{"api_id": "a"}`).body), &made); err != nil || len(made.ID) != 32 || len(made.Secret) != 64 {
		t.Errorf("generated: %+v, %v", made, err)
	}
	list := admin("GET", "/tyk/oauth/clients/a", "")
	if list.status != 200 || !strings.Contains(list.body, made.ID) || strings.Contains(list.body, made.Secret) {
		t.Errorf("list: %d %s", list.status, list.body)
	}
	for _, tt := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/tyk/oauth/clients/nothing", 404},
		{"GET", "/tyk/oauth/clients/a/" + made.ID + "/", 200},
		{"GET", "/tyk/oauth/clients/b/" + made.ID, 404},
		{"PATCH", "/tyk/oauth/clients/a/" + made.ID, 405},
		{"POST", "/tyk/oauth/clients/a", 405},
		{"DELETE", "/tyk/oauth/clients/b/" + made.ID, 404},
		{"DELETE", "/tyk/oauth/clients/a/" + made.ID, 200},
		{"GET", "/tyk/oauth/clients/a/" + made.ID, 404},
		{"GET", "/tyk/nothing", 404},
		{"GET", "/tyk/reload", 501},
	} {
		if a := admin(tt.method, tt.path, ""); a.status != tt.status {
			t.Errorf("%s %s: %d %s", tt.method, tt.path, a.status, a.body)
		}
	}
}

// TestSwapUnderLoad: reloading fails no request, and a plan that cannot be made live changes nothing.
func TestSwapUnderLoad(t *testing.T) {
	p := twoAPIs()
	g := start(t, p, nil)
	token := g.accessToken("a", "cl:"+g.client("a", "cl"))
	var stop atomic.Bool
	var served atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for !stop.Load() {
				if a := g.send("GET", "/a/x", "", "Authorization: Bearer "+token); a.status != 200 {
					t.Errorf("%d %s", a.status, a.body)
					return
				}
				served.Add(1)
			}
		})
	}
	for i := range 50 {
		next := *p
		next.APIs = append([]plan.API{}, p.APIs...)
		next.APIs[3].Name = fmt.Sprint("Open ", i)
		if err := g.server.Swap(&next); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Millisecond)
	}
	broken := *p
	broken.APIs = append([]plan.API{}, p.APIs...)
	broken.APIs[0].ListenPath = "/{x:(}/"
	if err := g.server.Swap(&broken); err == nil {
		t.Error("a listen path with a broken pattern was made live")
	}
	stop.Store(true)
	wg.Wait()
	if served.Load() == 0 {
		t.Error("nothing was served")
	}
	if a := g.send("GET", "/a/x", "", "Authorization: Bearer "+token); a.status != 200 {
		t.Errorf("after a refused swap: %d", a.status)
	}
}

func TestUpstreamDown(t *testing.T) {
	for mode, status := range map[compat.Mode]int{compat.RFC: 502, compat.Tyk: 500} {
		g := startWith(t, twoAPIs(), nil, runtime.Options{Compat: mode})
		g.upstream.Close()
		a := g.send("GET", "/open/x", "")
		if a.status != status || a.body != "{\n    \"error\": \"There was a problem proxying the request\"\n}" {
			t.Errorf("%s: %d %s", mode, a.status, a.body)
		}
	}
}

func TestHealth(t *testing.T) {
	g := start(t, twoAPIs(), nil)
	for _, path := range []string{"/hello", "/livez", "/readyz"} {
		if a := g.send("GET", path, ""); a.status != 200 || !strings.Contains(a.body, `"status":"pass"`) {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}
