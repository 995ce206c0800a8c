package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

const secret = "the gateway secret"

// tyk plays a Tyk Gateway with one API: it shows secrets, reads redirect URIs as one text, rotates to a secret of its own and ignores what it does not know.
type tyk struct {
	apps  map[string]App
	calls []string // that change something
}

func (g *tyk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, v any) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	if r.URL.Path == "/hello" {
		answer(200, map[string]string{"status": "pass", "description": "Tyk GW"})
		return
	}
	if r.Header.Get(secretHeader) != secret {
		answer(403, map[string]string{"status": "error", "message": "Attempted administrative access with invalid or missing key!"})
		return
	}
	if r.Method != http.MethodGet {
		g.calls = append(g.calls, r.Method+" "+r.URL.EscapedPath())
	}
	var app App
	_ = json.NewDecoder(r.Body).Decode(&app)
	id := strings.TrimPrefix(r.URL.Path, "/tyk/oauth/clients/api/")
	switch {
	case r.URL.Path == "/tyk/apis":
		answer(200, []map[string]any{{"api_id": "api", "use_oauth2": true, "proxy": map[string]any{"listen_path": "/listen/"}}})
	case r.URL.Path == "/tyk/oauth/clients/api":
		list := []App{}
		for _, a := range g.apps {
			list = append(list, a)
		}
		answer(200, list)
	case r.URL.Path == "/tyk/oauth/clients/create":
		if app.Secret == "" {
			app.Secret = "made by Tyk"
		}
		app.APIID, app.RedirectURIs, app.Public = "", nil, false
		g.apps[app.ID] = app
		answer(200, app)
	case r.Method == http.MethodPut && !strings.HasSuffix(id, "/rotate"):
		old := g.apps[id]
		old.RedirectURI, old.PolicyID, old.MetaData, old.Description = app.RedirectURI, app.PolicyID, app.MetaData, app.Description
		g.apps[id] = old
		answer(200, old)
	case r.Method == http.MethodDelete:
		delete(g.apps, id)
		answer(200, map[string]string{"status": "ok"})
	default:
		answer(404, map[string]string{"status": "error", "message": "not\x1b[31m here"})
	}
}

func start(t *testing.T, h http.Handler) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	c, err := New(Options{URL: server.URL + "/", Secret: secret, Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// apply makes a plan and takes its steps, and returns both in short.
func apply(t *testing.T, c *Client, prune bool, wanted ...Wanted) (steps, problems []string) {
	t.Helper()
	p, err := c.Plan(t.Context(), wanted, prune)
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Actions {
		a := &p.Actions[i]
		if _, err := c.Apply(t.Context(), a, 0); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", a.Kind, a.Client, strings.Join(a.Changes, ","), a.Secret)))
	}
	return steps, p.Problems
}

func TestApplyToTyk(t *testing.T) {
	g := &tyk{apps: map[string]App{"old": {ID: "old"}}}
	c := start(t, g)
	web := Wanted{API: "api", ID: "web", RedirectURIs: []string{"https://a/", "https://b/"}, PolicyID: "gold", MetaData: []byte(`{"a": 1}`), Secret: "s", Place: "f:1:1"}
	own := Wanted{ListenPath: "listen", ID: "own", Place: "f:2:1"}
	for _, tt := range []struct {
		name            string
		prune           bool
		change          func()
		steps, problems []string
	}{
		{"first", false, func() {}, []string{"create web", "create own  made by Tyk"}, nil},
		{"again", false, func() {}, nil, nil},
		{"meta data in another form", false, func() { web.MetaData = []byte("{\n\"a\":1}") }, nil, nil},
		{"changed", false, func() { web.PolicyID, web.RedirectURIs = "", web.RedirectURIs[:1] }, []string{"update web redirectUris,policyId"}, nil},
		{"meta data taken away", false, func() { web.MetaData = nil }, []string{"update web metaData"}, nil},
		{"prune", true, func() {}, []string{"delete old"}, nil},
		{"another secret", true, func() { web.Secret = "t" }, nil, []string{`f:1:1: client "web" has another secret, and a Tyk Gateway takes none for a client that exists: ` + "`tykctl client rotate` makes one, or delete the client"}},
		{"public", true, func() { web.Secret, own.Public = "s", true }, nil, []string{`f:2:1: client "own": a Tyk Gateway has no public clients`}},
	} {
		tt.change()
		steps, problems := apply(t, c, tt.prune, web, own)
		if !reflect.DeepEqual(steps, tt.steps) || !reflect.DeepEqual(problems, tt.problems) {
			t.Errorf("%s: %q %q", tt.name, steps, problems)
		}
	}
}

// A mistyped API or client must not make what is there look unwanted.
func TestNothingIsPrunedBesideAProblem(t *testing.T) {
	g := &tyk{apps: map[string]App{"old": {ID: "old"}}}
	c := start(t, g)
	steps, problems := apply(t, c, true, Wanted{API: "api", ID: "old"}, Wanted{API: "apj", ID: "new", Place: "f:1:1"}, Wanted{API: "api", ID: "old", Place: "f:2:1"})
	if len(steps) != 0 || len(problems) != 2 || len(g.calls) != 0 {
		t.Errorf("%q %q %q", steps, problems, g.calls)
	}
	if steps, _ = apply(t, c, true); len(steps) != 0 {
		t.Errorf("an empty list: %q", steps)
	}
}

func TestNamesAreEscaped(t *testing.T) {
	g := &tyk{apps: map[string]App{}}
	c := start(t, g)
	if err := c.Delete(t.Context(), "a/b", "x?y"); err != nil {
		t.Fatal(err)
	}
	if want := "DELETE /tyk/oauth/clients/a%2Fb/x%3Fy"; g.calls[0] != want {
		t.Errorf("%q, want %q", g.calls[0], want)
	}
}

func TestErrors(t *testing.T) {
	ctx := t.Context()
	var status *StatusError
	var unreachable *UnreachableError

	c := start(t, &tyk{})
	if _, err := c.Rotate(ctx, "api", "x", "", 0); !errors.As(err, &status) || status.Status != 404 || strings.ContainsRune(err.Error(), '\x1b') {
		t.Errorf("404: %v", err)
	}
	c.secret = "another"
	if _, err := c.APIs(ctx); !errors.Is(err, ErrSecret) || strings.Contains(err.Error(), "another") {
		t.Errorf("wrong secret: %v", err)
	}

	var elsewhere int
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	c = start(t, http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	if _, err := c.APIs(ctx); !errors.As(err, &status) || status.Status != 307 || elsewhere > 0 {
		t.Errorf("redirect: %v; the secret went elsewhere %d times", err, elsewhere)
	}

	c = start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	if _, err := c.APIs(ctx); !errors.As(err, &unreachable) {
		t.Errorf("no gateway: %v", err)
	}
	c = start(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	if _, err := c.APIs(ctx); !errors.As(err, &unreachable) || strings.Contains(err.Error(), secret) {
		t.Errorf("cut off: %v", err)
	}
}

func TestAddresses(t *testing.T) {
	for url, exposed := range map[string]bool{
		"http://127.0.0.1:8080": false, "http://[::1]:8080/": false, "http://localhost": false, "https://gateway.example.com/prefix": false,
		"http://gateway.example.com": true, "http://10.0.0.1": true,
	} {
		c, err := New(Options{URL: url})
		if err != nil || c.Exposed() != exposed {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{"", "gateway", "localhost:8080", "ftp://x", "http://", "http://u:p@x", "http://x?y=z", "http://x#y", "http://x\x00"} {
		if _, err := New(Options{URL: url}); err == nil || strings.Contains(err.Error(), "u:p") {
			t.Errorf("%q: %v", url, err)
		}
	}
}
