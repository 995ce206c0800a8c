package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeMoreText,
	Name:     "text-after-document",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "text after the first document of a file is ignored",
})
