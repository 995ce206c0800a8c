package oas

import (
	"slices"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// The identity providers that import chooses between.
var baseProviders = []struct {
	kind SchemeKind
	name string
}{{SchemeToken, "auth_token"}, {SchemeJWT, "jwt_claim"}}

// authentication switches on, or off, the schemes of the first security requirement: the only one that Gateway 5.8 looks at.
func (im *importing) authentication(on bool) source.Draft {
	auth := enabled(on)
	security := im.root.Get("security")
	if security.Len() == 0 {
		if im.p.OAuth == nil {
			im.fail("", "the description has no security, so which of its schemes to use is not known").
				Hint = "add security with the schemes of components.securitySchemes, or leave --authentication out"
		}
		return auth
	}
	schemes := source.ObjectDraft()
	var kinds []SchemeKind
	for name := range security.Item(0).Members() {
		kind := im.kind(name)
		if kind == "" {
			im.note(diag.Warning, source.Pointer("/components/securitySchemes").Child(name),
				"security scheme %q is of a kind that Tyk does not import", name).
				Hint = "with no other scheme the gateway asks for an auth token in the Authorization header"
			continue
		}
		kinds = append(kinds, kind)
		schemes = schemes.With(name, schemeSettings(kind, on))
	}
	if len(kinds) > 1 {
		provider := "oauth_key"
		if i := slices.IndexFunc(baseProviders, func(b struct {
			kind SchemeKind
			name string
		},
		) bool {
			return slices.Contains(kinds, b.kind)
		}); i >= 0 {
			provider = baseProviders[i].name
		}
		auth = auth.With("baseIdentityProvider", source.TextDraft(provider))
	}
	if schemes.Len() > 0 {
		auth = auth.With("securitySchemes", schemes)
	}
	if security.Len() > 1 {
		im.note(diag.Info, "/security", "only the first of %d security requirements is imported: Gateway 5.8 looks at no other", security.Len())
	}
	return auth
}

// schemeSettings are what import writes for a scheme.
func schemeSettings(kind SchemeKind, on bool) source.Draft {
	if kind == SchemeToken {
		return enabled(on)
	}
	return enabled(on, member("header", enabled(true, member("name", source.TextDraft("Authorization")))))
}

// kind is what the gateway would make of a scheme of the description.
func (im *importing) kind(name string) SchemeKind {
	c := im.doc.component(name)
	if c == nil || im.doc.Unknown(c) {
		return ""
	}
	return schemeKind(c.Type, c.Scheme, c.BearerFormat, nil)
}
