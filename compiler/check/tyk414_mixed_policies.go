package check

import "github.com/tykctl/tykctl/oas/diag"

var _ = register(&Rule{
	Code:     "TYK414",
	Name:     "mixed-policies",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a definition gives one token a policy with per_api and one with other partitions",
	Check:    checkMixedPolicies,
})

func checkMixedPolicies(p *Pass) {
	for _, use := range p.policyUses() {
		if use.how == useOne {
			continue
		}
		var perAPI, partitioned *policyRef
		for i, ref := range use.refs {
			_, policy := p.policy(ref.id)
			switch {
			case policy == nil || policy.Partitions.PerAPI && policy.Partitions.Partitioned(): // TYK403, TYK408
			case policy.Partitions.PerAPI && len(policy.AccessRights) > 0 && perAPI == nil:
				perAPI = &use.refs[i]
			case policy.Partitions.Partitioned() && partitioned == nil:
				partitioned = &use.refs[i]
			}
		}
		if perAPI == nil || partitioned == nil {
			continue
		}
		later, earlier := perAPI, partitioned
		if p.Doc.File.At(later.at).Start.Offset < p.Doc.File.At(earlier.at).Start.Offset {
			later, earlier = earlier, later
		}
		who := "the gateway refuses the token"
		if use.how == useScopes {
			who = "the gateway refuses a token that has both scopes"
		}
		d := p.Report(later.at, "policy %q limits per_api, policy %q by other partitions: %s", perAPI.id, partitioned.id, who)
		if use.how == useScopes {
			d.Severity = diag.Warning
		}
		d.Hint = "make them alike: per_api in both, or in neither"
		d.Related = []diag.Related{{Message: "the other policy is named here", At: p.Doc.File.At(earlier.at)}}
	}
}
