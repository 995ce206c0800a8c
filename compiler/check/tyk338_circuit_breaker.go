package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK338",
	Name:     "circuit-breaker",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a circuit breaker that opens at the first failure, or never stays open",
	Check:    checkCircuitBreaker,
})

func checkCircuitBreaker(p *Pass) {
	for n := range p.on(operationField + "circuitBreaker") {
		for _, part := range []struct{ name, effect, hint string }{
			{"threshold", "one failure in a sample opens it, whatever else succeeds", "write the share of failures that opens it, such as 0.5"},
			{"sampleSize", "a single request that fails can open it", "write how many requests there must be before it may open, such as 10"},
			{"coolDownPeriod", "it closes as soon as it has opened", "write the number of seconds it stays open"},
		} {
			if value, ok := number(n, part.name); ok && value == 0 {
				p.Report(n.Pointer().Child(part.name), "circuitBreaker has the %s 0: %s", part.name, part.effect).Hint = part.hint
			}
		}
	}
}
