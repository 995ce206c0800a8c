package check

import (
	"slices"
	"strconv"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK313",
	Name:     "upstream-authentication",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "upstream.authentication asks for more than one method, or for one without its settings",
	Check:    checkUpstreamAuthentication,
})

func checkUpstreamAuthentication(p *Pass) {
	for n := range p.on("upstream.authentication") {
		basic, oauth := n.Get("basicAuth"), n.Get("oauth")
		if !oauth.Get("enabled").Bool() {
			continue
		}
		if basic.Get("enabled").Bool() {
			d := p.ReportKey(oauth.Pointer(), "upstream.authentication has basicAuth and oauth on: the gateway refuses the definition")
			d.Hint = "switch one of them off"
			d.Related = []diag.Related{{Message: "the other one", At: basic.KeyRange()}}
			continue
		}
		p.upstreamGrant(oauth)
	}
}

// upstreamGrants are the authorize types, which are named like the members that hold their settings.
var upstreamGrants = []string{"clientCredentials", "password"}

func (p *Pass) upstreamGrant(oauth source.Node) {
	types := oauth.Get("allowedAuthorizeTypes")
	if types.Kind() != source.Array {
		return // Load has said so
	}
	grant := types.Item(0).Text()
	switch {
	case types.Len() == 0:
		p.Report(types.Pointer(), "allowedAuthorizeTypes is empty: the gateway refuses the definition").
			Hint = "write clientCredentials or password"
	case types.Len() > 1:
		p.Report(types.Pointer(), "allowedAuthorizeTypes has %s items, expected one: the gateway refuses the definition", strconv.Itoa(types.Len())).
			Hint = "leave the one that the upstream is to be asked with"
	case slices.Contains(upstreamGrants, grant) && !oauth.Get(grant).Exists() && !misspelt(oauth, grant):
		p.Report(types.Item(0).Pointer(), "allowedAuthorizeTypes is %q, but oauth has no %s: no token can be had", grant, grant).
			Hint = "add " + grant + " with clientId, clientSecret and tokenUrl"
	}
}
