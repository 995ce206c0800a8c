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
	Fix:      FixUnsafe,
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
		d := p.ReportKey(s.At(), "allowedAuthorizeTypes of security scheme %q is missing: every request of the authorizationCode flow is refused", s.Name)
		d.Hint = hint
		p.add(d, s.settings, "allowedAuthorizeTypes", `["code"]`)
	case lacksCode && token < 0:
		d := p.Report(list.Pointer(), "allowedAuthorizeTypes is empty, the authorizationCode flow needs %q", "code")
		d.Hint = hint
		e, ok := list.ReplaceValue(`["code"]`)
		d.Offer(hint, e, ok)
	case lacksCode:
		d := p.Report(list.Pointer().Item(token), "allowedAuthorizeTypes has %q, the authorizationCode flow needs %q", "token", "code")
		d.Hint = hint
		p.write(d, "code")
	case token >= 0 && !implicit:
		d := p.Report(list.Pointer().Item(token), "allowedAuthorizeTypes has %q, which is for the implicit flow that Tyk does not support", "token")
		d.Severity = diag.Warning
		d.Hint = "remove it"
		e, ok := list.Item(token).Remove()
		d.Offer("remove it", e, ok && !slices.Contains(types[token+1:], "token"))
	}
}
