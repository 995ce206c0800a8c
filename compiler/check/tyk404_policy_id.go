package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK404",
	Name:     "policy-id",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "two policies have the same id, or a policy has two",
	CheckSet: checkPolicyID,
})

func checkPolicyID(p *Pass) {
	first := map[string]source.Range{}
	taken := func(id string, place, other source.Range, at source.Pointer) {
		d := p.report(at, place, "policy %q is there twice: the gateway keeps one of them", []any{id})
		d.Hint = "give each policy an id of its own"
		d.Related = []diag.Related{{Message: "first given here", At: other}}
	}
	for _, f := range p.policyFiles() {
		for _, problem := range f.Source.Problems() {
			if problem.Kind == source.DuplicateKey && f.Form == policies.ByID && problem.Pointer.Parent() == "" {
				taken(problem.Key, problem.At, problem.First, problem.Pointer)
			}
		}
	}
	for f, policy := range p.policies() {
		if policy.ID == "" {
			continue
		}
		at := policy.At
		if f.Form != policies.ByID {
			at += "/id"
		}
		place := policyPlace(f, at)
		if other, ok := first[policy.ID]; ok {
			taken(policy.ID, place, other, at)
		} else {
			first[policy.ID] = place
		}
		if policy.WrittenID != "" && policy.WrittenID != policy.ID {
			d := p.reportPolicy(f, policy.At+"/id", "the policy is kept as %q, but its id says %q: the former counts", policy.ID, policy.WrittenID)
			d.Severity = diag.Warning
			d.Hint = "write the same id in both places, or leave it out inside"
		}
	}
}
