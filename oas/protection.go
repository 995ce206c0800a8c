package oas

// Protection is how Gateway 5.8 will protect an API definition: the result of the three places that must agree before a security scheme
// has any effect (component, security[0], extension).
type Protection struct {
	Keyless  bool     // authentication is absent or switched off
	Schemes  []Scheme // in force; all of them must pass
	Methods  []string // in force besides: "hmac", "oidc", "custom"
	FallBack bool     // switched on, but nothing is in force: the gateway asks for an auth token in the Authorization header
}

// Protection tells how the document's API is protected. The document must have an extension.
func (d *Document) Protection() Protection {
	auth := d.Tyk.Server.Authentication
	if auth == nil || !auth.Enabled {
		return Protection{Keyless: true}
	}
	var p Protection
	for _, s := range d.Schemes() {
		if s.Tyk.Enabled && s.Kind != "" && s.InSecurity {
			p.Schemes = append(p.Schemes, s)
		}
	}
	if auth.HMAC != nil && auth.HMAC.Enabled {
		p.Methods = append(p.Methods, "hmac")
	}
	if auth.OIDC != nil && auth.OIDC.Enabled {
		p.Methods = append(p.Methods, "oidc")
	}
	if auth.Custom != nil && auth.Custom.Enabled {
		p.Methods = append(p.Methods, "custom")
	}
	p.FallBack = len(p.Schemes) == 0 && len(p.Methods) == 0
	return p
}

// Token returns the apiKey scheme of the auth tokens that the gateway asks for, if they are the only protection in force. Where it falls back to
// them there is no scheme: the token is in the Authorization header.
func (p Protection) Token() (s Scheme, ok bool) {
	if p.FallBack {
		return Scheme{}, true
	}
	if len(p.Methods) == 0 && len(p.Schemes) == 1 && p.Schemes[0].Kind == SchemeToken {
		return p.Schemes[0], true
	}
	return Scheme{}, false
}

// OAuth returns the scheme that makes the gateway this API's authorization server, if that is the only protection in force.
func (p Protection) OAuth() (Scheme, bool) {
	if len(p.Methods) == 0 && len(p.Schemes) == 1 && p.Schemes[0].Kind == SchemeOAuth {
		return p.Schemes[0], true
	}
	return Scheme{}, false
}
