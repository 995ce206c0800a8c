package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Said by oas.Findings.
var _ = register(&Rule{
	Code:     oas.CodeTooMany,
	Name:     "too-many-findings",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "there is more wrong with a document than is listed",
	Always:   true,
	Internal: true,
})
