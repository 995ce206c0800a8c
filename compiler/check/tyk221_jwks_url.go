package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK221",
	Name:     "jwks-url",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the URL of a key set cannot be called, or not safely",
	Check:    checkKeySetURL,
})

func checkKeySetURL(p *Pass) {
	for n := range p.jwtSettings() {
		for _, set := range n.Get("jwksURIs").Items() {
			target := set.Get("url")
			value, ok := known(target)
			if !ok {
				continue
			}
			switch fault := notWeb(value); {
			case fault != "":
				p.Report(target.Pointer(), "url %s of jwksURIs %s, expected an absolute http or https URL: no token can be verified by it", quoted(value), fault).
					Hint = "write the whole URL of the key set, such as https://idp.example.com/.well-known/jwks.json"
			case inClear(value):
				d := p.Report(target.Pointer(), "url %s of jwksURIs is http: who stands between can put in keys of his own", quoted(value))
				d.Hint = "use https"
				d.Severity = diag.Warning
			}
		}
	}
}
