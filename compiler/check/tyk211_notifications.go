package check

import (
	"net/url"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK211",
	Name:     "notifications",
	Severity: diag.Error, // warnings and information for what works, but not well
	Since:    "0.1",
	Summary:  "notifications need the absolute URL of a receiver, https and a shared secret",
	Check:    checkNotifications,
})

func checkNotifications(p *Pass) {
	for _, s := range p.oauthSchemes() {
		n := s.settings.Get("notifications")
		if n.Kind() != source.Object {
			continue
		}
		receiver, judgeURL := text(n, "onKeyChangeUrl")
		secret, judgeSecret := text(n, "sharedSecret")
		if !judgeURL {
			continue
		}
		if receiver == "" {
			p.noReceiver(n, secret)
			continue
		}
		p.receiver(n.Pointer().Child("onKeyChangeUrl"), receiver)
		if secret == "" && judgeSecret {
			d := p.ReportKey(n.Pointer(), "notifications have no sharedSecret: the receiver cannot tell them from forged ones")
			d.Severity = diag.Warning
			d.Hint = "add a sharedSecret; the gateway sends it in the X-Tyk-Shared-Secret header"
		}
		if s.onlyClientCredentials() {
			d := p.ReportKey(n.Pointer(), "notifications are documented for authorizationCode and password, only clientCredentials is declared")
			d.Severity = diag.Info
			d.Hint = "Gateway 5.8 sends them all the same, without a refresh token"
		}
	}
}

// noReceiver reports a secret without a receiver. Both are empty in what the Dashboard writes for notifications that are not used.
func (p *Pass) noReceiver(n source.Node, secret string) {
	if secret == "" {
		return
	}
	d := p.ReportKey(n.Pointer(), "notifications have a sharedSecret but no onKeyChangeUrl: nothing is sent")
	d.Severity = diag.Warning
	d.Hint = "add onKeyChangeUrl, or remove notifications"
}

func (p *Pass) receiver(at source.Pointer, value string) {
	if tyk.IsReference(value) {
		return
	}
	if part := placeholder(value); part != "" {
		d := p.Report(at, "onKeyChangeUrl %s looks like a placeholder: %q", quoted(value), part)
		d.Severity = diag.Warning
		d.Hint = "write the URL of the receiver of your notifications, or remove them"
		return
	}
	if fault := notAbsolute(withoutExtras(value)); fault != "" {
		p.Report(at, "onKeyChangeUrl %s %s", quoted(value), fault).
			Hint = "write the whole URL, such as \"https://hooks.example.com/tokens\""
		return
	}
	if inClear(value) {
		d := p.Report(at, "onKeyChangeUrl %s is plain http: access and refresh tokens travel in clear", quoted(value))
		d.Severity = diag.Warning
		d.Hint = "use https"
	}
}

// withoutExtras removes what a login page must not have but a receiver may: credentials, which are sent along, and a fragment, which
// is not.
func withoutExtras(value string) string {
	u, err := url.Parse(value)
	if err != nil || u.User == nil && u.Fragment == "" {
		return value
	}
	u.User, u.Fragment = nil, ""
	return u.String()
}
