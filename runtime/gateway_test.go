package runtime_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/memory"
)

const secret = "a gateway secret for tests"

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// gateway is a server under test, listening on loopback.
type gateway struct {
	t        testing.TB
	url      string
	server   *runtime.Server
	stop     func() // waits until the server has stopped; may be called again
	store    store.Store
	clock    *clock
	log      *lockedBuffer
	upstream *httptest.Server
	owner    *owner
}

// owner is the receiver of all notifications: it takes them, wherever they are sent.
type owner struct {
	mu     sync.Mutex
	bodies []string
}

func (o *owner) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bodies = append(o.bodies, string(body))
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
}

// told returns the bodies of the notifications so far, once there are as many as that.
func (o *owner) told(n int) []string {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		o.mu.Lock()
		bodies := slices.Clone(o.bodies)
		o.mu.Unlock()
		if len(bodies) >= n || time.Now().After(deadline) {
			return bodies
		}
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start serves a plan whose upstreams are all replaced by one that answers 200 with the path it got.
func start(t testing.TB, p *plan.Plan, wrap func(store.Store) store.Store) *gateway {
	t.Helper()
	return startWith(t, p, wrap, runtime.Options{})
}

// startWith does so with more settings; those of the test itself are filled in.
func startWith(t testing.TB, p *plan.Plan, wrap func(store.Store) store.Store, opt runtime.Options) *gateway {
	t.Helper()
	g := &gateway{t: t, clock: &clock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}, log: &lockedBuffer{}, store: memory.New(), owner: &owner{}}
	opt.Receivers = &http.Client{Transport: g.owner}
	if wrap != nil {
		g.store = wrap(g.store)
	}
	g.upstream = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Upstream-Saw", r.Method+" "+r.RequestURI)
		_, _ = io.WriteString(w, r.Header.Get("Authorization"))
	}))
	t.Cleanup(g.upstream.Close)
	for i := range p.Upstreams {
		p.Upstreams[i].Host = strings.TrimPrefix(g.upstream.URL, "http://")
	}
	var err error
	opt.Store, opt.Secret, opt.Now, opt.Rand, opt.Logger = g.store, secret, g.clock.Now, rand.Reader, slog.New(slog.NewTextHandler(g.log, nil))
	g.server, err = runtime.New(p, opt)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g.url = "http://" + ln.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- g.server.Serve(ctx, ln) }()
	g.stop = sync.OnceFunc(func() {
		http.DefaultClient.CloseIdleConnections()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		g.stop()
		if err := g.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// twoAPIs is a plan with two OAuth APIs that allow everything this runtime has, a keyless one and one that is switched off.
func twoAPIs() *plan.Plan {
	oauth := func(scheme string) plan.OAuth2 {
		return plan.OAuth2{
			Scheme: scheme, Grants: []string{"authorization_code", "client_credentials", "refresh_token"}, ResponseTypes: []string{"code"},
			LoginRedirect: "https://id.example.com/login?tenant=1", Scopes: []string{"read", "write"},
		}
	}
	header := []plan.Source{{Kind: plan.SourceHeader, Name: "Authorization"}}
	return &plan.Plan{
		Format: plan.Format,
		APIs: []plan.API{
			{ID: "a", Name: "A", Active: true, ListenPath: "/a/", Strip: true, Auth: plan.AuthOAuth, Sources: header, StripAuth: true, OAuth: 0, RouteCount: 4},
			{
				ID: "b", Name: "B", Active: true, ListenPath: "/b/", Auth: plan.AuthOAuth, OAuth: 1, FirstRoute: 4,
				Sources: []plan.Source{{Kind: plan.SourceCookie, Name: "token"}, {Kind: plan.SourceQuery, Name: "access_token"}, header[0]},
			},
			{ID: "off", Name: "Off", ListenPath: "/off/", Auth: plan.AuthKeyless, OAuth: plan.None, FirstRoute: 4},
			{ID: "open", Name: "Open", Active: true, ListenPath: "/open/", Strip: true, Auth: plan.AuthKeyless, OAuth: plan.None, FirstRoute: 4},
		},
		Routes: []plan.Route{
			{API: 0, Method: "GET", Path: "/blocked", Block: true},
			{API: 0, Method: "GET", Path: "/closed/x,y", Block: true},
			{API: 0, Method: "GET", Path: "/public", IgnoreAuth: true},
			{API: 0, Method: "GET", Path: "/shared/{name}", IgnoreAuth: true},
		},
		Upstreams: []plan.Upstream{{Scheme: "http", Host: "replaced"}},
		OAuth:     []plan.OAuth2{oauth("one"), oauth("two")},
		Origins:   []plan.Origin{{File: "test.yaml", Line: 1, Column: 1}},
	}
}

// client registers a client app with the redirect URI https://client.example.com/cb.
func (g *gateway) client(apiID, id string) (clientSecret string) {
	g.t.Helper()
	clientSecret = "secret-of-" + id + "-on-" + apiID + "-which-is-long"
	err := g.store.CreateClient(context.Background(), &store.Client{
		ID: id, APIID: apiID, Secrets: []store.Secret{{Key: store.KeyOf(clientSecret)}}, RedirectURIs: []string{redirectURI}, CreatedAt: g.clock.Now(),
	})
	if err != nil {
		g.t.Fatal(err)
	}
	return clientSecret
}

const redirectURI = "https://client.example.com/cb"

// answer is a response, read.
type answer struct {
	status int
	header http.Header
	body   string
}

// send sends a request; headers are "Name: value". Redirects are not followed.
func (g *gateway) send(method, path, body string, headers ...string) answer {
	g.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, g.url+path, strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Basic" {
			id, pass, _ := strings.Cut(value, ":")
			req.SetBasicAuth(id, pass)
			continue
		}
		if name == "Host" {
			req.Host = value
			continue
		}
		req.Header.Set(name, value)
	}
	resp, err := noRedirects.Do(req)
	if err != nil {
		g.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(data)}
}

var noRedirects = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// form encodes name, value pairs.
func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}
