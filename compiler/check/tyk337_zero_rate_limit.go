package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK337",
	Name:     "zero-rate-limit",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a rate limit without a rate or a period limits nothing",
	Check:    checkZeroRateLimit,
})

func checkZeroRateLimit(p *Pass) {
	for _, field := range []string{"upstream.rateLimit", operationField + "rateLimit"} {
		for n := range p.on(field) {
			if rate, ok := number(n, "rate"); ok && rate <= 0 {
				p.Report(n.Pointer().Child("rate"), "rateLimit has the rate %s: it limits nothing", n.Get("rate").Text()).
					Hint = "write the number of requests that a period may have"
			}
			if per, ok := known(n.Get("per")); ok {
				if d, err := tyk.ParseDuration(per); err == nil && d == 0 {
					p.Report(n.Pointer().Child("per"), "rateLimit has the period %q: it limits nothing", per).
						Hint = "write how long a period is, such as 1s or 1m"
				}
			}
		}
	}
}
