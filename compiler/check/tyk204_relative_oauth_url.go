package check

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK204",
	Name:     "relative-oauth-url",
	Severity: diag.Error, // information where the endpoint is reached, but not by every reader
	Since:    "0.1",
	Summary:  "authorizationUrl, tokenUrl and refreshUrl must lead to the gateway's own OAuth endpoints",
	Fix:      FixSafe,
	Check:    checkOAuthURLs,
})

func checkOAuthURLs(p *Pass) {
	api := p.served()
	for _, s := range p.oauthSchemes() {
		flows := s.flows()
		if f, ok := s.implicit(); ok {
			flows = append(flows, f)
		}
		for _, f := range flows {
			if f.name == "authorizationCode" || f.name == "implicit" {
				p.oauthURL(f.at+"/authorizationUrl", f.AuthorizationURL, tyk.Authorize, api)
			}
			if f.name != "implicit" {
				p.oauthURL(f.at+"/tokenUrl", f.TokenURL, tyk.Token, api)
			}
			p.oauthURL(f.at+"/refreshUrl", f.RefreshURL, tyk.Token, api)
		}
	}
}

// served is what the document says of where the API is.
func (p *Pass) served() tyk.API {
	api := tyk.API{ListenPath: p.Doc.Tyk.Server.ListenPath.Value}
	if d := p.Doc.Tyk.Server.CustomDomain; d != nil && d.Enabled {
		api.Domain = d.Name
	}
	for _, s := range p.Doc.OpenAPI.Servers {
		if s != nil {
			api.Servers = append(api.Servers, s.URL)
		}
	}
	return api
}

func (p *Pass) oauthURL(at source.Pointer, value string, e tyk.Endpoint, api tyk.API) {
	if _, err := url.Parse(value); err != nil || value == "" || tyk.IsReference(value) {
		return // the first two are refused by Load, what the last one stands for is known to the gateway only
	}
	r := tyk.ResolveEndpoint(value, e, api)
	if r.Verdict == tyk.Fine {
		return
	}
	message := fmt.Sprintf("%s %s %s", at.Last(), quoted(value), r.Reason)
	hint := fmt.Sprintf("write %q, which is relative to the listen path", r.Documented)
	switch {
	case r.Verdict == tyk.Foreign:
		message += ", but the gateway is the authorization server of this scheme and issues the tokens"
		hint = fmt.Sprintf("write %q; if another server issues the tokens, see `tykctl explain TYK204`", r.Documented)
	case r.Verdict == tyk.Malformed && !strings.Contains(r.Reason, "http"):
		message += ", expected the " + e.String() + " of the gateway"
	case r.Verdict != tyk.Malformed && r.ByTyk != r.ByRFC:
		message += fmt.Sprintf(": with Tyk it means %q, for OpenAPI tools it means %q", r.ByTyk, r.ByRFC)
	}
	d := p.Report(at, "%s", message)
	d.Hint = hint
	if r.Verdict == tyk.Elsewhere || r.Verdict == tyk.Malformed && !strings.Contains(value, "://") {
		p.write(d, r.Documented)
	}
	if r.Verdict == tyk.Variant {
		d.Severity = diag.Info
		p.writeSafely(d, r.Documented)
		if strings.HasPrefix(value, "http") {
			d.Hint = fmt.Sprintf("write %q, which is relative to the listen path, or the URL without it", r.Documented)
		}
	}
}
