package runtime_test

import (
	"regexp"
	"strings"
)

// authorize sends an authorization request by GET.
func authorize(changes ...string) func(*exchange) answer {
	return func(x *exchange) answer { return x.send("GET", "/a/oauth/authorize?"+asked(changes...).Encode(), "") }
}

// sentBack is the redirect to the client with an error.
func sentBack(code string) want {
	return want{status: 302, location: regexp.QuoteMeta(redirectURI) + `\?error=` + code + `&error_description=[^&]+&iss=https%3A%2F%2Fapi\.example\.com%2Fa&state=s\+1`}
}

func method(name, path string) func(*exchange) answer {
	return func(x *exchange) answer { return x.send(name, path, "") }
}

// authorizeRows are about <listen path>oauth/authorize.
var authorizeRows = []wire{
	{
		"good", "Tyk: 307 to authLoginRedirect with the query; D-25: one question mark", authorize(),
		want{status: 307, location: wireLogin + `&client_id=cl&redirect_uri=https%3A%2F%2Fclient\.example\.com%2Fcb&response_type=code&state=s\+1`},
		want{},
	},
	{
		"good, other parameters", "Tyk: the rest travels along; RFC 6749 §3.1: unknown ones are ignored", authorize("nonce", "n", "login_hint", "ann"),
		want{status: 307, location: wireLogin + `&client_id=cl&login_hint=ann&nonce=n&.*`},
		want{},
	},
	{
		"good, trailing slash", "Tyk",
		func(x *exchange) answer { return x.send("GET", "/a/oauth/authorize/?"+asked().Encode(), "") },
		want{status: 307, location: wireLogin + `&client_id=cl.*`},
		want{},
	},
	{
		"good, POST", "Tyk: 307, Location is exactly authLoginRedirect",
		func(x *exchange) answer { return x.send("POST", "/a/oauth/authorize", asked().Encode()) },
		want{status: 307, location: wireLogin, body: ``},
		want{},
	},
	{
		"good, POST with the parameters in the query", "Tyk: query or body",
		func(x *exchange) answer { return x.send("POST", "/a/oauth/authorize?"+asked().Encode(), "") },
		want{status: 307, location: wireLogin},
		want{},
	},
	{"redirect URI left out, one registered", "RFC 6749 §3.1.2.3; Tyk: the first one", authorize("redirect_uri", "-"), want{status: 307, location: wireLogin + `.*`}, want{}},
	{"redirect URI left out, two registered", "RFC 6749 §3.1.2.3", authorize("client_id", "two", "redirect_uri", "-"), oops(400, "invalid_request"), tykMessage(403, "invalid_request")},
	{"second redirect URI", "Tyk: oauth_redirect_uri_separator", authorize("client_id", "two", "redirect_uri", twoURI), want{status: 307, location: wireLogin + `.*`}, want{}},
	{"PKCE", "RFC 7636 §4.3", authorize("code_challenge", rfc7636Challenge, "code_challenge_method", "S256"), want{status: 307, location: wireLogin + `.*code_challenge=.*`}, want{}},
	{"loopback, another port", "RFC 8252 §7.3", authorize("client_id", "native", "redirect_uri", "http://127.0.0.1:51004/cb"), want{status: 307, location: wireLogin + `.*`}, want{}},
	{"loopback, IPv6, another port", "RFC 8252 §7.3", authorize("client_id", "native", "redirect_uri", "http://[::1]:61000/cb"), want{status: 307, location: wireLogin + `.*`}, want{}},

	{"response type missing", "RFC 6749 §4.1.2.1", authorize("response_type", "-"), sentBack("invalid_request"), tykMessage(403, "unsupported_response_type")},
	{"response type unknown", "RFC 6749 §4.1.2.1", authorize("response_type", "code id_token"), sentBack("unsupported_response_type"), tykMessage(403, "unsupported_response_type")},
	{"response type of the implicit grant", "RFC 9700 §2.1.2; refused in both modes", authorize("response_type", "token"), sentBack("unsupported_response_type"), tykMessage(403, "unsupported_response_type")},
	{
		"response type not allowed by the definition", "Tyk: allowedAuthorizeTypes",
		func(x *exchange) answer { return x.send("GET", "/b/oauth/authorize?"+asked().Encode(), "") },
		want{status: 302, location: regexp.QuoteMeta(redirectURI) + `\?error=unsupported_response_type&.*iss=https%3A%2F%2Fapi\.example\.com%2Fb&state=s\+1`},
		tykMessage(403, "unsupported_response_type"),
	},
	{
		"error, POST", "RFC 9700 §4.12: 303, so that the form is not sent again",
		func(x *exchange) answer {
			return x.send("POST", "/a/oauth/authorize", asked("response_type", "-").Encode())
		},
		want{status: 303, location: sentBack("invalid_request").location},
		tykMessage(403, "unsupported_response_type"),
	},
	{"error without state", "RFC 6749 §4.1.2.1: only if it was sent", authorize("response_type", "-", "state", "-"), want{status: 302, location: `[^&]*\?error=invalid_request&error_description=[^&]+&iss=[^&]+`}, tykMessage(403, "unsupported_response_type")},
	{"client missing", "RFC 6749 §4.1.2.1: no redirect", authorize("client_id", "-"), oops(400, "invalid_client"), tykMessage(403, "server_error")},
	{"client unknown", "RFC 6749 §4.1.2.1: no redirect", authorize("client_id", "nobody"), oops(400, "invalid_client"), tykMessage(403, "server_error")},
	{"client without redirect URI", "RFC 6749 §3.1.2.2", authorize("client_id", "bare"), oops(400, "unauthorized_client"), tykMessage(403, "unauthorized_client")},
	{"redirect URI with a fragment", "RFC 6749 §3.1.2", authorize("redirect_uri", redirectURI+"#x"), oops(400, "invalid_request"), tykMessage(403, "invalid_request")},
	{"redirect URI that is none", "RFC 6749 §3.1.2", authorize("redirect_uri", "%zz"), oops(400, "invalid_request"), tykMessage(403, "invalid_request")},
	{"redirect URI, other host", "RFC 9700 §4.1.3", authorize("redirect_uri", "https://evil.example.com/cb"), oops(400, "invalid_request"), tykMessage(403, "invalid_request")},
	{"key_rules", "D-26: only the identity server chooses a session", authorize("key_rules", "{}"), oops(400, "invalid_request"), tykMessage(403, "invalid_request")},
	{"scope undeclared", "RFC 6749 §4.1.2.1", authorize("scope", "admin"), sentBack("invalid_scope"), want{status: 403, body: `\{"status":"error","message":"the scope .*"\}` + "\n"}},
	{"PKCE plain", "RFC 9700 §2.1.1", authorize("code_challenge", rfc7636Challenge, "code_challenge_method", "plain"), sentBack("invalid_request"), tykMessage(403, "invalid_request")},
	{"PKCE without method", "RFC 7636 §4.3: it would be plain", authorize("code_challenge", rfc7636Challenge), sentBack("invalid_request"), tykMessage(403, "invalid_request")},
	{"PKCE without challenge", "RFC 7636 §4.4.1", authorize("code_challenge_method", "S256"), sentBack("invalid_request"), tykMessage(403, "invalid_request")},
	{"PKCE, challenge of another form", "RFC 7636 §4.2", authorize("code_challenge", strings.Repeat("+", 43), "code_challenge_method", "S256"), sentBack("invalid_request"), tykMessage(403, "invalid_request")},
	{"public client without PKCE", "RFC 9700 §2.1.1", authorize("client_id", "public"), sentBack("invalid_request"), tykMessage(403, "invalid_request")},
	{"public client with PKCE", "RFC 9700 §2.1.1", authorize("client_id", "public", "code_challenge", rfc7636Challenge, "code_challenge_method", "S256"), want{status: 307, location: wireLogin + `.*`}, want{}},
	{
		"repeated parameter", "RFC 6749 §3.1; D-23",
		func(x *exchange) answer {
			return x.send("GET", "/a/oauth/authorize?"+asked().Encode()+"&state=x", "")
		},
		oops(400, "invalid_request"), tykMessage(403, "invalid_request"),
	},
	{
		"body against query", "RFC 6749 §3.1",
		func(x *exchange) answer {
			return x.send("POST", "/a/oauth/authorize?client_id=other", asked().Encode())
		},
		oops(400, "invalid_request"), tykMessage(403, "invalid_request"),
	},
	{"PUT", "Tyk", method("PUT", "/a/oauth/authorize"), notAllowed("GET, POST"), want{}},
	{"DELETE", "Tyk", method("DELETE", "/a/oauth/authorize"), notAllowed("GET, POST"), want{}},
	{"OPTIONS", "Tyk without CORS", method("OPTIONS", "/a/oauth/authorize"), notAllowed("GET, POST"), want{}},
	{"HEAD", "Tyk", method("HEAD", "/a/oauth/authorize"), want{status: 405, header: []string{"Allow: GET, POST"}}, want{}},
	{"repeated slashes", "Tyk: 301 to the cleaned path", method("GET", "/a//oauth/authorize"), want{status: 301, location: "/a/oauth/authorize"}, want{}},
	{"API that is switched off", "D-15: not found", method("GET", "/off/oauth/authorize"), want{status: 404, body: "Not Found\n"}, want{}},
}

// authorizeFor posts to authorize-client with the gateway secret.
func authorizeFor(changes ...string) func(*exchange) answer {
	return func(x *exchange) answer {
		return x.send("POST", "/a/tyk/oauth/authorize-client", asked(changes...).Encode(), "X-Tyk-Authorization: "+secret)
	}
}

const (
	codeText    = `[A-Za-z0-9_-]{22}`
	issuerQuery = `iss=https%3A%2F%2Fapi\.example\.com%2Fa`
)

// authorizeClientRows are about <listen path>tyk/oauth/authorize-client and the Dashboard's form of it.
var authorizeClientRows = []wire{
	{
		"good, no state", "Tyk: code and redirect_to; RFC 9207 §2: iss; D-24: application/json", authorizeFor("state", "-"),
		want{status: 200, body: `\{"code":"` + codeText + `","redirect_to":"https://client\.example\.com/cb\?code=` + codeText + `&` + issuerQuery + `"\}` + "\n", header: []string{"Content-Type: application/json"}},
		want{status: 200, body: `\{"code":"` + codeText + `","redirect_to":"https://client\.example\.com/cb\?code=` + codeText + `"\}` + "\n", header: []string{"Content-Type: application/json"}},
	},
	{
		"good, state", "Tyk: members in alphabetical order, & not escaped, + for blanks", authorizeFor(),
		want{status: 200, body: `\{"code":"` + codeText + `","redirect_to":"https://client\.example\.com/cb\?code=` + codeText + `&` + issuerQuery + `&state=s\+1","state":"s 1"\}` + "\n"},
		want{status: 200, body: `\{"code":"` + codeText + `","redirect_to":"https://client\.example\.com/cb\?code=` + codeText + `&state=s\+1","state":"s 1"\}` + "\n"},
	},
	{
		"redirect URI with a query", "RFC 6749 §3.1.2: it is retained; Tyk: sorted", authorizeFor("client_id", "two", "redirect_uri", twoURI),
		want{status: 200, body: `.*"redirect_to":"https://client\.example\.com/two\?x=1&a=2&code=` + codeText + `&` + issuerQuery + `&state=s\+1".*`},
		want{status: 200, body: `.*"redirect_to":"https://client\.example\.com/two\?a=2&code=` + codeText + `&state=s\+1&x=1".*`},
	},
	{
		"trailing slash", "Tyk",
		func(x *exchange) answer {
			return x.send("POST", "/a/tyk/oauth/authorize-client/", asked().Encode(), "X-Tyk-Authorization: "+secret)
		},
		want{status: 200},
		want{},
	},
	{
		"parameters in the query", "Tyk: query or form",
		func(x *exchange) answer {
			return x.send("POST", "/a/tyk/oauth/authorize-client?"+asked().Encode(), "", "X-Tyk-Authorization: "+secret)
		},
		want{status: 200},
		want{},
	},
	{
		"Dashboard, by API id", "Tyk Dashboard: Authorization carries the secret",
		func(x *exchange) answer {
			return x.send("POST", "/api/apis/oauth/a/authorize-client/", asked().Encode(), "Authorization: "+secret)
		},
		want{status: 200, body: `.*` + issuerQuery + `.*`},
		want{status: 200},
	},
	{
		"control API", "Tyk: there is none",
		func(x *exchange) answer {
			return x.send("POST", "/tyk/oauth/authorize-client", asked().Encode(), "X-Tyk-Authorization: "+secret)
		},
		want{status: 404},
		want{},
	},
	{
		"no secret", "Tyk", func(x *exchange) answer { return x.send("POST", "/a/tyk/oauth/authorize-client", asked().Encode()) },
		tykMessage(403, "Attempted administrative access with invalid or missing key!"),
		want{},
	},
	{
		"wrong secret", "Tyk",
		func(x *exchange) answer {
			return x.send("POST", "/a/tyk/oauth/authorize-client", asked().Encode(), "X-Tyk-Authorization: "+secret+"x")
		},
		tykMessage(403, "Attempted administrative access with invalid or missing key!"),
		want{},
	},
	{
		"GET", "Tyk",
		func(x *exchange) answer {
			return x.send("GET", "/a/tyk/oauth/authorize-client?"+asked().Encode(), "", "X-Tyk-Authorization: "+secret)
		}, notAllowed("POST"),
		want{},
	},
	{
		"response type missing", "RFC 6749 §4.1.2.1, told to the identity server with where to go", authorizeFor("response_type", "-"),
		want{status: 400, body: `\{"error":"invalid_request","error_description":"[^"]+","redirect_to":"https://client\.example\.com/cb\?error=invalid_request&[^"]+","state":"s 1"\}` + "\n"},
		tykOops("unsupported_response_type"),
	},
	{
		"response type token", "RFC 9700 §2.1.2: the implicit grant is refused", authorizeFor("response_type", "token"),
		want{status: 400, body: `\{"error":"unsupported_response_type",.*`},
		tykOops("unsupported_response_type"),
	},
	{"client missing", "RFC 6749 §4.1.2.1", authorizeFor("client_id", "-"), oops(400, "invalid_client"), tykOops("server_error")},
	{"client unknown", "RFC 6749 §4.1.2.1", authorizeFor("client_id", "nobody"), oops(400, "invalid_client"), tykOops("server_error")},
	{"client without redirect URI", "RFC 6749 §3.1.2.2", authorizeFor("client_id", "bare"), oops(400, "unauthorized_client"), tykOops("unauthorized_client")},
	{
		"redirect URI mismatch", "RFC 6749 §4.1.2.1: nowhere to go; Tyk: the registered URI", authorizeFor("redirect_uri", "https://evil.example.com/"), oops(400, "invalid_request"),
		want{status: 403, body: `\{"error":"invalid_request","error_description":"The request is [^"]+","redirect_to":"https://client\.example\.com/cb\?error=invalid_request&error_description=[^"&]+&state=s\+1","state":"s 1"\}` + "\n"},
	},
	{"key_rules", "Tyk: the session of the tokens", authorizeFor("key_rules", `{"rate":5,"per":1,"access_rights":{"a":{"api_id":"a"}}}`), want{status: 200}, want{}},
	{"key_rules, empty object", "D-54: no right but to the issuing API", authorizeFor("key_rules", `{}`), want{status: 200}, want{}},
	{"key_rules, no JSON", "D-54: refused", authorizeFor("key_rules", `{`), oops(400, "invalid_request"), tykOops("invalid_request")},
	{"key_rules, an array", "D-54: refused", authorizeFor("key_rules", `[]`), oops(400, "invalid_request"), tykOops("invalid_request")},
	{"key_rules, wrong type", "D-54: refused", authorizeFor("key_rules", `{"rate":"fast"}`), oops(400, "invalid_request"), tykOops("invalid_request")},
	{
		"repeated parameter", "RFC 6749 §3.1",
		func(x *exchange) answer {
			return x.send("POST", "/a/tyk/oauth/authorize-client", asked().Encode()+"&client_id=cl", "X-Tyk-Authorization: "+secret)
		}, oops(400, "invalid_request"), tykOops("invalid_request"),
	},
}
