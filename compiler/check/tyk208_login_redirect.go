package check

import (
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK208",
	Name:     "login-redirect",
	Severity: diag.Error, // warnings for placeholders, plain http and a query
	Since:    "0.1",
	Summary:  "the authorization code flow needs the URL of a login page in authLoginRedirect",
	Check:    checkLoginRedirect,
})

func checkLoginRedirect(p *Pass) {
	for _, s := range p.oauthSchemes() {
		value, judge := text(s.settings, "authLoginRedirect")
		switch {
		case !s.hasCodeFlow() || !judge || tyk.IsReference(value):
		case !s.settings.Get("authLoginRedirect").Exists():
			p.ReportKey(s.At(), "authLoginRedirect of security scheme %q is missing: the authorizationCode flow has no login page to go to", s.Name).
				Hint = "write the absolute URL of the login page of the identity server"
		default:
			p.loginRedirect(s, value)
		}
	}
}

func (p *Pass) loginRedirect(s scheme, value string) {
	at := s.At() + "/authLoginRedirect"
	if part := placeholder(value); part != "" {
		d := p.Report(at, "authLoginRedirect %s looks like a placeholder: %q", quoted(value), part)
		d.Severity = diag.Warning
		d.Hint = "write the URL of the login page of your identity server"
		return
	}
	if fault := notAbsolute(value); fault != "" {
		p.Report(at, "authLoginRedirect %s %s", quoted(value), fault).
			Hint = "browsers are sent there to log in: write the whole URL, such as \"https://login.example.com/\""
		return
	}
	if inClear(value) {
		d := p.Report(at, "authLoginRedirect %s is plain http: whoever is on the way can read the login, or put a page of his own there", quoted(value))
		d.Severity = diag.Warning
		d.Hint = "use https"
	}
	if strings.Contains(value, "?") {
		d := p.Report(at, "authLoginRedirect %s has a query, and Tyk appends a second one with another %q", quoted(value), "?")
		d.Severity = diag.Warning
		d.Hint = "put what the login page needs into the path"
	}
}
