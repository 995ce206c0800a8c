package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK229",
	Name:     "no-client-certificate",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "client certificates are asked for, but none is listed",
	Check:    checkClientCertificates,
})

func checkClientCertificates(p *Pass) {
	for n := range p.on("server.clientCertificates") {
		if n.Get("allowlist").Len() == 0 && !misspelt(n, "allowlist") {
			p.ReportKey(n.Pointer(), "clientCertificates is on, but allowlist is empty: only certificates that the gateway allows for every API pass").
				Hint = "list the ids of the certificates that may connect"
		}
	}
}
