package oas

import (
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

// Schemes is every security scheme of the extension, ordered by name, whether it is enabled or not. Without an extension there is
// none; without an OpenAPI part none has a twin.
func (d *Document) Schemes() []Scheme {
	if d.Tyk == nil || d.Tyk.Server.Authentication == nil {
		return nil
	}
	settings := d.Tyk.Server.Authentication.SecuritySchemes
	list := make([]Scheme, 0, len(settings))
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		s := Scheme{Name: name, Tyk: settings[name], Component: d.component(name)}
		switch c := s.Component; {
		case c == nil:
		case d.Unknown(c):
			s.Kind = SchemeUnknown
		default:
			s.Kind = schemeKind(c.Type, c.Scheme, c.BearerFormat, s.Tyk)
		}
		if d.OpenAPI != nil && len(d.OpenAPI.Security) > 0 {
			_, s.InSecurity = d.OpenAPI.Security[0][name]
		}
		list = append(list, s)
	}
	return list
}

// component is the OpenAPI part's description of a security scheme, or nil.
func (d *Document) component(name string) *openapi3.SecurityScheme {
	if d.OpenAPI == nil || d.OpenAPI.Components == nil {
		return nil
	}
	ref := d.OpenAPI.Components.SecuritySchemes[name]
	if ref == nil {
		return nil
	}
	return ref.Value
}

// schemeKind is the gateway's choice, which compares exactly: "Bearer" or "jwt" is no JWT scheme.
func schemeKind(typ, scheme, bearerFormat string, settings *tyk.SecurityScheme) SchemeKind {
	switch {
	case typ == "apiKey":
		return SchemeToken
	case typ == "http" && scheme == "bearer" && bearerFormat == "JWT":
		return SchemeJWT
	case typ == "http" && scheme == "basic":
		return SchemeBasic
	case typ != "oauth2":
		return ""
	case settings != nil && len(settings.Providers) > 0:
		return SchemeExternalOAuth
	case settings != nil && settings.ExternalIssuer():
		return SchemeOAuth2
	}
	return SchemeOAuth
}

// writtenKind is the kind of a scheme as the source has it: known even if the OpenAPI part as a whole cannot be decoded.
func (l *loading) writtenKind(name string, settings *tyk.SecurityScheme) SchemeKind {
	n := l.file.Root().Get("components").Get("securitySchemes").Get(name)
	if ref := n.Get("$ref"); ref.Kind() == source.String {
		n, _ = l.target(ref.Text())
	}
	return schemeKind(n.Get("type").Text(), n.Get("scheme").Text(), n.Get("bearerFormat").Text(), settings)
}
