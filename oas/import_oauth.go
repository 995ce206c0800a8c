package oas

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

// oauth makes Tyk the authorization server of the OAuth schemes that the description requires, if that is what the parameters ask for.
func (im *importing) oauth(want, ext source.Draft) (source.Draft, source.Draft) {
	if im.p.OAuth == nil {
		return want, ext
	}
	names, changed := im.oauthSchemes()
	if changed {
		want = want.With("security", source.ArrayDraft(source.ObjectDraft(member(names[0], source.ArrayDraft()))))
		im.note(diag.Info, "", "security requires the scheme %q now: the description required none for all operations", names[0])
	}
	for _, name := range names {
		at := []string{"components", "securitySchemes", name}
		scheme := im.root.Get("components").Get("securitySchemes").Get(name)
		if scheme.Get("$ref").Exists() {
			im.fail(scheme.Pointer(), "security scheme %q is a reference, so its endpoints cannot be made those of the gateway", name).
				Hint = "describe the scheme in components.securitySchemes itself"
			continue
		}
		flows := im.ownEndpoints(scheme)
		want = want.Set(flows, append(at, "flows")...)
		ext = ext.Set(im.oauthSettings(scheme), "server", "authentication", "securitySchemes", name)
	}
	return want, ext.Set(source.BoolDraft(true), "server", "authentication", "enabled")
}

// oauthSchemes are the OAuth schemes that the first security requirement names. Where there is no requirement and one scheme only, it is that one,
// and required has to be written.
func (im *importing) oauthSchemes() (names []string, required bool) {
	security := im.root.Get("security")
	for name := range security.Item(0).Members() {
		if im.kind(name) == SchemeOAuth {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		return names, false
	}
	for name := range im.root.Get("components").Get("securitySchemes").Members() {
		if im.kind(name) == SchemeOAuth {
			names = append(names, name)
		}
	}
	switch {
	case len(names) == 0:
		im.fail("/components/securitySchemes", "the description has no security scheme of the type oauth2").
			Hint = "add one with its flows, or leave --oauth-server out"
	case len(names) > 1 || security.Len() > 0:
		im.fail("/security", "the first security requirement names no scheme of the type oauth2").
			Hint = "name the scheme that is to protect the API in the first requirement; Gateway 5.8 looks at no other"
		return nil, false
	}
	return names, len(names) == 1
}

// ownEndpoints are the flows of a scheme with the gateway's own endpoints.
func (im *importing) ownEndpoints(scheme source.Node) source.Draft {
	flows := source.Same(scheme.Get("flows"))
	for flow, f := range scheme.Get("flows").Members() {
		if flow == "implicit" {
			im.fail(f.Pointer(), "security scheme %q declares the implicit flow, which Tyk does not support", scheme.Pointer().Last()).
				Hint = "describe the authorizationCode flow instead; the implicit one is given up by OAuth 2.1 as well"
			continue
		}
		for _, e := range []struct{ key, path string }{
			{"authorizationUrl", tyk.Authorize.Path()}, {"tokenUrl", tyk.Token.Path()}, {"refreshUrl", tyk.Token.Path()},
		} {
			value := f.Get(e.key)
			if value.Kind() != source.String || value.Text() == e.path {
				continue
			}
			flows = flows.Set(source.TextDraft(e.path), flow, e.key)
			im.note(diag.Info, value.Pointer(), "%s of %s is %q now, was %q", e.key, flow, e.path, value.Text())
		}
	}
	return flows
}

// oauthSettings are those of a scheme whose tokens Tyk issues.
func (im *importing) oauthSettings(scheme source.Node) source.Draft {
	flows, name := scheme.Get("flows"), scheme.Pointer().Last()
	s := schemeSettings(SchemeOAuth, true)
	if flows.Get("authorizationCode").Exists() {
		s = s.With("allowedAuthorizeTypes", source.ArrayDraft(source.TextDraft("code")))
	}
	code, password := flows.Get("authorizationCode"), flows.Get("password")
	if code.Get("refreshUrl").Exists() || password.Get("refreshUrl").Exists() {
		s = s.With("refreshToken", source.BoolDraft(true))
	}
	if code.Exists() {
		if im.p.OAuth.LoginRedirect == "" {
			im.fail(code.Pointer(), "security scheme %q has the authorizationCode flow, whose users have to log in somewhere", name).
				Hint = "say where with --auth-login-redirect https://login.example.com/, the login page of your identity server"
		}
		s = s.With("authLoginRedirect", source.TextDraft(im.p.OAuth.LoginRedirect))
	}
	if im.p.OAuth.NotifyURL != "" {
		n := source.ObjectDraft()
		if im.p.OAuth.NotifySecret != "" {
			n = n.With("sharedSecret", source.TextDraft(im.p.OAuth.NotifySecret))
		}
		s = s.With("notifications", n.With("onKeyChangeUrl", source.TextDraft(im.p.OAuth.NotifyURL)))
	}
	return s
}
