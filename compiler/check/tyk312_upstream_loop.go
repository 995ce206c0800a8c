package check

import (
	"net/url"
	"strings"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK312",
	Name:     "upstream-loop",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "the upstream URL leads back to the gateway",
	CheckSet: checkUpstreamLoop,
})

// checkUpstreamLoop speaks only of what is known for sure: a custom domain without variables is a name of the gateway, and the path below it
// that of a listen path without variables.
func checkUpstreamLoop(p *Pass) {
	domains := map[string][]site{}
	for _, s := range p.sites() {
		if s.domain != "" && !strings.Contains(s.domain+s.path, "{") {
			domains[s.domain] = append(domains[s.domain], s)
		}
	}
	for _, doc := range p.Docs {
		const at = upstreamAt + "/url"
		value, ok := p.In(doc).written(at)
		if !ok {
			continue
		}
		target, found := served(value, domains)
		switch {
		case !found:
		case target.doc == doc:
			p.In(doc).Report(at, "upstream url %s leads back to this API: every request goes round until it fails", quoted(value)).
				Hint = "name the server that does the work"
		default:
			p.upstreamIsAPI(doc, at, value, target)
		}
	}
}

func (p *Pass) upstreamIsAPI(doc *oas.Document, at source.Pointer, value string, target site) {
	d := p.In(doc).Report(at, "upstream url %s leads back to the gateway, to API %q: each request comes in twice", quoted(value), target.doc.Tyk.Info.Name)
	d.Hint = "name the server that does the work"
	if id := target.id(); id != "" {
		d.Hint = "write tyk://" + id + "/ to reach the API within the gateway"
	}
	d.Related = []diag.Related{{Message: "the API that is served there", At: target.doc.File.At(listenPathAt)}}
}

// served finds the API with the longest listen path that a URL falls below. A port of its own may be that of something else.
func served(value string, domains map[string][]site) (best site, found bool) {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return site{}, false
	}
	if port := u.Port(); port != "" && port != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		return site{}, false
	}
	for _, s := range domains[strings.ToLower(u.Hostname())] {
		if within(u.Path, s.path) && (!found || len(s.path) > len(best.path)) {
			best, found = s, true
		}
	}
	return best, found
}
