package policy

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"github.com/tykctl/tykctl/compiler/plan"
)

// Session merges policies and rules as Tyk does. The policies are those of the client; rules, when there are any, replace them: with the policies
// that they name, or with rights of their own. Rules with neither leave the client its policies, and without those open the API that
// issued the credential, apiID, and nothing else; so do no policies and no rules at all. A key of the admin API was issued by no API: its
// apiID is empty, and without rights it opens nothing.
//
// orgID is the organisation of the API that the credential is presented to: policies of another one are refused, and rights to APIs of another
// one come to nothing. Rights to APIs that the plan does not have are left out.
func (s *Set) Session(policyIDs []string, rules *Rules, apiID, orgID string) (*Session, error) {
	m := &merging{set: s, orgID: orgID, rights: map[string]*right{}}
	if rules == nil {
		rules = new(Rules)
	} else if rules.decide() {
		policyIDs = rules.Policies
	}
	m.limit = rules.Limit
	if len(policyIDs) == 0 {
		m.own(rules, apiID)
	} else if err := m.policies(policyIDs, rules); err != nil {
		return nil, err
	}
	rights := m.finish(len(policyIDs) > 0)
	if len(rights) == 0 && len(m.rights) == 0 {
		return nil, ErrNoRights
	}
	return &Session{
		Inactive: m.inactive || rules.Inactive,
		Alias:    rules.Alias,
		Tags:     union(m.tags, rules.Tags),
		MetaData: m.metaData(rules.MetaData),
		rights:   rights,
	}, nil
}

// merging is a session being made.
type merging struct {
	set      *Set
	orgID    string
	limit    plan.Limit        // of the session as a whole: for rights that nothing else limits
	rights   map[string]*right // by API id
	inactive bool
	tags     []string
	meta     []string // of the policies, in their order
}

// right is the right to call one API, being merged.
type right struct {
	limit   plan.Limit
	scope   string
	granted string           // the policy that has given access; those that add only limits give none
	rated   bool             // a policy has set the rate
	metered bool             // a policy has set the quota
	allowed []plan.URLAccess // each pattern once
	byURL   map[string]int   // into allowed
}

// own takes the rights of rules without policies.
func (m *merging) own(rules *Rules, apiID string) {
	for _, a := range rules.Access {
		r := &right{limit: a.Limit, granted: a.APIID, rated: true, metered: true}
		r.admit(a.Allowed)
		if a.Limit != (plan.Limit{}) {
			r.scope = a.APIID
		}
		m.rights[a.APIID] = r
	}
	if len(rules.Access) == 0 && apiID != "" {
		m.rights[apiID] = &right{granted: apiID, rated: true, metered: true}
	}
}

// policies applies policies one after the other. Of several one that does not exist is passed over.
func (m *merging) policies(ids []string, rules *Rules) error {
	list := make([]*plan.Policy, 0, len(ids))
	perAPI, partitioned := false, false
	for _, id := range ids {
		p, ok := m.set.Policy(id)
		if !ok {
			continue
		}
		if p.OrgID != m.orgID {
			return ErrOrganisation
		}
		parts := partitionsOf(p)
		partitioned = partitioned || parts.some
		perAPI = perAPI || p.Partitions.PerAPI && (parts.some || len(p.Access) > 0)
		list = append(list, p)
	}
	switch {
	case len(list) == 0:
		return ErrNoPolicy
	case perAPI && partitioned:
		return ErrPartitions
	case !rules.limits():
		m.limit = list[0].Limit // a token without rules has copied those of its policy
	}
	m.clear(list)
	for _, p := range list {
		if p.Partitions.PerAPI {
			m.perAPI(p)
		} else {
			m.partitions(p)
		}
		m.inactive = m.inactive || p.Inactive
		m.tags = append(m.tags, p.Tags...)
		if p.MetaData != "" {
			m.meta = append(m.meta, p.MetaData)
		}
	}
	return nil
}

// clear empties the limits of the session that a policy is going to set: otherwise higher ones of its own would win.
func (m *merging) clear(list []*plan.Policy) {
	for _, p := range list {
		parts := partitionsOf(p)
		if parts.quota {
			m.limit.QuotaMax = 0
		}
		if parts.rate {
			m.limit.Rate, m.limit.Per, m.limit.ThrottleEvery, m.limit.ThrottleTimes = 0, 0, 0, 0
		}
	}
}

// parts is what of a policy applies.
type parts struct{ some, access, rate, quota bool }

func partitionsOf(p *plan.Policy) parts {
	q := p.Partitions
	some := q.Access || q.Rate || q.Quota || q.Complexity
	return parts{some: some, access: !some || q.Access, rate: !some || q.Rate, quota: !some || q.Quota}
}

// perAPI applies a policy whose access rights have limits of their own. An access right without any has those of the policy, counted for all
// such rights of the policy together.
func (m *merging) perAPI(p *plan.Policy) {
	for i := range p.Access {
		a := &p.Access[i]
		r := &right{limit: a.Limit, scope: a.APIID, rated: true, metered: true}
		if a.Limit == (plan.Limit{}) {
			r.limit, r.scope = p.Limit, p.ID
		}
		r.granted = r.scope
		r.admit(a.Allowed)
		if before := m.rights[a.APIID]; before != nil {
			r.limit = raised(r.limit, before.limit)
		}
		m.rights[a.APIID] = r
	}
}

// partitions applies a policy, or those parts of it that count. The limits of its access rights do not.
func (m *merging) partitions(p *plan.Policy) {
	parts := partitionsOf(p)
	for i := range p.Access {
		a := &p.Access[i]
		r := m.rights[a.APIID]
		if r == nil {
			r = &right{}
			m.rights[a.APIID] = r
		}
		if parts.access {
			r.admit(a.Allowed)
			r.granted = p.ID
		}
		if parts.quota {
			r.metered = true
			raiseQuota(&r.limit, &p.Limit)
			raiseQuota(&m.limit, &p.Limit)
		}
		if parts.rate {
			r.rated = true
			raiseRate(&r.limit, &p.Limit)
			raiseRate(&m.limit, &p.Limit)
		}
	}
	if len(p.Access) > 0 {
		return
	}
	// A policy without access rights is there for what others leave open.
	if parts.rate {
		setRate(&m.limit, &p.Limit)
	}
	if parts.quota {
		m.limit.QuotaMax, m.limit.QuotaRenewal = p.Limit.QuotaMax, p.Limit.QuotaRenewal
	}
}

// admit adds the allowed URLs of an access right: of a URL that is there already only the methods.
func (r *right) admit(list []plan.URLAccess) {
	if r.byURL == nil && len(list) > 0 {
		r.byURL = make(map[string]int, len(list))
	}
	for _, u := range list {
		i, known := r.byURL[u.Pattern]
		if !known {
			r.byURL[u.Pattern] = len(r.allowed)
			r.allowed = append(r.allowed, plan.URLAccess{Pattern: u.Pattern, Methods: slices.Clone(u.Methods)})
			continue
		}
		for _, method := range u.Methods {
			if !slices.Contains(r.allowed[i].Methods, method) {
				r.allowed[i].Methods = append(r.allowed[i].Methods, method)
			}
		}
	}
}

// finish gives each right what it has not got of its own, and finds the APIs. What policies gave no access to is no right.
func (m *merging) finish(policies bool) map[plan.APIID]*Right {
	givers := map[string]bool{}
	for id, r := range m.rights {
		if r.granted == "" {
			delete(m.rights, id)
			continue
		}
		givers[r.granted] = true
	}
	rights := make(map[plan.APIID]*Right, len(m.rights))
	for id, r := range m.rights {
		api, ok := m.set.apis[id]
		if !ok || policies && m.set.plan.APIs[api].OrgID != m.orgID {
			continue
		}
		if !r.rated {
			setRate(&r.limit, &m.limit)
		}
		if !r.metered {
			r.limit.QuotaMax, r.limit.QuotaRenewal = m.limit.QuotaMax, m.limit.QuotaRenewal
		}
		if r.limit == (plan.Limit{}) {
			r.limit = m.limit
		}
		if policies && len(givers) > 1 && r.scope == "" {
			r.scope = r.granted // rights of several policies are counted for each policy
		}
		rights[api] = m.set.right(r)
	}
	return rights
}

func (s *Set) right(r *right) *Right {
	out := &Right{Limit: normal(r.limit), Scope: r.scope, restricted: len(r.allowed) > 0}
	for _, u := range r.allowed {
		out.allowed = append(out.allowed, allowed{pattern: s.pattern(u.Pattern), methods: u.Methods})
	}
	return out
}

// metaData merges objects: those of policies replace members of the rules', later policies those of earlier ones.
func (m *merging) metaData(rules string) string {
	if len(m.meta) == 0 {
		return rules
	}
	all := map[string]json.RawMessage{}
	for _, text := range append([]string{rules}, m.meta...) {
		var one map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &one) == nil {
			maps.Copy(all, one)
		}
	}
	text, err := objectText(all)
	if err != nil {
		return "" // cannot be: everything in it was read as JSON
	}
	return text
}

// union is what is in either list, sorted.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.SortFunc(all, cmp.Compare[string])
	return slices.Compact(all)
}
