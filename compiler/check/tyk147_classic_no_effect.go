package check

import (
	"github.com/tykctl/tykctl/oas/classic"
	"github.com/tykctl/tykctl/oas/diag"
)

// Said by classic.Convert.
var _ = register(&Rule{
	Code:     classic.CodeIdle,
	Name:     "classic-no-effect",
	Severity: diag.Info,
	Since:    "0.1",
	Summary:  "a setting of a Tyk Classic definition is not carried over, and had no effect",
	Always:   true,
	Internal: true,
})
