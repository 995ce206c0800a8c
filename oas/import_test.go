package oas_test

import (
	"strings"
	"testing"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// imported is the extension that comes of a description with these members, and the notes.
func imported(t *testing.T, members string, p oas.ImportParams) (source.Node, diag.List) {
	t.Helper()
	doc, found := oas.Load("in.yaml", []byte("openapi: 3.0.3\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://up.example.com'}]\n"+members))
	for _, d := range found {
		if d.Code != oas.CodeNoExtension {
			t.Fatal(d.Message)
		}
	}
	got, list := oas.Import(doc, p)
	if got == nil {
		return source.Node{}, list
	}
	after, list := oas.Load("out.yaml", got.Text)
	if after == nil {
		t.Fatal(list)
	}
	return after.File.Root().Get("x-tyk-api-gateway"), got.Notes
}

func TestImportAuthentication(t *testing.T) {
	const header = `{"enabled":true,"header":{"enabled":true,"name":"Authorization"}}`
	schemes := `
components:
  securitySchemes:
    key: {type: apiKey, in: query, name: k}
    basic: {type: http, scheme: basic}
    jwt: {type: http, scheme: bearer, bearerFormat: JWT}
    opaque: {type: http, scheme: bearer}
    oauth: {type: oauth2, flows: {password: {tokenUrl: /t, scopes: {}}}}
paths: {}
security: `
	tests := []struct {
		name, security string
		on             bool
		want           string
	}{
		{"a key", "[{key: []}]", true, `{"enabled":true,"securitySchemes":{"key":{"enabled":true}}}`},
		{"switched off", "[{key: []}, {jwt: []}]", false, `{"enabled":false,"securitySchemes":{"key":{"enabled":false}}}`},
		{"basic", "[{basic: []}]", true, `{"enabled":true,"securitySchemes":{"basic":` + header + `}}`},
		{"a key comes before all", "[{oauth: [], jwt: [], key: []}]", true, `{"enabled":true,"baseIdentityProvider":"auth_token","securitySchemes":{"oauth":` + header + `,"jwt":` + header + `,"key":{"enabled":true}}}`},
		{"JWT before OAuth", "[{oauth: [], jwt: []}]", true, `{"enabled":true,"baseIdentityProvider":"jwt_claim","securitySchemes":{"oauth":` + header + `,"jwt":` + header + `}}`},
		{"the rest", "[{oauth: [], basic: []}]", true, `{"enabled":true,"baseIdentityProvider":"oauth_key","securitySchemes":{"oauth":` + header + `,"basic":` + header + `}}`},
		{"one that Tyk does not know", "[{opaque: []}]", true, `{"enabled":true}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ext, notes := imported(t, schemes+tt.security+"\n", oas.ImportParams{Authentication: &tt.on})
			if got := string(ext.Get("server").Get("authentication").JSON()); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			if said := notes.Count(diag.Warning) > 0; said != strings.Contains(tt.security, "opaque") {
				t.Errorf("notes %v", notes)
			}
		})
	}
}

// TestImportConditions: middleware is written for operations that it has something to do for.
func TestImportConditions(t *testing.T) {
	on := true
	tests := []struct {
		name, path, want string
	}{
		{"nothing to validate or to say", "/a: {get: {operationId: x, responses: {'200': {description: ok}}}}", `{"allow":{"enabled":true}}`},
		{"a body of JSON", "/a: {get: {operationId: x, requestBody: {content: {'application/*': {}}}, responses: {'200': {description: ok}}}}", `{"allow":{"enabled":true},"validateRequest":{"enabled":true,"errorResponseCode":422}}`},
		{"a body of something else", "/a: {get: {operationId: x, requestBody: {content: {text/plain: {}}}, responses: {'200': {description: ok}}}}", `{"allow":{"enabled":true}}`},
		{"parameters of the path", "/a: {parameters: [{name: q, in: query, schema: {}}], get: {operationId: x, responses: {'200': {description: ok}}}}", `{"allow":{"enabled":true},"validateRequest":{"enabled":true,"errorResponseCode":422}}`},
		{"an example", "/a: {get: {operationId: x, responses: {'200': {description: ok, content: {text/plain: {example: hi}}}}}}", `{"allow":{"enabled":true},"mockResponse":{"enabled":true,"fromOASExamples":{"enabled":true}}}`},
		{"a path that is a reference", "/a: {$ref: '#/x-items/a'}\nx-items: {a: {get: {operationId: x, responses: {'200': {description: ok}}}, put: {responses: {'200': {description: ok}}}}}", `{"allow":{"enabled":true}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ext, _ := imported(t, "paths:\n  "+tt.path+"\n", oas.ImportParams{AllowList: &on, ValidateRequest: &on, MockResponse: &on})
			if got := string(ext.Get("middleware").Get("operations").Get("x").JSON()); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestImportAlias: what an alias stands for is written out where it has to change; what need not change stays.
func TestImportAlias(t *testing.T) {
	doc, _ := oas.Load("in.yaml", []byte("openapi: 3.0.3\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://up.example.com'}]\n"+
		"x-get: &get {responses: {'200': {description: ok}}} # kept\npaths:\n  /a: {get: *get}\n  # kept as well\n  /b:\n    get: *get\n"))
	got, list := oas.Import(doc, oas.ImportParams{})
	if got == nil {
		t.Fatal(list)
	}
	for _, want := range []string{"x-get: &get {responses: {'200': {description: ok}}} # kept\n", "# kept as well", "operationId: aGET", "operationId: bGET"} {
		if !strings.Contains(string(got.Text), want) {
			t.Errorf("%q is not in\n%s", want, got.Text)
		}
	}
}
