package check

import "github.com/tykctl/tykctl/oas/diag"

var _ = register(&Rule{
	Code:     "TYK391",
	Name:     "not-executed",
	Severity: diag.Info,
	Serving:  diag.Warning,
	Since:    "0.1",
	Summary:  "the API asks for something that tykctl serve leaves out without harm",
	Check: func(p *Pass) {
		p.features(false, "tykctl serve does not support %s: %s", "nothing has to be done if the API is meant for a Tyk Gateway, or can do without")
	},
})
