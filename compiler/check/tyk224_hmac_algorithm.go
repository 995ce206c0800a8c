package check

import (
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK224",
	Name:     "hmac-algorithm",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "an algorithm for signed requests is unknown",
	Check:    checkHMACAlgorithm,
})

// hmacAlgorithms are the names that a signature can carry.
var hmacAlgorithms = []string{"hmac-sha1", "hmac-sha256", "hmac-sha384", "hmac-sha512", "rsa-sha256"}

func checkHMACAlgorithm(p *Pass) {
	if auth := p.Doc.Tyk.Server.Authentication; auth == nil || !auth.Enabled {
		return
	}
	for n := range p.on("server.authentication.hmac") {
		for _, algorithm := range n.Get("allowedAlgorithms").Items() {
			if value, ok := known(algorithm); ok && !slices.Contains(hmacAlgorithms, strings.ToLower(value)) {
				p.Report(algorithm.Pointer(), "allowedAlgorithms holds %q, which no signature can carry", value).
					Hint = "write one of " + strings.Join(hmacAlgorithms, ", ")
			}
		}
	}
}
