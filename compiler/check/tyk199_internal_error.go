package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     oas.CodeInternal,
	Name:     "internal-error",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "tykctl itself failed on the document",
	Always:   true,
	Internal: true,
})
