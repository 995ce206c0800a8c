package policy_test

import (
	"testing"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/policy"
)

// FuzzRules: whatever comes as rules or as a policy, there is a session or an error, never a right without a reason, and no limit below zero.
func FuzzRules(f *testing.F) {
	f.Add([]byte(`{"rate": 1, "per": 1, "access_rights": {"a": {"allowed_urls": [{"url": "x", "methods": ["GET"]}]}}}`), []byte(`{"id": "p", "access_rights": {"b": {}}}`))
	f.Add([]byte(`{"apply_policies": ["p"], "meta_data": {"a": 1}}`), []byte(`{"quota_max": -1, "partitions": {"per_api": true}, "access_rights": {"a": {"limit": {"rate": 3}}}}`))
	f.Fuzz(func(t *testing.T, rulesText, policyText []byte) {
		p, err := policy.ParsePolicy(policyText)
		if err != nil {
			p = &plan.Policy{}
		}
		p.ID = "p"
		set := policy.NewSet(&plan.Plan{APIs: []plan.API{{ID: "a"}, {ID: "b"}}}, *p)
		rules, err := policy.ParseRules(rulesText)
		if err != nil {
			return
		}
		s, err := set.Session([]string{"p"}, rules, "a", "")
		if (s == nil) != (err != nil) {
			t.Fatalf("%v, %v", s, err)
		}
		for api := plan.APIID(0); s != nil && api < 2; api++ {
			r, ok := s.Right(api)
			if !ok {
				continue
			}
			if l := r.Limit; l.Rate < 0 || l.Per < 0 || l.QuotaMax < 0 || l.QuotaRenewal < 0 || l.ThrottleEvery < 0 || l.ThrottleTimes < 0 || (l.Rate == 0) != (l.Per == 0) {
				t.Errorf("limit %+v", l)
			}
			r.Admits([]byte("GET"), []byte("/x"))
		}
	})
}
