package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK354",
	Name:     "insecure-skip-verify",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "the certificate of the upstream is not verified",
	Check:    checkInsecureSkipVerify,
})

func checkInsecureSkipVerify(p *Pass) {
	for _, n := range p.values("upstream.tlsTransport.insecureSkipVerify") {
		if n.Bool() {
			p.Report(n.Pointer(), "insecureSkipVerify is true: the gateway takes anybody for the upstream").
				Hint = "give the gateway the certificate authority of the upstream, or use upstream.certificatePinning"
		}
	}
}
