package check

import (
	"net/netip"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK345",
	Name:     "ip-access-control",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "an entry of ipAccessControl is neither an address nor a network",
	Check:    checkIPAccessControl,
})

func checkIPAccessControl(p *Pass) {
	for n := range p.on("server.ipAccessControl") {
		for _, list := range []string{"allow", "block"} {
			for _, entry := range n.Get(list).Items() {
				if value, ok := known(entry); ok && !isNetwork(value) {
					p.Report(entry.Pointer(), "%s holds %q, which is neither an IP address nor a network: the gateway compares it with nothing", list, value).
						Hint = "write an address such as 192.0.2.1, or a network such as 192.0.2.0/24"
				}
			}
		}
		if n.Get("allow").Len() == 0 && n.Get("block").Len() == 0 && !misspelt(n, "allow") && !misspelt(n, "block") {
			d := p.ReportKey(n.Pointer(), "ipAccessControl is on, but allow and block are empty: every client may come")
			d.Hint = "list who may come in allow, or who may not in block"
			d.Severity = diag.Warning
		}
	}
}

func isNetwork(value string) bool {
	if strings.Contains(value, "/") {
		_, err := netip.ParsePrefix(value)
		return err == nil
	}
	addr, err := netip.ParseAddr(value)
	return err == nil && addr.Zone() == ""
}
