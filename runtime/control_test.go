package runtime_test

import (
	"testing"
	"time"
)

// TestAdminCallsAreFelt: what a call of the admin API has answered is true for the next request.
func TestAdminCallsAreFelt(t *testing.T) {
	p := twoAPIs()
	p.OAuth[0].Grants = append(p.OAuth[0].Grants, "password")
	g := start(t, p, nil)
	admin := func(method, path, body string) (v struct {
		Secret string `json:"secret"`
	},
	) {
		t.Helper()
		a := g.send(method, path, body, "X-Tyk-Authorization: "+secret, "Content-Type: application/json")
		if a.status != 200 {
			t.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
		}
		a.decode(t, &v)
		return v
	}
	buys := func(status int, when string, pairs ...string) tokens {
		t.Helper()
		a := g.send("POST", "/a/oauth/token", form(pairs[1:]...), "Basic: cl:"+pairs[0])
		if a.status != status {
			t.Errorf("%s: %d %s", when, a.status, a.body)
		}
		return a.json(t)
	}
	opens := func(status int, when, token string) {
		t.Helper()
		if a := g.send("GET", "/a/x", "", "Authorization: Bearer "+token); a.status != status {
			t.Errorf("%s: %d %s", when, a.status, a.body)
		}
	}

	first := admin("POST", "/tyk/oauth/clients/create", `{"api_id": "a", "client_id": "cl"}`).Secret
	bought := buys(200, "the first secret", first, "grant_type", "client_credentials")
	second := admin("PUT", "/tyk/oauth/clients/a/cl/rotate?overlap=60", "").Secret
	buys(200, "the old secret during the overlap", first, "grant_type", "client_credentials")
	buys(200, "the new secret", second, "grant_type", "client_credentials")
	g.clock.advance(time.Minute)
	buys(401, "the old secret after the overlap", first, "grant_type", "client_credentials")
	opens(200, "a token from before the rotation", bought.Access)
	third := admin("PUT", "/tyk/oauth/clients/a/cl/rotate", "").Secret
	buys(401, "a rotated secret without an overlap", second, "grant_type", "client_credentials")

	admin("DELETE", "/tyk/keys/"+bought.Access+"?api_id=a", "")
	opens(401, "an access token that was deleted as a key", bought.Access)

	login := []string{third, "grant_type", "password", "username", "alice", "password", "correct horse"}
	buys(400, "nobody's password", login...)
	admin("POST", "/tyk/keys/alice", `{"basic_auth_data": {"password": "correct horse"}}`)
	bought = buys(200, "the password", login...)
	opens(200, "what the password has bought", bought.Access)
	admin("PUT", "/tyk/keys/alice", `{"alias": "Alice"}`)
	opens(200, "after an update without a password", bought.Access)
	admin("PUT", "/tyk/keys/alice", `{"basic_auth_data": {"password": "battery staple"}}`)
	opens(401, "what a former password has bought", bought.Access)
	buys(400, "a former password", login...)

	bought = buys(200, "client credentials", third, "grant_type", "client_credentials")
	admin("POST", "/tyk/policies", `{"id": "p", "access_rights": {"a": {"api_id": "a"}}}`)
	admin("PUT", "/tyk/oauth/clients/a/cl", `{"policy_id": "p"}`)
	opens(401, "a token from before another policy (D-17)", bought.Access)
	bought = buys(200, "client credentials", third, "grant_type", "client_credentials")
	opens(200, "a token of the new policy", bought.Access)
	admin("DELETE", "/tyk/oauth/clients/a/cl", "")
	opens(401, "a token of a deleted client (D-11)", bought.Access)
	admin("POST", "/tyk/oauth/clients/create", `{"api_id": "a", "client_id": "cl"}`)
	opens(401, "and once the id is taken again (D-11)", bought.Access)
}
