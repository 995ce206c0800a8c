package check

import (
	"fmt"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/typo"
)

var _ = register(&Rule{
	Code:     "TYK202",
	Name:     "scheme-without-twin",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "an enabled security scheme is not in components.securitySchemes, so the gateway ignores it",
	Fix:      FixUnsafe,
	Check:    checkSchemeTwin,
})

func checkSchemeTwin(p *Pass) {
	components := p.Doc.File.Root().Get("components").Get("securitySchemes")
	for _, s := range p.enabledSchemes() {
		if s.Component != nil || components.Get(s.Name).Exists() || p.namedAnywhere(s.Name) {
			continue // a requirement that names it has been reported by Load as naming what does not exist
		}
		d := p.ReportKey(s.At(), "security scheme %q is not in components.securitySchemes: the gateway %s", s.Name, p.ignores())
		d.Hint = fmt.Sprintf("describe %q in components.securitySchemes and name it in security, or set enabled to false", s.Name)
		if twin := p.likelyTwin(s, components); twin != "" {
			d.Hint = fmt.Sprintf("did you mean %q? the names in the extension, in components and in security must be the same", twin)
			if typo.Resembles(s.Name, twin) {
				p.rename(d, twin)
			}
		}
	}
}

// namedAnywhere reports whether a requirement names the scheme.
func (p *Pass) namedAnywhere(name string) bool {
	for _, alternative := range p.Doc.File.Root().Get("security").Items() {
		if alternative.Get(name).Exists() {
			return true
		}
	}
	return p.operationRequirement(name).Exists()
}

// likelyTwin is the component that a scheme of the extension is meant for: one without settings of its own and of a type that
// has the fields given, either of nearly the same name or the only one.
func (p *Pass) likelyTwin(s scheme, components source.Node) string {
	settings, _ := p.Doc.File.Lookup(authenticationAt + "/securitySchemes")
	var free []string
	for name, c := range components.Members() {
		if !settings.Get(name).Exists() && fits(s, c) {
			free = append(free, name)
		}
	}
	if len(free) == 1 {
		return free[0]
	}
	return typo.Meant(s.Name, free)
}

// fits reports whether the fields of a scheme belong to the type of a component. Fields that every type has tell nothing.
func fits(s scheme, component source.Node) bool {
	t := s.Tyk
	typ := component.Get("type").Text()
	switch {
	case len(t.AllowedAuthorizeTypes) > 0, t.AuthLoginRedirect != "", t.RefreshToken, t.Notifications != nil, t.ExternalIssuer():
		return typ == "oauth2"
	case t.Source != "", len(t.JWKSURIs) > 0, t.SigningMethod != "", t.ExtractCredentialsFromBody != nil:
		return typ == "http"
	case t.SignatureValidation != nil, t.EnableClientCertificate:
		return typ == "apiKey"
	}
	return true
}
