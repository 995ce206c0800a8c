package check

import "github.com/tykctl/tykctl/oas/diag"

var _ = register(&Rule{
	Code:     "TYK408",
	Name:     "partitions",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a policy has per_api together with other partitions, which the gateway does not apply",
	CheckSet: checkPartitions,
})

func checkPartitions(p *Pass) {
	for f, policy := range p.policies() {
		parts := policy.Partitions
		if !parts.PerAPI || !parts.Partitioned() {
			continue
		}
		other := "quota"
		switch {
		case parts.ACL:
			other = "acl"
		case parts.RateLimit:
			other = "rate_limit"
		case parts.Complexity:
			other = "complexity"
		}
		p.reportPolicy(f, policy.At+"/partitions/per_api", "policy %q has partitions per_api and %s: the gateway refuses every token that it is applied to",
			policy.ID, other).Hint = "set per_api to false, or the other partitions: per_api applies all of the policy"
	}
}
