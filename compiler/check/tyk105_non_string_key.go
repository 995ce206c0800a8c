package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeNonStringKey,
	Name:     "non-string-key",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a key of a YAML file is not a string",
	Fix:      FixSafe,
})
