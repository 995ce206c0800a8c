package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/tykctl/tykctl/cmd/internal/exit"
)

// serveDocument serves a definition whose upstream is http://127.0.0.1:8081, with an upstream of the test's own in its place, and returns the gateway's
// URL and secret.
func serveDocument(t *testing.T, document []byte, args ...string) (gateway, secret string) {
	t.Helper()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "path %s, authorization %q", r.URL.Path, r.Header.Get("Authorization"))
	}))
	t.Cleanup(upstream.Close)
	dir := t.TempDir()
	document = bytes.ReplaceAll(document, []byte("http://127.0.0.1:8081"), []byte(upstream.URL))
	if err := os.WriteFile(filepath.Join(dir, "api.json"), document, 0o600); err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithCancel(t.Context())
	out := &lockedBuffer{}
	done := make(chan int, 1)
	args = append([]string{"serve", filepath.Join(dir, "api.json"), "--listen", "127.0.0.1:0", "--data-dir", dir}, args...)
	go func() { done <- run(ctx, stdio{strings.NewReader(""), io.Discard, out}, args) }()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != exit.OK {
			t.Errorf("serve ended with %d:\n%s", code, out)
		}
	})
	gateway = awaitMatch(t, out, servingLine)
	data, err := os.ReadFile(filepath.Join(dir, "gateway-secret"))
	if err != nil {
		t.Fatal(err)
	}
	return gateway, strings.TrimSpace(string(data))
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

// admin sends a call of the admin API and decodes the answer.
func admin(t *testing.T, secret, target, body string, answer any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Tyk-Authorization", secret)
	if !strings.HasPrefix(body, "{") {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s\n%s", target, resp.Status, data)
	}
	if err := json.Unmarshal(data, answer); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, client *http.Client, target string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

// TestOAuth2Library lets golang.org/x/oauth2 talk to a served example: what a client author will use must just work.
func TestOAuth2Library(t *testing.T) {
	document, err := os.ReadFile(filepath.Join("..", "..", "examples", "my-oauth-api", "my-oauth-api.json"))
	if err != nil {
		t.Fatal(err)
	}
	gateway, secret := serveDocument(t, document)
	api := gateway + "/my-oauth-api"
	const redirect = "http://127.0.0.1:9000/callback?keep=1"
	var app struct {
		ID     string `json:"client_id"`
		Secret string `json:"secret"`
	}
	admin(t, secret, gateway+"/tyk/oauth/clients/create", fmt.Sprintf(`{"api_id": "my-oauth-api", "redirect_uri": %q}`, redirect), &app)

	for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleInHeader, oauth2.AuthStyleInParams, oauth2.AuthStyleAutoDetect} {
		t.Run(fmt.Sprint("client credentials, style ", style), func(t *testing.T) {
			conf := clientcredentials.Config{ClientID: app.ID, ClientSecret: app.Secret, TokenURL: api + "/oauth/token", AuthStyle: style}
			status, body := get(t, conf.Client(t.Context()), api+"/hello")
			if status != http.StatusOK || body != `path /hello, authorization ""` {
				t.Errorf("%d %s", status, body)
			}
		})
		t.Run(fmt.Sprint("authorization code with PKCE, style ", style), func(t *testing.T) {
			conf := oauth2.Config{
				ClientID: app.ID, ClientSecret: app.Secret, RedirectURL: redirect,
				Endpoint: oauth2.Endpoint{AuthURL: api + "/oauth/authorize", TokenURL: api + "/oauth/token", AuthStyle: style},
			}
			verifier := oauth2.GenerateVerifier()
			code := approve(t, api, secret, conf.AuthCodeURL("a state", oauth2.S256ChallengeOption(verifier)))

			if _, err := conf.Exchange(t.Context(), code, oauth2.VerifierOption(oauth2.GenerateVerifier())); err == nil {
				t.Fatal("a wrong verifier was accepted")
			}
			if _, err := conf.Exchange(t.Context(), code); err == nil {
				t.Fatal("no verifier was accepted")
			}
			token, err := conf.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
			if err != nil {
				t.Fatal(err)
			}
			if status, _ := get(t, conf.Client(t.Context(), token), api+"/hello"); status != http.StatusOK {
				t.Error(status)
			}

			stale := *token
			stale.Expiry = time.Now().Add(-time.Minute)
			fresh, err := conf.TokenSource(t.Context(), &stale).Token() // refreshes
			if err != nil {
				t.Fatal(err)
			}
			if fresh.AccessToken == token.AccessToken || fresh.RefreshToken == token.RefreshToken {
				t.Error("refreshing did not rotate both tokens")
			}
			if status, _ := get(t, conf.Client(t.Context(), fresh), api+"/hello"); status != http.StatusOK {
				t.Error(status)
			}
			if status, _ := get(t, conf.Client(t.Context(), token), api+"/hello"); status != http.StatusUnauthorized {
				t.Errorf("the refreshed access token still works: %d", status)
			}
			if _, err := conf.Exchange(t.Context(), code, oauth2.VerifierOption(verifier)); err == nil {
				t.Fatal("a code was accepted twice")
			}
			if status, _ := get(t, conf.Client(t.Context(), fresh), api+"/hello"); status != http.StatusUnauthorized {
				t.Errorf("tokens of a replayed code still work: %d", status)
			}
		})
	}
}

// approve plays the browser and the identity server: it follows the client's URL to the login page, agrees there, and returns the code
// that the browser would carry to the client.
func approve(t *testing.T, api, secret, authURL string) string {
	t.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, authURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	login, err := resp.Location()
	if err != nil || resp.StatusCode != http.StatusTemporaryRedirect || login.Host != "127.0.0.1:8082" {
		t.Fatalf("%s to %v, %v", resp.Status, login, err)
	}
	var answer struct {
		Code       string `json:"code"`
		RedirectTo string `json:"redirect_to"`
	}
	admin(t, secret, api+"/tyk/oauth/authorize-client/", login.RawQuery, &answer)
	back, err := url.Parse(answer.RedirectTo)
	if err != nil {
		t.Fatal(err)
	}
	q := back.Query()
	if q.Get("code") != answer.Code || q.Get("state") != "a state" || q.Get("keep") != "1" || q.Get("iss") != api {
		t.Errorf("redirect_to is %s", answer.RedirectTo)
	}
	return answer.Code
}
