package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeDuplicateKey,
	Name:     "duplicate-key",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "an object has the same key twice",
	Fix:      FixSafe,
})
