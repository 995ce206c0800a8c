package check

import (
	"github.com/tykctl/tykctl/oas/classic"
	"github.com/tykctl/tykctl/oas/diag"
)

// Said by classic.Convert.
var _ = register(&Rule{
	Code:     classic.CodeLost,
	Name:     "classic-lost",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a setting of a Tyk Classic definition is not carried over",
	Always:   true,
	Internal: true,
})
