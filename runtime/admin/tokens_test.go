package admin_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// withTokens has client cl on both APIs and other on a, each with a pair.
func withTokens(g *gateway) {
	g.register(`{"api_id": "a", "client_id": "cl", "secret": "` + longSecret + `"}`)
	g.register(`{"api_id": "b", "client_id": "cl", "secret": "` + longSecret + `b"}`)
	g.register(`{"api_id": "a", "client_id": "other"}`)
	g.pair("a", "cl", "mine")
	g.pair("b", "cl", "there")
	g.pair("a", "other", "other")
}

func code(token string) string {
	key := store.KeyOf(token)
	return hex.EncodeToString(key[:])
}

func TestTokensOfAClient(t *testing.T) {
	g := start(t)
	withTokens(g)
	want := fmt.Sprintf(`[{"code":"%s","expires":%d}]`+"\n", code("access-mine"), g.clock().Add(time.Hour).Unix())
	if a := g.send("GET", "/tyk/oauth/clients/a/cl/tokens", ""); a.status != 200 || a.body != want {
		t.Errorf("%d %s, want %s", a.status, a.body, want)
	}
	g.advance(time.Hour)
	if a := g.send("GET", "/tyk/oauth/clients/a/cl/tokens", ""); a.body != "[]\n" {
		t.Errorf("expired ones are listed: %s", a.body)
	}
	run(t, withTokens, []row{
		{"page", "GET", "/tyk/oauth/clients/a/cl/tokens?page=1", ``, 200, 200, `{"Pagination":{"page_num":1,"page_total":1,"page_size":100},"Tokens":[{"code":"`},
		{"no number counts as 1", "GET", "/tyk/oauth/clients/a/cl/tokens?page=x", ``, 200, 200, `"page_num":1`},
		{"nor does zero", "GET", "/tyk/oauth/clients/a/cl/tokens?page=0", ``, 200, 200, `"page_num":1`},
		{"behind the last", "GET", "/tyk/oauth/clients/a/cl/tokens?page=9223372036854775807", ``, 200, 200, `"Tokens":[]`},
		{"unknown client", "GET", "/tyk/oauth/clients/a/x/tokens", ``, 200, 200, `[]`},
		{"unknown API", "GET", "/tyk/oauth/clients/x/cl/tokens", ``, 404, 404, "OAuth Client ID not found"},
		{"an API without OAuth (D-27)", "GET", "/tyk/oauth/clients/open/cl/tokens", ``, 400, 400, "API is not OAuth2"},
		{"POST", "POST", "/tyk/oauth/clients/a/cl/tokens", ``, 405, 405, "Method not supported"},
	})
}

func TestTokenPages(t *testing.T) {
	g := start(t)
	g.register(`{"api_id": "a", "client_id": "cl"}`)
	for i := range 250 {
		g.pair("a", "cl", fmt.Sprint(i))
	}
	seen := map[string]bool{}
	for page := 1; page <= 4; page++ {
		var got struct {
			Pagination struct {
				Total int `json:"page_total"`
			}
			Tokens []struct{ Code string }
		}
		g.send("GET", fmt.Sprintf("/tyk/oauth/clients/a/cl/tokens?page=%d", page), "").into(t, &got)
		if want := []int{0, 100, 100, 50, 0}[page]; len(got.Tokens) != want || got.Pagination.Total != 3 {
			t.Errorf("page %d: %d tokens of %d pages", page, len(got.Tokens), got.Pagination.Total)
		}
		for _, token := range got.Tokens {
			seen[token.Code] = true
		}
	}
	if len(seen) != 250 {
		t.Errorf("%d different tokens on all pages", len(seen))
	}
}

// TestRevocation: what a call ends, and what it leaves.
func TestRevocation(t *testing.T) {
	const secret = "client_secret=" + longSecret
	for _, tt := range []struct {
		from, method, target, body string
		status                     int
		text                       string
		mine, there                string // what is live afterwards
	}{
		{"an access token alone", "POST", "/tyk/oauth/revoke", "token=access-mine&client_id=cl", 200, `{"status":"ok","message":"token revoked successfully"}`, "access false, refresh true", bothLive},
		{"a refresh token with its family (D-6)", "POST", "/tyk/oauth/revoke", "token=refresh-mine&client_id=cl", 200, "", noneLive, bothLive},
		{"a wrong hint (D-6)", "POST", "/tyk/oauth/revoke", "token=refresh-mine&client_id=cl&token_type_hint=access_token", 200, "", noneLive, bothLive},
		{"unknown token", "POST", "/tyk/oauth/revoke", "token=x&client_id=cl", 200, "", bothLive, bothLive},
		{"the client selects nothing but must exist", "POST", "/tyk/oauth/revoke", "token=access-mine&client_id=other", 200, "", "access false, refresh true", bothLive},
		{"no token", "POST", "/tyk/oauth/revoke", "client_id=cl", 400, "token is required", bothLive, bothLive},
		{"no client", "POST", "/tyk/oauth/revoke", "token=access-mine", 400, "client_id is required", bothLive, bothLive},
		{"unknown client", "POST", "/tyk/oauth/revoke", "token=access-mine&client_id=x", 400, "oauth client doesn't exist", bothLive, bothLive},
		{"of no API of the organisation", "POST", "/tyk/oauth/revoke", "token=access-mine&client_id=cl&org_id=x", 400, "oauth client doesn't exist", bothLive, bothLive},
		{"malformed", "POST", "/tyk/oauth/revoke", "token=%zz", 400, "cannot parse form. Form malformed", bothLive, bothLive},
		{"repeated", "POST", "/tyk/oauth/revoke", "token=access-mine&token=x&client_id=cl", 400, "more than once", bothLive, bothLive},
		{"GET", "GET", "/tyk/oauth/revoke?token=access-mine&client_id=cl", "", 405, "Method not supported", bothLive, bothLive},

		{"all of a client", "POST", "/tyk/oauth/revoke_all", "client_id=cl&" + secret, 200, `{"status":"ok","message":"tokens revoked successfully"}`, noneLive, bothLive},
		{"wrong secret (D-30)", "POST", "/tyk/oauth/revoke_all", "client_id=cl&client_secret=x", 401, "client secret is wrong", bothLive, bothLive},
		{"no client", "POST", "/tyk/oauth/revoke_all", secret, 401, "client_id is required", bothLive, bothLive},
		{"no secret", "POST", "/tyk/oauth/revoke_all", "client_id=cl", 401, "client_secret is required", bothLive, bothLive},
		{"unknown client", "POST", "/tyk/oauth/revoke_all", "client_id=x&" + secret, 404, "oauth client doesn't exist", bothLive, bothLive},
		{"of one organisation", "POST", "/tyk/oauth/revoke_all", "client_id=cl&org_id=org&" + secret + "b", 200, "", bothLive, noneLive},

		{"refresh token", "DELETE", "/tyk/oauth/refresh/refresh-mine?api_id=a", "", 200, `{"key":"refresh-mine","status":"ok","action":"deleted"}`, noneLive, bothLive},
		{"refresh token of another API", "DELETE", "/tyk/oauth/refresh/refresh-mine?api_id=b", "", 200, "deleted", bothLive, bothLive},
		{"any text", "DELETE", "/tyk/oauth/refresh/x?api_id=a", "", 200, "deleted", bothLive, bothLive},
		{"no API", "DELETE", "/tyk/oauth/refresh/refresh-mine", "", 400, "Missing parameter api_id", bothLive, bothLive},
		{"unknown API", "DELETE", "/tyk/oauth/refresh/refresh-mine?api_id=x", "", 404, "API for this refresh token not found", bothLive, bothLive},
		{"an API without OAuth", "DELETE", "/tyk/oauth/refresh/refresh-mine?api_id=open", "", 400, "OAuth is not enabled on this API", bothLive, bothLive},
		{"POST", "POST", "/tyk/oauth/refresh/refresh-mine?api_id=a", "", 405, "Method not supported", bothLive, bothLive},

		{"by its code", "DELETE", "/tyk/oauth/clients/a/cl/tokens/" + code("access-mine"), "", 200, `"action":"deleted"`, "access false, refresh true", bothLive},
		{"by its code, of another client", "DELETE", "/tyk/oauth/clients/a/other/tokens/" + code("access-mine"), "", 404, "no such token", bothLive, bothLive},
		{"by its code, of another API", "DELETE", "/tyk/oauth/clients/b/cl/tokens/" + code("access-mine"), "", 404, "no such token", bothLive, bothLive},
		{"by itself: not here", "DELETE", "/tyk/oauth/clients/a/cl/tokens/access-mine", "", 404, "no such token", bothLive, bothLive},
		{"reading one", "GET", "/tyk/oauth/clients/a/cl/tokens/" + code("access-mine"), "", 405, "", bothLive, bothLive},
		{"all of a client, without its secret", "DELETE", "/tyk/oauth/clients/a/cl/tokens", "", 200, "", noneLive, bothLive},
		{"all of an unknown client", "DELETE", "/tyk/oauth/clients/a/x/tokens", "", 404, "OAuth Client ID not found", bothLive, bothLive},

		{"as a key", "DELETE", "/tyk/keys/access-mine?api_id=a", "", 200, `{"key":"access-mine","status":"ok","action":"deleted"}`, "access false, refresh true", bothLive},
		{"as a key, by its code", "DELETE", "/tyk/keys/" + code("access-mine") + "?hashed=1", "", 200, "", "access false, refresh true", bothLive},
		{"the code is not the key", "DELETE", "/tyk/keys/" + code("access-mine"), "", 404, "There is no such key found", bothLive, bothLive},

		{"Dashboard", "POST", "/api/apis/oauth/cl/revoke/", `{"token": "access-mine", "token_type_hint": "access_token"}`, 200, `{"Status":"OK","Message":"token revoked successfully","Meta":null}`, "access false, refresh true", bothLive},
		{"Dashboard, form", "POST", "/api/apis/oauth/cl/revoke", "token=refresh-mine&client_id=cl&" + secret, 200, "", noneLive, bothLive},
		{"Dashboard, no token", "POST", "/api/apis/oauth/cl/revoke", "", 400, `{"Status":"Error","Message":"token is required","Meta":null}`, bothLive, bothLive},
		{"Dashboard, all", "POST", "/api/apis/oauth/cl/revoke_all", `{"client_secret": "` + longSecret + `"}`, 200, `{"Status":"OK","Message":"tokens revoked successfully","Meta":null}`, noneLive, bothLive},
		{"Dashboard, wrong secret", "POST", "/api/apis/oauth/cl/revoke_all", `{"client_secret": "x"}`, 401, "client secret is wrong", bothLive, bothLive},
	} {
		t.Run(tt.from, func(t *testing.T) {
			g := start(t)
			withTokens(g)
			a := g.send(tt.method, tt.target, tt.body)
			if a.status != tt.status || !strings.Contains(a.body, tt.text) {
				t.Errorf("%d %s", a.status, a.body)
			}
			if mine, there := g.live("mine"), g.live("there"); mine != tt.mine || there != tt.there {
				t.Errorf("afterwards %s; on the other API %s", mine, there)
			}
			if g.live("other") != bothLive {
				t.Error("tokens of another client have ended")
			}
		})
	}
}

func TestLapsedTokens(t *testing.T) {
	g := start(t)
	g.register(`{"api_id": "a", "client_id": "cl"}`)
	for i := range 1200 { // more than are removed in one bite
		g.pair("a", "cl", fmt.Sprint(i))
	}
	g.advance(48 * time.Hour)
	g.pair("a", "cl", "fresh")
	for _, tt := range []struct {
		query  string
		status int
		text   string
	}{
		{"", 422, "scope parameter is required"},
		{"?scope=all", 400, "unknown scope"},
		{"?scope=lapsed", 200, `{"status":"ok","message":"lapsed tokens purged"}`},
	} {
		if a := g.send("DELETE", "/tyk/oauth/tokens"+tt.query, ""); a.status != tt.status || !strings.Contains(a.body, tt.text) {
			t.Errorf("%s: %d %s", tt.query, a.status, a.body)
		}
	}
	if g.live("7") != noneLive || g.live("1199") != noneLive || g.live("fresh") != bothLive {
		t.Errorf("after the purge: %s, %s, %s", g.live("7"), g.live("1199"), g.live("fresh"))
	}
	if a := g.send("GET", "/tyk/oauth/tokens?scope=lapsed", ""); a.status != 405 {
		t.Errorf("GET: %d", a.status)
	}
}
