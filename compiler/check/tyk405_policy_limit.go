package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK405",
	Name:     "policy-limit",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a rate or quota of a policy means something else than it looks",
	CheckSet: checkPolicyLimit,
})

func checkPolicyLimit(p *Pass) {
	for f, policy := range p.policies() {
		parts := policy.Partitions
		whole := !parts.Partitioned()
		if whole || parts.RateLimit {
			p.rate(f, policy.At, policy.Rate, policy.Per)
		}
		if whole || parts.Quota {
			p.quota(f, policy.At, policy.Limit)
		}
		for i := range policy.AccessRights {
			a := &policy.AccessRights[i]
			if a.Limit != nil && parts.PerAPI {
				p.rate(f, a.Limit.At, a.Limit.Rate, a.Limit.Per)
				p.quota(f, a.Limit.At, a.Limit.Limit)
			}
			for _, endpoint := range a.Endpoints {
				for _, m := range endpoint.Methods {
					p.rate(f, m.At+"/limit", m.Limit.Rate, m.Limit.Per)
				}
			}
		}
	}
}

// rate judges the rate limit of the object at a pointer.
func (p *Pass) rate(f *policies.File, at source.Pointer, rate, per float64) {
	n, _ := f.Source.Lookup(at)
	if !absentOrNumber(n.Get("rate")) || !absentOrNumber(n.Get("per")) {
		return // TYK401 says so
	}
	switch {
	case rate > 0 && per <= 0:
		p.reportPolicy(f, at+"/rate", "rate is %v, but per %s: there is no rate limit", rate, isNumber(n.Get("per"))).
			Hint = "write into per the seconds in which so many requests may pass"
	case rate == 0 && per > 0:
		p.reportPolicy(f, at+"/per", "per is %v, but rate %s: there is no rate limit", per, isNumber(n.Get("rate"))).
			Hint = "write into rate how many requests may pass, or leave both out; rate 0 does not mean none"
	case rate < 0 && rate != -1:
		p.reportPolicy(f, at+"/rate", "rate is %v, which limits nothing", rate).
			Hint = "write how many requests may pass in per seconds, or 0 for no rate limit"
	}
}

// quota judges the quota of the object at a pointer.
func (p *Pass) quota(f *policies.File, at source.Pointer, limit policies.Limit) {
	n, _ := f.Source.Lookup(at)
	if !absentOrNumber(n.Get("quota_max")) || !absentOrNumber(n.Get("quota_renewal_rate")) {
		return
	}
	switch {
	case limit.QuotaMax < -1:
		p.reportPolicy(f, at+"/quota_max", "quota_max is %d, expected a number of requests, or -1 for no quota", limit.QuotaMax).
			Hint = "write -1 if there is to be no quota"
	case limit.QuotaMax > 0 && limit.QuotaRenewalRate <= 0:
		p.reportPolicy(f, at+"/quota_max", "quota_max is %d, but quota_renewal_rate %s: the quota is never renewed",
			limit.QuotaMax, isNumber(n.Get("quota_renewal_rate"))).
			Hint = "write into quota_renewal_rate the seconds after which the quota begins anew"
	}
}

func absentOrNumber(n source.Node) bool {
	k := n.Kind()
	return k == source.Absent || k == source.Null || k == source.Number
}

// isNumber continues a sentence about a number that may be missing.
func isNumber(n source.Node) string {
	if n.Kind() != source.Number {
		return "is missing"
	}
	return "is " + n.Text()
}
