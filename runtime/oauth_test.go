package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
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

// The example of RFC 7636 appendix B.
const (
	rfc7636Verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	rfc7636Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

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
