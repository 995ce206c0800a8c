package check

import (
	"github.com/tykctl/tykctl/oas/classic"
	"github.com/tykctl/tykctl/oas/diag"
)

// Said by classic.Convert.
var _ = register(&Rule{
	Code:     classic.CodeChanged,
	Name:     "classic-changed",
	Severity: diag.Info,
	Since:    "0.1",
	Summary:  "a setting of a Tyk Classic definition takes another form",
	Always:   true,
	Internal: true,
})
