package runtime_test

import (
	"context"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// refreshed exchanges the refresh token of a new pair of cl, with a scope of "read write", as some client.
func refreshed(client string, more ...string) func(*exchange) answer {
	return func(x *exchange) answer {
		return x.token(client, append([]string{"grant_type", "refresh_token", "refresh_token", x.pair("scope", "read write").Refresh}, more...)...)
	}
}

func refreshOf(text string) func(*exchange) answer {
	return func(x *exchange) answer { return x.token("cl", "grant_type", "refresh_token", "refresh_token", text) }
}

// refreshRows are about the grant refresh_token.
var refreshRows = []wire{
	{"good", "RFC 6749 §6: the scope as granted; Tyk: a new pair", refreshed("cl"), tokensOf(true, "read write"), want{}},
	{"narrower scope", "RFC 6749 §6", refreshed("cl", "scope", "write"), tokensOf(true, "write"), want{}},
	{"wider scope", "RFC 6749 §6; D-32", refreshed("cl", "scope", "read write admin"), oops(400, "invalid_scope"), want{status: 403, body: rfcError("invalid_scope")}},
	{"malformed scope", "RFC 6749 §3.3", refreshed("cl", "scope", "read "), oops(400, "invalid_scope"), want{status: 403, body: rfcError("invalid_scope")}},
	{"refresh token missing", "RFC 6749 §5.2", refreshOf(""), oops(400, "invalid_request"), tykOops("invalid_grant")},
	{"refresh token unknown", "RFC 6749 §5.2", refreshOf("x"), oops(400, "invalid_grant"), tykOops("invalid_grant")},
	{
		"access token in its place", "RFC 6749 §5.2", func(x *exchange) answer { return refreshOf(x.pair().Access)(x) },
		oops(400, "invalid_grant"), tykOops("invalid_grant"),
	},
	{
		"refresh token used", "RFC 9700 §4.14.2; D-9",
		func(x *exchange) answer {
			p := x.pair()
			refreshOf(p.Refresh)(x)
			return refreshOf(p.Refresh)(x)
		}, oops(400, "invalid_grant"), tykOops("invalid_grant"),
	},
	{
		"refresh token expired", "RFC 6749 §5.2",
		func(x *exchange) answer {
			p := x.pair()
			x.clock.advance(14 * 24 * time.Hour)
			return refreshOf(p.Refresh)(x)
		}, oops(400, "invalid_grant"), tykOops("invalid_grant"),
	},
	{"issued to another client", "RFC 6749 §5.2: invalid_grant", refreshed("other"), oops(400, "invalid_grant"), tykOops("invalid_client")},
	{
		"client's policy removed meanwhile", "RFC 6749 §5.2",
		func(x *exchange) answer {
			rules := []string{"key_rules", `{"meta_data":{"a":"b"},"access_rights":{"a":{"api_id":"a"}}}`}
			p := x.exchange("a", x.basic["lost"], x.code("a", "lost", rules...)).json(x.t)
			if a := x.token("lost", "grant_type", "refresh_token", "refresh_token", p.Refresh); a.status != 200 {
				x.t.Fatalf("key_rules need no policy: %d %s", a.status, a.body)
			}
			q := x.exchange("a", x.basic["gold"], x.code("a", "gold")).json(x.t)
			x.policy("gold", "gone")
			defer x.policy("gold", "gold")
			return x.token("gold", "grant_type", "refresh_token", "refresh_token", q.Refresh)
		}, oops(400, "invalid_grant"), tykOops("server_error"),
	},
	{
		"public client", "RFC 9700 §4.14.2: rotated",
		func(x *exchange) answer {
			code := x.code("a", "public", challenged...)
			p := x.token("", "grant_type", "authorization_code", "code", code, "redirect_uri", redirectURI, "client_id", "public", "code_verifier", rfc7636Verifier).json(x.t)
			return x.token("", "grant_type", "refresh_token", "client_id", "public", "refresh_token", p.Refresh)
		}, tokensOf(true, ""),
		want{},
	},
}

func ended(message string) want {
	return want{status: 200, body: `\{"status":"ok","message":"` + message + `"\}` + "\n", header: []string{"Content-Type: application/json"}}
}

// revoke posts a form to a revocation endpoint.
func revoke(endpoint, client string, pairs ...string) func(*exchange) answer {
	return func(x *exchange) answer {
		var headers []string
		if client != "" {
			headers = []string{"Basic: " + x.basic[client]}
		}
		return x.send("POST", "/a/oauth/"+endpoint, form(pairs...), headers...)
	}
}

// revokeRows are about <listen path>oauth/revoke and oauth/revoke_all.
var revokeRows = []wire{
	{"good", "RFC 7009 §2.2; Tyk's body", func(x *exchange) answer { return revoke("revoke", "cl", "token", x.pair().Access)(x) }, ended("token revoked successfully"), want{}},
	{
		"good, client in the body", "RFC 7009 §2.1; the documented call of Tyk",
		func(x *exchange) answer {
			return revoke("revoke", "", "token", x.pair().Access, "token_type_hint", "access_token", "client_id", "cl", "client_secret", x.secretOf("cl"))(x)
		}, ended("token revoked successfully"),
		want{},
	},
	{"good, trailing slash", "Tyk proxies this; here both are the endpoint", func(x *exchange) answer { return revoke("revoke/", "cl", "token", x.pair().Access)(x) }, ended("token revoked successfully"), want{}},
	{"unknown token", "RFC 7009 §2.2: 200", revoke("revoke", "cl", "token", "x"), ended("token revoked successfully"), want{}},
	{"unknown hint", "RFC 7009 §2.1: ignored", revoke("revoke", "cl", "token", "x", "token_type_hint", "pat"), ended("token revoked successfully"), want{}},
	{"token missing", "RFC 7009 §2.2.1", revoke("revoke", "cl", "x", "y"), oops(400, "invalid_request"), tykMessage(400, "token is required")},
	{
		"malformed form", "RFC 6749 appendix B",
		func(x *exchange) answer {
			return x.send("POST", "/a/oauth/revoke", "token=%zz", "Basic: "+x.basic["cl"])
		},
		oops(400, "invalid_request"), tykMessage(400, "error parsing form. Form malformed"),
	},
	{"unauthenticated", "RFC 7009 §2.1; D-1: refused in both modes", func(x *exchange) answer { return revoke("revoke", "", "token", x.pair().Access)(x) }, oops(401, "invalid_client"), tykMessage(401, "client_id is required")},
	{"client id alone", "RFC 7009 §2.1", revoke("revoke", "", "token", "x", "client_id", "cl"), oops(401, "invalid_client"), tykMessage(401, "client_secret is required")},
	{"public client", "RFC 7009 §2.1: its own tokens", revoke("revoke", "", "token", "x", "client_id", "public"), ended("token revoked successfully"), want{}},
	{"GET", "RFC 7009 §2.1; D-1: refused in both modes", method("GET", "/a/oauth/revoke?token=x"), notAllowed("POST"), want{}},
	{"PUT", "RFC 7009 §2.1; D-1: refused in both modes", method("PUT", "/a/oauth/revoke"), notAllowed("POST"), want{}},
	{
		"preflight", "RFC 7009 §2.3",
		func(x *exchange) answer {
			return x.send("OPTIONS", "/a/oauth/revoke", "", "Origin: https://app.example.com", "Access-Control-Request-Method: POST")
		},
		want{status: 204},
		want{},
	},
	{
		"all, good", "Tyk", func(x *exchange) answer {
			return revoke("revoke_all", "", "client_id", "other", "client_secret", x.secretOf("other"))(x)
		}, ended("tokens revoked successfully"), want{},
	},
	{"all, Basic", "RFC 6749 §2.3.1", revoke("revoke_all", "other"), ended("tokens revoked successfully"), want{}},
	{"all, trailing slash", "as revoke", revoke("revoke_all/", "other"), ended("tokens revoked successfully"), want{}},
	{"all, no client", "RFC 6749 §5.2", revoke("revoke_all", "", "x", "y"), oops(401, "invalid_client"), tykMessage(401, "client_id is required")},
	{"all, no secret", "RFC 6749 §5.2", revoke("revoke_all", "", "client_id", "cl"), oops(401, "invalid_client"), tykMessage(401, "client_secret is required")},
	{"all, wrong secret", "RFC 6749 §5.2", revoke("revoke_all", "", "client_id", "cl", "client_secret", "x"), oops(401, "invalid_client"), tykMessage(401, "client secret is wrong")},
	{"all, unknown client", "RFC 6749 §5.2: the same answer; Tyk: 404", revoke("revoke_all", "", "client_id", "nobody", "client_secret", "x"), oops(401, "invalid_client"), tykMessage(404, "error getting oauth client")},
	{"all, public client", "anybody could in its name", revoke("revoke_all", "", "client_id", "public"), oops(401, "invalid_client"), tykMessage(401, "client_secret is required")},
	{"all, GET", "Tyk", method("GET", "/a/oauth/revoke_all"), notAllowed("POST"), want{}},
}

// introspect asks about a token as a client of API a.
func introspect(client string, token func(*exchange) string) func(*exchange) answer {
	return func(x *exchange) answer { return revoke("introspect", client, "token", token(x))(x) }
}

func inactive() want { return want{status: 200, body: `\{"active":false\}` + "\n"} }

// introspectRows are about <listen path>oauth/introspect, which Tyk does not have.
var introspectRows = []wire{
	{
		"access token", "RFC 7662 §2.2", introspect("cl", func(x *exchange) string { return x.pair("scope", "read").Access }),
		want{status: 200, body: `\{"active":true,"scope":"read","client_id":"cl","token_type":"bearer","exp":\d+,"iat":\d+,"sub":"cl","aud":"a","iss":"https://api\.example\.com/a"\}` + "\n"},
		want{},
	},
	{
		"access token of a user", "RFC 7662 §2.2: username", introspect("cl", func(x *exchange) string { return passwordOf("ann", "ann's password")(x).json(x.t).Access }),
		want{status: 200, body: `\{"active":true,"client_id":"cl","username":"ann",.*"sub":"ann",.*`},
		want{},
	},
	{"access token of another client", "RFC 7662 §1: a resource server asks", introspect("other", func(x *exchange) string { return x.pair().Access }), want{status: 200, body: `\{"active":true,"client_id":"cl",.*`}, want{}},
	{"refresh token", "RFC 7662 §2.1", introspect("cl", func(x *exchange) string { return x.pair("scope", "read").Refresh }), want{status: 200, body: `\{"active":true,"scope":"read","client_id":"cl","exp":\d+,.*`}, want{}},
	{"refresh token of another client", "RFC 7662 §4", introspect("other", func(x *exchange) string { return x.pair().Refresh }), inactive(), want{}},
	{"used refresh token", "RFC 7662 §2.2", introspect("cl", func(x *exchange) string {
		p := x.pair()
		refreshOf(p.Refresh)(x)
		return p.Refresh
	}), inactive(), want{}},
	{"unknown token", "RFC 7662 §2.2", introspect("cl", func(*exchange) string { return "x" }), inactive(), want{}},
	{"expired token", "RFC 7662 §2.2", introspect("cl", func(x *exchange) string {
		p := x.pair()
		x.clock.advance(time.Hour)
		return p.Access
	}), inactive(), want{}},
	{"revoked token", "RFC 7662 §2.2", introspect("cl", func(x *exchange) string {
		p := x.pair()
		revoke("revoke", "cl", "token", p.Access)(x)
		return p.Access
	}), inactive(), want{}},
	{"token of another API", "RFC 7662 §4", introspect("cl", func(x *exchange) string {
		return x.send("POST", "/b/oauth/token", form("grant_type", "client_credentials"), "Basic: "+x.basic["b"]).json(x.t).Access
	}), inactive(), want{}},
	{"unauthenticated", "RFC 7662 §2.1", revoke("introspect", "", "token", "x"), oops(401, "invalid_client"), tykOops("invalid_request")},
	{"public client", "RFC 7662 §2.1: it proves nothing", revoke("introspect", "", "token", "x", "client_id", "public"), oops(401, "invalid_client"), tykOops("invalid_request")},
	{"token missing", "RFC 7662 §2.3", revoke("introspect", "cl", "x", "y"), oops(400, "invalid_request"), tykOops("invalid_request")},
	{"trailing slash", "as the others", revoke("introspect/", "cl", "token", "x"), inactive(), want{}},
	{"GET", "RFC 7662 §2.1", method("GET", "/a/oauth/introspect?token=x"), notAllowed("POST"), want{}},
}

// wholeMetadata is that of API a.
const wholeMetadata = `\{"issuer":"https://api\.example\.com/a","authorization_endpoint":"https://api\.example\.com/a/oauth/authorize",` +
	`"token_endpoint":"https://api\.example\.com/a/oauth/token","revocation_endpoint":"https://api\.example\.com/a/oauth/revoke",` +
	`"introspection_endpoint":"https://api\.example\.com/a/oauth/introspect","scopes_supported":\["read","write"\],"response_types_supported":\["code"\],` +
	`"response_modes_supported":\["query"\],"grant_types_supported":\["authorization_code","client_credentials","password","refresh_token"\],` +
	`"token_endpoint_auth_methods_supported":\["client_secret_basic","client_secret_post","none"\],` +
	`"revocation_endpoint_auth_methods_supported":\["client_secret_basic","client_secret_post","none"\],` +
	`"introspection_endpoint_auth_methods_supported":\["client_secret_basic","client_secret_post"\],"code_challenge_methods_supported":\["S256"\]`

// metadataRows are about the metadata, which Tyk does not have.
var metadataRows = []wire{
	{
		"below the listen path", "RFC 8414 §2, RFC 9207 §3", method("GET", "/a/.well-known/oauth-authorization-server"),
		want{status: 200, body: wholeMetadata + `,"authorization_response_iss_parameter_supported":true\}` + "\n", header: []string{"Content-Type: application/json", "Cache-Control: public, max-age=300"}},
		want{status: 200, body: wholeMetadata + `\}` + "\n"},
	},
	{"before the listen path", "RFC 8414 §3.1", method("GET", "/.well-known/oauth-authorization-server/a"), want{status: 200, body: wholeMetadata + `.*`}, want{}},
	{"before the listen path, with its slash", "RFC 8414 §3.1", method("GET", "/.well-known/oauth-authorization-server/a/"), want{status: 200, body: wholeMetadata + `.*`}, want{}},
	{
		"of an API without codes", "RFC 8414 §2", method("GET", "/.well-known/oauth-authorization-server/b"),
		want{status: 200, body: `\{"issuer":"https://api\.example\.com/b","token_endpoint":"[^"]+","revocation_endpoint":"[^"]+","introspection_endpoint":"[^"]+","scopes_supported":\["read","write"\],"response_types_supported":\[\],"grant_types_supported":\["client_credentials"\],"token_endpoint_auth_methods_supported":\["client_secret_basic","client_secret_post"\].*`},
		want{},
	},
	{"HEAD", "RFC 9110 §9.3.2", method("HEAD", "/a/.well-known/oauth-authorization-server"), want{status: 200}, want{}},
	{"POST", "RFC 8414 §3.1", method("POST", "/a/.well-known/oauth-authorization-server"), notAllowed("GET, HEAD"), want{}},
	{
		"of an allowed origin", "Fetch, CORS protocol",
		func(x *exchange) answer {
			return x.send("GET", "/a/.well-known/oauth-authorization-server", "", "Origin: https://app.example.com")
		},
		want{status: 200, header: []string{"Access-Control-Allow-Origin: https://app.example.com", "Vary: Origin"}},
		want{},
	},
	{"of a keyless API", "RFC 8414 §3: there is none", method("GET", "/.well-known/oauth-authorization-server/open"), want{status: 404}, want{}},
	{"of nothing", "RFC 8414 §3: there is none", method("GET", "/.well-known/oauth-authorization-server"), want{status: 404}, want{}},
	{"of something below an API", "RFC 8414 §3: there is none", method("GET", "/.well-known/oauth-authorization-server/a/x"), want{status: 404}, want{}},
	{"of an API that is switched off", "RFC 8414 §3: there is none", method("GET", "/.well-known/oauth-authorization-server/off"), want{status: 404}, want{}},
}

// policy gives a client another policy, as the admin API does, but without ending its tokens.
func (x *exchange) policy(clientID, policyID string) {
	x.t.Helper()
	err := x.store.UpdateClient(context.Background(), "a", clientID, changePolicy(policyID))
	if err != nil {
		x.t.Fatal(err)
	}
}

func changePolicy(id string) func(*store.Client) error {
	return func(c *store.Client) error {
		c.PolicyID = id
		return nil
	}
}
