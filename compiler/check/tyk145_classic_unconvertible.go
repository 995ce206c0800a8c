package check

import (
	"github.com/tykctl/tykctl/oas/classic"
	"github.com/tykctl/tykctl/oas/diag"
)

// Said by classic.Convert.
var _ = register(&Rule{
	Code:     classic.CodeUnconvertible,
	Name:     "classic-unconvertible",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "no Tyk OAS definition can be made of a Tyk Classic one",
	Always:   true,
	Internal: true,
})
