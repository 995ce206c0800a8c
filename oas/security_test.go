package oas_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tykctl/tykctl/oas"
)

func TestSchemes(t *testing.T) {
	doc, list := oas.Load("a.yaml", []byte(head+`paths: {}
security: [{token: [], oauth: []}, {jwt: []}]
components:
  securitySchemes:
    token: {type: apiKey, in: header, name: a}
    jwt: {type: http, scheme: bearer, bearerFormat: JWT}
    lower: {type: http, scheme: bearer, bearerFormat: jwt}
    basic: {type: http, scheme: basic}
    oauth: {type: oauth2, flows: {}}
    external: {$ref: '#/components/securitySchemes/oauth'}
    resource: {type: oauth2, flows: {}}
    oidc: {type: openIdConnect, openIdConnectUrl: 'https://example.com'}
x-tyk-api-gateway:
  info: {name: a, state: {active: true}}
  upstream: {url: 'http://localhost'}
  server:
    listenPath: {value: /a/}
    authentication:
      enabled: true
      securitySchemes:
        token: {enabled: true}
        jwt: {enabled: true}
        lower: {enabled: true}
        basic: {enabled: true}
        oauth: {enabled: true}
        external: {enabled: true, providers: [{jwt: {enabled: true}}]}
        resource: {enabled: true, scopeCheck: {enabled: true}}
        oidc: {enabled: true}
        none: {enabled: true}
`))
	for _, d := range list {
		if d.Code != oas.CodeBadValue && d.Code != oas.CodeMissingField {
			t.Errorf("unexpected %v", d)
		}
	}
	got := map[string]oas.SchemeKind{}
	var names, inSecurity []string
	for _, s := range doc.Schemes() {
		got[s.Name] = s.Kind
		names = append(names, s.Name)
		if s.InSecurity {
			inSecurity = append(inSecurity, s.Name)
		}
		if (s.Component == nil) != (s.Name == "none") || s.Tyk == nil {
			t.Errorf("%s: component %v, settings %v", s.Name, s.Component, s.Tyk)
		}
	}
	want := map[string]oas.SchemeKind{
		"token": oas.SchemeToken, "jwt": oas.SchemeJWT, "lower": "", "basic": oas.SchemeBasic, "oauth": oas.SchemeOAuth,
		"external": oas.SchemeExternalOAuth, "resource": oas.SchemeOAuth2, "oidc": "", "none": "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	order := []string{"basic", "external", "jwt", "lower", "none", "oauth", "oidc", "resource", "token"}
	if diff := cmp.Diff(order, names); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"oauth", "token"}, inSecurity); diff != "" {
		t.Errorf("in security (-want +got):\n%s", diff)
	}
}

func TestSchemesOfHalfADocument(t *testing.T) {
	for name, text := range map[string]string{
		"no extension": head + "paths: {}",
		"no OpenAPI":   "openapi: 2.0.0\nx-tyk-api-gateway: {server: {authentication: {securitySchemes: {a: {enabled: true}}}}}",
	} {
		doc, _ := oas.Load("a.yaml", []byte(text))
		for _, s := range doc.Schemes() {
			if s.Kind != "" || s.Component != nil || s.InSecurity {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
}

// TestSchemeKindWithoutOpenAPI holds that the fields of a scheme are checked against its kind even where the OpenAPI part cannot be
// decoded.
func TestSchemeKindWithoutOpenAPI(t *testing.T) {
	_, list := oas.Load("a.yaml", []byte(`openapi: 3.0.3
info: []
paths: {}
components: {securitySchemes: {a: {type: http, scheme: basic}}}
x-tyk-api-gateway:
  info: {name: a, state: {active: true}}
  upstream: {url: 'http://localhost'}
  server:
    listenPath: {value: /a/}
    authentication: {enabled: true, securitySchemes: {a: {enabled: true, signingMethod: rsa}}}
`))
	want := []string{
		"2:1 error TYK111 /info",
		"10:74 error TYK121 /x-tyk-api-gateway/server/authentication/securitySchemes/a/signingMethod",
	}
	if diff := cmp.Diff(want, lines(list)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}
