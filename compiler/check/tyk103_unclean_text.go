package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeUncleanText,
	Name:     "unclean-text",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a byte order mark, bytes that are not UTF-8, or raw control characters",
	Fix:      FixSafe,
})
