package compiler_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// unread is a definition of which much is behind references that are tolerated.
const unread = `openapi: 3.0.3
info: {title: a, version: '1'}
paths:
  /p/{id}:
    get:
      operationId: p
      parameters: [{$ref: 'https://example.com/p'}]
      requestBody: {$ref: 'https://example.com/b'}
      responses: {'200': {$ref: 'https://example.com/r'}}
  ITEM
security: [{oauth: [read]}]
components:
  securitySchemes: {oauth: SCHEME}
x-tyk-api-gateway:
  info: {name: a, state: {active: true}}
  server:
    listenPath: {value: /a/}
    authentication:
      enabled: true
      securitySchemes:
        oauth:
          enabled: true
          allowedAuthorizeTypes: [code]
          authLoginRedirect: 'https://login.example.com/'
          header: {enabled: true, name: Authorization}
  upstream: {url: 'https://upstream.example.com'}
  middleware: {operations: {p: {MOCK}OTHER}}
`

const (
	knownScheme = "{type: oauth2, flows: {authorizationCode: {authorizationUrl: /oauth/authorize, tokenUrl: /oauth/token, scopes: {read: to read}}}}"
	otherItem   = "/q: {$ref: 'https://example.com/q'}"
	otherScheme = "{$ref: 'https://example.com/s'}"
	mock        = "mockResponse: {enabled: true, fromOASExamples: {enabled: true, code: 200, contentType: text/plain, exampleName: e}}"
	otherUse    = ", q: {block: {enabled: true}}"
)

// TestUnreadIsUnknown holds that no rule says anything about what a tolerated reference stands for, and that none of it is served.
func TestUnreadIsUnknown(t *testing.T) {
	for _, tt := range []struct {
		name, item, scheme, mock, other string
		served                          bool
	}{
		{"parts of an operation", "", knownScheme, "", "", true},
		{"a mocked response", "", knownScheme, mock, "", false},
		{"a path item", otherItem, knownScheme, "", otherUse, false},
		{"a security scheme", "", otherScheme, "", "", false},
	} {
		text := []byte(strings.NewReplacer("ITEM", tt.item, "SCHEME", tt.scheme, "MOCK", tt.mock, "OTHER", tt.other).Replace(unread))
		doc, found := oas.LoadWith("a.yaml", text, oas.Options{AllowRefs: []string{"https://example.com/"}})
		if len(found) == 0 || slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Severity != diag.Info || d.Code != oas.CodeReference }) {
			t.Fatalf("%s: %v", tt.name, found)
		}
		for _, d := range compiler.Check([]*oas.Document{doc}, check.Options{}) {
			if d.Severity != diag.Info {
				t.Errorf("%s: %v", tt.name, d)
			}
		}
		p, found := compiler.Compile([]*oas.Document{doc})
		if (p != nil) != tt.served {
			t.Errorf("%s: served is %v, %v", tt.name, p != nil, found)
		}
		if slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Code == oas.CodeInternal }) {
			t.Errorf("%s: lowering had to refuse it: %v", tt.name, found)
		}
	}
}
