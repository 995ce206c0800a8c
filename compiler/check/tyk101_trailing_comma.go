package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeTrailingComma,
	Name:     "trailing-comma",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a comma stands before a closing bracket in JSON",
	Fix:      FixSafe,
})
