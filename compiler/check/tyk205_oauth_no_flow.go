package check

import (
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK205",
	Name:     "oauth-no-flow",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "an enabled OAuth scheme declares no flow, so no token can be had",
	Check:    checkOAuthFlows,
})

func checkOAuthFlows(p *Pass) {
	for _, s := range p.oauthSchemes() {
		_, implicit := s.implicit()
		if s.Component.Flows == nil || implicit || len(s.flows()) > 0 || p.declaresOtherFlow(s) {
			continue // no flows at all and flows of other names are refused by Load, implicit is another rule's
		}
		p.ReportKey(s.twin+"/flows", "security scheme %q declares no flow: the gateway issues no token and lets nobody in", s.Name).
			Hint = "declare authorizationCode, clientCredentials or password"
	}
}

// declaresOtherFlow reports whether flows has a member that is neither a flow of OpenAPI 3.0 nor an extension.
func (p *Pass) declaresOtherFlow(s scheme) bool {
	flows, _ := p.Doc.File.Lookup(s.twin + "/flows")
	for name, n := range flows.Members() {
		if n.Kind() != source.Null && !strings.HasPrefix(name, "x-") {
			return true
		}
	}
	return false
}
