package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     oas.CodeUnknownScheme, // found by oas.Load
	Name:     "undefined-security-scheme",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a security requirement names a scheme that components.securitySchemes does not have",
	Fix:      FixUnsafe,
})
