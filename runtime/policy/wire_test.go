package policy_test

import (
	"reflect"
	"testing"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/policy"
)

// TestPolicyForm: what FormatPolicy writes ParsePolicy reads.
func TestPolicyForm(t *testing.T) {
	for _, want := range []*plan.Policy{
		{ID: "p", Origin: plan.None},
		{
			ID: "gold", Name: "Gold", OrgID: "acme", Inactive: true, KeyExpires: 60, Tags: []string{"b", "a"}, MetaData: `{"a":"<b>"}`, Origin: plan.None,
			Limit:      plan.Limit{Rate: 1.5, Per: 60, QuotaMax: -1, QuotaRenewal: 3600, ThrottleEvery: 0.5, ThrottleTimes: 3},
			Partitions: plan.Partitions{Quota: true, Rate: true, Access: true, Complexity: true, PerAPI: true},
			Access: []plan.Access{
				{APIID: "a", Allowed: []plan.URLAccess{{Pattern: "^/a(?P<x>.)", Methods: []string{"GET"}}}, Limit: plan.Limit{QuotaMax: 7}},
				{APIID: "b"},
			},
		},
	} {
		data, err := policy.FormatPolicy(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := policy.ParsePolicy(data); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\ngot  %+v, %v\nwant %+v", data, got, err, want)
		}
	}
	if p, err := policy.ParsePolicy([]byte(`{"id": "p", "rate": "5"}`)); p != nil || err == nil || err.Error() != "rate is of the wrong type: string" {
		t.Errorf("%v, %v", p, err)
	}
}
