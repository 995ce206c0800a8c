package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK335",
	Name:     "zero-timeout",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a timeout of zero lets requests take for ever",
	Check:    checkZeroTimeout,
})

func checkZeroTimeout(p *Pass) {
	for n := range p.on(operationField + "enforceTimeout") {
		seconds, ok := number(n, "value")
		duration, judge := text(n, "duration")
		if d, err := tyk.ParseDuration(duration); ok && judge && seconds == 0 && err == nil && d == 0 {
			p.Report(n.Pointer().Child("value"), "enforceTimeout has the value 0, which is no timeout at all").
				Hint = "write a number of seconds above 0, or switch enforceTimeout off"
		}
	}
}
