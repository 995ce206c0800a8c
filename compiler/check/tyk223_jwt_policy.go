package check

import (
	"cmp"
	"slices"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/schemas"
)

var _ = register(&Rule{
	Code:     "TYK223",
	Name:     "jwt-policy",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "it is not said which policy applies to a JSON web token",
	Check:    checkJWTPolicy,
})

// policySources are the fields from which the policy of a token is taken.
var policySources = []string{"policyFieldName", "basePolicyClaims", "clientBaseField", "defaultPolicies"}

// scopesAlone is the release from which scopes are a source too. Before it they were looked at when one of the others had found a policy.
const scopesAlone = "5.11"

func checkJWTPolicy(p *Pass) {
	for _, s := range p.enabledSchemes() {
		if s.Kind != oas.SchemeJWT || s.Tyk.Source == "" && len(s.Tyk.JWKSURIs) == 0 {
			continue // without either, each token belongs to a key that the gateway has, with its policies
		}
		given := func(name string) bool {
			n := s.settings.Get(name)
			return misspelt(s.settings, name) || n.Kind() == source.String && n.Text() != "" || n.Len() > 0
		}
		switch {
		case slices.ContainsFunc(policySources, given):
		case given("scopes"):
			if schemas.Later(scopesAlone, cmp.Or(p.Target, oldestTarget)) {
				p.ReportKey(s.At(), "security scheme %q takes policies from scopes alone: Tyk Gateway before %s refuses all tokens", s.Name, scopesAlone).
					Hint = "list defaultPolicies too; they apply to tokens without a scope"
			}
		default:
			p.ReportKey(s.At(), "security scheme %q does not say which policy applies to a token: the gateway refuses them all", s.Name).
				Hint = "name the claim that holds the policy in policyFieldName, or list defaultPolicies"
		}
	}
}
