package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
)

// Found while the file is read, by policies.Load.
var _ = register(&Rule{
	Code:     policies.CodeForm,
	Name:     "policies-form",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a policies file cannot be read, or holds what a gateway does not read",
})
