package runtime_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/runtime"
)

// TestAdminListener: with a listener of its own the admin API is there and nowhere else, and nothing else is there but the probes.
func TestAdminListener(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := startWith(t, twoAPIs(), nil, runtime.Options{Admin: ln})
	for _, tt := range []struct {
		method, path  string
		public, admin int
	}{
		{"GET", "/tyk/apis", 404, 200},
		{"GET", "/tyk/reload", 404, 501},
		{"GET", "/tyk/", 404, 404},
		{"GET", "//tyk/apis", 301, 301},
		{"GET", "/tyk/../tyk/apis", 301, 301},
		{"GET", "/api/apis/oauth/a", 404, 200},
		{"GET", "/hello", 200, 200},
		{"GET", "/livez", 200, 200},
		{"GET", "/readyz", 200, 200},
		{"GET", "/a/x", 401, 404},
		{"GET", "/a/oauth/token", 405, 404},
		{"GET", "/", 404, 404},
	} {
		for where, want := range map[string]int{g.url: tt.public, "http://" + ln.Addr().String(): tt.admin} {
			req, err := http.NewRequestWithContext(t.Context(), tt.method, where+tt.path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("X-Tyk-Authorization", secret)
			if strings.HasPrefix(tt.path, "/api/") {
				req.Header.Set("Authorization", secret)
			}
			resp, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode != want {
				t.Errorf("%s %s at %s: %d, want %d: %s", tt.method, tt.path, where, resp.StatusCode, want, body)
			}
		}
	}
	resp, err := http.Post("http://"+ln.Addr().String()+"/tyk/oauth/clients/create", "application/json", strings.NewReader(`{"api_id": "a"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("a call without the secret: %d", resp.StatusCode)
	}
}
