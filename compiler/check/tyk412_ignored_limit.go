package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
)

var _ = register(&Rule{
	Code:     "TYK412",
	Name:     "ignored-limit",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "the limit of a single API in a policy is ignored, as partitions.per_api is not set",
	CheckSet: checkIgnoredLimit,
})

func checkIgnoredLimit(p *Pass) {
	for f, policy := range p.policies() {
		if policy.Partitions.PerAPI {
			continue
		}
		for i := range policy.AccessRights {
			a := &policy.AccessRights[i]
			if a.Limit != nil && limitsOtherwise(a.Limit.Limit, policy.Limit) {
				p.reportPolicy(f, a.Limit.At, "the limit of API %q is ignored without partitions.per_api: policy %q limits all of its APIs together", a.Key, policy.ID).
					Hint = "set partitions.per_api to true and the other partitions to false, or remove the limit"
			}
		}
	}
}

// limitsOtherwise reports whether a limit sets a rate or a quota, and another one than the policy: the Dashboard repeats that of the policy.
func limitsOtherwise(own, policy policies.Limit) bool {
	rate := own.Rate > 0 && own.Per > 0 && (own.Rate != policy.Rate || own.Per != policy.Per)
	quota := own.QuotaMax > 0 && (own.QuotaMax != policy.QuotaMax || own.QuotaRenewalRate != policy.QuotaRenewalRate)
	return rate || quota
}
