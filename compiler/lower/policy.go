package lower

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/source"
)

// policies appends the policies of all files, ordered by their ids. Limits and methods are kept as they are written: what they mean beside
// those of other policies is known when a session is made.
func (l *lowering) policies(files []*policies.File) error {
	type one struct {
		file   *policies.File
		policy *policies.Policy
	}
	var all []one
	for _, f := range files {
		if f.Incomplete {
			return fmt.Errorf("%s: not every policy could be read", f.Name)
		}
		for i := range f.Policies {
			all = append(all, one{f, &f.Policies[i]})
		}
	}
	slices.SortFunc(all, func(a, b one) int { return cmp.Compare(a.policy.ID, b.policy.ID) })
	for i, p := range all {
		if i > 0 && all[i-1].policy.ID == p.policy.ID {
			return fmt.Errorf("%s: policy %q is there twice", p.file.Name, p.policy.ID)
		}
		lowered, err := policy(p.policy)
		if err != nil {
			return fmt.Errorf("%s: policy %q: %w", p.file.Name, p.policy.ID, err)
		}
		lowered.Origin = l.originIn(p.file.Source, p.policy.At)
		l.plan.Policies = append(l.plan.Policies, lowered)
	}
	return nil
}

func policy(p *policies.Policy) (plan.Policy, error) {
	q := p.Partitions
	out := plan.Policy{
		ID: p.ID, Name: p.Name, OrgID: p.OrgID, Inactive: p.IsInactive, Limit: limit(&p.Limit),
		Partitions: plan.Partitions{Quota: q.Quota, Rate: q.RateLimit, Access: q.ACL, Complexity: q.Complexity, PerAPI: q.PerAPI},
		Tags:       p.Tags,
		KeyExpires: max(p.KeyExpiresIn, 0),
	}
	for i := range p.AccessRights {
		a := &p.AccessRights[i]
		if a.Key == "" {
			continue // no API has that id
		}
		right := plan.Access{APIID: a.Key}
		if a.Limit != nil {
			right.Limit = limit(&a.Limit.Limit)
		}
		for _, u := range a.AllowedURLs {
			right.Allowed = append(right.Allowed, plan.URLAccess{Pattern: u.URL, Methods: u.Methods})
		}
		out.Access = append(out.Access, right)
	}
	slices.SortFunc(out.Access, func(a, b plan.Access) int { return cmp.Compare(a.APIID, b.APIID) })
	var err error
	out.MetaData, err = object(p.MetaData)
	return out, err
}

func limit(l *policies.Limit) plan.Limit {
	return plan.Limit{
		Rate: l.Rate, Per: l.Per, QuotaMax: l.QuotaMax, QuotaRenewal: l.QuotaRenewalRate,
		ThrottleEvery: l.ThrottleInterval, ThrottleTimes: l.ThrottleRetryLimit,
	}
}

// object is a JSON object with its members in order, the same for all ways to write it; empty for none.
func object(n source.Node) (string, error) {
	if n.Kind() != source.Object || n.Len() == 0 {
		return "", nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(n.JSON(), &members); err != nil {
		return "", err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(members)
	return strings.TrimSuffix(b.String(), "\n"), err
}
