package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeNoExtension,
	Name:     "no-extension",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the document has no x-tyk-api-gateway",
})
