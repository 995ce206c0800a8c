package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodePathParameter,
	Name:     "path-parameters",
	Severity: diag.Error, // a warning for paths that cannot be told apart
	Since:    "0.1",
	Summary:  "path parameters do not fit the path, or two paths cannot be told apart",
	Fix:      FixSafe,
})
