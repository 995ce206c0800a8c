package runtime_test

import (
	"encoding/json"
	"testing"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/memory"
)

// TestPoliciesOfTheAdminAPI count from the next request on, and after a reload.
func TestPoliciesOfTheAdminAPI(t *testing.T) {
	p := twoAPIs()
	g := start(t, p, nil)
	admin := func(method, path, body string, status int) answer {
		t.Helper()
		a := g.send(method, path, body, "X-Tyk-Authorization: "+secret, "Content-Type: application/json")
		if a.status != status {
			t.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
		}
		return a
	}
	const text = `{"id": "p", "access_rights": {"a": {"api_id": "a"}}}`
	admin("POST", "/tyk/policies", text, 200)
	var made struct {
		ID     string `json:"client_id"`
		Secret string `json:"secret"`
	}
	admin("POST", "/tyk/oauth/clients/create", `{"policy_id": "p"}`, 200).decode(t, &made)
	token := func(status int, when string) {
		t.Helper()
		if a := g.send("POST", "/a/oauth/token", form("grant_type", "client_credentials"), "Basic: "+made.ID+":"+made.Secret); a.status != status {
			t.Errorf("%s: %d %s", when, a.status, a.body)
		}
	}
	token(200, "created")
	if err := g.server.Swap(p); err != nil {
		t.Fatal(err)
	}
	token(200, "reloaded")
	admin("DELETE", "/tyk/policies/p", "", 200)
	token(400, "deleted")
	admin("PUT", "/tyk/policies/p", text, 200)
	token(200, "put back")
}

// A policy of the store that cannot be read opens nothing: not what a file says of the same id either.
func TestUnreadablePolicyOpensNothing(t *testing.T) {
	p := shop(opens("p", plan.Limit{}, "a"))
	st := memory.New()
	if err := st.PutPolicy(t.Context(), "p", []byte(`{"rate": "many"}`)); err != nil {
		t.Fatal(err)
	}
	g := startWith(t, p, func(store.Store) store.Store { return st }, runtime.Options{})
	g.client("a", "cl")
	if a := g.send("GET", "/a/x", "", g.issue("t", nil, "p")); a.status != 403 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// decode decodes a JSON body.
func (a answer) decode(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
}
