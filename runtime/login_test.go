package runtime_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"html"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/identity"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/memory"
	"github.com/tykctl/tykctl/runtime/users"
)

// oneUser finds one user, and is asked for nothing else.
type oneUser struct {
	anyUsers
	user store.User
}

type anyUsers = interface{ store.Users }

func (o oneUser) User(_ context.Context, org, name string) (*store.User, error) {
	if org != o.user.OrgID || name != o.user.Name {
		return nil, store.ErrNotFound
	}
	return &o.user, nil
}

// startLogin serves a plan with the built-in identity server. Dev signs in as dev, alice as "correct horse".
func startLogin(t *testing.T, p *plan.Plan) *gateway {
	t.Helper()
	hash, err := users.Hash("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{t: t, clock: &clock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}, log: &lockedBuffer{}, store: memory.New()}
	logger := slog.New(slog.NewTextHandler(g.log, nil))
	g.server, err = runtime.New(p, runtime.Options{
		Store: g.store, Secret: secret, Now: g.clock.Now, Rand: rand.Reader, Logger: logger,
		Login: identity.New(identity.Options{
			Users: []identity.User{{Name: "dev", Password: "dev"}}, Now: g.clock.Now, Logger: logger,
			Store: oneUser{user: store.User{Name: "alice", PasswordHash: hash}},
		}),
	})
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
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return g
}

// opened is a login page in a browser.
type opened struct {
	at, request, cookie, body string
}

var hidden = regexp.MustCompile(`name="request" value="([^"]+)"`)

// open follows the redirect of the authorization endpoint to the page.
func (g *gateway) open(params ...string) opened {
	g.t.Helper()
	all := append([]string{"response_type", "code", "client_id", "cl", "redirect_uri", redirectURI}, params...)
	a := g.send("GET", "/a/oauth/authorize?"+form(all...), "")
	if a.status != 307 {
		g.t.Fatalf("authorize: %d %s", a.status, a.body)
	}
	at := a.header.Get("Location")
	a = g.send("GET", at, "")
	m := hidden.FindStringSubmatch(a.body)
	if a.status != 200 || m == nil {
		g.t.Fatalf("page: %d %s", a.status, a.body)
	}
	path, _, _ := strings.Cut(at, "?")
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	return opened{path, html.UnescapeString(m[1]), cookie, a.body}
}

// decide sends the page's form.
func (g *gateway) decide(o opened, name, password, decision string) answer {
	g.t.Helper()
	return g.send("POST", o.at, form("request", o.request, "username", name, "password", password, "decision", decision), "Cookie: "+o.cookie)
}

func query(t *testing.T, location string) url.Values {
	t.Helper()
	u, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

func TestLoginGivesACodeThatKeepsStateAndChallenge(t *testing.T) {
	g := startLogin(t, twoAPIs())
	clientSecret := g.client("a", "cl")
	for _, who := range [][2]string{{"dev", "dev"}, {"alice", "correct horse"}} {
		o := g.open("state", "a b&c", "scope", "read write", "code_challenge", rfc7636Challenge, "code_challenge_method", "S256")
		a := g.decide(o, who[0], who[1], "allow")
		location := a.header.Get("Location")
		if a.status != 303 || !strings.HasPrefix(location, redirectURI+"?") {
			t.Fatalf("%s: %d %s %s", who[0], a.status, location, a.body)
		}
		q := query(t, location)
		if q.Get("state") != "a b&c" {
			t.Errorf("state is %q", q.Get("state"))
		}
		exchange := func(verifier string) answer {
			return g.send("POST", "/a/oauth/token", form("grant_type", "authorization_code", "code", q.Get("code"), "redirect_uri", redirectURI, "code_verifier", verifier), "Basic: cl:"+clientSecret)
		}
		if a := exchange(rfc7636Challenge); a.status != 400 {
			t.Errorf("another verifier: %d %s", a.status, a.body)
		}
		if a := exchange(rfc7636Verifier); a.status != 200 || a.json(t).Scope != "read write" {
			t.Errorf("exchange: %d %s", a.status, a.body)
		}
	}
	for _, word := range []string{"correct horse", "password=dev"} {
		if strings.Contains(g.log.String(), word) {
			t.Errorf("%q is in the log", word)
		}
	}
}

func TestLoginDenied(t *testing.T) {
	g := startLogin(t, twoAPIs())
	g.client("a", "cl")
	a := g.decide(g.open("state", "s"), "", "", "deny")
	q := query(t, a.header.Get("Location"))
	if a.status != 303 || q.Get("error") != "access_denied" || q.Get("state") != "s" || q.Has("code") {
		t.Errorf("%d %s", a.status, a.header.Get("Location"))
	}
}

func TestLoginRefusals(t *testing.T) {
	g := startLogin(t, twoAPIs())
	g.client("a", "cl")
	o, another := g.open(), g.open()
	for _, tt := range []struct {
		name string
		got  func() answer
		want int
	}{
		{"wrong password", func() answer { return g.decide(o, "dev", "Dev", "allow") }, 403},
		{"no password", func() answer { return g.decide(o, "dev", "", "allow") }, 403},
		{"unknown user", func() answer { return g.decide(o, "nobody", "dev", "allow") }, 403},
		{"no user", func() answer { return g.decide(o, "", "", "allow") }, 403},
		{"wrong password of the store's user", func() answer { return g.decide(o, "alice", "dev", "allow") }, 403},
		{"form of another site: no cookie", func() answer { return g.decide(opened{o.at, o.request, "x=y", ""}, "dev", "dev", "allow") }, 400},
		{"page of another browser", func() answer { return g.decide(opened{o.at, o.request, another.cookie, ""}, "dev", "dev", "allow") }, 400},
		{"request changed", func() answer { return g.decide(opened{o.at, "A" + o.request[1:], o.cookie, ""}, "dev", "dev", "allow") }, 400},
		{"request without signature", func() answer {
			body, _, _ := strings.Cut(o.request, ".")
			return g.decide(opened{o.at, body + ".", o.cookie, ""}, "dev", "dev", "allow")
		}, 400},
		{"request of another API", func() answer { return g.decide(opened{"/dev/login/b", o.request, o.cookie, ""}, "dev", "dev", "allow") }, 400},
		{"neither request nor parameters", func() answer { return g.send("POST", o.at, "decision=allow") }, 400},
		{"unknown client", func() answer { return g.send("GET", o.at+"?response_type=code&client_id=x", "") }, 400},
		{"redirect URI of nobody", func() answer {
			return g.send("GET", o.at+"?"+form("response_type", "code", "client_id", "cl", "redirect_uri", "https://evil.example.com/"), "")
		}, 400},
		{"parameter twice", func() answer { return g.send("GET", o.at+"?response_type=code&client_id=cl&client_id=cl", "") }, 400},
		{"API without OAuth", func() answer { return g.send("GET", "/dev/login/open", "") }, 404},
		{"API that is switched off", func() answer { return g.send("GET", "/dev/login/off", "") }, 404},
		{"no such API", func() answer { return g.send("GET", "/dev/login/x", "") }, 404},
		{"method", func() answer { return g.send("PUT", o.at, "") }, 405},
	} {
		a := tt.got()
		if a.status != tt.want || a.header.Get("Location") != "" {
			t.Errorf("%s: %d, location %q, want %d", tt.name, a.status, a.header.Get("Location"), tt.want)
		}
		if !strings.Contains(a.body, "Development only") || a.header.Get("Content-Security-Policy") == "" || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v %s", tt.name, a.header, a.body)
		}
	}
	g.clock.advance(10 * time.Minute)
	if a := g.decide(o, "dev", "dev", "allow"); a.status != 400 || !strings.Contains(a.body, "expired") {
		t.Errorf("a page of ten minutes ago: %d %s", a.status, a.body)
	}
	if a := g.decide(g.open(), "dev", "dev", "allow"); a.status != 303 {
		t.Errorf("a fresh page: %d %s", a.status, a.body)
	}
}

// A client may POST its authorization request (RFC 6749 §3.1); the browser repeats it to the page.
func TestLoginAfterPostedRequest(t *testing.T) {
	g := startLogin(t, twoAPIs())
	g.client("a", "cl")
	body := form("response_type", "code", "client_id", "cl", "redirect_uri", redirectURI, "state", "s")
	a := g.send("POST", "/a/oauth/authorize", body)
	if a.status != 307 || a.header.Get("Location") != "/dev/login/a" {
		t.Fatalf("%d %v", a.status, a.header)
	}
	a = g.send("POST", a.header.Get("Location"), body)
	m := hidden.FindStringSubmatch(a.body)
	if a.status != 200 || m == nil {
		t.Fatalf("%d %s", a.status, a.body)
	}
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	a = g.decide(opened{"/dev/login/a", html.UnescapeString(m[1]), cookie, ""}, "dev", "dev", "allow")
	if q := query(t, a.header.Get("Location")); a.status != 303 || q.Get("state") != "s" || q.Get("code") == "" {
		t.Errorf("%d %v", a.status, a.header)
	}
}

func TestLoginPage(t *testing.T) {
	p := twoAPIs()
	p.APIs[0].Name = `<script>alert("api")</script>`
	g := startLogin(t, p)
	err := g.store.CreateClient(t.Context(), &store.Client{ID: "cl", APIID: "a", Secrets: []store.Secret{{}}, RedirectURIs: []string{redirectURI}, Description: `<img src=x onerror="alert(1)">`})
	if err != nil {
		t.Fatal(err)
	}
	o := g.open("scope", "read write", "state", `"><script>alert(2)</script>`)
	for _, want := range []string{"Development only", "<code>read</code>", "<code>write</code>", "https://client.example.com", `<label for="username">`, `<html lang="en">`, "&lt;img src=x"} {
		if !strings.Contains(o.body, want) {
			t.Errorf("the page does not have %q:\n%s", want, o.body)
		}
	}
	for _, not := range []string{"<script", "<img", "javascript:", "http-equiv", " src="} {
		if strings.Contains(strings.ReplaceAll(o.body, "&lt;img src=x", ""), not) {
			t.Errorf("the page has %q", not)
		}
	}
	a := g.send("GET", o.at+"?"+form("response_type", "code", "client_id", "cl"), "", "Cookie: "+o.cookie)
	if a.header.Get("Set-Cookie") != "" {
		t.Error("a second page in one browser gets another cookie: the first page would be dead")
	}
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(a.body)
	if style == nil {
		t.Fatal("no style")
	}
	sum := sha256.Sum256([]byte(style[1]))
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(a.header.Get("Content-Security-Policy"), want) {
		t.Errorf("browsers would refuse the style sheet: %s is not in %s", want, a.header.Get("Content-Security-Policy"))
	}
}

func TestWithoutLoginItsPathIsAnyPath(t *testing.T) {
	g := start(t, twoAPIs(), nil)
	g.client("a", "cl")
	if a := g.send("GET", "/dev/login/a", ""); a.status != 404 || strings.Contains(a.body, "html") {
		t.Errorf("%d %s", a.status, a.body)
	}
	a := g.send("GET", "/a/oauth/authorize?response_type=code&client_id=cl", "")
	if !strings.HasPrefix(a.header.Get("Location"), "https://id.example.com/login?") {
		t.Errorf("%d %v", a.status, a.header)
	}
}
