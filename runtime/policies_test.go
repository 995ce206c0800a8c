package runtime_test

import (
	"encoding/json"
	"testing"
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

// decode decodes a JSON body.
func (a answer) decode(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
}
