package runtime_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Scope   string `json:"scope"`
	Type    string `json:"token_type"`
	Expires int    `json:"expires_in"`
	Error   string `json:"error"`
	Code    string `json:"code"`
}

func (a answer) json(t testing.TB) (v tokens) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return v
}

// code obtains an authorization code as an identity server does.
func (g *gateway) code(apiID, clientID string, more ...string) string {
	g.t.Helper()
	params := append([]string{"response_type", "code", "client_id", clientID, "redirect_uri", redirectURI}, more...)
	a := g.send("POST", "/"+apiID+"/tyk/oauth/authorize-client", form(params...), "X-Tyk-Authorization: "+secret)
	if a.status != 200 {
		g.t.Fatalf("authorize-client: %d %s", a.status, a.body)
	}
	return a.json(g.t).Code
}

func (g *gateway) exchange(apiID, basic, code string) answer {
	g.t.Helper()
	return g.send("POST", "/"+apiID+"/oauth/token", form("grant_type", "authorization_code", "code", code, "redirect_uri", redirectURI), "Basic: "+basic)
}

// TestTokenEndpoint names, for each request, the clause that it comes from.
func TestTokenEndpoint(t *testing.T) {
	g := start(t, twoAPIs(), nil)
	basic := "cl:" + g.client("a", "cl")
	other := "other:" + g.client("a", "other")
	colon := "odd id%:" + g.client("a", "odd id%")
	encoded := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("odd+id%25:"+url.QueryEscape(strings.SplitN(colon, ":", 2)[1])))
	secretOf := func(basic string) string { _, s, _ := strings.Cut(basic, ":"); return s }

	for _, tt := range []struct {
		name, clause string
		body         string
		headers      []string
		status       int
		error        string
	}{
		{"client credentials", "RFC 6749 §4.4", form("grant_type", "client_credentials"), []string{"Basic: " + basic}, 200, ""},
		{"scope declared", "RFC 6749 §3.3", form("grant_type", "client_credentials", "scope", "read write"), []string{"Basic: " + basic}, 200, ""},
		{"scope undeclared", "RFC 6749 §5.2", form("grant_type", "client_credentials", "scope", "read admin"), []string{"Basic: " + basic}, 400, "invalid_scope"},
		{"scope malformed", "RFC 6749 §3.3", form("grant_type", "client_credentials", "scope", "read  write"), []string{"Basic: " + basic}, 400, "invalid_scope"},
		{"credentials in the body", "RFC 6749 §2.3.1", form("grant_type", "client_credentials", "client_id", "cl", "client_secret", secretOf(basic)), nil, 200, ""},
		{"credentials in both, the same", "Tyk's documented refresh request", form("grant_type", "client_credentials", "client_id", "cl", "client_secret", secretOf(basic)), []string{"Basic: " + basic}, 200, ""},
		{"credentials in both, another client", "RFC 6749 §2.3", form("grant_type", "client_credentials", "client_id", "other"), []string{"Basic: " + basic}, 400, "invalid_request"},
		{"credentials in both, another secret", "RFC 6749 §2.3", form("grant_type", "client_credentials", "client_secret", "x"), []string{"Basic: " + basic}, 400, "invalid_request"},
		{"Basic, form-encoded", "RFC 6749 §2.3.1", form("grant_type", "client_credentials"), []string{encoded}, 200, ""},
		{"Basic, raw", "Tyk", form("grant_type", "client_credentials"), []string{"Basic: " + colon}, 200, ""},
		{"basic in lower case", "RFC 9110 §11.1", form("grant_type", "client_credentials"), []string{"Authorization: basic " + base64.StdEncoding.EncodeToString([]byte(basic))}, 200, ""},
		{"JSON", "Tyk", `{"grant_type": "client_credentials"}`, []string{"Basic: " + basic, "Content-Type: application/json"}, 200, ""},
		{"JSON with charset", "RFC 8259", `{"grant_type": "client_credentials"}`, []string{"Basic: " + basic, "Content-Type: application/json; charset=utf-8"}, 200, ""},
		{"JSON, number", "Tyk", `{"grant_type": 1}`, []string{"Basic: " + basic, "Content-Type: application/json"}, 400, "invalid_request"},
		{"JSON, repeated member", "RFC 6749 §3.2", `{"grant_type": "client_credentials", "grant_type": "x"}`, []string{"Basic: " + basic, "Content-Type: application/json"}, 400, "invalid_request"},
		{"JSON, cut short", "RFC 8259", `{"grant_type": "client_credentials"`, []string{"Basic: " + basic, "Content-Type: application/json"}, 400, "invalid_request"},
		{"other content type", "RFC 6749 §3.2", "grant_type=client_credentials", []string{"Basic: " + basic, "Content-Type: text/plain"}, 400, "invalid_request"},
		{"no grant type", "RFC 6749 §5.2", form("code", "x"), []string{"Basic: " + basic}, 400, "invalid_request"},
		{"unknown grant type", "RFC 6749 §5.2", form("grant_type", "urn:x"), []string{"Basic: " + basic}, 400, "unsupported_grant_type"},
		{"grant type not allowed", "RFC 6749 §5.2", form("grant_type", "password", "username", "u", "password", "p"), []string{"Basic: " + basic}, 400, "unsupported_grant_type"},
		{"repeated parameter", "RFC 6749 §3.2", "grant_type=client_credentials&grant_type=client_credentials", []string{"Basic: " + basic}, 400, "invalid_request"},
		{"broken escape", "RFC 6749 appendix B", "grant_type=%zz", []string{"Basic: " + basic}, 400, "invalid_request"},
		{"no credentials", "RFC 6749 §5.2", form("grant_type", "client_credentials"), nil, 401, "invalid_client"},
		{"wrong secret", "RFC 6749 §5.2", form("grant_type", "client_credentials"), []string{"Basic: cl:wrong"}, 401, "invalid_client"},
		{"prefix of the secret", "no truncation", form("grant_type", "client_credentials"), []string{"Basic: " + basic[:len(basic)-1]}, 401, "invalid_client"},
		{"empty secret", "RFC 6749 §2.3.1", form("grant_type", "client_credentials"), []string{"Basic: cl:"}, 401, "invalid_client"},
		{"unknown client", "RFC 6749 §5.2", form("grant_type", "client_credentials"), []string{"Basic: nobody:" + secretOf(basic)}, 401, "invalid_client"},
		{"no colon", "RFC 7617 §2", form("grant_type", "client_credentials"), []string{"Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("cl"))}, 401, "invalid_client"},
		{"not base64", "RFC 7617 §2", form("grant_type", "client_credentials"), []string{"Authorization: Basic ***"}, 401, "invalid_client"},
		{"code missing", "RFC 6749 §5.2", form("grant_type", "authorization_code"), []string{"Basic: " + basic}, 400, "invalid_request"},
		{"code unknown", "RFC 6749 §5.2", form("grant_type", "authorization_code", "code", "x"), []string{"Basic: " + basic}, 400, "invalid_grant"},
		{"code of another client", "RFC 6749 §5.2", form("grant_type", "authorization_code", "code", g.code("a", "cl"), "redirect_uri", redirectURI), []string{"Basic: " + other}, 400, "invalid_grant"},
		{"redirect URI differs", "RFC 6749 §4.1.3", form("grant_type", "authorization_code", "code", g.code("a", "cl"), "redirect_uri", redirectURI+"/"), []string{"Basic: " + basic}, 400, "invalid_grant"},
		{"redirect URI left out", "RFC 6749 §4.1.3", form("grant_type", "authorization_code", "code", g.code("a", "cl")), []string{"Basic: " + basic}, 400, "invalid_grant"},
		{"verifier without challenge", "RFC 9700 §2.1.1", form("grant_type", "authorization_code", "code", g.code("a", "cl"), "redirect_uri", redirectURI, "code_verifier", "v"), []string{"Basic: " + basic}, 400, "invalid_grant"},
		{"challenge without verifier", "RFC 7636 §4.6", form("grant_type", "authorization_code", "code", g.code("a", "cl", "code_challenge", rfc7636Challenge, "code_challenge_method", "S256"), "redirect_uri", redirectURI), []string{"Basic: " + basic}, 400, "invalid_grant"},
		{"challenge and verifier", "RFC 7636 appendix B", form("grant_type", "authorization_code", "code", g.code("a", "cl", "code_challenge", rfc7636Challenge, "code_challenge_method", "S256"), "redirect_uri", redirectURI, "code_verifier", rfc7636Verifier), []string{"Basic: " + basic}, 200, ""},
		{"refresh token missing", "RFC 6749 §5.2", form("grant_type", "refresh_token"), []string{"Basic: " + basic}, 400, "invalid_request"},
		{"refresh token unknown", "RFC 6749 §5.2", form("grant_type", "refresh_token", "refresh_token", "x"), []string{"Basic: " + basic}, 400, "invalid_grant"},
		{"oversized", "bounded", strings.Repeat("a", 70<<10), []string{"Basic: " + basic}, 413, "invalid_request"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, path := range []string{"/a/oauth/token", "/a/oauth/token/"} {
				if path != "/a/oauth/token" && tt.status == 200 && strings.Contains(tt.body, "code=") {
					continue // the code is spent
				}
				a := g.send("POST", path, tt.body, tt.headers...)
				v := a.json(t)
				if a.status != tt.status || v.Error != tt.error {
					t.Errorf("%s (%s): %d %s", path, tt.clause, a.status, a.body)
				}
				if a.status == 200 && (v.Type != "bearer" || v.Expires != 3600 || v.Access == "") {
					t.Errorf("answer %s", a.body)
				}
				if got := a.header.Get("Cache-Control"); got != "no-store" {
					t.Errorf("Cache-Control %q (RFC 6749 §5.1)", got)
				}
				if challenged := a.header.Get("WWW-Authenticate") != ""; challenged != (tt.status == 401) {
					t.Errorf("WWW-Authenticate %q with status %d", a.header.Get("WWW-Authenticate"), a.status)
				}
			}
		})
	}
	if strings.Contains(g.log.String(), secretOf(basic)) {
		t.Error("the log holds a client secret")
	}
}

// The example of RFC 7636 appendix B.
const (
	rfc7636Verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	rfc7636Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// TestCodeAndRefreshOnce: of parallel uses exactly one wins, and the losers end what the winner got (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
func TestCodeAndRefreshOnce(t *testing.T) {
	g := start(t, twoAPIs(), nil)
	basic := "cl:" + g.client("a", "cl")
	code := g.code("a", "cl")
	race := func(attempt func() answer) (won []tokens) {
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				if a := attempt(); a.status == 200 {
					mu.Lock()
					defer mu.Unlock()
					won = append(won, a.json(t))
				} else if a.json(t).Error != "invalid_grant" {
					t.Errorf("%d %s", a.status, a.body)
				}
			})
		}
		wg.Wait()
		return won
	}
	if won := race(func() answer { return g.exchange("a", basic, code) }); len(won) != 1 {
		t.Fatalf("%d exchanges of one code succeeded", len(won))
	} else if a := g.send("GET", "/a/x", "", "Authorization: Bearer "+won[0].Access); a.status != 401 {
		t.Errorf("the access token of a replayed code still works: %d", a.status)
	}
	pair := g.exchange("a", basic, g.code("a", "cl")).json(t)
	won := race(func() answer {
		return g.send("POST", "/a/oauth/token", form("grant_type", "refresh_token", "refresh_token", pair.Refresh), "Basic: "+basic)
	})
	if len(won) != 1 {
		t.Fatalf("%d uses of one refresh token succeeded", len(won))
	}
	if a := g.send("POST", "/a/oauth/token", form("grant_type", "refresh_token", "refresh_token", won[0].Refresh), "Basic: "+basic); a.status != 400 {
		t.Errorf("the family of a reused refresh token lives on: %d", a.status)
	}
}

func TestRefreshScope(t *testing.T) {
	g := start(t, twoAPIs(), nil)
	basic := "cl:" + g.client("a", "cl")
	pair := g.exchange("a", basic, g.code("a", "cl", "scope", "read write")).json(t)
	if pair.Scope != "read write" {
		t.Fatalf("scope %q", pair.Scope)
	}
	refresh := func(token, scope string) answer {
		return g.send("POST", "/a/oauth/token", form("grant_type", "refresh_token", "refresh_token", token, "scope", scope), "Basic: "+basic)
	}
	narrow := refresh(pair.Refresh, "read").json(t)
	if narrow.Scope != "read" {
		t.Fatalf("narrower scope: %+v", narrow)
	}
	if a := refresh(narrow.Refresh, "read admin"); a.status != 400 || a.json(t).Error != "invalid_scope" {
		t.Errorf("wider scope: %d %s", a.status, a.body)
	}
	if again := refresh(narrow.Refresh, "").json(t); again.Scope != "read write" { // RFC 6749 §6: as originally granted
		t.Errorf("scope after a narrower one: %q", again.Scope)
	}
}

func TestAuthorizationEndpoint(t *testing.T) {
	g := start(t, twoAPIs(), nil)
	g.client("a", "cl")
	good := []string{"response_type", "code", "client_id", "cl", "redirect_uri", redirectURI, "state", "s 1"}
	without := func(name string) []string {
		var list []string
		for i := 0; i < len(good); i += 2 {
			if good[i] != name {
				list = append(list, good[i], good[i+1])
			}
		}
		return list
	}
	with := func(name, value string) []string { return append(without(name), name, value) }
	const login = "https://id.example.com/login?tenant=1"
	for _, tt := range []struct {
		name     string
		params   []string
		status   int
		location string // prefix; "" for none at all
	}{
		{"good", good, 307, login},
		{"redirect URI left out, one registered", without("redirect_uri"), 307, login},
		{"PKCE", append(with("code_challenge", rfc7636Challenge), "code_challenge_method", "S256"), 307, login},
		{"no client", without("client_id"), 400, ""},
		{"unknown client", with("client_id", "x"), 400, ""},
		{"client of another API", with("client_id", "nobody"), 400, ""},
		{"redirect URI, longer path", with("redirect_uri", redirectURI+"/evil"), 400, ""},
		{"redirect URI, trailing slash", with("redirect_uri", redirectURI+"/"), 400, ""},
		{"redirect URI, case", with("redirect_uri", "https://client.example.com/CB"), 400, ""},
		{"redirect URI, query", with("redirect_uri", redirectURI+"?x=1"), 400, ""},
		{"redirect URI, fragment", with("redirect_uri", redirectURI+"#x"), 400, ""},
		{"redirect URI, userinfo", with("redirect_uri", "https://u@client.example.com/cb"), 400, ""},
		{"redirect URI, other host", with("redirect_uri", "https://evil.example.com/cb"), 400, ""},
		{"redirect URI, encoded", with("redirect_uri", "https%3A%2F%2Fclient.example.com%2Fcb"), 400, ""},
		{"key_rules", with("key_rules", "{}"), 400, ""},
		{"response type missing", without("response_type"), 302, redirectURI + "?error=invalid_request"},
		{"response type token", with("response_type", "token"), 302, redirectURI + "?error=unsupported_response_type"},
		{"scope undeclared", with("scope", "admin"), 302, redirectURI + "?error=invalid_scope"},
		{"PKCE plain", append(with("code_challenge", rfc7636Challenge), "code_challenge_method", "plain"), 302, redirectURI + "?error=invalid_request"},
		{"PKCE without method", with("code_challenge", rfc7636Challenge), 302, redirectURI + "?error=invalid_request"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := g.send("GET", "/a/oauth/authorize?"+form(tt.params...), "")
			location := a.header.Get("Location")
			if a.status != tt.status || !strings.HasPrefix(location, tt.location) || (tt.location == "") != (location == "") {
				t.Errorf("%d to %q: %s", a.status, location, a.body)
			}
			switch tt.status {
			case 302:
				if u, err := url.Parse(location); err != nil || u.Query().Get("state") != "s 1" {
					t.Errorf("state is lost in %q", location)
				}
			case 307:
				if want := login + "&" + form(tt.params...); location != want {
					t.Errorf("location %q, want %q", location, want)
				}
				if a := g.send("POST", "/a/oauth/authorize/", form(tt.params...)); a.status != 307 || a.header.Get("Location") != login {
					t.Errorf("POST: %d to %q", a.status, a.header.Get("Location"))
				}
			}
		})
	}
	if a := g.send("GET", "/a/oauth/authorize?client_id=cl&client_id=cl", ""); a.status != 400 {
		t.Errorf("repeated parameter: %d", a.status)
	}
	if a := g.send("PUT", "/a/oauth/authorize", ""); a.status != 405 || a.header.Get("Allow") != "GET, POST" {
		t.Errorf("PUT: %d", a.status)
	}
}

func TestAuthorizeClientNeedsTheSecret(t *testing.T) {
	g := start(t, twoAPIs(), nil)
	g.client("a", "cl")
	body := form("response_type", "code", "client_id", "cl", "redirect_uri", redirectURI)
	for _, path := range []string{"/a/tyk/oauth/authorize-client", "/a/tyk/oauth/authorize-client/"} {
		if a := g.send("POST", path, body); a.status != 403 {
			t.Errorf("%s without the secret: %d", path, a.status)
		}
		if a := g.send("POST", path, body, "X-Tyk-Authorization: "+secret+"x"); a.status != 403 {
			t.Errorf("%s with a wrong secret: %d", path, a.status)
		}
		a := g.send("POST", path, body, "X-Tyk-Authorization: "+secret)
		if a.status != 200 || a.header.Get("Content-Type") != "application/json" || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
	}
	if a := g.send("POST", "/a/tyk/oauth/authorize-client", body+"&key_rules=%5B%5D", "X-Tyk-Authorization: "+secret); a.status != 400 {
		t.Errorf("key_rules that are none: %d", a.status)
	}
	if a := g.send("POST", "/api/apis/oauth/a/authorize-client", body, "Authorization: "+secret); a.status != 200 {
		t.Errorf("Dashboard form: %d %s", a.status, a.body)
	}
	if a := g.send("POST", "/api/apis/oauth/a/authorize-client", body, "X-Tyk-Authorization: "+secret); a.status != 403 {
		t.Errorf("Dashboard form with the gateway's header: %d", a.status)
	}
}

func TestLifetimes(t *testing.T) {
	g := start(t, twoAPIs(), nil)
	basic := "cl:" + g.client("a", "cl")
	late := g.code("a", "cl")
	pair := g.exchange("a", basic, g.code("a", "cl")).json(t)
	g.clock.advance(250 * time.Second)
	if a := g.exchange("a", basic, late); a.status != 400 {
		t.Errorf("expired code: %d", a.status)
	}
	g.clock.advance(time.Hour)
	if a := g.send("GET", "/a/x", "", "Authorization: Bearer "+pair.Access); a.status != 401 || !strings.Contains(a.body, "Key has expired, please renew") {
		t.Errorf("expired access token: %d %s", a.status, a.body)
	}
	g.clock.advance(15 * 24 * time.Hour)
	if a := g.send("POST", "/a/oauth/token", form("grant_type", "refresh_token", "refresh_token", pair.Refresh), "Basic: "+basic); a.status != 400 {
		t.Errorf("expired refresh token: %d", a.status)
	}
}

func TestRevocation(t *testing.T) {
	g := start(t, twoAPIs(), nil)
	basic, other := "cl:"+g.client("a", "cl"), "other:"+g.client("a", "other")
	works := func(token string) bool {
		return g.send("GET", "/a/x", "", "Authorization: Bearer "+token).status == 200
	}
	pair := g.exchange("a", basic, g.code("a", "cl")).json(t)
	second := g.exchange("a", basic, g.code("a", "cl")).json(t)

	for _, tt := range []struct {
		name, body, auth string
		status           int
	}{
		{"unauthenticated", form("token", pair.Access), "X: y", 401},
		{"no token", form("x", "y"), "Basic: " + basic, 400},
		{"by another client", form("token", pair.Access), "Basic: " + other, 200}, // RFC 7009 §2.2: says nothing, does nothing
		{"unknown token", form("token", "x"), "Basic: " + basic, 200},
	} {
		if a := g.send("POST", "/a/oauth/revoke", tt.body, tt.auth); a.status != tt.status {
			t.Errorf("%s: %d %s", tt.name, a.status, a.body)
		}
	}
	if !works(pair.Access) {
		t.Fatal("a token was revoked by somebody else")
	}
	// The hint is wrong on purpose (RFC 7009 §2.1: it must not matter). A refresh token takes its family with it.
	if a := g.send("POST", "/a/oauth/revoke", form("token", pair.Refresh, "token_type_hint", "access_token"), "Basic: "+basic); a.status != 200 {
		t.Errorf("revoke: %d", a.status)
	}
	if works(pair.Access) || !works(second.Access) {
		t.Error("revoking a refresh token must end its own family, and only that")
	}
	if a := g.send("POST", "/a/oauth/revoke_all", form("client_id", "cl", "client_secret", "wrong")); a.status != 401 {
		t.Errorf("revoke_all with a wrong secret: %d", a.status)
	}
	if a := g.send("POST", "/a/oauth/revoke_all", form("client_id", "cl", "client_secret", strings.TrimPrefix(basic, "cl:"))); a.status != 200 {
		t.Errorf("revoke_all: %d", a.status)
	}
	if works(second.Access) {
		t.Error("revoke_all left a token alive")
	}
	if a := g.send("GET", "/a/oauth/revoke?token=x", "", "Basic: "+basic); a.status != 405 {
		t.Errorf("GET: %d", a.status)
	}
}

// failing is a store that cannot be reached.
type failing struct{ store.Store }

var errDown = errors.New("store: disk 7 of /var/lib is on fire")

func (failing) AccessToken(context.Context, store.Key) (*store.AccessToken, error) {
	return nil, errDown
}
func (failing) IssueTokens(context.Context, *store.TokenPair) error { return errDown }
func (failing) Ping(context.Context) error                          { return errDown }

// TestStoreFailure: a store that cannot be asked has not said "unknown token"; and no answer repeats what it said.
func TestStoreFailure(t *testing.T) {
	g := start(t, twoAPIs(), func(s store.Store) store.Store { return failing{s} })
	basic := "cl:" + g.client("a", "cl")
	for name, a := range map[string]answer{
		"access":    g.send("GET", "/a/x", "", "Authorization: Bearer x"),
		"token":     g.send("POST", "/a/oauth/token", form("grant_type", "client_credentials"), "Basic: "+basic),
		"readiness": g.send("GET", "/readyz", ""),
	} {
		if a.status != 503 || strings.Contains(a.body, "fire") {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if !strings.Contains(g.log.String(), "on fire") {
		t.Error("the operator is not told")
	}
}
