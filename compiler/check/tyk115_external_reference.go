package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeOutside,
	Name:     "external-reference",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a $ref leads to another file, and a gateway reads only one",
})
