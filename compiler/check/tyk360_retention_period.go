package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK360",
	Name:     "retention-period",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "traffic logs are kept for no time",
	Check:    checkRetentionPeriod,
})

func checkRetentionPeriod(p *Pass) {
	for n := range p.on("middleware.global.trafficLogs") {
		if value, ok := known(n.Get("customRetentionPeriod")); ok {
			if d, err := tyk.ParseDuration(value); err == nil && d == 0 {
				p.Report(n.Pointer().Child("customRetentionPeriod"), "customRetentionPeriod %q is no time", value).
					Hint = "write how long records are kept, such as 24h, or remove it to keep them as long as the gateway does"
			}
		}
	}
}
