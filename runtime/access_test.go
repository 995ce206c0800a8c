package runtime_test

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/store"
)

// shop is twoAPIs with an API of auth tokens, one of another organisation, and policies. The operations of a below /scoped need scopes.
func shop(policies ...plan.Policy) *plan.Plan {
	p := twoAPIs()
	token := plan.API{Active: true, Strip: true, Auth: plan.AuthToken, OAuth: plan.None, FirstRoute: 4, Sources: p.APIs[0].Sources}
	for _, id := range []string{"keys", "third", "far"} {
		token.ID, token.Name, token.ListenPath = id, id, "/"+id+"/"
		if id == "far" {
			token.OrgID = "far"
		}
		p.APIs = append(p.APIs, token)
	}
	routes := []plan.Route{
		{API: 0, Method: "GET", Path: "/scoped/any", Scopes: []string{"admin", "read write"}},
		{API: 0, Method: "GET", Path: "/scoped/x,y", Scopes: []string{"admin"}},
	}
	p.Routes = append(p.Routes, routes...)
	p.APIs[0].RouteCount += int32(len(routes))
	for i := range p.APIs[1:] {
		p.APIs[i+1].FirstRoute = plan.RouteID(len(p.Routes))
	}
	p.Policies = policies
	return p
}

// opens is a policy with access to APIs.
func opens(id string, limit plan.Limit, apis ...string) plan.Policy {
	p := plan.Policy{ID: id, Limit: limit, Origin: plan.None}
	for _, api := range apis {
		p.Access = append(p.Access, plan.Access{APIID: api})
	}
	return p
}

// issue stores an access token of API a and client cl, for an hour.
func (g *gateway) issue(token string, change func(*store.AccessToken), policies ...string) string {
	g.t.Helper()
	now := g.clock.Now()
	record := store.AccessToken{Key: store.KeyOf(token), APIID: "a", ClientID: "cl", PolicyIDs: policies, IssuedAt: now, ExpiresAt: now.Add(time.Hour)}
	copy(record.Family[:], token)
	if change != nil {
		change(&record)
	}
	if err := g.store.IssueTokens(context.Background(), &store.TokenPair{Access: record}); err != nil {
		g.t.Fatal(err)
	}
	return "Authorization: Bearer " + token
}

// TestRefusals is the table of errors of proxied requests: RFC 6750's answers, and Tyk's in the mode tyk. The texts are Tyk's in both.
func TestRefusals(t *testing.T) {
	narrow := opens("narrow", plan.Limit{}, "a", "keys")
	for i := range narrow.Access {
		narrow.Access[i].Allowed = []plan.URLAccess{{Pattern: "^/(a|keys)/x$", Methods: []string{"GET"}}}
	}
	inactive := opens("inactive", plan.Limit{}, "a", "keys")
	inactive.Inactive = true
	far := opens("far", plan.Limit{}, "a", "keys", "far")
	far.OrgID = "far"
	p := shop(
		opens("all", plan.Limit{}, "a", "b", "keys"), narrow, inactive, far, opens("none", plan.Limit{}),
		opens("rated", plan.Limit{Rate: 1, Per: 60}, "a", "keys"), opens("metered", plan.Limit{QuotaMax: 1, QuotaRenewal: 3600}, "a", "keys"),
		opens("spent", plan.Limit{QuotaMax: 1}, "a", "keys"),
	)
	late := func(r *store.AccessToken) { r.ExpiresAt = r.IssuedAt }
	scoped := func(r *store.AccessToken) { r.Scope = "read" }
	lone := func(r *store.AccessToken) { r.ClientID = "lone" }
	type want struct {
		status    int
		text      string
		challenge string // of WWW-Authenticate, behind the realm; "-": no such header
		tyk       int
	}
	const invalid = `, error="invalid_token"`
	rows := []struct {
		name     string
		api      string // OAuth API a or auth-token API keys
		path     string
		policy   string // of the token; "-": no credential
		change   func(*store.AccessToken)
		header   string // in place of that of the token
		requests int    // how many pass before
		want     want
	}{
		{"good", "a", "/x", "all", nil, "", 3, want{200, "", "-", 200}},
		{"good", "keys", "/x", "all", nil, "", 3, want{200, "", "-", 200}},
		{"good, without Bearer", "keys", "/x", "all", nil, "Authorization: TOKEN", 3, want{200, "", "-", 200}},
		{"no credential", "a", "/x", "-", nil, "", 0, want{401, "Authorization field missing", "", 400}},
		{"no credential", "keys", "/x", "-", nil, "", 0, want{401, "Authorization field missing", "", 401}},
		{"a credential without a blank", "a", "/x", "all", nil, "Authorization: TOKEN", 0, want{401, "Authorization field missing", invalid, 400}},
		{"scheme other than Bearer", "a", "/x", "all", nil, "Authorization: Basic x", 0, want{401, "Bearer token malformed", invalid, 400}},
		{"unknown", "a", "/x", "all", nil, "Authorization: Bearer x", 0, want{401, "Key not authorised", invalid, 403}},
		{"unknown", "keys", "/x", "all", nil, "Authorization: x", 0, want{401, "Access to this API has been disallowed", invalid, 403}},
		{"client not registered here", "b", "/x", "all", lone, "", 0, want{401, "Key not authorised. OAuth client access was revoked", invalid, 403}},
		{"policy gone", "a", "/x", "gone", nil, "", 0, want{403, "Key not authorised", "-", 403}},
		{"policy gone", "keys", "/x", "gone", nil, "", 0, want{403, "Key not authorised", "-", 403}},
		{"policy of another organisation", "a", "/x", "far", nil, "", 0, want{403, "Key not authorised", "-", 403}},
		{"policy of another organisation", "far", "/x", "all", nil, "", 0, want{403, "Key not authorised", "-", 403}},
		{"policy without access rights", "a", "/x", "none", nil, "", 0, want{403, "Key not authorised", "-", 403}},
		{"expired", "a", "/x", "all", late, "", 0, want{401, "Key has expired, please renew", invalid, 401}},
		{"expired", "keys", "/x", "all", late, "", 0, want{401, "Key has expired, please renew", invalid, 401}},
		{"policy inactive", "a", "/x", "inactive", nil, "", 0, want{403, "Key is inactive, please renew", "-", 403}},
		{"policy inactive", "keys", "/x", "inactive", nil, "", 0, want{403, "Key is inactive, please renew", "-", 403}},
		{"API not in access rights", "b", "/x", "narrow", nil, "", 0, want{403, "Access to this API has been disallowed", `, error="insufficient_scope"`, 403}},
		{"API not in access rights", "third", "/x", "all", nil, "", 0, want{403, "Access to this API has been disallowed", `, error="insufficient_scope"`, 403}},
		{"URL allowed", "a", "/x", "narrow", nil, "", 3, want{200, "", "-", 200}},
		{"URL not allowed", "a", "/y", "narrow", nil, "", 0, want{403, "Access to this resource has been disallowed", "-", 403}},
		{"URL not allowed", "keys", "/y", "narrow", nil, "", 0, want{403, "Access to this resource has been disallowed", "-", 403}},
		{"URL not allowed in one reading", "keys", "/x%2Fy", "narrow", nil, "", 0, want{403, "Access to this resource has been disallowed", "-", 403}},
		{"scope missing", "a", "/scoped/any", "all", scoped, "", 0, want{403, "Access to this resource has been disallowed", `, error="insufficient_scope", error_description="the operation needs more scope", scope="admin"`, 403}},
		{"scope missing with a slash at the end", "a", "/scoped/any/", "all", scoped, "", 0, want{403, "Access to this resource has been disallowed", `, error="insufficient_scope"`, 403}},
		{"scope missing in one reading", "a", "/scoped/x%2Cy", "all", scoped, "", 0, want{403, "Access to this resource has been disallowed", `, error="insufficient_scope"`, 403}},
		{"rate limit", "a", "/x", "rated", nil, "", 1, want{429, "Rate Limit Exceeded", "-", 429}},
		{"rate limit", "keys", "/x", "rated", nil, "", 1, want{429, "Rate Limit Exceeded", "-", 429}},
		{"quota", "a", "/x", "metered", nil, "", 1, want{429, "Quota exceeded", "-", 403}},
		{"quota", "keys", "/x", "metered", nil, "", 1, want{429, "Quota exceeded", "-", 403}},
		{"quota that is never renewed", "keys", "/x", "spent", nil, "", 1, want{429, "Quota exceeded", "-", 403}},
	}
	for mode, name := range compat.Modes {
		g := startWith(t, shopCopy(p), nil, runtime.Options{Compat: compat.Mode(mode)})
		g.client("a", "cl")
		g.client("b", "cl")
		g.client("a", "lone")
		for i, tt := range rows {
			t.Run(name+"/"+tt.api+"/"+tt.name, func(t *testing.T) {
				text, header := "token-"+strconv.Itoa(i), "X-Nothing: 1"
				if tt.policy != "-" {
					header = g.issue(text, tt.change, tt.policy)
				}
				if tt.header != "" {
					header = strings.Replace(tt.header, "TOKEN", text, 1)
				}
				for range tt.requests {
					if a := g.send("GET", "/"+tt.api+tt.path, "", header); a.status != 200 {
						t.Fatalf("before: %d %s", a.status, a.body)
					}
				}
				got := g.send("GET", "/"+tt.api+tt.path, "", header)
				status := tt.want.status
				if compat.Mode(mode) == compat.Tyk {
					status = tt.want.tyk
				}
				if got.status != status || status != 200 && got.body != "{\n    \"error\": \""+tt.want.text+"\"\n}" {
					t.Errorf("%d %q, want %d %q", got.status, got.body, status, tt.want.text)
				}
				challenge, has := got.header.Get("WWW-Authenticate"), len(got.header["Www-Authenticate"]) > 0
				if want := tt.want.challenge != "-" && compat.Mode(mode) == compat.RFC; has != want || want && !strings.HasPrefix(challenge, `Bearer realm="/`+tt.api+`/"`+tt.want.challenge) {
					t.Errorf("WWW-Authenticate %q, want %q", challenge, tt.want.challenge)
				}
				after, has := got.header.Get("Retry-After"), len(got.header["Retry-After"]) > 0
				if want := status == 429 && tt.policy != "spent"; has != want || want && after != map[string]string{"rated": "60", "metered": "3600"}[tt.policy] {
					t.Errorf("Retry-After %q", after)
				}
				if reached := got.header.Get("X-Upstream-Saw") != ""; reached != (status == 200) {
					t.Errorf("reached the upstream: %v", reached)
				}
			})
		}
	}
}

// shopCopy is a plan that start may alter.
func shopCopy(p *plan.Plan) *plan.Plan {
	c := *p
	c.Upstreams = append([]plan.Upstream{}, p.Upstreams...)
	return &c
}

func TestRefusalInXML(t *testing.T) {
	g := start(t, twoAPIs(), nil)
	for _, contentType := range []string{"application/xml", "Text/XML; charset=utf-8"} {
		got := g.send("GET", "/a/x", "", "Content-Type: "+contentType)
		if got.status != 401 || got.header.Get("Content-Type") != "application/xml" || !strings.HasSuffix(got.body, "<error>Authorization field missing</error>") {
			t.Errorf("%s: %d %s %v", contentType, got.status, got.body, got.header)
		}
	}
}

// TestOneTokenTwoAPIs: a token of a policy opens two APIs of it, a third one not; what it uses is counted together.
func TestOneTokenTwoAPIs(t *testing.T) {
	g := start(t, shop(opens("p", plan.Limit{QuotaMax: 6, QuotaRenewal: 60}, "a", "b", "keys")), nil)
	g.client("a", "cl")
	g.client("b", "cl")
	token := g.issue("token", nil, "p")
	for i, tt := range []struct {
		path   string
		status int
	}{
		{"/a/x", 200},
		{"/keys/x", 200},
		{"/third/x", 403},
		{"/b/x", 200}, // the client is one of b, too
		{"/far/x", 403},
		{"/keys/x", 200},
		{"/a/x", 200},
		{"/b/x", 200},
		{"/a/x", 429},
		{"/keys/x", 429},
		{"/third/x", 403},
	} {
		if a := g.send("GET", tt.path, "", token); a.status != tt.status {
			t.Errorf("%d: %s: %d %s", i, tt.path, a.status, a.body)
		}
	}
	if err := g.store.RevokeAccess(t.Context(), store.KeyOf("token")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/a/x", "/b/x", "/keys/x"} {
		if a := g.send("GET", path, "", token); a.status != 401 {
			t.Errorf("revoked: %s: %d %s", path, a.status, a.body)
		}
	}
}

// TestPolicyEditedWhileTokensLive: an edit of a policy counts from the next request on, whether it comes by reload or through the admin API.
func TestPolicyEditedWhileTokensLive(t *testing.T) {
	g := start(t, shop(opens("p", plan.Limit{}, "a", "keys")), nil)
	g.client("a", "cl")
	token := g.issue("token", nil, "p")
	expect := func(when, path string, status int) {
		t.Helper()
		if a := g.send("GET", path, "", token); a.status != status {
			t.Errorf("%s: %s: %d %s, want %d", when, path, a.status, a.body, status)
		}
	}
	reload := func(policies ...plan.Policy) {
		t.Helper()
		p := shop(policies...)
		p.Upstreams[0].Host = strings.TrimPrefix(g.upstream.URL, "http://")
		if err := g.server.Swap(p); err != nil {
			t.Fatal(err)
		}
	}
	admin := func(method, path, body string) {
		t.Helper()
		if a := g.send(method, path, body, "X-Tyk-Authorization: "+secret, "Content-Type: application/json"); a.status != 200 {
			t.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
		}
	}
	expect("at first", "/a/x", 200)
	expect("at first", "/keys/x", 200)
	expect("at first", "/third/x", 403)
	reload(opens("p", plan.Limit{}, "a", "third"))
	expect("access rights edited", "/a/x", 200)
	expect("access rights edited", "/keys/x", 403)
	expect("access rights edited", "/third/x", 200)
	off := opens("p", plan.Limit{}, "a")
	off.Inactive = true
	reload(off)
	expect("switched off", "/a/x", 403)
	reload(opens("p", plan.Limit{Rate: 2, Per: 60}, "a"))
	expect("a rate", "/a/x", 200)
	expect("a rate", "/a/x", 200)
	expect("a rate", "/a/x", 429)
	reload(opens("p", plan.Limit{Rate: 3, Per: 60}, "a"))
	expect("a higher rate", "/a/x", 200)
	expect("a higher rate", "/a/x", 429)
	reload()
	expect("gone", "/a/x", 403)
	admin("POST", "/tyk/policies", `{"id": "p", "access_rights": {"a": {}, "keys": {}}}`)
	expect("put into the store", "/a/x", 200)
	expect("put into the store", "/keys/x", 200)
	admin("PUT", "/tyk/policies/p", `{"id": "p", "access_rights": {"keys": {}}}`)
	expect("edited in the store", "/a/x", 403)
	expect("edited in the store", "/keys/x", 200)
	admin("DELETE", "/tyk/policies/p", "")
	expect("deleted from the store", "/keys/x", 403)
}

// TestExactUnderConcurrency: over many runs never more than the limit passes, of many requests at once over many connections, whatever else goes on: the
// quota of 100 is shared by two APIs, the rate is exhausted by one.
func TestExactUnderConcurrency(t *testing.T) {
	g := start(t, shop(opens("rated", plan.Limit{Rate: 30, Per: 3600}, "a"), opens("metered", plan.Limit{QuotaMax: 100, QuotaRenewal: 3600}, "a", "keys")), nil)
	g.client("a", "cl")
	for run := range 10 {
		for policy, most := range map[string]int64{"rated": 30, "metered": 100} {
			token := g.issue(policy+"-"+strconv.Itoa(run), nil, policy)
			var passed atomic.Int64
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					for range most/8 + 10 {
						path := "/a/x"
						if policy == "metered" && i%2 == 0 {
							path = "/keys/x"
						}
						switch a := g.send("GET", path, "", token); a.status {
						case 200:
							passed.Add(1)
						case 429:
						default:
							t.Errorf("%d %s", a.status, a.body)
						}
					}
				})
			}
			wg.Wait()
			if passed.Load() != most {
				t.Fatalf("run %d: %s: %d passed, want %d", run, policy, passed.Load(), most)
			}
		}
	}
}

// TestKeys: keys of the admin API open auth-token APIs, until they expire, are switched off or deleted.
func TestKeys(t *testing.T) {
	g := start(t, shop(opens("p", plan.Limit{}, "keys")), nil)
	hour := g.clock.Now().Add(time.Hour)
	put := func(session string, until time.Time) {
		t.Helper()
		if err := g.store.PutKey(t.Context(), &store.APIKey{Key: store.KeyOf("key"), Session: []byte(session), ExpiresAt: until}); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(path, header string, status int) {
		t.Helper()
		if a := g.send("GET", path, "", header); a.status != status {
			t.Errorf("%s, %s: %d %s, want %d", path, header, a.status, a.body, status)
		}
	}
	put(`{"apply_policies": ["p"]}`, hour)
	expect("/keys/x", "Authorization: key", 200)
	expect("/keys/x", "Authorization: Bearer key", 200)
	expect("/third/x", "Authorization: key", 403)
	expect("/a/x", "Authorization: Bearer key", 401) // an OAuth API takes access tokens
	put(`{"access_rights": {"third": {}}, "rate": 1, "per": 10}`, hour)
	expect("/keys/x", "Authorization: key", 403)
	expect("/third/x", "Authorization: key", 200)
	expect("/third/x", "Authorization: key", 429)
	put(`{"access_rights": {"third": {}}, "is_inactive": true}`, hour)
	expect("/third/x", "Authorization: key", 403)
	put(`{"access_rights": {"third": {}}}`, hour)
	expect("/third/x", "Authorization: key", 200)
	g.clock.advance(time.Hour)
	expect("/third/x", "Authorization: key", 401)
	put(`{"access_rights": {"third": {}}}`, time.Time{})
	expect("/third/x", "Authorization: key", 200)
	if err := g.store.DeleteKey(t.Context(), store.KeyOf("key")); err != nil {
		t.Fatal(err)
	}
	expect("/third/x", "Authorization: key", 401)
}
