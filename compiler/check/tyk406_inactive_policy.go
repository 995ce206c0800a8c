package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK406",
	Name:     "inactive-policy",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a definition names a policy that is inactive or a draft",
	Check:    checkInactivePolicy,
})

func checkInactivePolicy(p *Pass) {
	for _, use := range p.policyUses() {
		for _, ref := range use.refs {
			f, policy := p.policy(ref.id)
			if policy == nil {
				continue
			}
			active, _ := f.Source.Lookup(policy.At + "/active")
			var d *diag.Diagnostic
			switch {
			case policy.IsInactive:
				d = p.Report(ref.at, "policy %q is inactive: the gateway refuses every token that it is applied to", ref.id)
				d.Hint = "remove is_inactive from the policy, or name another one"
				d.Related = policyHere(f, policy.At+"/is_inactive")
			case active.Kind() == source.Bool && !policy.Active:
				d = p.Report(ref.at, "policy %q has active: false, which the gateway ignores: the policy applies", ref.id)
				d.Hint = "set is_inactive to true in the policy to refuse its tokens, or active to true"
				d.Related = policyHere(f, policy.At+"/active")
			case policy.State != "" && policy.State != "active":
				d = p.Report(ref.at, "policy %q has state %q, which the gateway ignores: the policy applies", ref.id, policy.State)
				d.Hint = "set is_inactive to true in the policy to refuse its tokens, or leave state out"
				d.Related = policyHere(f, policy.At+"/state")
			}
		}
	}
}
