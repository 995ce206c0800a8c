package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeBadValue,
	Name:     "bad-value",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a value of the extension is not allowed",
	Fix:      FixSafe,
})
