package check_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// api is a definition without a fault, of which tests change parts.
const api = `{
  "openapi": "3.0.3",
  "info": {"title": "Orders", "version": "1.0.0"},
  "servers": [{"url": "https://api.example.com/orders"}],
  "security": [{"oauth": ["read"]}],
  "paths": {},
  "components": {"securitySchemes": {
    "oauth": {"type": "oauth2", "flows": {
      "authorizationCode": {"authorizationUrl": "/oauth/authorize", "tokenUrl": "/oauth/token", "refreshUrl": "/oauth/token", "scopes": {"read": "r"}}
    }}
  }},
  "x-tyk-api-gateway": {
    "info": {"name": "Orders", "state": {"active": true}},
    "server": {
      "listenPath": {"value": "/orders/", "strip": true},
      "authentication": {
        "enabled": true,
        "securitySchemes": {"oauth": {
          "enabled": true,
          "header": {"enabled": true, "name": "Authorization"},
          "allowedAuthorizeTypes": ["code"],
          "authLoginRedirect": "https://login.example.com/",
          "refreshToken": true,
          "notifications": {"onKeyChangeUrl": "https://hooks.example.com/", "sharedSecret": "not-a-secret"}
        }}
      }
    },
    "upstream": {"url": "https://upstream.example.com/"}
  }
}`

const (
	authentication = "/x-tyk-api-gateway/server/authentication"
	settings       = authentication + "/securitySchemes/oauth"
	component      = "/components/securitySchemes/oauth"
	codeFlow       = component + "/flows/authorizationCode"
)

// edit is a change of the definition: the value at a pointer is replaced or added by JSON; "" removes it.
type edit map[source.Pointer]string

func (e edit) apply(t testing.TB) []byte {
	t.Helper()
	var doc any
	if err := json.Unmarshal([]byte(api), &doc); err != nil {
		t.Fatal(err)
	}
	for _, p := range slices.Sorted(maps.Keys(e)) {
		parent := doc
		for _, token := range p.Parent().Tokens() {
			switch v := parent.(type) {
			case map[string]any:
				parent = v[token]
			case []any:
				parent = v[0]
			}
		}
		object, ok := parent.(map[string]any)
		if !ok {
			t.Fatalf("%s is in no object", p)
		}
		if e[p] == "" {
			delete(object, p.Last())
			continue
		}
		var value any
		if err := json.Unmarshal([]byte(e[p]), &value); err != nil {
			t.Fatalf("%s: %v", e[p], err)
		}
		object[p.Last()] = value
	}
	data, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func validate(data []byte) diag.List {
	doc, found := oas.Load("api.json", data)
	if doc != nil {
		found = append(found, check.Document(doc, check.Options{})...)
	}
	return found.Sort()
}

// TestSecurityRules looks at the branches of the rules: one mistake gives one diagnostic, whichever rule or Load finds it.
func TestSecurityRules(t *testing.T) {
	const token = codeFlow + "/tokenUrl"
	const login = settings + "/authLoginRedirect"
	const receiver = settings + "/notifications/onKeyChangeUrl"
	const deprecated = "info TYK227 " + settings + "/providers"
	external := edit{settings: `{"enabled": true, "providers": [{"jwt": {"enabled": true, "signingMethod": "rsa", "source": "https://idp.example.com/jwks"}}]}`}
	for _, tc := range []struct {
		name string
		edit edit
		want []string
	}{
		{"no fault", edit{}, nil},
		{"authentication off", edit{authentication + "/enabled": `false`, token: `"https://idp.example.com/token"`, login: ""}, nil},
		{"scheme off", edit{settings + "/enabled": `false`, token: `"https://idp.example.com/token"`}, []string{"warning TYK213 " + authentication + "/enabled"}},

		{"twin removed", edit{component: "", "/security": ""}, []string{"error TYK202 " + settings}},
		{"twin removed, still required", edit{component: ""}, []string{"error TYK201 /security/0/oauth"}},
		{"requirement misspelt", edit{"/security": `[{"oath": []}]`}, []string{"error TYK201 /security/0/oath"}},
		{"nothing required", edit{"/security": `[{}]`}, []string{"error TYK203 " + settings}},
		{"twin by reference", edit{
			"/components/securitySchemes/shared": `{"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "/oauth/authorize", "scopes": {"read": "r"}}}}`,
			component:                            `{"$ref": "#/components/securitySchemes/shared"}`,
		}, []string{"error TYK206 /components/securitySchemes/shared/flows/implicit"}},

		{"tokenUrl absolute, of this API", edit{token: `"https://api.example.com/orders/oauth/token"`}, nil},
		{"tokenUrl in a variant", edit{token: `"oauth/token"`}, []string{"info TYK204 " + token}},
		{"tokenUrl a reference", edit{token: `"env://TOKEN_URL"`}, nil},
		{"tokenUrl empty", edit{token: `""`}, []string{"error TYK111 " + token}},
		{"tokenUrl missing", edit{token: ""}, []string{"error TYK111 " + codeFlow}},
		{"tokenUrl unparsable", edit{token: `"/oauth/%zz"`}, []string{"error TYK111 " + token}},
		{"tokenUrl blank", edit{token: `" "`}, []string{"error TYK204 " + token}},
		{"external OAuth goes elsewhere", edit{settings: strings.Replace(external[settings], `"providers"`, `"header": {"enabled": true}, "providers"`, 1), token: `"https://idp.example.com/token"`}, []string{deprecated}},

		{"flows missing", edit{component + "/flows": ""}, []string{"error TYK111 " + component}},
		{"flows of an unknown name", edit{component + "/flows": `{"device": {"scopes": {}}}`}, []string{"error TYK111 " + component + "/flows/device"}},

		{"types missing", edit{settings + "/allowedAuthorizeTypes": ""}, []string{"error TYK207 " + settings}},
		{"types misspelt", edit{settings + "/allowedAuthorizeTypes": "", settings + "/allowedAuthorizeType": `["code"]`}, []string{"error TYK121 " + settings + "/allowedAuthorizeType"}},
		{"types of a wrong type", edit{settings + "/allowedAuthorizeTypes": `"code"`}, []string{"error TYK123 " + settings + "/allowedAuthorizeTypes"}},
		{"types with an unknown one", edit{settings + "/allowedAuthorizeTypes": `["codes"]`}, []string{"error TYK124 " + settings + "/allowedAuthorizeTypes/0"}},
		{"types a reference", edit{settings + "/allowedAuthorizeTypes": `["env://TYPE"]`}, nil},

		{"login page missing", edit{login: ""}, []string{"error TYK208 " + settings}},
		{"login page misspelt", edit{login: "", settings + "/authLoginRedirct": `"https://login.example.com/"`}, []string{"error TYK121 " + settings + "/authLoginRedirct"}},
		{"login page in other case", edit{login: "", settings + "/AuthLoginRedirect": `"https://login.example.com/"`}, []string{"error TYK121 " + settings + "/AuthLoginRedirect"}},
		{"login page a number", edit{login: `7`}, []string{"error TYK123 " + login}},
		{"login page on IPv6 loopback", edit{login: `"http://[::1]:8080/login"`}, nil},
		{"login page on IPv6", edit{login: `"https://[fe80::1]/login"`}, nil},
		{"login page in double braces", edit{login: `"https://{{idp}}/login"`}, []string{"warning TYK208 " + login}},
		{"login page left out", edit{login: `"https://…/login"`}, []string{"warning TYK208 " + login}},
		{"login page with a control character", edit{login: `"https://login.example.com/\n"`}, []string{"error TYK208 " + login}},
		{"login page on a network path", edit{login: `"//login.example.com/"`}, []string{"error TYK208 " + login}},
		{"login page opaque", edit{login: `"https:login"`}, []string{"error TYK208 " + login}},

		{"header of a wrong type", edit{settings + "/header": `{"enabled": "true"}`}, []string{"error TYK123 " + settings + "/header/enabled"}},
		{"header misspelt", edit{settings + "/header": "", settings + "/headers": `{"enabled": true}`}, []string{"error TYK121 " + settings + "/headers"}},
		{"external OAuth without a source", external, []string{"warning TYK209 " + settings, deprecated}},
		{"hmac without a source", edit{authentication + "/hmac": `{"enabled": true, "allowedClockSkew": 1000}`, authentication + "/baseIdentityProvider": `"hmac_key"`}, []string{"error TYK209 " + authentication + "/hmac"}},
		{"oidc without a source", edit{authentication + "/oidc": `{"enabled": true, "query": {"enabled": false}}`, authentication + "/baseIdentityProvider": `"oidc_user"`}, []string{"error TYK209 " + authentication + "/oidc", "info TYK227 " + authentication + "/oidc"}},

		{"receiver with credentials", edit{receiver: `"https://me:pass@hooks.example.com/#x"`}, nil},
		{"receiver a number", edit{receiver: `5`}, []string{"error TYK123 " + receiver}},
		{"receiver misspelt", edit{receiver: "", settings + "/notifications/onKeyChangeURL2": `"x"`}, []string{"error TYK121 " + settings + "/notifications/onKeyChangeURL2"}},
		{"secret misspelt", edit{settings + "/notifications/sharedSecret": "", settings + "/notifications/sharedSecrets": `"x"`}, []string{"error TYK121 " + settings + "/notifications/sharedSecrets"}},

		{"mutual TLS in 3.0", edit{component: `{"type": "mutualTLS"}`, "/security": `[{"oauth": []}]`, settings: `{"enabled": true}`}, []string{"error TYK111 " + component}},
		{"scope not declared", edit{"/security": `[{"oauth": ["reed"]}]`}, []string{"warning TYK214 /security/0/oauth/0"}},
		{"external OAuth and a plugin", edit{
			settings:                   strings.Replace(external[settings], `"providers"`, `"header": {"enabled": true}, "providers"`, 1),
			authentication + "/custom": `{"enabled": true, "config": {"enabled": true, "functionName": "f"}}`,
		}, []string{"warning TYK217 " + authentication, deprecated}},
		{"base identity provider unknown", edit{authentication + "/hmac": `{"enabled": true, "header": {"enabled": true}, "allowedClockSkew": 1000}`, authentication + "/baseIdentityProvider": `"me"`}, []string{"error TYK124 " + authentication + "/baseIdentityProvider"}},
		{"certificates only", edit{settings: "", authentication + "/certificateAuth": `{"enabled": true}`}, nil},
		{"scheme without enabled", edit{settings + "/enabled": ""}, []string{"error TYK122 " + settings}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, d := range validate(tc.edit.apply(t)) {
				if d.Code < "TYK300" {
					got = append(got, fmt.Sprintf("%s %s %s", d.Severity, d.Code, d.Pointer))
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestSecretsStayUnsaid checks that no message or hint repeats a secret of the document.
func TestSecretsStayUnsaid(t *testing.T) {
	const secret = "s3cr3t"
	for _, e := range []edit{
		{settings + "/notifications": `{"sharedSecret": "` + secret + `"}`},
		{settings + "/notifications/onKeyChangeUrl": `"ftp://me:` + secret + `@hooks.example.com/"`},
		{settings + "/notifications/onKeyChangeUrl": `"http://me:` + secret + `@hooks.example.com/"`},
		{settings + "/authLoginRedirect": `"https://me:` + secret + `@login.example.com/"`},
		{codeFlow + "/tokenUrl": `"https://me:` + secret + `@api.example.com/orders/oauth/token"`},
	} {
		found := validate(e.apply(t))
		if len(found) == 0 {
			t.Errorf("%v: nothing found", e)
		}
		for _, d := range found {
			if strings.Contains(d.Message+d.Hint, secret) {
				t.Errorf("%v: %s (%s)", e, d.Message, d.Hint)
			}
		}
	}
}

// TestOddValues puts values of every type at every place of a definition: no rule may panic on what Load lets through.
func TestOddValues(t *testing.T) {
	file, err := source.Index("api.json", []byte(api))
	if err != nil {
		t.Fatal(err)
	}
	var visit func(n source.Node)
	visit = func(n source.Node) {
		r := n.Range()
		for _, odd := range []string{`null`, `true`, `7`, `"x"`, `[]`, `[null]`, `{}`, `{"x": null}`, `{"oauth": null}`} {
			data := slices.Concat([]byte(api[:r.Start.Offset]), []byte(odd), []byte(api[r.End.Offset:]))
			validate(bytes.Clone(data))
		}
		for _, m := range n.Members() {
			visit(m)
		}
		for _, m := range n.Items() {
			visit(m)
		}
	}
	visit(file.Root())
}
