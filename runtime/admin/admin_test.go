package admin_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tykctl/tykctl/runtime/admin"
	"github.com/tykctl/tykctl/runtime/store"
)

// calls is one call of each kind.
var calls = [][3]string{
	{"POST", "/tyk/oauth/clients/create", `{"api_id": "a"}`},
	{"GET", "/tyk/oauth/clients/a"},
	{"GET", "/tyk/oauth/clients/a/cl"},
	{"PUT", "/tyk/oauth/clients/a/cl", `{"policy_id": "of-a"}`},
	{"PUT", "/tyk/oauth/clients/a/cl/rotate"},
	{"DELETE", "/tyk/oauth/clients/a/cl"},
	{"GET", "/tyk/oauth/clients/a/cl/tokens"},
	{"DELETE", "/tyk/oauth/clients/a/cl/tokens"},
	{"DELETE", "/tyk/oauth/clients/a/cl/tokens/" + strings.Repeat("0", 64)},
	{"GET", "/tyk/oauth/clients/apis/cl?orgID="},
	{"POST", "/tyk/oauth/revoke", "token=t&client_id=cl"},
	{"POST", "/tyk/oauth/revoke_all", "client_id=cl&client_secret=s"},
	{"DELETE", "/tyk/oauth/refresh/t?api_id=a"},
	{"DELETE", "/tyk/oauth/tokens?scope=lapsed"},
	{"GET", "/tyk/oauth/notifications"},
	{"POST", "/tyk/oauth/notifications/1/retry"},
	{"DELETE", "/tyk/oauth/notifications/1"},
	{"GET", "/tyk/keys"},
	{"POST", "/tyk/keys/create", `{"apply_policies": ["of-a"]}`},
	{"POST", "/tyk/keys/alice", `{"basic_auth_data": {"password": "p"}}`},
	{"GET", "/tyk/keys/k"},
	{"PUT", "/tyk/keys/k", `{"apply_policies": ["of-a"]}`},
	{"DELETE", "/tyk/keys/k"},
	{"GET", "/tyk/policies"},
	{"POST", "/tyk/policies", `{"id": "p"}`},
	{"GET", "/tyk/policies/p"},
	{"PUT", "/tyk/policies/p", `{}`},
	{"DELETE", "/tyk/policies/p"},
	{"GET", "/api/apis/oauth/a"},
	{"POST", "/api/apis/oauth/a", `{}`},
	{"GET", "/api/apis/oauth/a/cl"},
	{"DELETE", "/api/apis/oauth/a/cl"},
	{"GET", "/api/apis/oauth/a/cl/tokens"},
	{"POST", "/api/apis/oauth/cl/revoke", "token=t"},
	{"POST", "/api/apis/oauth/cl/revoke_all", "client_secret=s"},
}

// withoutStore are calls that the store has no part in.
var withoutStore = [][3]string{
	{"GET", "/tyk/reload"},
	{"GET", "/tyk/nothing"},
	{"GET", "/api/apis/oauth/x/y/z"},
	{"GET", "/tyk/apis"},
	{"GET", "/tyk/apis/oas"},
	{"POST", "/tyk/apis/oas", `{}`},
	{"PUT", "/tyk/apis/oas/a", `{}`},
	{"PATCH", "/tyk/apis/oas/a", `{}`},
	{"POST", "/tyk/apis/oas/import", `{}`},
	{"DELETE", "/tyk/apis/oas/a"},
	{"GET", "/tyk/apis/oas/a/export"},
}

// TestSecretIsNeeded for every call, for unknown paths too, as in Tyk; without a configured one nothing opens.
func TestSecretIsNeeded(t *testing.T) {
	unset := start(t, func(o *admin.Options) { o.Secret = "" })
	g := start(t)
	for _, call := range slices.Concat(calls, withoutStore) {
		for _, headers := range [][]string{
			{"X-Tyk-Authorization: ", "Authorization: "},
			{"X-Tyk-Authorization: x", "Authorization: x"},
			{"X-Tyk-Authorization: " + gatewaySecret[1:], "Authorization: " + gatewaySecret[1:]},
			{"X-Tyk-Authorization: " + gatewaySecret + " ", "Authorization: " + gatewaySecret + "x"},
		} {
			a := g.send(call[0], call[1], call[2], headers...)
			if a.status == 403 {
				continue
			}
			t.Errorf("%s %s with %q: %d %s", call[0], call[1], headers, a.status, a.body)
		}
		for _, headers := range [][]string{nil, {"X-Tyk-Authorization: ", "Authorization: "}} {
			if a := unset.send(call[0], call[1], call[2], headers...); a.status != 403 || !strings.Contains(a.body, `{"status":"error","message":"Attempted administrative access with invalid or missing key!"}`) {
				t.Errorf("%s %s without a configured secret: %d %s", call[0], call[1], a.status, a.body)
			}
		}
	}
}

var errDown = errors.New("store: disk 7 of /var/lib is on fire")

// TestStoreFailure: a store that cannot be asked has not said "no such record", and no answer repeats what it said.
func TestStoreFailure(t *testing.T) {
	g := start(t, func(o *admin.Options) { o.Store = down{} })
	for _, call := range calls {
		a := g.send(call[0], call[1], call[2])
		if a.status != 503 || len(a.header.Peek("Retry-After")) == 0 || strings.Contains(a.body, "fire") {
			t.Errorf("%s %s: %d %s", call[0], call[1], a.status, a.body)
		}
	}
	if !strings.Contains(g.log.String(), "on fire") {
		t.Error("the operator is not told")
	}
}

func TestReload(t *testing.T) {
	reloaded := 0
	g := start(t, func(o *admin.Options) {
		o.Reload = func(context.Context) error {
			if reloaded++; reloaded > 2 {
				return errors.New("/etc/apis/a.yaml is broken")
			}
			return nil
		}
	})
	for _, tt := range []struct {
		method, target string
		status         int
		text           string
	}{
		{"GET", "/tyk/reload", 200, `{"status":"ok","message":""}`},
		{"GET", "/tyk/reload/group?block=true", 200, `{"status":"ok","message":""}`},
		{"GET", "/tyk/reload/", 422, "the former definitions stay in force"},
		{"POST", "/tyk/reload", 405, "Method not supported"},
		{"GET", "/tyk/reload/x", 404, "404 page not found"},
	} {
		if a := g.send(tt.method, tt.target, ""); a.status != tt.status || !strings.Contains(a.body, tt.text) || strings.Contains(a.body, "a.yaml") {
			t.Errorf("%s %s: %d %s", tt.method, tt.target, a.status, a.body)
		}
	}
	if a := start(t).send("GET", "/tyk/reload", ""); a.status != 501 {
		t.Errorf("nothing to reload: %d %s", a.status, a.body)
	}
}

// FuzzServe: whatever is asked for, the answer is one that this API has, and never a failure of ours.
func FuzzServe(f *testing.F) {
	for _, call := range calls {
		f.Add(call[0], call[1], call[2])
	}
	f.Fuzz(func(t *testing.T, method, target, body string) {
		if !admin.Owns([]byte(target)) || strings.ContainsAny(method+target, " \r\n\x00#") || len(body) > 1<<16 || method == "" {
			t.Skip()
		}
		g := start(t)
		a := g.send(method, target, body)
		if a.status >= 500 && a.status != 501 {
			t.Errorf("%s %q %q: %d %s", method, target, body, a.status, a.body)
		}
	})
}

// down is a store that cannot be reached. What it does not say here panics: nothing else may be asked of it.
type down struct{ admin.Store }

func (down) CreateClient(context.Context, *store.Client) error { return errDown }
func (down) UpdateClient(context.Context, string, string, func(*store.Client) error) error {
	return errDown
}
func (down) Client(context.Context, string, string) (*store.Client, error) { return nil, errDown }
func (down) Clients(context.Context, string) ([]*store.Client, error)      { return nil, errDown }
func (down) ClientAPIs(context.Context, string) ([]string, error)          { return nil, errDown }
func (down) DeleteClient(context.Context, string, string) error            { return errDown }
func (down) RevokeClient(context.Context, string, string) (int, error)     { return 0, errDown }
func (down) AccessToken(context.Context, store.Key) (*store.AccessToken, error) {
	return nil, errDown
}

func (down) RefreshToken(context.Context, store.Key) (*store.RefreshToken, error) {
	return nil, errDown
}

func (down) ClientTokens(context.Context, string, string, time.Time) ([]*store.AccessToken, error) {
	return nil, errDown
}
func (down) Sweep(context.Context, time.Time, int) (int, error)            { return 0, errDown }
func (down) Notices(context.Context, uint64, int) ([]*store.Notice, error) { return nil, errDown }

func (down) APIKey(context.Context, store.Key) (*store.APIKey, error) { return nil, errDown }

func (down) APIKeys(context.Context, store.Key, int) ([]*store.APIKey, error) { return nil, errDown }
func (down) DeleteKey(context.Context, store.Key) error                       { return errDown }
func (down) Users(context.Context) ([]*store.User, error)                     { return nil, errDown }

func (down) User(context.Context, string, string) (*store.User, error) { return nil, errDown }

func (down) Policies(context.Context) (map[string][]byte, error) { return nil, errDown }
func (down) PutPolicy(context.Context, string, []byte) error     { return errDown }
func (down) DeletePolicy(context.Context, string) error          { return errDown }
