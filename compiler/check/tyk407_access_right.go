package check

import (
	"fmt"
	"strings"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK407",
	Name:     "access-right",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "an access right is for another API or version than it seems",
	CheckSet: checkAccessRight,
})

func checkAccessRight(p *Pass) {
	if len(p.Policies) == 0 {
		return
	}
	apis := p.apis()
	for f, policy := range p.policies() {
		for i := range policy.AccessRights {
			a := &policy.AccessRights[i]
			if a.APIID != "" && a.APIID != a.Key {
				p.reportPolicy(f, a.At+"/api_id", "api_id is %q, but the access right is kept as %q: the latter counts", a.APIID, a.Key).
					Hint = "write the same id in both places"
			}
			if doc := apis[a.Key]; doc != nil {
				p.accessVersions(f, policy, a, doc)
			}
		}
	}
}

// accessVersions looks at the versions of an access right. A definition holds one version: the others are APIs of their own.
func (p *Pass) accessVersions(f *policies.File, policy *policies.Policy, a *policies.Access, doc *oas.Document) {
	versioning := doc.Tyk.Info.Versioning
	if versioning == nil || !versioning.Enabled {
		return // versions mean nothing
	}
	for i, name := range a.Versions {
		if name == "" || strings.EqualFold(name, "Default") || name == versioning.Name {
			continue
		}
		at := (a.At + "/versions").Item(i)
		id, ok := versionID(versioning, name)
		if !ok {
			d := p.reportPolicy(f, at, "API %q has no version %q", a.Key, name)
			d.Hint = "name a version of info.versioning.versions, or leave it out"
			d.Related = []diag.Related{{Message: "the versions are here", At: doc.File.Key(versioningAt)}}
			continue
		}
		if id != "" && policy.Access(id) == nil && !tyk.IsReference(id) {
			p.reportPolicy(f, at, "version %q of API %q is API %q, to which the policy grants no access", name, a.Key, id).
				Hint = fmt.Sprintf("add an access right for %q", id)
		}
	}
}

const versioningAt source.Pointer = oas.ExtensionPointer + "/info/versioning"

func versionID(v *tyk.Versioning, name string) (string, bool) {
	for _, version := range v.Versions {
		if version.Name == name {
			return version.ID, true
		}
	}
	return "", false
}
