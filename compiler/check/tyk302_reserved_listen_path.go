package check

import (
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK302",
	Name:     "reserved-listen-path",
	Severity: diag.Error, // milder where the gateway keeps no more than one path for itself
	Since:    "0.1",
	Summary:  "the listen path belongs to what the gateway serves itself",
	Check:    checkReservedListenPath,
})

func checkReservedListenPath(p *Pass) {
	value, ok := p.written(listenPathAt)
	if !ok {
		return
	}
	const hint = "choose another listen path"
	switch path := strings.TrimSuffix(value, "/"); {
	case within(path, "/tyk"):
		p.Report(listenPathAt, "listen path %q is the gateway's own: what is below /tyk/ goes to its control API", value).Hint = hint
	case path == "/hello":
		d := p.Report(listenPathAt, "listen path %q is where the gateway answers its health check: a request for /hello does not reach this API", value)
		d.Severity, d.Hint = diag.Warning, hint
	case within(path, "/api/apis/oauth"):
		d := p.Report(listenPathAt, "listen path %q belongs to the admin API of tykctl serve, which keeps what is below /api/apis/oauth/", value)
		d.Severity, d.Hint = p.whenServing(diag.Error), hint
	case path == "/livez" || path == "/readyz":
		d := p.Report(listenPathAt, "listen path %q is where tykctl serve answers a probe: a request for %s does not reach this API", value, path)
		d.Severity, d.Hint = p.whenServing(diag.Warning), hint
	}
}

// within reports whether a path without a slash at its end is another path or below it.
func within(path, other string) bool {
	rest, ok := strings.CutPrefix(path, other)
	return ok && (rest == "" || rest[0] == '/')
}

// whenServing is a severity for what concerns only this program's runtime: worth knowing when documents are validated.
func (p *Pass) whenServing(s diag.Severity) diag.Severity {
	if p.Purpose == Serve {
		return s
	}
	return diag.Info
}
