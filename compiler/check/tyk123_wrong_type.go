package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeWrongType,
	Name:     "wrong-type",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a value of the extension has the wrong type",
	Fix:      FixUnsafe,
})
