package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK410",
	Name:     "policy-organisation",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a policy grants access to an API of another organisation",
	CheckSet: checkPolicyOrganisation,
})

const orgIDAt = oas.ExtensionPointer + "/info/orgId"

func checkPolicyOrganisation(p *Pass) {
	if len(p.Policies) == 0 {
		return
	}
	apis := p.apis()
	for f, policy := range p.policies() {
		for i := range policy.AccessRights {
			if doc := apis[policy.AccessRights[i].Key]; doc != nil && p.organisation(f, policy, doc) {
				break // once a policy
			}
		}
	}
}

// organisation compares a policy with an API that it grants access to, and tells whether they differ. Where one of them names none, somebody
// may fill it in on the way to the gateway.
func (p *Pass) organisation(f *policies.File, policy *policies.Policy, doc *oas.Document) bool {
	api, own := doc.Tyk.Info.OrgID, policy.OrgID
	if api == own || tyk.IsReference(api) || placeholder(api) != "" || placeholder(own) != "" {
		return false
	}
	at := policy.At + "/org_id"
	where := diag.Related{Message: "the API is here", At: doc.File.Key(apiIDAt)}
	var d *diag.Diagnostic
	switch {
	case own == "":
		d = p.reportPolicy(f, at, "policy %q names no organisation, but API %q is of %q: the gateway refuses the policy there", policy.ID, doc.Tyk.Info.ID, api)
	case api == "":
		d = p.reportPolicy(f, at, "policy %q is of organisation %q, but API %q names none: the gateway refuses the policy there", policy.ID, own, doc.Tyk.Info.ID)
	default:
		d = p.reportPolicy(f, at, "policy %q is of organisation %q, but API %q is of %q: the gateway refuses the policy there", policy.ID, own, doc.Tyk.Info.ID, api)
	}
	if own == "" || api == "" {
		d.Severity = diag.Warning
	}
	if api != "" {
		where.At = doc.File.At(orgIDAt)
	}
	d.Hint = "write the same organisation into org_id of the policy and info.orgId of the API"
	d.Related = []diag.Related{where}
	return true
}
