package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeUnknownField,
	Name:     "unknown-field",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the extension has a field that does not exist",
	Fix:      FixUnsafe,
})
