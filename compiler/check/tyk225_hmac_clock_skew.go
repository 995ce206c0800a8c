package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK225",
	Name:     "hmac-clock-skew",
	Severity: diag.Info,
	Since:    "0.1",
	Summary:  "signed requests of any age are taken",
	Check:    checkHMACClockSkew,
})

func checkHMACClockSkew(p *Pass) {
	if auth := p.Doc.Tyk.Server.Authentication; auth == nil || !auth.Enabled {
		return
	}
	for n := range p.on("server.authentication.hmac") {
		if misspelt(n, "allowedClockSkew") {
			continue
		}
		const hint = "write how many milliseconds clocks may differ, such as 1000"
		switch skew, ok := number(n, "allowedClockSkew"); {
		case ok && skew <= 0:
			p.Report(n.Pointer().Child("allowedClockSkew"), "allowedClockSkew is %s: the date of a signed request is not checked", n.Get("allowedClockSkew").Text()).Hint = hint
		case !n.Get("allowedClockSkew").Exists():
			p.ReportKey(n.Pointer(), "hmac has no allowedClockSkew: the date of a signed request is not checked").Hint = hint
		}
	}
}
