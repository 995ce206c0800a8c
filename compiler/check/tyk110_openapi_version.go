package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeVersion,
	Name:     "openapi-version",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the document is not OpenAPI 3.0 or 3.1",
	Always:   true,
})
