package policy

import (
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/tykctl/tykctl/compiler/plan"
)

// limit holds the members of a limit in Tyk's form.
type limit struct {
	Rate               float64 `json:"rate"`
	Per                float64 `json:"per"`
	QuotaMax           int64   `json:"quota_max"`
	QuotaRenewalRate   int64   `json:"quota_renewal_rate"`
	ThrottleInterval   float64 `json:"throttle_interval"`
	ThrottleRetryLimit int     `json:"throttle_retry_limit"`
}

func (l *limit) plan() plan.Limit {
	return plan.Limit{
		Rate: l.Rate, Per: l.Per, QuotaMax: l.QuotaMax, QuotaRenewal: l.QuotaRenewalRate,
		ThrottleEvery: l.ThrottleInterval, ThrottleTimes: l.ThrottleRetryLimit,
	}
}

func wireLimit(l plan.Limit) limit {
	return limit{
		Rate: l.Rate, Per: l.Per, QuotaMax: l.QuotaMax, QuotaRenewalRate: l.QuotaRenewal,
		ThrottleInterval: l.ThrottleEvery, ThrottleRetryLimit: l.ThrottleTimes,
	}
}

// access is an access right in Tyk's form. Its key in access_rights is the id that counts.
type access struct {
	APIID       string       `json:"api_id"`
	AllowedURLs []allowedURL `json:"allowed_urls,omitempty"`
	Limit       *limit       `json:"limit,omitempty"`
}

type allowedURL struct {
	URL     string   `json:"url"`
	Methods []string `json:"methods"`
}

// accessOf returns access rights in the order of a plan.
func accessOf(rights map[string]access) ([]plan.Access, error) {
	var list []plan.Access
	for id, a := range rights {
		if id == "" {
			return nil, fmt.Errorf("access_rights has an empty API id")
		}
		right := plan.Access{APIID: id}
		if a.Limit != nil {
			right.Limit = a.Limit.plan()
		}
		for _, u := range a.AllowedURLs {
			if _, err := regexp.Compile(u.URL); err != nil {
				return nil, fmt.Errorf("access_rights.%s.allowed_urls: %q is no regular expression", id, u.URL)
			}
			right.Allowed = append(right.Allowed, plan.URLAccess{Pattern: u.URL, Methods: u.Methods})
		}
		list = append(list, right)
	}
	sortAccess(list)
	return list, nil
}

// wirePolicy is a policy as Tyk writes it, as far as it is kept here.
type wirePolicy struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	OrgID string `json:"org_id"`
	limit
	AccessRights map[string]access          `json:"access_rights"`
	Partitions   wirePartitions             `json:"partitions"`
	Active       bool                       `json:"active"` // says nothing in Tyk, and is always sent
	IsInactive   bool                       `json:"is_inactive"`
	Tags         []string                   `json:"tags"`
	MetaData     map[string]json.RawMessage `json:"meta_data"`
	KeyExpiresIn int64                      `json:"key_expires_in"`
}

type wirePartitions struct {
	Quota      bool `json:"quota"`
	RateLimit  bool `json:"rate_limit"`
	Complexity bool `json:"complexity"`
	ACL        bool `json:"acl"`
	PerAPI     bool `json:"per_api"`
}

// ParsePolicy reads a policy in Tyk's form, as the admin API takes it. The errors are those of ParseRules.
func ParsePolicy(data []byte) (*plan.Policy, error) {
	var w wirePolicy
	if err := parseObject(data, &w); err != nil {
		return nil, err
	}
	q := w.Partitions
	p := &plan.Policy{
		ID: w.ID, Name: w.Name, OrgID: w.OrgID, Inactive: w.IsInactive, Limit: w.plan(), Tags: w.Tags, KeyExpires: max(w.KeyExpiresIn, 0),
		Partitions: plan.Partitions{Quota: q.Quota, Rate: q.RateLimit, Access: q.ACL, Complexity: q.Complexity, PerAPI: q.PerAPI},
		Origin:     plan.None,
	}
	var err error
	if p.Access, err = accessOf(w.AccessRights); err != nil {
		return nil, err
	}
	p.MetaData, err = objectText(w.MetaData)
	return p, err
}

// FormatPolicy writes a policy in Tyk's form, without a newline at its end.
func FormatPolicy(p *plan.Policy) ([]byte, error) {
	q := p.Partitions
	w := wirePolicy{
		ID: p.ID, Name: p.Name, OrgID: p.OrgID, limit: wireLimit(p.Limit), IsInactive: p.Inactive, Active: !p.Inactive,
		Tags: p.Tags, KeyExpiresIn: p.KeyExpires, AccessRights: make(map[string]access, len(p.Access)),
		Partitions: wirePartitions{Quota: q.Quota, RateLimit: q.Rate, Complexity: q.Complexity, ACL: q.Access, PerAPI: q.PerAPI},
	}
	for _, a := range p.Access {
		right := access{APIID: a.APIID}
		if a.Limit != (plan.Limit{}) {
			l := wireLimit(a.Limit)
			right.Limit = &l
		}
		for _, u := range a.Allowed {
			right.AllowedURLs = append(right.AllowedURLs, allowedURL{URL: u.Pattern, Methods: u.Methods})
		}
		w.AccessRights[a.APIID] = right
	}
	if p.MetaData != "" {
		if err := json.Unmarshal([]byte(p.MetaData), &w.MetaData); err != nil {
			return nil, fmt.Errorf("meta data of policy %q: %w", p.ID, err)
		}
	}
	return marshal(&w)
}
