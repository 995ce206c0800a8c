package check_test

import (
	"testing"

	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas"
)

// TestMisspeltOperations: settings below a name that the gateway takes for operations, of an operation that does not exist, harm nobody.
func TestMisspeltOperations(t *testing.T) {
	doc, _ := oas.Load("x.yaml", []byte(`openapi: 3.0.3
info: {title: x, version: "1"}
paths: {}
x-tyk-api-gateway:
  info: {name: x, state: {active: true}}
  server: {listenPath: {value: /x/}}
  upstream: {url: "https://x.example"}
  middleware:
    OPERATIONS:
      nobody:
        mockResponse: {enabled: true, fromOASExamples: {enabled: true}}
        validateRequest: {enabled: true}
`))
	for _, d := range check.Document(doc, check.Options{}) {
		if d.Code == "TYK341" || d.Code == "TYK359" {
			t.Errorf("%s: %s", d.Code, d.Message)
		}
	}
}
