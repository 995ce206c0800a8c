package check

import (
	"slices"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK207",
	Name:     "authorize-types",
	Severity: diag.Error, // a warning for "token" beside "code"
	Since:    "0.1",
	Summary:  "the authorization code flow needs \"code\" in allowedAuthorizeTypes",
	Check:    checkAuthorizeTypes,
})

func checkAuthorizeTypes(p *Pass) {
	for _, s := range p.oauthSchemes() {
		list := s.settings.Get("allowedAuthorizeTypes")
		types, judge := authorizeTypes(list)
		if !judge || misspelt(s.settings, "allowedAuthorizeTypes") {
			continue // reported by Load
		}
		p.authorizeTypes(s, list, types)
	}
}

// authorizeTypes returns the items of allowedAuthorizeTypes, and whether there are only such as this rule is about: Load has reported
// what is neither "code" nor "token", and what a reference stands for is known to the gateway only.
func authorizeTypes(list source.Node) ([]string, bool) {
	types := []string{}
	for _, n := range list.Items() {
		if t := n.Text(); t != "code" && t != "token" {
			return nil, false
		}
		types = append(types, n.Text())
	}
	return types, !list.Exists() || list.Kind() == source.Array
}

func (p *Pass) authorizeTypes(s scheme, list source.Node, types []string) {
	const hint = "write allowedAuthorizeTypes: [code]"
	lacksCode := s.hasCodeFlow() && !slices.Contains(types, "code")
	_, implicit := s.implicit()
	token := slices.Index(types, "token")
	switch {
	case lacksCode && !list.Exists():
		p.ReportKey(s.At(), "allowedAuthorizeTypes of security scheme %q is missing: every request of the authorizationCode flow is refused", s.Name).
			Hint = hint
	case lacksCode && token < 0:
		p.Report(list.Pointer(), "allowedAuthorizeTypes is empty, the authorizationCode flow needs %q", "code").Hint = hint
	case lacksCode:
		p.Report(list.Pointer().Item(token), "allowedAuthorizeTypes has %q, the authorizationCode flow needs %q", "token", "code").Hint = hint
	case token >= 0 && !implicit:
		d := p.Report(list.Pointer().Item(token), "allowedAuthorizeTypes has %q, which is for the implicit flow that Tyk does not support", "token")
		d.Severity = diag.Warning
		d.Hint = "remove it"
	}
}
