package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK343",
	Name:     "ignore-authentication",
	Severity: diag.Info,
	Since:    "0.1",
	Summary:  "ignoreAuthentication on an API that asks nobody to authenticate",
	Check:    checkIgnoreAuthentication,
})

func checkIgnoreAuthentication(p *Pass) {
	if !p.Doc.Protection().Keyless {
		return
	}
	for n := range p.on(operationField + "ignoreAuthentication") {
		p.ReportKey(n.Pointer(), "ignoreAuthentication has no effect: authentication is off for the whole API").
			Hint = "switch server.authentication on if the other operations are to be protected"
		return // once, whatever the number of operations
	}
}
