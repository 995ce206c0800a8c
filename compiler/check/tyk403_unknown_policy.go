package check

import (
	"fmt"
	"slices"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
)

var _ = register(&Rule{
	Code:     "TYK403",
	Name:     "unknown-policy",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a definition names a policy that is not in the policies files",
	Check:    checkUnknownPolicy,
})

func checkUnknownPolicy(p *Pass) {
	unread := func(f *policies.File) bool { return f.Incomplete }
	if len(p.Policies) == 0 || slices.ContainsFunc(p.Policies, unread) {
		return // TYK401 has spoken; the policy may be in what it speaks of
	}
	var ids []string
	g := newGuesses()
	for _, use := range p.policyUses() {
		for _, ref := range use.refs {
			if _, found := p.policy(ref.id); found != nil {
				continue
			}
			if ids == nil {
				for _, policy := range p.policies() {
					ids = append(ids, policy.ID)
				}
			}
			d := p.Report(ref.at, "policy %q is not in %s", ref.id, p.policyFileNames())
			d.Hint = "add the policy, or name another one"
			if near := g.meant(ref.id, ids); near != "" {
				d.Hint = fmt.Sprintf("did you mean %q?", near)
			}
		}
	}
}
