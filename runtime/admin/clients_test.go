package admin_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tykctl/tykctl/runtime/admin"
	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/store"
)

const longSecret = "0123456789abcdef0123456789abcdef"

func TestRegistration(t *testing.T) {
	const create = "/tyk/oauth/clients/create"
	run(t, nil, []row{
		{"by API", "POST", create, `{"api_id": "a"}`, 200, 200, `"redirect_uri":"","api_id":"a","secret":"`},
		{"trailing slash", "POST", create + "/", `{"api_id": "a"}`, 200, 200, `"meta_data":null,"description":""`},
		{"unknown members are ignored", "POST", create, `{"api_id": "a", "x": 1, "description": "d"}`, 200, 200, `"description":"d"`},
		{"no redirect URI is needed (D-22)", "POST", create, `{"api_id": "a", "client_id": "none"}`, 200, 200, `"client_id":"none"`},
		{"an existing id is replaced", "POST", create, `{"api_id": "a", "client_id": "none", "description": "again"}`, 409, 200, ``},
		{"the same id on another API", "POST", create, `{"api_id": "b", "client_id": "none"}`, 200, 200, `"api_id":"b"`},
		{"by policy: every OAuth API in its rights", "POST", create, `{"policy_id": "all", "client_id": "by-policy"}`, 200, 200, `"policy_id":"all"`},
		{"a policy of another organisation", "POST", create, `{"policy_id": "all"}`, 200, 200, `"warnings":["API \"b\" refuses tokens of this policy: its organisation is \"org\", the policy's \"\""]`},
		{"where that is", "GET", "/tyk/oauth/clients/apis/by-policy?orgID=", ``, 200, 200, `["a","b"]`},
		{"of one organisation", "GET", "/tyk/oauth/clients/apis/by-policy?orgID=org", ``, 200, 200, `["b"]`},
		{"without orgID: a client of the API apis", "GET", "/tyk/oauth/clients/apis/by-policy", ``, 404, 404, "OAuth Client ID not found"},
		{"an unknown client is on no API", "GET", "/tyk/oauth/clients/apis/nobody?orgID=", ``, 200, 200, `[]`},
		{"no API, no policy", "POST", create, `{}`, 400, 400, "Policy doesn't exist"},
		{"no API, unknown policy", "POST", create, `{"policy_id": "x"}`, 400, 400, "Policy doesn't exist"},
		{"no API, policy without OAuth APIs", "POST", create, `{"policy_id": "token-only"}`, 400, 400, "API is not OAuth2"},
		{"no API, policy names a missing one", "POST", create, `{"policy_id": "ghost"}`, 400, 400, "API doesn't exist"},
		{"unknown API", "POST", create, `{"api_id": "x"}`, 400, 400, "API doesn't exist"},
		{"keyless API", "POST", create, `{"api_id": "open"}`, 400, 400, "API is not OAuth2"},
		{"auth-token API", "POST", create, `{"api_id": "token"}`, 400, 400, "API is not OAuth2"},
		{"unknown policy (D-35)", "POST", create, `{"api_id": "a", "policy_id": "x", "client_id": "p1"}`, 400, 200, ``},
		{"policy without the API (D-35)", "POST", create, `{"api_id": "b", "policy_id": "of-a", "client_id": "p2"}`, 400, 200, ``},
		{"unreadable (D-28)", "POST", create, `{`, 400, 500, "Unmarshalling failed"},
		{"wrong type (D-28)", "POST", create, `{"api_id": 1}`, 400, 500, "Unmarshalling failed: api_id must not be a JSON number"},
		{"empty (D-28)", "POST", create, ``, 400, 500, "Unmarshalling failed"},
		{"two objects", "POST", create, `{"api_id": "a"}{}`, 400, 500, "text after"},
		{"meta data that is no object (D-27)", "POST", create, `{"api_id": "a", "meta_data": [1]}`, 400, 400, "meta_data must be a JSON object"},
		{"meta data", "POST", create, `{"api_id": "a", "meta_data": {"k": [1]}}`, 200, 200, `"meta_data":{"k":[1]}`},
		{"a weak secret", "POST", create, `{"api_id": "a", "secret": "short"}`, 400, 400, "secret must have 32"},
		{"a chosen secret", "POST", create, `{"api_id": "a", "secret": "` + longSecret + `"}`, 200, 200, longSecret},
		{"a secret of 128 characters", "POST", create, `{"api_id": "a", "secret": "` + strings.Repeat(longSecret, 4) + `"}`, 200, 200, longSecret},
		{"an id that breaks Basic", "POST", create, `{"api_id": "a", "client_id": "a:b"}`, 400, 400, "client_id may hold"},
		{"PUT", "PUT", create, `{}`, 405, 405, "Method not supported"},
		{"GET asks for the API create", "GET", create, ``, 404, 404, ``},
		{"too large", "POST", create, `{"description": "` + strings.Repeat("x", 1<<20) + `"}`, 413, 413, "too large"},
	})
}

func TestRedirectURIs(t *testing.T) {
	g := start(t)
	for _, tt := range []struct {
		uri, wrong string // empty: it is accepted
		warning    bool
	}{
		{"https://client.example.com/cb?x=1", "", false},
		{"http://127.0.0.1/cb", "", false}, // RFC 8252 §7.3
		{"http://[::1]:8000/cb", "", false},
		{"http://localhost:3000/", "", false},
		{"com.example.app:/cb", "", false},               // RFC 8252 §7.1
		{"http://example.com/client-redirect", "", true}, // Tyk's documentation registers such ones; RFC 9700 §2.6
		{"https://client.example.com/#f", "must not have a fragment", false},
		{"https://client.example.com/#", "must not have a fragment", false},
		{"/relative", "absolute", false},
		{"client.example.com/cb", "absolute", false},
		{"localhost:3000/cb", "https:// is missing", false},
		{"https:///cb", "host", false},
		{"https://user@client.example.com/", "user name", false},
		{"javascript:alert(1)", "scheme", false},
		{"JavaScript:alert(1)", "scheme", false},
		{"data:text/html,x", "scheme", false},
		{"not a url %%%", "not a URI", false},
		{"https://client.example.com/a b", "not a URI", false},
		{"https://client.example.com/ü", "not a URI", false},
		{`https://client.example.com\@evil.example.com/`, "not a URI", false},
		{"https://client.example.com/\r\nX: y", "not a URI", false},
		{"https://client.example.com/" + strings.Repeat("x", 2000), "2000 bytes", false},
	} {
		a := g.send("POST", "/tyk/oauth/clients/create", fmt.Sprintf(`{"api_id": "a", "redirect_uri": %q}`, tt.uri))
		var c client
		a.into(t, &c)
		if (tt.wrong == "") != (a.status == 200) || !strings.Contains(a.body, tt.wrong) {
			t.Errorf("%q: %d %s", tt.uri, a.status, a.body)
		}
		if a.status == 200 && (c.RedirectURI != tt.uri || len(c.Warnings) > 0 != tt.warning) {
			t.Errorf("%q: registered as %+v", tt.uri, c)
		}
	}
}

// TestSeveralRedirectURIs: as a list, or in one text as oauth_redirect_uri_separator says.
func TestSeveralRedirectURIs(t *testing.T) {
	for _, tt := range []struct {
		separator, members, first, list string
	}{
		{"", `"redirect_uris": ["https://x/", "https://y/"]`, "https://x/", "[https://x/ https://y/]"},
		{"", `"redirect_uri": "https://y/", "redirect_uris": ["https://x/", "https://y/"]`, "https://y/", "[https://y/ https://x/]"},
		{"", `"redirect_uri": "https://x/;https://y/"`, "https://x/;https://y/", "[https://x/;https://y/]"}, // one URI, odd and legal
		{";", `"redirect_uri": "https://x/;https://y/"`, "https://x/;https://y/", "[https://x/ https://y/]"},
		{",", `"redirect_uri": "https://x/,https://y/", "redirect_uris": ["https://z/"]`, "https://x/,https://y/,https://z/", "[https://x/ https://y/ https://z/]"},
	} {
		g := start(t, func(o *admin.Options) { o.RedirectURISeparator = tt.separator })
		made := g.register(`{"api_id": "a", ` + tt.members + `}`)
		stored, err := g.store.Client(context.Background(), "a", made.ID)
		if err != nil || made.RedirectURI != tt.first || fmt.Sprint(stored.RedirectURIs) != tt.list {
			t.Errorf("%s with %q: %+v, stored %v, %v", tt.members, tt.separator, made, stored.RedirectURIs, err)
		}
	}
	many := `["https://x/0"` + strings.Repeat(`,"https://x/1"`, 1)
	for i := range 100 {
		many += fmt.Sprintf(`,"https://x/y%d"`, i)
	}
	if a := start(t).send("POST", "/tyk/oauth/clients/create", `{"api_id": "a", "redirect_uris": `+many+`]}`); a.status != 400 || !strings.Contains(a.body, "100 redirect URIs") {
		t.Errorf("too many: %d %s", a.status, a.body)
	}
}

func TestPublicClients(t *testing.T) {
	run(t, func(g *gateway) { g.register(`{"api_id": "a", "client_id": "secretive"}`) }, []row{
		{"public", "POST", "/tyk/oauth/clients/create", `{"api_id": "a", "client_id": "app", "public": true}`, 200, 200, `"token_endpoint_auth_method":"none","public":true`},
		{"RFC 7591 §2", "POST", "/tyk/oauth/clients/create", `{"api_id": "a", "client_id": "app2", "token_endpoint_auth_method": "none"}`, 200, 200, `"public":true`},
		{"RFC 7591 §2", "POST", "/tyk/oauth/clients/create", `{"api_id": "a", "token_endpoint_auth_method": "client_secret_post"}`, 200, 200, `"secret":"`},
		{"with a secret", "POST", "/tyk/oauth/clients/create", `{"api_id": "a", "public": true, "secret": "` + longSecret + `"}`, 400, 400, "public client has no secret"},
		{"contradiction", "POST", "/tyk/oauth/clients/create", `{"api_id": "a", "public": false, "token_endpoint_auth_method": "none"}`, 400, 400, "contradict"},
		{"contradiction", "POST", "/tyk/oauth/clients/create", `{"api_id": "a", "public": true, "token_endpoint_auth_method": "client_secret_basic"}`, 400, 400, "no secret"},
		{"unknown method", "POST", "/tyk/oauth/clients/create", `{"api_id": "a", "token_endpoint_auth_method": "private_key_jwt"}`, 400, 400, "may be none"},
		{"nothing to rotate", "PUT", "/tyk/oauth/clients/a/app/rotate", ``, 400, 400, "no secret to rotate"},
		{"stays public", "PUT", "/tyk/oauth/clients/a/app", `{"description": "x"}`, 200, 200, `"public":true`},
		{"stays public", "PUT", "/tyk/oauth/clients/a/app", `{"public": false}`, 400, 400, "cannot become"},
		{"stays confidential", "PUT", "/tyk/oauth/clients/a/secretive", `{"public": true}`, 400, 400, "cannot become"},
		{"revoke_all without a secret", "POST", "/tyk/oauth/revoke_all", `client_id=app`, 200, 200, "tokens revoked successfully"},
	})
}

func TestReadUpdateDelete(t *testing.T) {
	run(t, func(g *gateway) {
		g.register(`{"api_id": "a", "client_id": "cl", "secret": "` + longSecret + `", "policy_id": "of-a", "description": "d", "meta_data": {"k": 1}, "redirect_uri": "https://x/"}`)
	}, []row{
		{"list", "GET", "/tyk/oauth/clients/a", ``, 200, 200, `[{"client_id":"cl","redirect_uri":"https://x/","api_id":"a","policy_id":"of-a","meta_data":{"k":1},"description":"d"}]`},
		{"no clients", "GET", "/tyk/oauth/clients/b/", ``, 200, 200, `[]`},
		{"an API without OAuth", "GET", "/tyk/oauth/clients/open", ``, 200, 200, `[]`},
		{"unknown API (D-29)", "GET", "/tyk/oauth/clients/x", ``, 404, 404, ``},
		{"one", "GET", "/tyk/oauth/clients/a/cl", ``, 200, 200, `"policy_id":"of-a"`},
		{"of another API", "GET", "/tyk/oauth/clients/b/cl", ``, 404, 404, "OAuth Client ID not found"},
		{"of an unknown API", "GET", "/tyk/oauth/clients/x/cl", ``, 404, 404, "OAuth Client ID not found"},
		{"what is left out is emptied", "PUT", "/tyk/oauth/clients/a/cl", `{"client_id": "other", "secret": "ignored", "description": "new"}`, 200, 200, `{"client_id":"cl","redirect_uri":"","api_id":"a","meta_data":null,"description":"new"}`},
		{"policy", "PUT", "/tyk/oauth/clients/a/cl", `{"policy_id": "all"}`, 200, 200, `"policy_id":"all"`},
		{"unknown policy", "PUT", "/tyk/oauth/clients/a/cl", `{"policy_id": "x"}`, 404, 404, "Policy doesn't exist"},
		{"policy without the API", "PUT", "/tyk/oauth/clients/a/cl", `{"policy_id": "token-only"}`, 400, 400, "Policy access rights doesn't contain API this OAuth client belongs to"},
		{"unknown client", "PUT", "/tyk/oauth/clients/a/x", `{}`, 404, 404, "OAuth Client ID not found"},
		{"unknown API", "PUT", "/tyk/oauth/clients/x/cl", `{}`, 404, 404, "API doesn't exist"},
		{"an API without OAuth (D-27)", "PUT", "/tyk/oauth/clients/open/cl", `{}`, 400, 400, "API is not OAuth2"},
		{"unreadable (D-28)", "PUT", "/tyk/oauth/clients/a/cl", `{`, 400, 500, "Unmarshalling failed"},
		{"meta data that is no object (D-27)", "PUT", "/tyk/oauth/clients/a/cl", `{"meta_data": "x"}`, 400, 400, "meta_data"},
		{"redirect URI", "PUT", "/tyk/oauth/clients/a/cl", `{"redirect_uri": "/x"}`, 400, 400, "absolute"},
		{"nothing of that is stored", "GET", "/tyk/oauth/clients/a/cl", ``, 200, 200, `{"client_id":"cl","redirect_uri":"","api_id":"a","policy_id":"all","meta_data":null,"description":""}`},
		{"another method", "PATCH", "/tyk/oauth/clients/a/cl", ``, 405, 405, "Method not supported"},
		{"another method", "DELETE", "/tyk/oauth/clients/a", ``, 405, 405, "Method not supported"},
		{"delete", "DELETE", "/tyk/oauth/clients/a/cl", ``, 200, 200, `{"key":"cl","status":"ok","action":"deleted"}`},
		{"delete again (D-30)", "DELETE", "/tyk/oauth/clients/a/cl", ``, 404, 200, ``},
		{"of an API without OAuth", "DELETE", "/tyk/oauth/clients/open/cl", ``, 404, 404, "OAuth Client ID not found"},
		{"nothing there", "GET", "/tyk/oauth/clients", ``, 404, 404, "404 page not found"},
		{"nothing there", "GET", "/tyk/oauth/clients/a/cl/x", ``, 404, 404, "404 page not found"},
	})
}

// TestListOfUnknownAPI: Tyk's body is null (D-29).
func TestListOfUnknownAPI(t *testing.T) {
	if a := start(t, inMode(compat.Tyk)).send("GET", "/tyk/oauth/clients/x", ""); a.body != "null\n" {
		t.Errorf("tyk: %q", a.body)
	}
	if a := start(t).send("GET", "/tyk/oauth/clients/x", ""); !strings.Contains(a.body, `{"status":"error","message":"API doesn't exist"}`) {
		t.Errorf("rfc: %q", a.body)
	}
}

// TestSecretsAreShownOnce: nothing but the answer that made a secret has it, the store and the log included.
func TestSecretsAreShownOnce(t *testing.T) {
	g := start(t)
	made := g.register(`{"api_id": "a"}`)
	if len(made.ID) != 32 || len(made.Secret) != 64 {
		t.Errorf("generated: %+v", made)
	}
	for _, target := range []string{"/tyk/oauth/clients/a", "/tyk/oauth/clients/a/" + made.ID, "/api/apis/oauth/a", "/api/apis/oauth/a/" + made.ID} {
		if a := g.send("GET", target, ""); a.status != 200 || strings.Contains(a.body, `"secret"`) {
			t.Errorf("%s: %d %s", target, a.status, a.body)
		}
	}
	if a := g.send("PUT", "/tyk/oauth/clients/a/"+made.ID, `{}`); a.status != 200 || strings.Contains(a.body, `"secret"`) {
		t.Errorf("update: %d %s", a.status, a.body)
	}
	if g.log.Len() > 0 {
		t.Errorf("logged: %s", g.log)
	}
}

// TestReplacedClient: as in Tyk, only in its mode. The former secret is gone.
func TestReplacedClient(t *testing.T) {
	g := start(t, inMode(compat.Tyk))
	first := g.register(`{"api_id": "a", "client_id": "cl"}`)
	second := g.register(`{"api_id": "a", "client_id": "cl"}`)
	c, err := g.store.Client(context.Background(), "a", "cl")
	if err != nil || first.Secret == second.Secret || len(c.Secrets) != 1 || c.Secrets[0].Key != store.KeyOf(second.Secret) {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestRegistrationIsWhole: on all APIs of the policy, or on none.
func TestRegistrationIsWhole(t *testing.T) {
	g := start(t)
	g.register(`{"api_id": "b", "client_id": "cl"}`)
	if a := g.send("POST", "/tyk/oauth/clients/create", `{"policy_id": "all", "client_id": "cl"}`); a.status != 409 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := g.send("GET", "/tyk/oauth/clients/a/cl", ""); a.status != 404 {
		t.Errorf("left on API a: %d %s", a.status, a.body)
	}
}

// secrets returns the texts that are live secrets of a client.
func (g *gateway) secrets(api, id string, texts ...string) (live []string) {
	g.t.Helper()
	c, err := g.store.Client(context.Background(), api, id)
	if err != nil {
		g.t.Fatal(err)
	}
	for _, s := range c.Secrets {
		for _, text := range texts {
			if s.Key == store.KeyOf(text) && (s.ExpiresAt.IsZero() || g.clock().Before(s.ExpiresAt)) {
				live = append(live, text)
			}
		}
	}
	return live
}

func TestRotation(t *testing.T) {
	g := start(t)
	first := g.register(`{"api_id": "a", "client_id": "cl", "policy_id": "of-a", "description": "d"}`)
	rotate := func(query, body string) (c client) {
		a := g.send("PUT", "/tyk/oauth/clients/a/cl/rotate"+query, body)
		if a.status != 200 {
			t.Fatalf("rotate%s %s: %d %s", query, body, a.status, a.body)
		}
		a.into(t, &c)
		return c
	}
	g.pair("a", "cl", "kept")

	second := rotate("", "")
	if got := g.secrets("a", "cl", first.Secret, second.Secret); len(got) != 1 || got[0] != second.Secret {
		t.Errorf("without an overlap the old secret stops at once, as in Tyk: %v", got)
	}
	if second.PolicyID != "of-a" || g.live("kept") != bothLive {
		t.Errorf("rotation leaves everything else: %+v, %s", second, g.live("kept"))
	}
	third := rotate("?overlap=60", "")
	if got := g.secrets("a", "cl", first.Secret, second.Secret, third.Secret); len(got) != 2 || third.OldExpires != g.clock().Unix()+60 {
		t.Errorf("both live during an overlap: %v, %+v", got, third)
	}
	fourth := rotate("", `{"overlap": 30, "secret": "`+longSecret+`"}`)
	if got := g.secrets("a", "cl", second.Secret, third.Secret, fourth.Secret); len(got) != 2 || fourth.Secret != longSecret || got[1] != third.Secret {
		t.Errorf("never more than two: %v", got)
	}
	g.advance(30 * time.Second)
	if got := g.secrets("a", "cl", third.Secret, fourth.Secret); len(got) != 1 || got[0] != fourth.Secret {
		t.Errorf("after the overlap: %v", got)
	}
	if a := g.send("GET", "/tyk/oauth/clients/a/cl", ""); strings.Contains(a.body, "old_secret_expires") {
		t.Errorf("after the overlap: %s", a.body)
	}
	run(t, func(g *gateway) { g.register(`{"api_id": "a", "client_id": "cl"}`) }, []row{
		{"unknown API", "PUT", "/tyk/oauth/clients/x/cl/rotate", ``, 404, 404, "API doesn't exist"},
		{"unknown client", "PUT", "/tyk/oauth/clients/a/x/rotate", ``, 404, 404, "OAuth Client ID not found"},
		{"an API without OAuth (D-27)", "PUT", "/tyk/oauth/clients/open/cl/rotate", ``, 400, 400, "API is not OAuth2"},
		{"no number", "PUT", "/tyk/oauth/clients/a/cl/rotate?overlap=x", ``, 400, 400, "overlap must be"},
		{"too long", "PUT", "/tyk/oauth/clients/a/cl/rotate?overlap=2592001", ``, 400, 400, "overlap must be"},
		{"before now", "PUT", "/tyk/oauth/clients/a/cl/rotate", `{"overlap": -1}`, 400, 400, "overlap must be"},
		{"weak", "PUT", "/tyk/oauth/clients/a/cl/rotate", `{"secret": "x"}`, 400, 400, "secret must have"},
		{"unreadable (D-28)", "PUT", "/tyk/oauth/clients/a/cl/rotate", `{`, 400, 500, "Unmarshalling failed"},
		{"POST", "POST", "/tyk/oauth/clients/a/cl/rotate", ``, 405, 405, "Method not supported"},
	})
}

// TestUpdatesAndRotationsAtOnce: none undoes another, and of secrets there are two at most, each from an answer.
func TestUpdatesAndRotationsAtOnce(t *testing.T) {
	g := start(t)
	g.register(`{"api_id": "a", "client_id": "cl", "policy_id": "of-a"}`)
	const n = 40
	secrets := make([]string, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			var c client
			g.send("PUT", "/tyk/oauth/clients/a/cl/rotate?overlap=60", "").into(t, &c)
			secrets[i] = c.Secret
		})
		wg.Go(func() {
			body := fmt.Sprintf(`{"policy_id": "of-a", "description": "%d", "redirect_uri": "https://x/%d"}`, i, i)
			if a := g.send("PUT", "/tyk/oauth/clients/a/cl", body); a.status != 200 {
				t.Errorf("update: %d %s", a.status, a.body)
			}
		})
	}
	wg.Wait()
	c, err := g.store.Client(context.Background(), "a", "cl")
	if err != nil {
		t.Fatal(err)
	}
	if got := g.secrets("a", "cl", secrets...); len(got) != 2 || len(c.Secrets) != 2 {
		t.Errorf("%d secrets are live, %d of answers", len(c.Secrets), len(got))
	}
	if c.Description == "" || len(c.RedirectURIs) != 1 || c.RedirectURIs[0] != "https://x/"+c.Description {
		t.Errorf("halves of two updates: %q, %q", c.Description, c.RedirectURIs)
	}
}

// TestPolicyChangeRevokes: another policy ends access and refresh tokens (D-17); the same one ends nothing.
func TestPolicyChangeRevokes(t *testing.T) {
	for _, tt := range []struct{ before, after, live string }{
		{"of-a", "of-a", bothLive},
		{"of-a", "all", noneLive},
		{"of-a", "", noneLive},
		{"", "of-a", noneLive},
	} {
		g := start(t)
		g.register(`{"api_id": "a", "client_id": "cl", "policy_id": "` + tt.before + `"}`)
		g.register(`{"api_id": "b", "client_id": "cl"}`)
		g.pair("a", "cl", "mine")
		g.pair("b", "cl", "there")
		if a := g.send("PUT", "/tyk/oauth/clients/a/cl", `{"policy_id": "`+tt.after+`"}`); a.status != 200 {
			t.Errorf("%+v: %d %s", tt, a.status, a.body)
		}
		if got := g.live("mine"); got != tt.live {
			t.Errorf("%q to %q: %s", tt.before, tt.after, got)
		}
		if got := g.live("there"); got != bothLive {
			t.Errorf("the same client id on another API: %s", got)
		}
	}
}
