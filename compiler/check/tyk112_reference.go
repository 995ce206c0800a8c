package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeReference,
	Name:     "reference",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a $ref leads nowhere or outside",
	Fix:      FixUnsafe,
})
