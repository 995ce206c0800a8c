package check

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK341",
	Name:     "mock-example",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "mockResponse takes an example that the operation does not have",
	Check:    checkMockExample,
})

func checkMockExample(p *Pass) {
	for operation, n := range p.operationOn("mockResponse") {
		if examples := n.Get("fromOASExamples"); examples.Get("enabled").Bool() {
			p.mockExample(operation, examples)
		}
	}
}

// mockExample follows the gateway: code, then content type, then name. Clients can ask for others by headers.
func (p *Pass) mockExample(operation *openapi3.Operation, n source.Node) {
	code, given := number(n, "code")
	if !given || code == 0 {
		code = 200
	}
	response := operation.Responses.Value(strconv.Itoa(int(code)))
	if response == nil || response.Value == nil {
		if given && isStatus(code) {
			p.Report(n.Pointer().Child("code"), "operation %q has no response %d to take an example from: the gateway answers 404", operation.OperationID, int(code)).
				Hint = "write the code of one of its responses: " + strings.Join(slices.Sorted(maps.Keys(operation.Responses.Map())), ", ")
		}
		return
	}
	if p.Doc.Unknown(response.Value) {
		return
	}
	contentType, given := known(n.Get("contentType"))
	if !given {
		contentType = "application/json"
	}
	media := response.Value.Content.Get(contentType)
	if media == nil {
		if given {
			p.Report(n.Pointer().Child("contentType"), "response %d of operation %q has no content %q: the gateway answers 404", int(code), operation.OperationID, contentType).
				Hint = "write a content type that the response has"
		}
		return
	}
	name, given := known(n.Get("exampleName"))
	if given && len(media.Examples) > 0 && media.Examples[name] == nil {
		p.Report(n.Pointer().Child("exampleName"), "response %d of operation %q has no example %q: the gateway answers 404", int(code), operation.OperationID, name).
			Hint = "write the name of one of its examples: " + strings.Join(slices.Sorted(maps.Keys(media.Examples)), ", ")
	}
}
