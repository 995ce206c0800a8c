package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// Found while the document is read, by oas.Load.
var _ = register(&Rule{
	Code:     oas.CodeOperationID,
	Name:     "duplicate-operation-id",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "an operationId is used twice",
})
