package oauth

import (
	"net/url"
	"strings"
	"testing"
)

func TestRegisteredFor(t *testing.T) {
	const one, app = "https://client.example.com/cb", "com.example.app:/cb"
	for _, tt := range []struct {
		registered []string
		sent, want string // want "": refused
	}{
		{[]string{one}, one, one},
		{[]string{one}, "", one},
		{[]string{one, app}, "", ""},
		{[]string{one, app}, app, app},
		{nil, "", ""},
		{nil, one, ""},
		{[]string{one}, one + "/", ""},
		{[]string{"http://127.0.0.1/cb"}, "http://127.0.0.1:50000/cb", "http://127.0.0.1:50000/cb"},
		{[]string{"http://127.0.0.1:1/cb"}, "http://127.0.0.1/cb", "http://127.0.0.1/cb"},
		{[]string{"http://[::1]/cb?a"}, "http://[::1]:9/cb?a", "http://[::1]:9/cb?a"},
		{[]string{"http://127.0.0.1"}, "http://127.0.0.1:9", "http://127.0.0.1:9"},
		{[]string{"http://127.0.0.1/cb"}, "http://[::1]:9/cb", ""},
		{[]string{"http://localhost/cb"}, "http://localhost:9/cb", ""},
	} {
		if got, ok := registeredFor(tt.registered, tt.sent); got != tt.want || ok != (tt.want != "") {
			t.Errorf("%q of %q: %q, %v", tt.sent, tt.registered, got, ok)
		}
	}
}

// FuzzRedirect: what is accepted is the registered URI, or differs from it in the port of a loopback address alone, as net/url sees it.
func FuzzRedirect(f *testing.F) {
	for _, pair := range [][2]string{
		{"http://127.0.0.1/cb", "http://127.0.0.1:8/cb"},
		{"http://127.0.0.1/cb", "http://127.0.0.1:8@evil/cb"},
		{"http://127.0.0.1", "http://127.0.0.1.evil"},
		{"http://[::1]:1/cb", "http://[::1]/cb"},
		{"http://[::1]/cb", "http://[::1]:00080/cb"},
		{"https://x/cb", "https://x/cb"},
		{"http://127.0.0.1?a", "http://127.0.0.1:1?a"},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, registered, sent string) {
		got, ok := registeredFor([]string{registered}, sent)
		if !ok || sent == "" || sent == registered {
			return
		}
		if got != sent {
			t.Fatalf("%q leads to %q", sent, got)
		}
		u, err := url.Parse(sent)
		if err != nil {
			return // the client cannot be sent there by anybody
		}
		r, err := url.Parse(registered)
		if err != nil {
			return
		}
		if u.Scheme != "http" || u.Hostname() != r.Hostname() || u.User != nil || u.EscapedPath() != r.EscapedPath() || u.RawQuery != r.RawQuery || u.Fragment != r.Fragment {
			t.Errorf("%q is accepted for %q", sent, registered)
		}
		if host := u.Hostname(); host != "127.0.0.1" && host != "::1" {
			t.Errorf("%q is not loopback", sent)
		}
	})
}

func TestQueries(t *testing.T) {
	for _, tt := range []struct{ target, query, want string }{
		{"https://x/login", "", "https://x/login"},
		{"https://x/login", "a=1", "https://x/login?a=1"},
		{"https://x/login?t=1", "a=1", "https://x/login?t=1&a=1"},
		{"https://x/login?", "a=1", "https://x/login?a=1"},
		{"https://x/login?t=1&", "a=1", "https://x/login?t=1&a=1"},
		{"app:/cb", "a=1", "app:/cb?a=1"},
	} {
		if got := withQuery(tt.target, tt.query); got != tt.want {
			t.Errorf("withQuery(%q, %q) = %q", tt.target, tt.query, got)
		}
	}
	more := url.Values{"code": {"c d"}, "x": {"2"}}
	for target, want := range map[string]string{
		"https://x/cb":           "https://x/cb?code=c+d&x=2",
		"https://x/cb?z=1&b=2":   "https://x/cb?b=2&code=c+d&x=2&z=1",
		"https://x/cb?x=1":       "https://x/cb?code=c+d&x=2",
		"http://[::1]:namedport": "http://[::1]:namedport?code=c+d&x=2",
	} {
		if got := mergedQuery(target, more); got != want {
			t.Errorf("mergedQuery(%q) = %q", target, got)
		}
	}
}

func TestPublicURLs(t *testing.T) {
	for text, want := range map[string]string{
		"https://Api.Example.com/":   "https://api.example.com",
		"http://x:8080/base/":        "http://x:8080/base",
		"https://x/a%20b":            "https://x/a%20b",
		"ftp://x":                    "",
		"https://":                   "",
		"https://u@x":                "",
		"https://x?y":                "",
		"https://x/#y":               "",
		"x.example.com":              "",
		"https://x:port":             "",
		"https://" + "\x00.example/": "",
	} {
		u, err := parsePublicURL(text)
		if (err == nil) != (want != "") || err == nil && u.String() != want {
			t.Errorf("%q: %q, %v", text, u, err)
		}
		if (CheckPublicURL(text) == nil) != (want != "") {
			t.Errorf("CheckPublicURL(%q) differs", text)
		}
	}
	for host, want := range map[string]string{
		"localhost": "http://localhost", "localhost:80": "http://localhost:80", "127.0.0.1:1": "http://127.0.0.1:1", "127.9.9.9": "http://127.9.9.9",
		"[::1]": "http://[::1]", "[::1]:2": "http://[::1]:2", "": "", "example.com": "", "localhost.": "", "localhost:x": "", "127.0.0.1.example.com": "",
		"[::1%25lo]:1": "", "0.0.0.0:1": "", "localhost:80:80": "", `localhost"`: "",
	} {
		if got := loopbackURL(host, false); got != want {
			t.Errorf("loopbackURL(%q) = %q", host, got)
		}
	}
	if got := loopbackURL("localhost", true); got != "https://localhost" {
		t.Error(got)
	}
	for path, want := range map[string]bool{"": true, "/a": true, "/a/b-c_d.e~f%20": true, "/a/../b": false, "//evil": false, "/a\"": false, "/ä": false} {
		if plain(path) != want {
			t.Errorf("plain(%q) = %v", path, !want)
		}
	}
}

func TestShownNames(t *testing.T) {
	if got := shown("client_id"); got != "client_id" {
		t.Error(got)
	}
	if got := shown("<script>"); strings.Contains(got, "<") {
		t.Error(got)
	}
}
