package oauthclient

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestDiscover(t *testing.T) {
	var base string
	var answers map[string]string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := answers[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusUnauthorized) // as a gateway answers for what it proxies
			return
		}
		_, _ = w.Write([]byte(strings.ReplaceAll(text, "BASE", base)))
	}))
	defer server.Close()
	base = server.URL
	const below, before = "/a/b/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/a/b"
	const good = `{"issuer": "BASE/a/b", "token_endpoint": "BASE/t", "authorization_endpoint": "BASE/z", "authorization_response_iss_parameter_supported": true}`
	described := &Server{Issuer: base + "/a/b", Token: base + "/t", Authorization: base + "/z", NamesItself: true}
	usual := &Server{Token: base + "/a/b/oauth/token", Authorization: base + "/a/b/oauth/authorize", Introspection: base + "/a/b/oauth/introspect", Revocation: base + "/a/b/oauth/revoke"}
	for _, tt := range []struct {
		name    string
		answers map[string]string
		want    *Server
		err     string
	}{
		{"below the path", map[string]string{below: good}, described, ""},
		{"before the path, RFC 8414 §3.1", map[string]string{before: good}, described, ""},
		{"no metadata", nil, usual, ""},
		{"something else in their place", map[string]string{below: "<html>", before: "{}"}, usual, ""},
		{"of another issuer, RFC 8414 §3.3", map[string]string{below: `{"issuer": "https://other.example.com", "token_endpoint": "BASE/t"}`}, nil, `issuer "https://other.example.com"`},
		{"endpoint that is no URL", map[string]string{below: `{"issuer": "BASE/a/b", "token_endpoint": "file:///etc/passwd"}`}, nil, "no good"},
	} {
		answers = tt.answers
		for _, api := range []string{base + "/a/b", base + "/a/b/"} {
			got, err := New(10*time.Second).Discover(t.Context(), api)
			if !reflect.DeepEqual(got, tt.want) || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: %+v, %v", tt.name, got, err)
			}
		}
	}
	server.Close()
	var unreachable *UnreachableError
	if _, err := New(10*time.Second).Discover(t.Context(), base); !errors.As(err, &unreachable) {
		t.Errorf("nobody there: %v", err)
	}
}

func TestSend(t *testing.T) {
	var got *http.Request
	status, text := 200, `{"access_token": "x"}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		got = r
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text))
	}))
	defer server.Close()
	c := New(10 * time.Second)
	r := Request{URL: server.URL + "/token", Auth: Auth{"i d:", "s+%", Basic}, Fields: []Field{{Name: "a", Value: "b&c"}, {Name: "empty"}}}
	if tok, err := c.Token(t.Context(), r); err != nil || tok.AccessToken != "x" {
		t.Fatal(tok, err)
	}
	id, password, _ := got.BasicAuth()
	if id != "i+d%3A" || password != "s%2B%25" { // RFC 6749 §2.3.1
		t.Errorf("%q %q", id, password)
	}
	if want := (url.Values{"a": {"b&c"}}); !reflect.DeepEqual(got.PostForm, want) || got.URL.RawQuery != "" {
		t.Errorf("%v", got.PostForm)
	}
	r.Auth.Style = Body
	_, _ = c.Token(t.Context(), r)
	if got.PostForm.Get("client_id") != "i d:" || got.PostForm.Get("client_secret") != "s+%" || got.Header.Get("Authorization") != "" {
		t.Errorf("%v", got.PostForm)
	}

	for _, tt := range []struct {
		status     int
		text, want string
	}{
		{400, `{"error": "invalid_grant", "error_description": "no\u001b[31m"}`, "invalid_grant: no [31m"},
		{403, `{"status": "error", "message": "Tyk says no"}`, "the server answers 403: Tyk says no"},
		{404, "Not Found", "the server answers 404: Not Found"},
		{307, "", "the server answers 307: a redirect, which is not followed: secrets would go elsewhere"},
	} {
		status, text = tt.status, tt.text
		var refused *Error
		if _, err := c.Token(t.Context(), r); !errors.As(err, &refused) || err.Error() != tt.want || got.URL.Path != "/token" {
			t.Errorf("%d: %v at %s", tt.status, err, got.URL.Path)
		}
	}
	for _, text = range []string{"x", "{}", `{"access_token": 1}`} {
		status = 200
		var unreachable *UnreachableError
		if _, err := c.Token(t.Context(), r); !errors.As(err, &unreachable) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// What Curl prints, a shell takes apart into what is sent.
func TestCurlThroughAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	r := Request{
		URL: "https://x.example.com/a'b?c=d&e", Auth: Auth{"i'd $HOME `x` \"", "never", Basic},
		Fields: []Field{{Name: "plain", Value: "a.b"}, {Name: "odd", Value: "~ $(x) 'y' \\ \"\n"}, {"secret", "never", "CLIENT_SECRET"}},
	}
	script := "CLIENT_SECRET='s e $c'\ncurl() { for a in \"$@\"; do printf '%s\\0' \"$a\"; done; }\n" + r.Curl()
	out, err := exec.Command(sh, "-c", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	want := []string{"-s", r.URL, "-u", r.Auth.ID + ":s e $c", "-d", "plain=a.b", "--data-urlencode", "odd=" + r.Fields[1].Value, "--data-urlencode", "secret=s e $c"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	if strings.Contains(r.Curl(), "never") {
		t.Error("a secret is in the line")
	}
}

func TestRedirectURIs(t *testing.T) {
	for text, good := range map[string]bool{
		"http://127.0.0.1/callback": true, "http://127.0.0.1:9000": true, "http://[::1]:1/x": true, "http://localhost/cb": true,
		"https://127.0.0.1/": false, "http://example.com/cb": false, "http://127.0.0.1.example.com/": false, "http://127.0.0.1@example.com/": false,
		"http://127.0.0.1/?a=b": false, "http://0.0.0.0/": false, "": false, "my.app:/cb": false,
	} {
		if err := CheckRedirectURI(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}
