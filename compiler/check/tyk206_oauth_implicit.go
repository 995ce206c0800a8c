package check

import "github.com/tykctl/tykctl/oas/diag"

var _ = register(&Rule{
	Code:     "TYK206",
	Name:     "oauth-implicit",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the implicit flow is not supported by Tyk as the authorization server",
	Check:    checkImplicitFlow,
})

func checkImplicitFlow(p *Pass) {
	for _, s := range p.oauthSchemes() {
		if f, ok := s.implicit(); ok {
			p.ReportKey(f.at, "security scheme %q declares the implicit flow, which Tyk does not support", s.Name).
				Hint = "declare authorizationCode instead, which clients without a secret use with PKCE (RFC 9700 §2.1.2)"
		}
	}
}
