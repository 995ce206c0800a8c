package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tykctl/tykctl/cmd/internal/exit"
)

// serving is `tykctl serve` in this process.
type serving struct {
	url  string
	log  *lockedBuffer
	stop func() // returns when it has ended
}

// serve starts the gateway; it is stopped at the end of the test, or before.
func serve(t *testing.T, args ...string) *serving {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &serving{log: &lockedBuffer{}}
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, stdio{strings.NewReader(""), io.Discard, s.log}, append([]string{"serve", "--listen", "127.0.0.1:0", "--secret", testSecret}, args...))
	}()
	s.stop = sync.OnceFunc(func() {
		http.DefaultClient.CloseIdleConnections()
		cancel()
		if code := <-done; code != exit.OK {
			t.Errorf("serve ended with %d:\n%s", code, s.log)
		}
	})
	t.Cleanup(s.stop)
	for deadline := time.Now().Add(10 * time.Second); s.url == ""; time.Sleep(5 * time.Millisecond) {
		if m := servingLine.FindStringSubmatch(s.log.String()); m != nil {
			s.url = m[1]
		}
		if time.Now().After(deadline) {
			t.Fatalf("not serving:\n%s", s.log)
		}
	}
	return s
}

// send sends a request with the gateway secret, or with the header that is given, and returns status and body. Redirects are not followed.
func (s *serving) send(t *testing.T, method, path, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if len(header) == 0 {
		header = []string{"X-Tyk-Authorization", testSecret}
	}
	req.Header.Set(header[0], header[1])
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(answer)
}

// keyless is a small definition that anybody may call.
func keyless(id, upstream string) string {
	return fmt.Sprintf("openapi: 3.0.3\ninfo: {title: T, version: \"1\"}\npaths: {}\nx-tyk-api-gateway:\n  info: {id: %[1]s, name: %[1]s, state: {active: true}}\n"+
		"  server: {listenPath: {value: /%[1]s/, strip: true}}\n  upstream: {url: %[2]s}\n", id, upstream)
}

// TestRefusedReloadUnderLoad: while requests come in, a definition breaks and is read again, over and over. No request fails, what was served goes on,
// the gateway stays ready, what came with the broken file is not served, and the log says which file is wrong and where.
func TestRefusedReloadUnderLoad(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "fine ", r.URL.Path) }))
	t.Cleanup(upstream.Close)
	t.Chdir(t.TempDir())
	writeFiles(t, map[string]string{"apis/a.yaml": keyless("a", upstream.URL)})
	s := serve(t, "apis", "--store", "memory:")

	var over atomic.Bool
	var served atomic.Int64
	var load sync.WaitGroup
	for _, path := range []string{"/a/x", "/a/y", "/readyz", "/a/z"} {
		load.Go(func() {
			for !over.Load() {
				if status, body := s.send(t, http.MethodGet, path, ""); status != http.StatusOK {
					t.Errorf("%s: %d %s", path, status, body)
					return
				}
				served.Add(1)
			}
		})
	}
	reload := func(want int) {
		t.Helper()
		if status, body := s.send(t, http.MethodGet, "/tyk/reload", ""); status != want {
			t.Errorf("reload: %d, want %d: %s", status, want, body)
		}
	}
	for i := range 20 {
		next := fmt.Sprint("n", i)
		writeFiles(t, map[string]string{"apis/broken.yaml": strings.Replace(keyless("broken", upstream.URL), "/broken/", "broken", 1), "apis/next.yaml": keyless(next, upstream.URL)})
		reload(http.StatusUnprocessableEntity)
		if status, _ := s.send(t, http.MethodGet, "/"+next+"/x", ""); status != http.StatusNotFound {
			t.Errorf("/%s/ of a refused set answers %d", next, status)
		}
		if err := os.Remove("apis/broken.yaml"); err != nil {
			t.Fatal(err)
		}
		reload(http.StatusOK)
		if status, body := s.send(t, http.MethodGet, "/"+next+"/x", ""); status != http.StatusOK || body != "fine /x" {
			t.Errorf("/%s/ after the reload: %d %s", next, status, body)
		}
	}
	over.Store(true)
	load.Wait()
	if served.Load() == 0 {
		t.Error("nothing was asked meanwhile")
	}
	s.stop()
	if log := s.log.String(); strings.Count(log, "apis/broken.yaml:6:") < 20 || !strings.Contains(log, "[TYK301]") || !strings.Contains(log, "reload") {
		t.Errorf("the log does not say why:\n%s", log)
	}
}

// TestNoSecretIsKept goes through everything that has a secret in it: registration, every grant, refreshing, replays, wrong credentials, revocation.
// Afterwards no file of the data directory and no line of the log holds any of them, nor a part, nor an encoding. The generated gateway secret is
// in its own file, and here none is generated.
func TestNoSecretIsKept(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		t.Run("log in "+format, func(t *testing.T) {
			upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "fine") }))
			document, err := os.ReadFile(filepath.Join("..", "..", "examples", "my-oauth-api", "my-oauth-api.json"))
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			writeFiles(t, map[string]string{"api.json": strings.ReplaceAll(string(document), "http://127.0.0.1:8081", upstream.URL)})
			s := serve(t, "api.json", "--data-dir", "data", "--log-format", format)
			secrets := oauthConversation(t, s)
			upstream.Close()
			s.send(t, http.MethodGet, "/my-oauth-api/x", "", "Authorization", "Bearer "+secrets["access token of the code"]) // something for the log
			s.stop()
			places := map[string]string{"the log": s.log.String()}
			err = filepath.WalkDir("data", func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				data, err := os.ReadFile(path)
				places[path] = string(data)
				return err
			})
			if err != nil || len(places) < 2 {
				t.Fatalf("%d places, %v", len(places), err)
			}
			for place, text := range places {
				for name, secret := range secrets {
					if form := traceOf(text, secret); form != "" {
						t.Errorf("%s holds %s of the %s", place, form, name)
					}
				}
			}
		})
	}
}

// oauthConversation does what clients, an identity server and an attacker do, and returns every secret that was told, by its name.
func oauthConversation(t *testing.T, s *serving) map[string]string {
	t.Helper()
	const api, redirect = "/my-oauth-api", "http://127.0.0.1:9000/callback"
	secrets := map[string]string{"gateway secret": testSecret}
	ask := func(want int, method, path, body string, header ...string) string {
		t.Helper()
		status, answer := s.send(t, method, path, body, header...)
		if status != want {
			t.Fatalf("%s %s: %d, want %d: %s", method, path, status, want, answer)
		}
		return answer
	}
	part := func(body, field string) string {
		_, rest, _ := strings.Cut(body, `"`+field+`":"`)
		value, _, _ := strings.Cut(rest, `"`)
		if value == "" {
			t.Fatalf("no %s in %s", field, body)
		}
		return value
	}
	form := func(pairs ...string) string {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v.Encode()
	}

	app := ask(200, http.MethodPost, "/tyk/oauth/clients/create", fmt.Sprintf(`{"api_id": "my-oauth-api", "redirect_uri": %q}`, redirect))
	id := part(app, "client_id")
	secrets["client secret"] = part(app, "secret")
	basic := base64.StdEncoding.EncodeToString([]byte(id + ":" + secrets["client secret"]))
	secrets["Basic credentials"] = basic
	token := func(want int, pairs ...string) string {
		t.Helper()
		return ask(want, http.MethodPost, api+"/oauth/token", form(pairs...), "Authorization", "Basic "+basic)
	}
	use := func(want int, name string) {
		t.Helper()
		ask(want, http.MethodGet, api+"/x", "", "Authorization", "Bearer "+secrets[name])
	}

	secrets["access token of the client"] = part(token(200, "grant_type", "client_credentials"), "access_token")
	use(200, "access token of the client")
	ask(307, http.MethodGet, api+"/oauth/authorize?"+form("response_type", "code", "client_id", id, "redirect_uri", redirect, "state", "a-state-that-is-long"), "")
	secrets["code"] = part(ask(200, http.MethodPost, api+"/tyk/oauth/authorize-client/", form("response_type", "code", "client_id", id, "redirect_uri", redirect)), "code")
	exchange := []string{"grant_type", "authorization_code", "code", secrets["code"], "redirect_uri", redirect}
	pair := token(200, exchange...)
	secrets["access token of the code"], secrets["refresh token"] = part(pair, "access_token"), part(pair, "refresh_token")
	use(200, "access token of the code")
	fresh := token(200, "grant_type", "refresh_token", "refresh_token", secrets["refresh token"])
	secrets["refreshed access token"], secrets["refreshed refresh token"] = part(fresh, "access_token"), part(fresh, "refresh_token")
	use(200, "refreshed access token")
	ask(200, http.MethodPost, api+"/oauth/revoke", form("token", secrets["refreshed access token"]), "Authorization", "Basic "+basic)
	use(401, "refreshed access token")

	// Replays and guesses are what a log is tempted to quote.
	token(400, "grant_type", "refresh_token", "refresh_token", secrets["refresh token"])
	token(400, exchange...)
	secrets["wrong client secret"] = "a-wrong-client-secret-0123456789"
	ask(401, http.MethodPost, api+"/oauth/token", form("grant_type", "client_credentials", "client_id", id, "client_secret", secrets["wrong client secret"]), "X-Nothing", "")
	secrets["wrong gateway secret"] = "a-wrong-gateway-secret-0123456789"
	ask(403, http.MethodGet, "/tyk/oauth/clients/my-oauth-api", "", "X-Tyk-Authorization", secrets["wrong gateway secret"])
	secrets["wrong access token"] = "a-wrong-access-token-0123456789"
	use(401, "wrong access token")
	return secrets
}

// traceOf names the form in which a text gives a secret away, or "". A part of it counts when it is long enough not to be there by chance.
func traceOf(text, secret string) string {
	const telling = 12
	for i := 0; i+telling <= len(secret); i++ {
		if strings.Contains(text, secret[i:i+telling]) {
			return fmt.Sprintf("%q, a part", secret[i:i+telling])
		}
	}
	for shift := range 3 { // base64 of a text depends on what stands before it, modulo three
		padded := strings.Repeat("x", shift) + secret
		for name, encoding := range map[string]*base64.Encoding{"standard": base64.RawStdEncoding, "URL": base64.RawURLEncoding} {
			whole := encoding.EncodeToString([]byte(padded))
			if inner := whole[4 : len(whole)-4]; strings.Contains(text, inner) {
				return "the " + name + " base64 form"
			}
		}
	}
	for _, form := range []string{hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))), url.QueryEscape(secret)} {
		if strings.Contains(text, form) {
			return "an encoding"
		}
	}
	return ""
}

// TestTraceOf: the search finds what it is for.
func TestTraceOf(t *testing.T) {
	const secret = "S3cr3t-of-Some+Length/0123456789"
	for name, text := range map[string]string{
		"as it is":           "a " + secret + " b",
		"the first half":     secret[:16],
		"base64":             base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64 after one":   base64.StdEncoding.EncodeToString([]byte("1" + secret + "and more")),
		"base64 in Basic":    base64.StdEncoding.EncodeToString([]byte("client-id:" + secret)),
		"base64 of URLs":     base64.RawURLEncoding.EncodeToString([]byte("22" + secret)),
		"hexadecimal":        hex.EncodeToString([]byte(secret)),
		"in a query":         "?a=" + url.QueryEscape(secret),
		"quoted in a record": fmt.Sprintf("{%q}", secret),
	} {
		if traceOf("before "+text+" after", secret) == "" {
			t.Errorf("%s is not found", name)
		}
	}
	if form := traceOf("nothing of it: S3cr3t-of, Length/012", secret); form != "" {
		t.Errorf("found %s", form)
	}
}
