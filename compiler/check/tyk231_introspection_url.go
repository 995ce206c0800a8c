package check

import (
	"strings"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK231",
	Name:     "introspection-url",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the URL for introspection cannot be called, or not safely",
	Check:    checkIntrospectionURL,
})

func checkIntrospectionURL(p *Pass) {
	for _, s := range p.enabledSchemes() {
		if s.Kind != oas.SchemeExternalOAuth {
			continue
		}
		for _, provider := range s.settings.Get("providers").Items() {
			n := provider.Get("introspection")
			if !n.Get("enabled").Bool() || misspelt(n, "url") {
				continue
			}
			switch value, ok := known(n.Get("url")); {
			case !n.Get("url").Exists():
				p.ReportKey(n.Pointer(), "introspection has no url: no token can be verified").Hint = "add the URL at which the issuer answers for its tokens"
			case ok && strings.Contains(value, "://") && notWeb(value) != "": // Load speaks of relative ones
				p.Report(n.Pointer().Child("url"), "introspection url %s %s: no token can be verified", quoted(value), notWeb(value)).
					Hint = "write an http or https URL, such as https://idp.example.com/introspect"
			case ok && inClear(value):
				d := p.Report(n.Pointer().Child("url"), "introspection url %s is http: tokens and the client secret are sent without encryption", quoted(value))
				d.Hint = "use https"
				d.Severity = diag.Warning
			}
		}
	}
}
