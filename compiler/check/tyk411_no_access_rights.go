package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK411",
	Name:     "no-access-rights",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a policy grants access to no API",
	CheckSet: checkNoAccessRights,
})

func checkNoAccessRights(p *Pass) {
	for f, policy := range p.policies() {
		if len(policy.AccessRights) == 0 && policy.Partitions.Grants() && rightsRead(f, policy) {
			p.reportPolicy(f, policy.At+"/access_rights", "policy %q grants access to no API: the gateway refuses every token that has it alone", policy.ID).
				Hint = "add access_rights; of a policy that only adds limits to others, set partitions.rate_limit or partitions.quota"
		}
	}
}

// rightsRead reports whether a policy's access rights are what they were meant to be: TYK401 speaks of a policy that is no object, and of
// access rights of another type or name.
func rightsRead(f *policies.File, policy *policies.Policy) bool {
	n, _ := f.Source.Lookup(policy.At)
	rights := n.Get("access_rights")
	empty := !rights.Exists() || rights.Kind() == source.Null
	return n.Kind() == source.Object && (empty || rights.Kind() == source.Object) && !misspelt(n, "access_rights")
}
