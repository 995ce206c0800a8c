package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK355",
	Name:     "clear-credentials",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "credentials for the upstream are sent without encryption",
	Check:    checkClearCredentials,
})

func checkClearCredentials(p *Pass) {
	for n := range p.on("upstream.authentication") {
		basic, oauth := n.Get("basicAuth").Get("enabled").Bool(), n.Get("oauth").Get("enabled").Bool()
		url := p.values("upstream.url")
		if (basic || oauth) && len(url) > 0 && inClear(url[0].Text()) {
			what := "the password of basicAuth"
			if oauth {
				what = "the access token of oauth"
			}
			p.Report(url[0].Pointer(), "upstream url %s is http: %s is sent without encryption", quoted(url[0].Text()), what).
				Hint = "use https, or an upstream on the same host"
		}
		if !oauth {
			continue
		}
		for _, grant := range upstreamGrants {
			target := n.Get("oauth").Get(grant).Get("tokenUrl")
			if value, ok := known(target); ok && inClear(value) {
				p.Report(target.Pointer(), "tokenUrl %s is http: the credentials of %s are sent without encryption", quoted(value), grant).
					Hint = "use https"
			}
		}
	}
}
