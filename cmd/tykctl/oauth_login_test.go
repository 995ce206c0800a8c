package main

import (
	"context"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tykctl/tykctl/cmd/internal/exit"
)

// serveDev runs `serve --dev` with examples/my-oauth-api and a public client, spa, and returns the API's URL.
func serveDev(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	out := &lockedBuffer{}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, stdio{strings.NewReader(""), io.Discard, out}, []string{
			"serve", filepath.Join("..", "..", "examples", "my-oauth-api"), "--listen", "127.0.0.1:0", "--data-dir", dir, "--dev",
		})
	}()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		stop()
		if code := <-done; code != exit.OK {
			t.Errorf("serve ended with %d:\n%s", code, out)
		}
	})
	gateway := awaitMatch(t, out, servingLine)
	var stderr strings.Builder
	code := run(t.Context(), stdio{strings.NewReader(""), io.Discard, &stderr}, []string{
		"client", "create", "--gateway", gateway, "--secret-file", filepath.Join(dir, "gateway-secret"),
		"--api", "my-oauth-api", "--id", "spa", "--public", "--redirect-uri", "http://127.0.0.1/callback",
	})
	if code != exit.OK {
		t.Fatalf("client create: %d %s", code, stderr.String())
	}
	return gateway + "/my-oauth-api"
}

// awaitMatch waits until a text has been written, and returns the pattern's group.
func awaitMatch(t *testing.T, out *lockedBuffer, pattern *regexp.Regexp) string {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if m := pattern.FindStringSubmatch(out.String()); m != nil {
			return m[1]
		}
	}
	t.Fatalf("no %s in:\n%s", pattern, out)
	return ""
}

// loginCommand starts `oauth login` and returns the address that it prints, and how it ends.
func loginCommand(t *testing.T, api string, more ...string) (address string, end func() (code int, stdout, stderr string)) {
	t.Helper()
	stdout, stderr := &lockedBuffer{}, &lockedBuffer{}
	done := make(chan int, 1)
	go func() {
		done <- run(t.Context(), stdio{strings.NewReader(""), stdout, stderr},
			append([]string{"oauth", "login", "--api", api, "--client-id", "spa", "--no-browser", "--format", "json"}, more...))
	}()
	return awaitMatch(t, stderr, regexp.MustCompile(`(?m)^  (http\S+)$`)), func() (int, string, string) {
		return <-done, stdout.String(), stderr.String()
	}
}

// browse opens an address as a browser does, and answers the login page.
func browse(t *testing.T, address, password, decision string) (status int, body string, last *url.URL) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := http.Client{Jar: jar, Timeout: 10 * time.Second}
	defer browser.CloseIdleConnections()
	resp, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	request := regexp.MustCompile(`name="request" value="([^"]+)"`).FindSubmatch(page)
	if err != nil || request == nil {
		t.Fatalf("%v: %s", err, page)
	}
	form := url.Values{"request": {html.UnescapeString(string(request[1]))}, "username": {"dev"}, "password": {password}, "decision": {decision}}
	resp, err = browser.PostForm(resp.Request.URL.Scheme+"://"+resp.Request.URL.Host+resp.Request.URL.Path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data), resp.Request.URL
}

func TestLoginThroughTheDevPage(t *testing.T) {
	api := serveDev(t)
	address, end := loginCommand(t, api)
	status, body, last := browse(t, address, "dev", "allow")
	if status != 200 || !strings.Contains(body, "Done") || last.Query().Get("iss") != api {
		t.Errorf("the browser ends at %s with %d %s", last.Redacted(), status, body)
	}
	code, stdout, stderr := end()
	if code != exit.OK {
		t.Fatalf("%d %s", code, stderr)
	}
	var token struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(stdout), &token); err != nil || token.Access == "" {
		t.Fatalf("%v: %s", err, stdout)
	}
	if strings.Contains(stderr, last.Query().Get("code")) {
		t.Error("the code was printed")
	}
	// It is a token of this gateway: it ends when it is revoked, by the public client that has it.
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token.Access+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	code = run(t.Context(), stdio{strings.NewReader(""), io.Discard, &out}, []string{"oauth", "revoke", "--api", api, "--client-id", "spa", "--token-file", file})
	if code != exit.OK {
		t.Errorf("revoke: %d %s", code, out.String())
	}
}

func TestLoginDenied(t *testing.T) {
	api := serveDev(t)
	address, end := loginCommand(t, api)
	_, body, _ := browse(t, address, "", "deny")
	if !strings.Contains(body, "did not work") {
		t.Error(body)
	}
	if code, stdout, stderr := end(); code != exit.Problems || stdout != "" || !strings.Contains(stderr, "access_denied") {
		t.Errorf("%d %q %q", code, stdout, stderr)
	}
}

// Anybody on the machine can send something to the listener, and another server may answer in the place of the one that was asked.
func TestLoginForgedAnswers(t *testing.T) {
	api := serveDev(t)
	get := func(address string) int {
		resp, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	for _, tt := range []struct{ name, answer, want string }{
		{"another issuer", "code=x&iss=http%3A%2F%2Fevil.example.com", "not of"},
		{"no issuer", "code=x", "RFC 9207"},
		{"two codes", "code=x&code=y&iss=" + url.QueryEscape(api), "twice"},
		{"neither code nor error", "iss=" + url.QueryEscape(api), "neither"},
		{"an unknown code", "code=x&iss=" + url.QueryEscape(api), "invalid_grant"},
	} {
		address, end := loginCommand(t, api)
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		back := u.Query().Get("redirect_uri")
		for _, forged := range []string{"", "?code=x", "?code=x&state=", "?code=x&state=" + strings.Repeat("A", 26), "/../?state=" + u.Query().Get("state"), "x?state=" + u.Query().Get("state")} {
			if status := get(back + forged); status != http.StatusBadRequest {
				t.Errorf("%s: %d", forged, status)
			}
		}
		get(back + "?" + tt.answer + "&state=" + u.Query().Get("state"))
		if code, stdout, stderr := end(); code != exit.Problems || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: %d %q %q", tt.name, code, stdout, stderr)
		}
	}
}

func TestLoginWaitsNoLongerThanAsked(t *testing.T) {
	api := serveDev(t)
	_, end := loginCommand(t, api, "--wait", "50ms")
	if code, _, stderr := end(); code != exit.Problems || !strings.Contains(stderr, "nobody came back") {
		t.Errorf("%d %q", code, stderr)
	}
}
