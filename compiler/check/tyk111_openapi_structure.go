package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeStructure,
	Name:     "openapi-structure",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the OpenAPI part is not built as OpenAPI says",
	Fix:      FixUnsafe,
})
