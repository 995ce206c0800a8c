package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK209",
	Name:     "no-token-source",
	Severity: diag.Error, // a warning where the gateway does not refuse, but lets nobody in
	Since:    "0.1",
	Summary:  "a security scheme needs header, query or cookie to take the credential from",
	Fix:      FixUnsafe,
	Check:    checkTokenSources,
})

func checkTokenSources(p *Pass) {
	for _, s := range p.enabledSchemes() {
		switch what := "security scheme " + quoted(s.Name); s.Kind {
		case oas.SchemeOAuth, oas.SchemeJWT:
			p.tokenSource(s.settings, what, s.Tyk.AuthSources, diag.Error)
		case oas.SchemeBasic:
			if body := s.Tyk.ExtractCredentialsFromBody; body == nil || !body.Enabled {
				p.tokenSource(s.settings, what, s.Tyk.AuthSources, diag.Warning)
			}
		case oas.SchemeExternalOAuth:
			p.tokenSource(s.settings, what, s.Tyk.AuthSources, diag.Warning)
		case oas.SchemeToken, oas.SchemeOAuth2, oas.SchemeUnknown: // apiKey says itself where the key is
		}
	}
	auth := p.Doc.Tyk.Server.Authentication
	if auth == nil || !auth.Enabled {
		return
	}
	settings, _ := p.Doc.File.Lookup(authenticationAt)
	if m := auth.HMAC; m != nil && m.Enabled {
		p.tokenSource(settings.Get("hmac"), "hmac", m.AuthSources, diag.Error)
	}
	if m := auth.OIDC; m != nil && m.Enabled {
		p.tokenSource(settings.Get("oidc"), "oidc", m.AuthSources, diag.Error)
	}
}

func (p *Pass) tokenSource(settings source.Node, what string, sources tyk.AuthSources, severity diag.Severity) {
	if sources.Any() || !sourcesReadable(settings) {
		return
	}
	then := "the gateway refuses the definition"
	if severity < diag.Error {
		then = "no request can pass"
	}
	var d *diag.Diagnostic
	if off := settings.Get("header").Get("enabled"); off.Exists() {
		d = p.Report(off.Pointer(), "%s takes its credential from nowhere, header, query and cookie are all off: %s", what, then)
		e, ok := off.ReplaceValue("true")
		d.Offer("switch header on", e, ok)
	} else {
		d = p.ReportKey(settings.Pointer(), "%s takes its credential from nowhere, it has no header, query or cookie that is on: %s", what, then)
		p.add(d, settings, "header", `{"enabled": true, "name": "Authorization"}`)
	}
	d.Severity = severity
	d.Hint = "write header: {enabled: true, name: Authorization}"
}

// sourcesReadable reports whether what is written of the sources is of the right form: if not, Load has said so.
func sourcesReadable(settings source.Node) bool {
	for _, name := range []string{"header", "query", "cookie"} {
		n := settings.Get(name)
		if misspelt(settings, name) || n.Exists() && n.Get("enabled").Kind() != source.Bool {
			return false
		}
	}
	return settings.Kind() == source.Object
}
