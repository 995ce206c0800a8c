package check

import (
	"net/url"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK311",
	Name:     "upstream-credentials",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "the upstream URL holds credentials",
	Check:    checkUpstreamCredentials,
})

func checkUpstreamCredentials(p *Pass) {
	up, _ := p.Doc.File.Lookup(upstreamAt)
	p.upstreamCredentials(up.Get("url"))
	for _, target := range up.Get("loadBalancing").Get("targets").Items() {
		p.upstreamCredentials(target.Get("url"))
	}
}

func (p *Pass) upstreamCredentials(n source.Node) {
	if n.Kind() == source.String && hasCredentials(n.Text()) {
		p.Report(n.Pointer(), "upstream url %s holds credentials, which everybody sees who may read the definition", quoted(n.Text())).
			Hint = "use upstream.authentication.basicAuth, and change the password"
	}
}

// hasCredentials reports whether a URL has a user part. A reference is no URL yet.
func hasCredentials(value string) bool {
	u, err := url.Parse(value)
	return err == nil && u.User != nil && !tyk.IsReference(value)
}
