package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeSyntax,
	Name:     "syntax",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the file cannot be read as JSON or YAML",
	Always:   true,
})
