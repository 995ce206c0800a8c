package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK344",
	Name:     "cors-credentials",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "cors allows credentials to every origin",
	Check:    checkCORSCredentials,
})

func checkCORSCredentials(p *Pass) {
	for n := range p.on("middleware.global.cors") {
		allow := n.Get("allowCredentials")
		if !allow.Bool() || misspelt(n, "allowedOrigins") {
			continue
		}
		const hint = "list the origins that may send credentials, or set allowCredentials to false"
		origins := n.Get("allowedOrigins")
		if origins.Len() == 0 {
			p.Report(allow.Pointer(), "cors allows credentials, and every origin because allowedOrigins names none").Hint = hint
		}
		for _, origin := range origins.Items() {
			if origin.Text() == "*" {
				p.Report(origin.Pointer(), "cors allows credentials to every origin: browsers refuse it, or any site may act for its visitors").Hint = hint
			}
		}
	}
}
