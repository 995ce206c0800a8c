package check

import (
	"maps"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK217",
	Name:     "base-identity-provider",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "with several methods of authentication, baseIdentityProvider says which one supplies the session",
	Fix:      FixUnsafe,
	Check:    checkBaseIdentityProvider,
})

// identityProviders are the values of baseIdentityProvider. Providers of external OAuth have none.
var identityProviders = map[string]string{
	string(oas.SchemeToken): "auth_token",
	string(oas.SchemeJWT):   "jwt_claim",
	string(oas.SchemeBasic): "basic_auth_user",
	string(oas.SchemeOAuth): "oauth_key",
	"hmac":                  "hmac_key",
	"oidc":                  "oidc_user",
	"custom":                "custom_auth",
}

func checkBaseIdentityProvider(p *Pass) {
	auth := p.Doc.Tyk.Server.Authentication
	if auth == nil || !auth.Enabled || p.compliant() {
		return
	}
	methods := p.methodsInForce()
	if len(methods) < 2 {
		return
	}
	var fitting []string
	for _, m := range methods {
		if v := identityProviders[m]; v != "" {
			fitting = append(fitting, v)
		}
	}
	settings, _ := p.Doc.File.Lookup(authenticationAt)
	value, judge := text(settings, "baseIdentityProvider")
	switch {
	case !judge || slices.Contains(fitting, value) || tyk.IsReference(value):
	case value == "":
		d := p.ReportKey(authenticationAt, "%d methods of authentication are in force, but baseIdentityProvider does not say which one supplies the session", len(methods))
		d.Hint = "add baseIdentityProvider: " + strings.Join(fitting, " or ")
		if len(fitting) == 1 && !settings.Get("baseIdentityProvider").Exists() {
			p.add(d, settings, "baseIdentityProvider", quoteJSON(fitting[0]))
		}
	case slices.Contains(slices.Collect(maps.Values(identityProviders)), value): // otherwise Load has reported it
		d := p.Report(authenticationAt+"/baseIdentityProvider", "baseIdentityProvider %q is not a method in force", value)
		d.Hint = "write " + strings.Join(fitting, " or ")
		if len(fitting) == 1 {
			p.write(d, fitting[0])
		}
	}
}

// methodsInForce returns the methods that must all pass, each once and sorted. Settings for the tokens of another authorization server (5.14)
// add to a method and are none.
func (p *Pass) methodsInForce() []string {
	protection := p.Doc.Protection()
	methods := protection.Methods
	for _, s := range protection.Schemes {
		if s.Kind != oas.SchemeOAuth2 {
			methods = append(methods, string(s.Kind))
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}
