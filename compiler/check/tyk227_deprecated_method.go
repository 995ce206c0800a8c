package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK227",
	Name:     "deprecated-method",
	Severity: diag.Info,
	Since:    "0.1",
	Summary:  "a method of authentication that newer releases of Tyk deprecate",
	Check:    checkDeprecatedMethod,
})

func checkDeprecatedMethod(p *Pass) {
	const hint = "describe the scheme as http bearer with bearerFormat JWT, and give source or jwksURIs"
	for _, s := range p.enabledSchemes() {
		if s.Kind == oas.SchemeExternalOAuth {
			p.ReportKey(s.At()+"/providers", "providers of security scheme %q are deprecated since Tyk 5.7", s.Name).Hint = hint
		}
	}
	if auth := p.Doc.Tyk.Server.Authentication; auth != nil && auth.Enabled && auth.OIDC != nil && auth.OIDC.Enabled {
		p.ReportKey(authenticationAt+"/oidc", "oidc is deprecated since Tyk 5.7").Hint = hint
	}
}
