package runtime_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"time"
)

// clientCredentials asks for a token with headers and parameters of its own.
func clientCredentials(client string, more ...string) func(*exchange) answer {
	return func(x *exchange) answer {
		return x.token(client, append([]string{"grant_type", "client_credentials"}, more...)...)
	}
}

// authorized sends a client credentials request with a certain Authorization header.
func authorized(header func(x *exchange) string) func(*exchange) answer {
	return func(x *exchange) answer {
		return x.send("POST", "/a/oauth/token", form("grant_type", "client_credentials"), "Authorization: "+header(x))
	}
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// posted sends a body of a certain type as the client cl.
func posted(contentType, body string) func(*exchange) answer {
	return func(x *exchange) answer {
		return x.send("POST", "/a/oauth/token", body, "Basic: "+x.basic["cl"], "Content-Type: "+contentType)
	}
}

const urlencoded = "application/x-www-form-urlencoded"

// tokenRows are about <listen path>oauth/token, whatever the grant.
var tokenRows = []wire{
	{"good", "RFC 6749 §5.1, members in Tyk's order", clientCredentials("cl"), tokensOf(false, ""), want{}},
	{
		"trailing slash", "Tyk",
		func(x *exchange) answer {
			return x.send("POST", "/a/oauth/token/", form("grant_type", "client_credentials"), "Basic: "+x.basic["cl"])
		}, tokensOf(false, ""),
		want{},
	},
	{"JSON", "Tyk: JSON with string values", posted("application/json", `{"grant_type":"client_credentials"}`), tokensOf(false, ""), want{}},
	{"JSON with charset", "RFC 9110 §8.3.1: a parameter does not change the type", posted("application/json; charset=UTF-8", `{"grant_type":"client_credentials"}`), tokensOf(false, ""), want{}},
	{"JSON, a number", "Tyk: string values only", posted("application/json", `{"grant_type":1}`), oops(400, "invalid_request"), tykOops("unsupported_grant_type")},
	{"JSON, cut short", "RFC 8259", posted("application/json", `{"grant_type":"client_credentials"`), oops(400, "invalid_request"), tykOops("unsupported_grant_type")},
	{"JSON, repeated member", "RFC 6749 §3.2", posted("application/json", `{"grant_type":"client_credentials","grant_type":""}`), oops(400, "invalid_request"), tykOops("invalid_request")},
	{"other content type", "RFC 6749 §3.2", posted("text/plain", "grant_type=client_credentials"), oops(400, "invalid_request"), tykOops("unsupported_grant_type")},
	{"broken escape", "RFC 6749 appendix B", posted(urlencoded, "grant_type=%zz"), oops(400, "invalid_request"), tykOops("unsupported_grant_type")},
	{"empty body", "RFC 6749 §5.2", posted(urlencoded, ""), oops(400, "invalid_request"), tykOops("unsupported_grant_type")},
	{
		"parameters in the query", "RFC 6749 §3.2: body only; D-38",
		func(x *exchange) answer {
			return x.send("POST", "/a/oauth/token?grant_type=client_credentials", "", "Basic: "+x.basic["cl"])
		}, oops(400, "invalid_request"), tykOops("unsupported_grant_type"),
	},
	{"grant type missing", "RFC 6749 §5.2", posted(urlencoded, "code=x"), oops(400, "invalid_request"), tykOops("unsupported_grant_type")},
	{"grant type unknown", "RFC 6749 §5.2", posted(urlencoded, "grant_type=urn:x"), oops(400, "unsupported_grant_type"), tykOops("unsupported_grant_type")},
	{
		"grant type not allowed by the definition", "RFC 6749 §5.2",
		func(x *exchange) answer {
			return x.send("POST", "/b/oauth/token", form("grant_type", "password", "username", "u", "password", "p"), "Basic: "+x.basic["b"])
		}, oops(400, "unsupported_grant_type"), tykOops("unsupported_grant_type"),
	},
	{
		"refresh token not allowed by the definition", "RFC 6749 §5.2",
		func(x *exchange) answer {
			return x.send("POST", "/b/oauth/token", form("grant_type", "refresh_token", "refresh_token", "x"), "Basic: "+x.basic["b"])
		}, oops(400, "unsupported_grant_type"), tykOops("unsupported_grant_type"),
	},
	{"implicit", "RFC 9700 §2.1.2", posted(urlencoded, "grant_type=implicit"), oops(400, "unsupported_grant_type"), tykOops("unsupported_grant_type")},
	{"repeated parameter", "RFC 6749 §3.2; D-23", posted(urlencoded, "grant_type=client_credentials&grant_type=client_credentials"), oops(400, "invalid_request"), tykOops("invalid_request")},
	{"repeated unknown parameter", "RFC 6749 §3.2", posted(urlencoded, "grant_type=client_credentials&%3Cx%3E=1&%3Cx%3E=2"), oops(400, "invalid_request"), tykOops("invalid_request")},
	{"too many parameters", "bounded", posted(urlencoded, "grant_type=client_credentials&"+manyParameters()), oops(400, "invalid_request"), tykOops("invalid_request")},
	{"oversized parameter", "bounded", posted(urlencoded, "grant_type=client_credentials&scope="+strings.Repeat("a", 5000)), oops(400, "invalid_request"), tykOops("invalid_request")},
	{"oversized body", "RFC 9110 §15.5.14", posted(urlencoded, strings.Repeat("a", 70<<10)), oops(413, "invalid_request"), want{}},

	{"GET", "RFC 6749 §3.2", method("GET", "/a/oauth/token?grant_type=client_credentials"), notAllowed("POST"), tykOops("invalid_request")},
	{"PUT", "Tyk", method("PUT", "/a/oauth/token"), notAllowed("POST"), want{}},
	{"DELETE", "Tyk", method("DELETE", "/a/oauth/token"), notAllowed("POST"), want{}},
	{"OPTIONS", "Tyk without CORS", method("OPTIONS", "/a/oauth/token"), notAllowed("POST"), want{}},
	{"HEAD", "Tyk", method("HEAD", "/a/oauth/token"), want{status: 405}, want{}},
	{
		"preflight of an allowed origin", "Fetch, CORS protocol",
		func(x *exchange) answer {
			return x.send("OPTIONS", "/a/oauth/token", "", "Origin: https://app.example.com", "Access-Control-Request-Method: POST")
		},
		want{status: 204, header: []string{"Access-Control-Allow-Origin: https://app.example.com", "Access-Control-Allow-Methods: POST", "Access-Control-Allow-Headers: Authorization, Content-Type", "Vary: Origin"}},
		want{},
	},
	{
		"preflight of another origin", "Fetch, CORS protocol: no permission",
		func(x *exchange) answer {
			return x.send("OPTIONS", "/a/oauth/token", "", "Origin: https://app.example.com.evil.example", "Access-Control-Request-Method: POST")
		},
		want{status: 405, header: []string{"Access-Control-Allow-Origin: ", "Vary: Origin"}},
		want{},
	},
	{
		"an allowed origin", "Fetch, CORS protocol",
		func(x *exchange) answer {
			return x.send("POST", "/a/oauth/token", form("grant_type", "client_credentials"), "Basic: "+x.basic["cl"], "Origin: https://app.example.com")
		},
		want{status: 200, header: []string{"Access-Control-Allow-Origin: https://app.example.com", "Vary: Origin", "Access-Control-Allow-Credentials: "}},
		want{},
	},
	{
		"an error to an allowed origin", "Fetch, CORS protocol: it can be read",
		func(x *exchange) answer {
			return x.send("POST", "/a/oauth/token", "", "Origin: https://app.example.com")
		},
		want{status: 400, header: []string{"Access-Control-Allow-Origin: https://app.example.com"}},
		want{status: 403, header: []string{"Access-Control-Allow-Origin: https://app.example.com"}},
	},

	{"Basic, raw", "Tyk: credentials as they are", authorized(func(x *exchange) string { return "Basic " + b64(x.basic["odd id%"]) }), tokensOf(false, ""), want{}},
	{
		"Basic, percent-encoded", "RFC 6749 §2.3.1; D-18",
		authorized(func(x *exchange) string {
			return "Basic " + b64("odd+id%25:"+strings.ReplaceAll(url.QueryEscape(x.secretOf("odd id%")), "-", "%2D"))
		}), tokensOf(false, ""),
		want{},
	},
	{
		"Basic, only the secret percent-encoded", "RFC 6749 §2.3.1",
		authorized(func(x *exchange) string {
			return "Basic " + b64("cl:"+strings.ReplaceAll(x.secretOf("cl"), "-", "%2D"))
		}), tokensOf(false, ""),
		want{},
	},
	{"basic in lower case", "RFC 9110 §11.1; D-18", authorized(func(x *exchange) string { return "basic " + b64(x.basic["cl"]) }), tokensOf(false, ""), want{}},
	{
		"credentials in the body", "RFC 6749 §2.3.1; D-19",
		func(x *exchange) answer {
			return x.token("", "grant_type", "client_credentials", "client_id", "cl", "client_secret", x.secretOf("cl"))
		}, tokensOf(false, ""),
		want{},
	},
	{
		"credentials in both, the same", "Tyk's documented refresh request",
		func(x *exchange) answer {
			return x.token("cl", "grant_type", "client_credentials", "client_id", "cl", "client_secret", x.secretOf("cl"))
		}, tokensOf(false, ""),
		want{},
	},
	{"credentials in both, another client", "RFC 6749 §2.3; D-39", clientCredentials("cl", "client_id", "other"), oops(400, "invalid_request"), tykOops("invalid_request")},
	{"credentials in both, another secret", "RFC 6749 §2.3", clientCredentials("cl", "client_secret", "x"), oops(400, "invalid_request"), tykOops("invalid_request")},
	{"no credentials", "RFC 6749 §5.2", clientCredentials(""), oops(401, "invalid_client"), tykOops("invalid_request")},
	{"client id alone", "RFC 6749 §5.2", clientCredentials("", "client_id", "cl"), oops(401, "invalid_client"), tykOops("invalid_request")},
	{"client secret alone", "RFC 6749 §5.2", clientCredentials("", "client_secret", "x"), oops(401, "invalid_client"), tykOops("invalid_request")},
	{"not Basic", "RFC 6749 §5.2", authorized(func(*exchange) string { return "Bearer x" }), oops(401, "invalid_client"), tykOops("invalid_request")},
	{"not base64", "RFC 7617 §2", authorized(func(*exchange) string { return "Basic ***" }), oops(401, "invalid_client"), tykOops("invalid_request")},
	{"no colon", "RFC 7617 §2", authorized(func(*exchange) string { return "Basic " + b64("cl") }), oops(401, "invalid_client"), tykOops("invalid_request")},
	{"no client id", "RFC 7617 §2", authorized(func(*exchange) string { return "Basic " + b64(":x") }), oops(401, "invalid_client"), tykOops("invalid_request")},
	{"wrong secret", "RFC 6749 §5.2; D-5", authorized(func(*exchange) string { return "Basic " + b64("cl:wrong") }), oops(401, "invalid_client"), tykOops("unauthorized_client")},
	{"empty secret", "RFC 6749 §2.3.1", authorized(func(*exchange) string { return "Basic " + b64("cl:") }), oops(401, "invalid_client"), tykOops("invalid_request")},
	{"unknown client", "RFC 6749 §5.2; D-20", authorized(func(x *exchange) string { return "Basic " + b64("nobody:"+x.secretOf("cl")) }), oops(401, "invalid_client"), tykOops("server_error")},
	{"client of another API", "RFC 6749 §5.2", authorized(func(x *exchange) string { return "Basic " + b64(x.basic["b"]) }), oops(401, "invalid_client"), tykOops("unauthorized_client")},
	{"client without redirect URI", "RFC 6749 §4.4 needs none; D-22", clientCredentials("bare"), tokensOf(false, ""), want{}},
	{"client's policy does not exist", "RFC 6749 §5.2", clientCredentials("lost"), oops(400, "unauthorized_client"), tykOops("server_error")},
	{"client's policy exists", "RFC 6749 §5.1", clientCredentials("gold"), tokensOf(false, ""), want{}},
}

func manyParameters() string {
	var b strings.Builder
	for i := range 70 {
		b.WriteString("&p" + string(rune('0'+i/10)) + string(rune('0'+i%10)) + "=x")
	}
	return b.String()[1:]
}

// redeem exchanges a code that the client cl has got with more parameters, as some client.
func redeem(client string, more []string, pairs ...string) func(*exchange) answer {
	return func(x *exchange) answer {
		code := x.code("a", "cl", more...)
		return x.token(client, append([]string{"grant_type", "authorization_code", "code", code}, pairs...)...)
	}
}

var challenged = []string{"code_challenge", rfc7636Challenge, "code_challenge_method", "S256"}

// codeRows are about the grant authorization_code.
var codeRows = []wire{
	{"good", "RFC 6749 §4.1.4", redeem("cl", nil, "redirect_uri", redirectURI), tokensOf(true, ""), want{}},
	{"good, scope and state", "Tyk: the scope comes back, the state does not", redeem("cl", []string{"scope", "read write", "state", "s"}, "redirect_uri", redirectURI), tokensOf(true, "read write"), want{}},
	{"good, PKCE", "RFC 7636 appendix B", redeem("cl", challenged, "redirect_uri", redirectURI, "code_verifier", rfc7636Verifier), tokensOf(true, ""), want{}},
	{
		"good, JSON", "Tyk",
		func(x *exchange) answer {
			return x.send("POST", "/a/oauth/token", `{"grant_type":"authorization_code","code":"`+x.code("a", "cl")+`","redirect_uri":"`+redirectURI+`"}`, "Basic: "+x.basic["cl"], "Content-Type: application/json")
		}, tokensOf(true, ""),
		want{},
	},
	{
		"good, key_rules", "Tyk",
		func(x *exchange) answer {
			return x.exchange("a", x.basic["lost"], x.code("a", "lost", "key_rules", `{"access_rights":{"a":{"api_id":"a"}}}`))
		}, tokensOf(true, ""),
		want{},
	},
	{
		"good, redirect URI never sent", "RFC 6749 §4.1.3: required if it was sent",
		func(x *exchange) answer {
			a := x.send("POST", "/a/tyk/oauth/authorize-client", asked("redirect_uri", "-").Encode(), "X-Tyk-Authorization: "+secret)
			return x.token("cl", "grant_type", "authorization_code", "code", a.json(x.t).Code)
		}, tokensOf(true, ""),
		want{},
	},
	{
		"good, public client", "RFC 6749 §3.2.1, RFC 7636",
		func(x *exchange) answer {
			code := x.code("a", "public", challenged...)
			return x.token("", "grant_type", "authorization_code", "code", code, "redirect_uri", redirectURI, "client_id", "public", "code_verifier", rfc7636Verifier)
		}, tokensOf(true, ""),
		want{},
	},
	{
		"public client with an empty password", "RFC 7617; what some libraries send",
		func(x *exchange) answer {
			code := x.code("a", "public", challenged...)
			return x.send("POST", "/a/oauth/token", form("grant_type", "authorization_code", "code", code, "redirect_uri", redirectURI, "code_verifier", rfc7636Verifier), "Basic: public:")
		}, tokensOf(true, ""),
		want{},
	},
	{
		"public client with a secret", "RFC 6749 §2.3: it has none",
		func(x *exchange) answer {
			code := x.code("a", "public", challenged...)
			return x.token("", "grant_type", "authorization_code", "code", code, "redirect_uri", redirectURI, "client_id", "public", "client_secret", "x", "code_verifier", rfc7636Verifier)
		}, oops(401, "invalid_client"), tykOops("unauthorized_client"),
	},
	{"code missing", "RFC 6749 §5.2", func(x *exchange) answer { return x.token("cl", "grant_type", "authorization_code") }, oops(400, "invalid_request"), tykOops("invalid_grant")},
	{"code unknown", "RFC 6749 §5.2", func(x *exchange) answer { return x.token("cl", "grant_type", "authorization_code", "code", "x") }, oops(400, "invalid_grant"), tykOops("invalid_grant")},
	{
		"code expired", "RFC 6749 §4.1.2; Tyk: 250 s",
		func(x *exchange) answer {
			code := x.code("a", "cl")
			x.clock.advance(250 * time.Second)
			return x.exchange("a", x.basic["cl"], code)
		}, oops(400, "invalid_grant"), tykOops("invalid_grant"),
	},
	{
		"code used", "RFC 6749 §4.1.2",
		func(x *exchange) answer {
			code := x.code("a", "cl")
			x.exchange("a", x.basic["cl"], code)
			return x.exchange("a", x.basic["cl"], code)
		}, oops(400, "invalid_grant"), tykOops("invalid_grant"),
	},
	{"code of another client", "RFC 6749 §5.2", redeem("other", nil, "redirect_uri", redirectURI), oops(400, "invalid_grant"), tykOops("invalid_grant")},
	{"redirect URI differs", "RFC 6749 §4.1.3", redeem("cl", nil, "redirect_uri", redirectURI+"/"), oops(400, "invalid_grant"), tykOops("invalid_request")},
	{"redirect URI left out", "RFC 6749 §4.1.3; D-13", redeem("cl", nil), oops(400, "invalid_grant"), tykOops("invalid_request")},
	{"verifier missing", "RFC 7636 §4.6; D-3", redeem("cl", challenged, "redirect_uri", redirectURI), oops(400, "invalid_grant"), tykOops("invalid_grant")},
	{"verifier wrong", "RFC 7636 §4.6; D-3", redeem("cl", challenged, "redirect_uri", redirectURI, "code_verifier", rfc7636Verifier+"x"), oops(400, "invalid_grant"), tykOops("invalid_grant")},
	{"verifier without challenge", "RFC 9700 §2.1.1", redeem("cl", nil, "redirect_uri", redirectURI, "code_verifier", rfc7636Verifier), oops(400, "invalid_grant"), tykOops("invalid_grant")},
	{
		"client's policy does not exist", "RFC 6749 §5.2; the code stays usable",
		func(x *exchange) answer { return x.exchange("a", x.basic["lost"], x.code("a", "lost")) }, oops(400, "unauthorized_client"), tykOops("server_error"),
	},
}

// grantRows are about client_credentials and password.
var grantRows = []wire{
	{"client credentials, scope", "RFC 6749 §4.4.2", clientCredentials("cl", "scope", "read write"), tokensOf(false, "read write"), want{}},
	{"client credentials, scope undeclared", "RFC 6749 §5.2; D-32", clientCredentials("cl", "scope", "read admin"), oops(400, "invalid_scope"), want{status: 403, body: rfcError("invalid_scope")}},
	{"client credentials, scope malformed", "RFC 6749 §3.3", clientCredentials("cl", "scope", "read  write"), oops(400, "invalid_scope"), want{status: 403, body: rfcError("invalid_scope")}},
	{"client credentials, public client", "RFC 6749 §4.4: confidential clients only", clientCredentials("", "client_id", "public"), oops(400, "unauthorized_client"), tykOops("unauthorized_client")},
	{
		"client credentials, lifetime of the API", "RFC 6749 §5.1",
		func(x *exchange) answer {
			return x.send("POST", "/b/oauth/token", form("grant_type", "client_credentials"), "Basic: "+x.basic["b"])
		},
		want{status: 200, body: `.*"expires_in":90,.*`},
		want{},
	},
	{"password", "RFC 6749 §4.3.3", passwordOf("ann", "ann's password"), tokensOf(true, ""), want{}},
	{"password, scope", "RFC 6749 §4.3.2", passwordOf("ann", "ann's password", "scope", "read"), tokensOf(true, "read"), want{}},
	{"password, scope undeclared", "RFC 6749 §5.2", passwordOf("ann", "ann's password", "scope", "x"), oops(400, "invalid_scope"), want{status: 403, body: rfcError("invalid_scope")}},
	{"password wrong", "RFC 6749 §5.2; D-5", passwordOf("ann", "x"), oops(400, "invalid_grant"), tykOops("access_denied")},
	{"user unknown", "RFC 6749 §5.2: the same answer", passwordOf("nobody", "ann's password"), oops(400, "invalid_grant"), tykOops("access_denied")},
	{"user inactive", "RFC 6749 §5.2: the same answer", passwordOf("idle", "idle's password"), oops(400, "invalid_grant"), tykOops("access_denied")},
	{"user name missing", "RFC 6749 §5.2", passwordOf("", "x"), oops(400, "invalid_request"), tykOops("invalid_grant")},
	{"password missing", "RFC 6749 §5.2", passwordOf("ann", ""), oops(400, "invalid_request"), tykOops("invalid_grant")},
	{
		"password, public client", "RFC 6749 §4.3: refused here",
		func(x *exchange) answer {
			return x.token("", "grant_type", "password", "client_id", "public", "username", "ann", "password", "ann's password")
		}, oops(400, "unauthorized_client"), tykOops("unauthorized_client"),
	},
}

func passwordOf(name, text string, more ...string) func(*exchange) answer {
	return func(x *exchange) answer {
		return x.token("cl", append([]string{"grant_type", "password", "username", name, "password", text}, more...)...)
	}
}
