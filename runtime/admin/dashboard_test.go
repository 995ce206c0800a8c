package admin_test

import (
	"strings"
	"testing"
)

func TestDashboard(t *testing.T) {
	run(t, func(g *gateway) { g.register(`{"api_id": "a", "client_id": "cl", "redirect_uri": "https://x/"}`) }, []row{
		{"create", "POST", "/api/apis/oauth/a", `{"redirect_uri": "", "policy_id": "of-a"}`, 200, 200, `"policy_id":"of-a","secret":"`},
		{"create, the API named twice", "POST", "/api/apis/oauth/a/", `{"api_id": "b"}`, 400, 400, `{"Status":"Error","Message":"api_id contradicts the path","Meta":null}`},
		{"create, unreadable", "POST", "/api/apis/oauth/a", `{`, 400, 500, `"Status":"Error"`},
		{"create on an unknown API", "POST", "/api/apis/oauth/x", `{}`, 400, 400, `"Message":"API doesn't exist"`},
		{"list", "GET", "/api/apis/oauth/b", ``, 200, 200, `{"apps":[],"pages":0}`},
		{"list", "GET", "/api/apis/oauth/a", ``, 200, 200, `{"client_id":"cl","redirect_uri":"https://x/"`},
		{"list of an unknown API", "GET", "/api/apis/oauth/x", ``, 404, 404, `{"Status":"Error","Message":"API doesn't exist","Meta":null}`},
		{"one", "GET", "/api/apis/oauth/a/cl", ``, 200, 200, `{"client_id":"cl"`},
		{"unknown", "GET", "/api/apis/oauth/a/x", ``, 404, 404, `"Message":"OAuth Client ID not found"`},
		{"tokens", "GET", "/api/apis/oauth/a/cl/tokens", ``, 200, 200, `[]`},
		{"tokens, page", "GET", "/api/apis/oauth/a/cl/tokens?page=1", ``, 200, 200, `"Tokens":[]`},
		{"tokens, POST", "POST", "/api/apis/oauth/a/cl/tokens", ``, 405, 405, `"Status":"Error"`},
		{"revoke on an unknown client", "POST", "/api/apis/oauth/x/revoke", `{"token": "t"}`, 400, 400, `"Message":"oauth client doesn't exist"`},
		{"PUT", "PUT", "/api/apis/oauth/a", ``, 405, 405, `"Status":"Error"`},
		{"PUT", "PUT", "/api/apis/oauth/a/cl", ``, 405, 405, `"Status":"Error"`},
		{"delete", "DELETE", "/api/apis/oauth/a/cl", ``, 200, 200, `{"Status":"OK","Message":"OAuth Client deleted successfully","Meta":null}`},
		{"delete again (D-30)", "DELETE", "/api/apis/oauth/a/cl", ``, 404, 200, ``},
		{"authorize-client of an unknown API", "POST", "/api/apis/oauth/x/authorize-client/", ``, 404, 404, "API doesn't exist or is not OAuth2"},
		{"authorize-client of a keyless API", "POST", "/api/apis/oauth/open/authorize-client", ``, 404, 404, "API doesn't exist or is not OAuth2"},
		{"nothing there", "GET", "/api/apis/oauth/", ``, 404, 404, "404 page not found"},
		{"nothing there", "GET", "/api/apis/oauth/a/cl/x", ``, 404, 404, "404 page not found"},
	})
}

// TestDashboardSecret: in its own header, bare or as a bearer token; the gateway's header opens nothing here.
func TestDashboardSecret(t *testing.T) {
	g := start(t)
	for header, status := range map[string]int{
		gatewaySecret: 200, "Bearer " + gatewaySecret: 200, "": 403, gatewaySecret + "x": 403, "Basic " + gatewaySecret: 403, "Bearer": 403,
	} {
		if a := g.send("GET", "/api/apis/oauth/a", "", "Authorization: "+header); a.status != status {
			t.Errorf("%q: %d %s", header, a.status, a.body)
		}
	}
	if a := g.send("GET", "/tyk/oauth/clients/a", "", "X-Tyk-Authorization: "); a.status != 403 || !strings.Contains(a.body, "invalid or missing key") {
		t.Errorf("the Dashboard's header on the gateway's API: %d %s", a.status, a.body)
	}
}
