package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK213",
	Name:     "authentication-fallback",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "authentication is on without any method, so the gateway asks for an auth token",
	Check:    checkFallback,
})

func checkFallback(p *Pass) {
	if !p.fallsBack() || len(p.enabledSchemes()) > 0 {
		return // rules about the enabled schemes say what is wrong with each
	}
	auth, _ := p.Doc.File.Lookup(authenticationAt)
	if auth.Get("certificateAuth").Get("enabled").Bool() || !methodsReadable(auth) {
		return
	}
	p.Report(authenticationAt+"/enabled", "authentication is on, but no method is: the gateway asks for an auth token in the Authorization header").
		Hint = "enable a security scheme, describe the auth token as an apiKey scheme, or set enabled to false if everybody may call the API"
}

// methodsReadable reports whether every method says clearly whether it is on; if not, Load has reported it.
func methodsReadable(auth source.Node) bool {
	readable := func(n source.Node) bool { return !n.Exists() || n.Get("enabled").Kind() == source.Bool }
	for _, s := range auth.Get("securitySchemes").Members() {
		if !readable(s) {
			return false
		}
	}
	for _, name := range []string{"hmac", "oidc", "custom", "securitySchemes"} {
		if misspelt(auth, name) || name != "securitySchemes" && !readable(auth.Get(name)) {
			return false
		}
	}
	return true
}
