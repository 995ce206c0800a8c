package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found by `tykctl import`, about the description that it is given.
var _ = register(&Rule{
	Code:     oas.CodeImport,
	Name:     "import",
	Severity: diag.Error, // information and warnings about what import has decided
	Since:    "0.1",
	Summary:  "a description cannot be imported, or what import has made of it",
	Always:   true,
	Internal: true,
})
