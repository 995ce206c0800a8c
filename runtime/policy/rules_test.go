package policy_test

import (
	"reflect"
	"testing"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/policy"
)

func TestParseRules(t *testing.T) {
	got, err := policy.ParseRules([]byte(`{
		"rate": 10, "per": 1.5, "quota_max": -1, "quota_renewal_rate": 60, "throttle_interval": 0.5, "throttle_retry_limit": 3,
		"Alias": "amy", "org_id": "acme", "tags": ["b", "a"], "meta_data": {"b": 1, "a": {"x": null}}, "is_inactive": true, "expires": 1700000000,
		"apply_policy_id": "old", "apply_policies": ["gold", "fast"], "data_expires": 5, "unknown": {"rate": "x"}, "allowance": null,
		"access_rights": {"z": {"api_id": "other", "allowed_urls": [{"url": "^/z", "methods": ["GET"]}], "limit": {"rate": 1, "per": 2}}, "a": null}
	}`))
	want := &policy.Rules{
		Policies: []string{"gold", "fast"},
		Limit:    plan.Limit{Rate: 10, Per: 1.5, QuotaMax: -1, QuotaRenewal: 60, ThrottleEvery: 0.5, ThrottleTimes: 3},
		Access: []plan.Access{
			{APIID: "a"},
			{APIID: "z", Allowed: []plan.URLAccess{{Pattern: "^/z", Methods: []string{"GET"}}}, Limit: plan.Limit{Rate: 1, Per: 2}},
		},
		OrgID: "acme", Alias: "amy", Tags: []string{"b", "a"}, MetaData: `{"a":{"x":null},"b":1}`, Inactive: true, Expires: 1700000000,
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err = policy.ParseRules([]byte(`{"apply_policy_id": "old"}`)); err != nil || !reflect.DeepEqual(got.Policies, []string{"old"}) {
		t.Errorf("the old form: %+v, %v", got, err)
	}
}

func TestParseRulesRefuses(t *testing.T) {
	for text, want := range map[string]string{
		``:                                    "not JSON",
		`{`:                                   "not JSON",
		`{} {}`:                               "not JSON",
		`null`:                                "not a JSON object",
		`[]`:                                  "not a JSON object",
		`"x"`:                                 "not a JSON object",
		`{"rate": "10"}`:                      "rate is of the wrong type: string",
		`{"quota_max": 1e3}`:                  "quota_max is of the wrong type: number",
		`{"quota_max": 99999999999999999999}`: "quota_max is of the wrong type: number",
		`{"tags": "a"}`:                       "tags is of the wrong type: string",
		`{"meta_data": []}`:                   "meta_data is of the wrong type: array",
		`{"access_rights": ["a"]}`:            "access_rights is of the wrong type: array",
		`{"access_rights": {"a": {"limit": {"per": true}}}}`:                             "access_rights.limit.per is of the wrong type: bool",
		`{"access_rights": {"": {}}}`:                                                    "access_rights has an empty API id",
		`{"access_rights": {"a": {"allowed_urls": [{"url": "(", "methods": ["GET"]}]}}}`: `access_rights.a.allowed_urls: "(" is no regular expression`,
	} {
		if r, err := policy.ParseRules([]byte(text)); r != nil || err == nil || err.Error() != want {
			t.Errorf("%s: %v, %v", text, r, err)
		}
	}
}
