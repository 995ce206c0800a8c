package check

import (
	"time"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK352",
	Name:     "expiration",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the expiration is no date that the gateway reads",
	Check:    checkExpiration,
})

func checkExpiration(p *Pass) {
	const form = "2006-01-02 15:04"
	const at = oas.ExtensionPointer + "/info/expiration"
	if value, ok := p.written(at); ok {
		if _, err := time.Parse(form, value); err != nil {
			p.Report(at, "expiration %q is no date of the form \"YYYY-MM-DD hh:mm\": the API never expires", value).
				Hint = "write it like \"2030-12-31 23:59\""
		}
	}
}
