package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK353",
	Name:     "tls-versions",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "tlsTransport wants a newer version at least than at most",
	Check:    checkTLSVersions,
})

func checkTLSVersions(p *Pass) {
	for _, n := range p.values("upstream.tlsTransport") {
		least, ok1 := known(n.Get("minVersion"))
		most, ok2 := known(n.Get("maxVersion"))
		if ok1 && ok2 && len(least) == 3 && len(most) == 3 && least > most { // "1.0" to "1.3": Load speaks of others
			p.Report(n.Pointer().Child("minVersion"), "minVersion %q is above maxVersion %q: no connection to the upstream can be made", least, most).
				Hint = "write the older version in minVersion"
		}
	}
}
