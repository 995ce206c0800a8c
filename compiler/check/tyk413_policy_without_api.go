package check

import (
	"fmt"
	"slices"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
)

var _ = register(&Rule{
	Code:     "TYK413",
	Name:     "policy-without-api",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a definition gives its tokens policies that grant no access to it",
	Check:    checkPolicyWithoutAPI,
})

func checkPolicyWithoutAPI(p *Pass) {
	id, ok := p.written(apiIDAt)
	if !ok || len(p.Policies) == 0 {
		return
	}
	grants := func(policy *policies.Policy) bool { return policy.Partitions.Grants() && policy.Access(id) != nil }
	for _, use := range p.policyUses() {
		if use.how == useOne {
			p.eachPolicy(use, id, grants)
			continue
		}
		list, all := p.named(use)
		if !all || slices.ContainsFunc(list, grants) {
			continue
		}
		if len(list) == 1 {
			p.eachPolicy(use, id, grants)
			continue
		}
		d := p.ReportKey(use.at, "none of the policies in %s grants access to API %q: the gateway refuses the tokens that get them", use.at.Last(), id)
		d.Hint = fmt.Sprintf("add %q to access_rights of one of them", id)
	}
}

// eachPolicy reports the policies of a use that do not grant access, for uses in which a token gets one of them.
func (p *Pass) eachPolicy(use policyUse, id string, grants func(*policies.Policy) bool) {
	for _, ref := range use.refs {
		f, policy := p.policy(ref.id)
		if policy == nil || use.other || grants(policy) || !rightsRead(f, policy) {
			continue
		}
		d := p.Report(ref.at, "policy %q grants no access to API %q: the gateway refuses the tokens that get it", ref.id, id)
		d.Hint = fmt.Sprintf("add %q to access_rights of the policy", id)
		if policy.Access(id) != nil {
			d.Hint = "set partitions.acl to true in the policy: as it is, its access rights do not apply"
		}
		d.Related = policyHere(f, policy.At)
	}
}
