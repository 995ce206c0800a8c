package check

import (
	"crypto/tls"
	"maps"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/typo"
)

var _ = register(&Rule{
	Code:     "TYK357",
	Name:     "tls-ciphers",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "tlsTransport lists a cipher that does not exist",
	Fix:      FixUnsafe,
	Check:    checkTLSCiphers,
})

// cipherNames are the suites that Go can speak, and so the gateway.
func cipherNames() map[string]bool {
	names := map[string]bool{}
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		names[strings.ToUpper(suite.Name)] = true
	}
	return names
}

func checkTLSCiphers(p *Pass) {
	names := cipherNames()
	for _, cipher := range p.values("upstream.tlsTransport.ciphers.*") {
		value, ok := known(cipher)
		if !ok || names[strings.ToUpper(value)] {
			continue
		}
		d := p.Report(cipher.Pointer(), "cipher %q is unknown: the gateway leaves it out", value)
		d.Hint = "write the IANA name, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
		if near := typo.Meant(value, slices.Sorted(maps.Keys(names))); near != "" {
			d.Hint = "did you mean " + near + "?"
			p.write(d, near)
		}
	}
}
