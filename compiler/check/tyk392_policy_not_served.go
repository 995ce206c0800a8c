package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
)

var _ = register(&Rule{
	Code:     "TYK392",
	Name:     "policy-not-served",
	Severity: diag.Info,
	Serving:  diag.Error, // a warning where nothing is promised to the upstream
	Since:    "0.1",
	Summary:  "a policy asks for a limit that tykctl serve does not execute",
	CheckSet: func(p *Pass) {
		for f, policy := range p.policies() {
			p.policyServed(f, policy)
		}
	},
})

func (p *Pass) policyServed(f *policies.File, policy *policies.Policy) {
	const hint = "leave it out, or this policy to a Tyk Gateway"
	if s := policy.Smoothing; s != nil && s.Enabled {
		d := p.reportPolicy(f, policy.At+"/smoothing", "tykctl serve does not support smoothing: the rate of the policy is the same all the time")
		d.Severity, d.Hint = min(d.Severity, diag.Warning), hint
	}
	for i := range policy.AccessRights {
		a := &policy.AccessRights[i]
		for _, e := range a.Endpoints {
			if endpointLimited(e) {
				p.reportPolicy(f, e.At+"/path", "tykctl serve does not support limits of endpoints and refuses the policy: otherwise %s", losesLimit).Hint = hint
				break
			}
		}
		if a.Limit != nil && a.Limit.Smoothing != nil && a.Limit.Smoothing.Enabled && policy.Partitions.PerAPI {
			d := p.reportPolicy(f, a.Limit.At+"/smoothing", "tykctl serve does not support smoothing: the rate of the API is the same all the time")
			d.Severity, d.Hint = min(d.Severity, diag.Warning), hint
		}
	}
}

// endpointLimited reports whether an endpoint has a limit that is one.
func endpointLimited(e policies.Endpoint) bool {
	for _, m := range e.Methods {
		if m.Limit.Rate > 0 && m.Limit.Per > 0 {
			return true
		}
	}
	return false
}
