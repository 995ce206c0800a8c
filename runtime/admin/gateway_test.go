package admin_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/admin"
	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/oauth"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/memory"
)

const gatewaySecret = "a gateway secret for tests"

// gateway is an admin API under test.
type gateway struct {
	t       testing.TB
	handler *admin.Handler
	store   store.Store
	log     *bytes.Buffer

	mu      sync.Mutex
	now     time.Time
	changed int // how often policies have changed
}

func (g *gateway) clock() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.now
}

func (g *gateway) advance(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now = g.now.Add(d)
}

// start returns the admin API of a plan with OAuth APIs a and b, an auth-token API, a keyless one, and policies of a file.
func start(t testing.TB, change ...func(*admin.Options)) *gateway {
	t.Helper()
	g := &gateway{t: t, store: memory.New(), log: &bytes.Buffer{}, now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
	opt := admin.Options{
		Secret: gatewaySecret, Store: g.store, Now: g.clock, Rand: rand.Reader, Logger: slog.New(slog.NewTextHandler(g.log, nil)),
		PoliciesChanged: func(context.Context) error {
			g.changed++
			return nil
		},
	}
	for _, c := range change {
		c(&opt)
	}
	g.handler = admin.New(context.Background(), testPlan(), make([]*oauth.Server, 2), opt)
	return g
}

func inMode(m compat.Mode) func(*admin.Options) { return func(o *admin.Options) { o.Compat = m } }

func testPlan() *plan.Plan {
	policyOf := func(id string, apis ...string) plan.Policy {
		p := plan.Policy{ID: id}
		for _, api := range apis {
			p.Access = append(p.Access, plan.Access{APIID: api})
		}
		return p
	}
	short := policyOf("short", "token")
	short.KeyExpires = 60
	return &plan.Plan{
		Format: plan.Format,
		APIs: []plan.API{
			{ID: "a", Active: true, ListenPath: "/a/", Auth: plan.AuthOAuth, OAuth: 0},
			{ID: "b", OrgID: "org", Active: true, ListenPath: "/b/", Auth: plan.AuthOAuth, OAuth: 1},
			{ID: "open", Active: true, ListenPath: "/open/", Auth: plan.AuthKeyless, OAuth: plan.None},
			{ID: "token", Active: true, ListenPath: "/token/", Auth: plan.AuthToken, OAuth: plan.None},
		},
		OAuth:    []plan.OAuth2{{Scheme: "one"}, {Scheme: "two"}},
		Policies: []plan.Policy{policyOf("all", "a", "b", "token"), policyOf("ghost", "a", "gone"), policyOf("of-a", "a"), short, policyOf("token-only", "token")},
	}
}

// answer is what came back.
type answer struct {
	status int
	body   string
	header *fasthttp.ResponseHeader
}

// send makes a call with the gateway secret in both of its headers; more headers are "Name: value", and an empty value takes one out.
func (g *gateway) send(method, target, body string, headers ...string) answer {
	g.t.Helper()
	var req fasthttp.Request
	req.Header.SetMethod(method)
	req.SetRequestURI("http://gateway.example.com" + target)
	req.SetBodyString(body)
	req.Header.Set("X-Tyk-Authorization", gatewaySecret)
	req.Header.Set("Authorization", gatewaySecret)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	var ctx fasthttp.RequestCtx
	ctx.Init(&req, nil, nil)
	path, _, _ := strings.Cut(target, "?")
	g.handler.Serve(&ctx, []byte(path))
	return answer{ctx.Response.StatusCode(), string(ctx.Response.Body()), &ctx.Response.Header}
}

// into decodes the body.
func (a answer) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
}

// client is a client app as answers have it.
type client struct {
	ID           string   `json:"client_id"`
	Secret       string   `json:"secret"`
	RedirectURI  string   `json:"redirect_uri"`
	RedirectURIs []string `json:"redirect_uris"`
	APIID        string   `json:"api_id"`
	PolicyID     string   `json:"policy_id"`
	Public       bool     `json:"public"`
	AuthMethod   string   `json:"token_endpoint_auth_method"`
	OldExpires   int64    `json:"old_secret_expires"`
	Warnings     []string `json:"warnings"`
}

// register makes a client that must be accepted.
func (g *gateway) register(body string) (c client) {
	g.t.Helper()
	a := g.send("POST", "/tyk/oauth/clients/create", body)
	if a.status != 200 {
		g.t.Fatalf("register %s: %d %s", body, a.status, a.body)
	}
	a.into(g.t, &c)
	return c
}

// pair issues an access token and a refresh token to a client.
func (g *gateway) pair(api, client, name string) (access, refresh string) {
	g.t.Helper()
	access, refresh = "access-"+name, "refresh-"+name
	var family store.FamilyID
	copy(family[:], name)
	p := &store.TokenPair{
		Access: store.AccessToken{Key: store.KeyOf(access), APIID: api, ClientID: client, Family: family, IssuedAt: g.clock(), ExpiresAt: g.clock().Add(time.Hour)},
		Refresh: &store.RefreshToken{
			Key: store.KeyOf(refresh), APIID: api, ClientID: client, Family: family, IssuedAt: g.clock(), ExpiresAt: g.clock().Add(24 * time.Hour),
		},
		Notice: &store.Notice{APIID: api, ClientID: client, Family: family, Kind: "new", Body: []byte(access), CreatedAt: g.clock()},
	}
	if err := g.store.IssueTokens(context.Background(), p); err != nil {
		g.t.Fatal(err)
	}
	return access, refresh
}

// live tells which of the two tokens of a name work.
func (g *gateway) live(name string) string {
	_, accessErr := g.store.AccessToken(context.Background(), store.KeyOf("access-"+name))
	_, refreshErr := g.store.RefreshToken(context.Background(), store.KeyOf("refresh-"+name))
	return fmt.Sprintf("access %v, refresh %v", accessErr == nil, refreshErr == nil)
}

const (
	bothLive = "access true, refresh true"
	noneLive = "access false, refresh false"
)

// row is a call, what it answers in either mode, and where that comes from: Tyk's behaviour, a clause, or ours.
type row struct {
	from, method, target, body string
	rfc, tyk                   int
	text                       string // a part of the body
}

// run makes the calls one after the other, in both modes, each on a gateway of its own.
func run(t *testing.T, prepare func(*gateway), rows []row) {
	for _, mode := range []compat.Mode{compat.RFC, compat.Tyk} {
		t.Run(mode.String(), func(t *testing.T) {
			g := start(t, inMode(mode))
			if prepare != nil {
				prepare(g)
			}
			for _, r := range rows {
				want := r.rfc
				if mode == compat.Tyk {
					want = r.tyk
				}
				a := g.send(r.method, r.target, r.body)
				if a.status != want || !strings.Contains(a.body, r.text) {
					t.Errorf("%s %s %s (%s): %d %s, want %d %s", r.method, r.target, r.body, r.from, a.status, a.body, want, r.text)
				}
				if cached := string(a.header.Peek("Cache-Control")); cached != "no-store" && !strings.HasPrefix(a.body, "404 page") {
					t.Errorf("%s %s: Cache-Control %q", r.method, r.target, cached)
				}
				if a.status == 405 && len(a.header.Peek("Allow")) == 0 { // RFC 9110 §15.5.6
					t.Errorf("%s %s: no Allow", r.method, r.target)
				}
			}
		})
	}
}
