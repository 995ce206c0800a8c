package check

import "github.com/tykctl/tykctl/oas/diag"

var _ = register(&Rule{
	Code:     "TYK210",
	Name:     "refresh-without-flow",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "refreshToken is on, but no flow yields a refresh token",
	Fix:      FixUnsafe,
	Check:    checkRefreshToken,
})

func checkRefreshToken(p *Pass) {
	for _, s := range p.oauthSchemes() {
		if s.Tyk.RefreshToken && s.onlyClientCredentials() {
			d := p.Report(s.At()+"/refreshToken", "refreshToken is on, but the clientCredentials flow never yields a refresh token")
			d.Hint = "remove it: the client asks for another access token instead (RFC 6749 §4.4.3)"
			e, ok := p.node(d).Remove()
			d.Offer("remove it", e, ok)
		}
	}
}
