package check

import (
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK332",
	Name:     "transform-method",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "toMethod is no method that the gateway can send",
	Check:    checkTransformMethod,
})

// transformMethods are those to which the gateway changes a method. It answers 405 to the others.
var transformMethods = []string{"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}

func checkTransformMethod(p *Pass) {
	for n := range p.on(operationField + "transformRequestMethod") {
		method := n.Get("toMethod")
		if value, ok := known(method); ok && !slices.Contains(transformMethods, strings.ToUpper(value)) {
			p.Report(method.Pointer(), "toMethod %q is none to which the gateway can change: it answers 405", value).
				Hint = "write one of " + strings.Join(transformMethods, ", ")
		}
	}
}
