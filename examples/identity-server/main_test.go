package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

const secret = "the-gateway-secret"

// start returns the URL of an identity server, before a gateway that knows one client and says what it was asked to approve.
func start(t *testing.T) (address string, approved *url.Values) {
	t.Helper()
	approved = &url.Values{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tyk/oauth/clients/calendar/planner", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"client_id": "planner", "description": "Trip <planner>", "redirect_uri": "https://app.example.com/cb?keep=1,http://127.0.0.1/cb",
			"redirect_uris": ["https://app.example.com/cb?keep=1", "http://127.0.0.1/cb"]}`)
	})
	mux.HandleFunc("GET /cal/.well-known/oauth-authorization-server", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"issuer": "https://gw.example.com/cal", "authorization_response_iss_parameter_supported": true}`)
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"status": "error"}`)
	})
	mux.HandleFunc("POST /cal/tyk/oauth/authorize-client/", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		*approved = r.PostForm
		_, _ = io.WriteString(w, `{"code": "c", "redirect_to": "https://app.example.com/cb?keep=1&code=c&state=s"}`)
	})
	gatewayServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Tyk-Authorization") != secret {
			t.Error("no gateway secret")
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(gatewayServer.Close)
	g := &gateway{url: gatewayServer.URL, api: "calendar", path: "cal", secret: secret}
	s := httptest.NewServer(newServer(g, users{"alice": hashOf("open sesame", []byte("salt"))}))
	t.Cleanup(s.Close)
	return s.URL + "/login", approved
}

// browser keeps cookies and follows no redirect.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func read(t *testing.T, resp *http.Response, err error) (status int, location, body string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Location"), string(data)
}

const asked = "response_type=code&client_id=planner&state=s&code_challenge=x&key_rules=%7B%22rate%22%3A1%7D&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb%3Fkeep%3D1"

var handleField = regexp.MustCompile(`name="handle" value="([^"]+)"`)

// open gets the page, and returns the handle in it.
func open(t *testing.T, b *http.Client, address string) string {
	t.Helper()
	resp, err := b.Get(address + "?" + asked) //nolint:noctx // of the test's own server
	status, _, body := read(t, resp, err)
	m := handleField.FindStringSubmatch(body)
	if status != http.StatusOK || m == nil || !strings.Contains(body, "Trip &lt;planner&gt;") {
		t.Fatalf("%d %s", status, body)
	}
	return m[1]
}

func send(t *testing.T, b *http.Client, address string, form url.Values) (status int, location, body string) {
	t.Helper()
	resp, err := b.PostForm(address, form) //nolint:noctx // of the test's own server
	return read(t, resp, err)
}

func TestAllow(t *testing.T) {
	address, approved := start(t)
	b := browser(t)
	handle := open(t, b, address)
	open(t, b, address) // in another tab
	form := url.Values{"handle": {handle}, "name": {"alice"}, "password": {"wrong"}, "decision": {"allow"}}
	for _, password := range []string{"wrong", ""} {
		form.Set("password", password)
		if status, _, body := send(t, b, address, form); status != http.StatusForbidden || !strings.Contains(body, "Name or password is wrong") {
			t.Errorf("%d %s", status, body)
		}
	}
	form.Set("name", "nobody")
	if status, _, _ := send(t, b, address, form); status != http.StatusForbidden {
		t.Error(status)
	}
	if len(*approved) > 0 {
		t.Fatal("approved without a password")
	}
	form.Set("name", "alice")
	form.Set("password", "open sesame")
	if status, location, _ := send(t, b, address, form); status != http.StatusSeeOther || location != "https://app.example.com/cb?keep=1&code=c&state=s" {
		t.Errorf("%d %s", status, location)
	}
	if approved.Get("state") != "s" || approved.Get("code_challenge") != "x" || approved.Get("redirect_uri") != "https://app.example.com/cb?keep=1" {
		t.Errorf("the gateway was asked for %v", *approved)
	}
	var rules struct {
		Alias string
		Rate  float64
	}
	if err := json.Unmarshal([]byte(approved.Get("key_rules")), &rules); err != nil || rules.Alias != "alice" || rules.Rate != 0 {
		t.Errorf("key_rules %s", approved.Get("key_rules"))
	}
	if status, _, _ := send(t, b, address, form); status != http.StatusBadRequest {
		t.Errorf("decided twice: %d", status)
	}
}

func TestDeny(t *testing.T) {
	address, approved := start(t)
	b := browser(t)
	status, location, _ := send(t, b, address, url.Values{"handle": {open(t, b, address)}, "decision": {"deny"}})
	if status != http.StatusSeeOther || location != "https://app.example.com/cb?error=access_denied&iss=https%3A%2F%2Fgw.example.com%2Fcal&keep=1&state=s" || len(*approved) > 0 {
		t.Errorf("%d %s, approved %v", status, location, *approved)
	}
}

// TestOtherBrowser: another site cannot make a user's browser send a form that it has got the handle for.
func TestOtherBrowser(t *testing.T) {
	address, approved := start(t)
	form := url.Values{"handle": {open(t, browser(t), address)}, "name": {"alice"}, "password": {"open sesame"}, "decision": {"allow"}}
	other := browser(t)
	if status, _, _ := send(t, other, address, form); status != http.StatusBadRequest {
		t.Errorf("without a cookie: %d", status)
	}
	open(t, other, address)
	if status, _, _ := send(t, other, address, form); status != http.StatusBadRequest {
		t.Errorf("with another cookie: %d", status)
	}
	if len(*approved) > 0 {
		t.Error("approved")
	}
}

// TestWhereTo: the page is for registered clients, and sends nobody where they are not.
func TestWhereTo(t *testing.T) {
	address, _ := start(t)
	for query, want := range map[string]int{
		"client_id=planner": http.StatusOK,
		"client_id=planner&redirect_uri=http%3A%2F%2F127.0.0.1%3A4711%2Fcb": http.StatusOK,
		"client_id=planner&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb":        http.StatusOK,
		"client_id=planner&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb": http.StatusBadRequest,
		"client_id=planner&redirect_uri=https%3A%2F%2Fevil.example.com%2F":  http.StatusBadRequest,
		"client_id=planner&redirect_uri=https%3A%2F%2F127.0.0.1%3A1%2Fcb":   http.StatusBadRequest,
		"client_id=other": http.StatusBadRequest,
		"":                http.StatusBadRequest,
	} {
		resp, err := browser(t).Get(address + "?" + query) //nolint:noctx // of the test's own server
		if status, _, _ := read(t, resp, err); status != want {
			t.Errorf("GET %q: %d, want %d", query, status, want)
		}
		form, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if status, _, _ := send(t, browser(t), address, form); status != want {
			t.Errorf("POST %q: %d, want %d", query, status, want)
		}
	}
}
