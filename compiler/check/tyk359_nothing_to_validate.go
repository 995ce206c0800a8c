package check

import (
	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK359",
	Name:     "nothing-to-validate",
	Severity: diag.Info,
	Since:    "0.1",
	Summary:  "validateRequest on an operation that describes no request",
	Check:    checkNothingToValidate,
})

func checkNothingToValidate(p *Pass) {
	for operation, n := range p.operationOn("validateRequest") {
		if operation.RequestBody == nil && len(operation.Parameters) == 0 && !p.pathHasParameters(operation) {
			p.ReportKey(n.Pointer(), "operation %q has neither parameters nor a requestBody: validateRequest lets every request pass", operation.OperationID).
				Hint = "describe what a request must have, or remove validateRequest"
		}
	}
}

// pathHasParameters reports whether the path of an operation has parameters for all of its operations.
func (p *Pass) pathHasParameters(operation *openapi3.Operation) bool {
	for _, item := range p.Doc.OpenAPI.Paths.Map() {
		for _, o := range item.Operations() {
			if o == operation {
				return len(item.Parameters) > 0
			}
		}
	}
	return false
}
