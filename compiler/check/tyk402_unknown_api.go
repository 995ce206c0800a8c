package check

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
)

var _ = register(&Rule{
	Code:     "TYK402",
	Name:     "unknown-api",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a policy grants access to an API that no definition has",
	CheckSet: checkUnknownAPI,
})

// checkUnknownAPI cannot know whether it sees every definition. An id that is nearly that of a definition is reported in any case, others
// only where at least as many APIs of the policies are known: then these are no definitions that are merely checked apart.
func checkUnknownAPI(p *Pass) {
	if len(p.Policies) == 0 {
		return
	}
	type right struct {
		file   *policies.File
		policy *policies.Policy
		access *policies.Access
	}
	apis := p.apis()
	var missing []right
	known, unknown := map[string]bool{}, map[string]bool{}
	for f, policy := range p.policies() {
		for i := range policy.AccessRights {
			a := &policy.AccessRights[i]
			switch {
			case apis[a.Key] != nil:
				known[a.Key] = true
			case placeholder(a.Key) == "":
				unknown[a.Key] = true
				missing = append(missing, right{f, policy, a})
			}
		}
	}
	ids := slices.Sorted(maps.Keys(apis))
	g := newGuesses()
	for _, r := range missing {
		near := g.meant(r.access.Key, ids)
		if near == "" && len(known) < len(unknown) {
			continue
		}
		d := p.reportPolicy(r.file, r.access.At, "policy %q grants access to API %q, which no definition has", r.policy.ID, r.access.Key)
		d.Hint = "write the info.id of an API, or remove the access right"
		if near != "" {
			d.Hint = fmt.Sprintf("did you mean %q?", near)
		}
	}
}
