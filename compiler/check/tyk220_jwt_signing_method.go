package check

import (
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK220",
	Name:     "jwt-signing-method",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "signingMethod is none that the gateway knows",
	Fix:      FixUnsafe,
	Check:    checkSigningMethod,
})

var signingMethods = []string{"hmac", "rsa", "ecdsa"}

func checkSigningMethod(p *Pass) {
	for n, external := range p.jwtSettings() {
		value, judge := text(n, "signingMethod")
		switch {
		case !judge || slices.Contains(signingMethods, value):
		case value == "" && external: // Load has said so
		case value == "":
			d := p.ReportKey(n.Pointer(), "there is no signingMethod: the gateway takes tokens signed with HMAC alone")
			d.Hint = "write hmac, rsa or ecdsa, as the issuer signs"
			d.Severity = diag.Warning
		default:
			if _, ok := known(n.Get("signingMethod")); ok {
				d := p.Report(n.Pointer().Child("signingMethod"), "signingMethod %q is unknown: the gateway takes it for hmac", value)
				d.Hint = "write " + signingFamily(value)
				if family := signingFamily(value); slices.Contains(signingMethods, family) {
					p.write(d, family)
				}
				if slices.Contains(signingMethods, strings.ToLower(value)) {
					d.Severity = diag.Warning // some readers of definitions take any case
				}
			}
		}
	}
}

// signingFamily is what to write for the name of an algorithm as tokens have it, such as RS256.
func signingFamily(value string) string {
	switch upper := strings.ToUpper(value); {
	case strings.HasPrefix(upper, "RS"), strings.HasPrefix(upper, "PS"):
		return "rsa"
	case strings.HasPrefix(upper, "ES"), strings.HasPrefix(upper, "EC"):
		return "ecdsa"
	case strings.HasPrefix(upper, "HS"), strings.HasPrefix(upper, "HM"):
		return "hmac"
	}
	return "hmac, rsa or ecdsa, as the issuer signs"
}
