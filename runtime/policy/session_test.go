package policy_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/policy"
)

// sample is a plan of five APIs, c of another organisation, with policies in Tyk's form.
func sample(t testing.TB, policies ...string) *policy.Set {
	t.Helper()
	p := &plan.Plan{Format: plan.Format, APIs: []plan.API{{ID: "a"}, {ID: "b"}, {ID: "c", OrgID: "other"}, {ID: "d"}, {ID: "e"}}}
	stored := make([]plan.Policy, 0, len(policies))
	for _, text := range policies {
		one, err := policy.ParsePolicy([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		stored = append(stored, *one)
	}
	return policy.NewSet(p, stored...)
}

// describe writes a session's rights: the API, what bounds it, who counts it, what it is narrowed to.
func describe(s *policy.Session) string {
	var parts []string
	for i, name := range []string{"a", "b", "c", "d", "e"} {
		r, ok := s.Right(plan.APIID(i))
		if !ok {
			continue
		}
		text := name
		if l := r.Limit; l.Rate != 0 {
			text += fmt.Sprintf(" %g/%g", l.Rate, l.Per)
		}
		if l := r.Limit; l.ThrottleTimes != 0 {
			text += fmt.Sprintf(" throttle %gx%d", l.ThrottleEvery, l.ThrottleTimes)
		}
		if l := r.Limit; l.QuotaMax != 0 {
			text += fmt.Sprintf(" quota %d/%d", l.QuotaMax, l.QuotaRenewal)
		}
		if r.Scope != "" {
			text += " of " + r.Scope
		}
		for _, u := range []string{"GET /x", "GET /y", "PUT /x"} {
			if method, path, _ := strings.Cut(u, " "); !r.Admits([]byte(method), []byte(path)) {
				text += " not " + u
			}
		}
		parts = append(parts, text)
	}
	if s.Inactive {
		parts = append(parts, "inactive")
	}
	return strings.Join(parts, "; ")
}

// TestMerge: what Tyk 5.8 makes of several policies on one session, and of policies and the session's own fields.
func TestMerge(t *testing.T) {
	for _, tt := range []struct {
		name     string
		policies []string
		rules    string
		want     string
	}{
		{
			"one policy: its limits for all its APIs, counted together",
			[]string{`{"id": "p", "rate": 10, "per": 1, "quota_max": 100, "quota_renewal_rate": 60, "access_rights": {"a": {}, "b": {}}}`},
			"",
			"a 10/1 quota 100/60; b 10/1 quota 100/60",
		},
		{
			"rate 0, per 0 and quota 0 or -1 are no limits, a renewal rate alone neither",
			[]string{`{"id": "p", "rate": 10, "per": 0, "quota_max": -1, "quota_renewal_rate": 60, "access_rights": {"a": {}}}`},
			"", "a",
		},
		{
			"a throttle counts with its interval and its number, and with a rate",
			[]string{`{"id": "p", "rate": 10, "per": 1, "throttle_interval": 0.5, "throttle_retry_limit": 3, "access_rights": {"a": {}}}`},
			"", "a 10/1 throttle 0.5x3",
		},
		{
			"a throttle of -1 is off",
			[]string{`{"id": "p", "rate": 10, "per": 1, "throttle_interval": -1, "throttle_retry_limit": -1, "access_rights": {"a": {}}}`},
			"", "a 10/1",
		},
		{
			"the rate that lets most through wins, whatever its numbers",
			[]string{
				`{"id": "p", "rate": 100, "per": 60, "access_rights": {"a": {}}}`,
				`{"id": "q", "rate": 2, "per": 1, "access_rights": {"a": {}}}`,
			},
			"", "a 2/1",
		},
		{
			"a rate below zero is unlimited and wins, one of 0 is not set and loses",
			[]string{
				`{"id": "p", "rate": 100, "per": 60, "access_rights": {"a": {}, "b": {}}}`,
				`{"id": "q", "rate": -1, "per": 1, "access_rights": {"a": {}}}`,
				`{"id": "r", "rate": 0, "per": 0, "access_rights": {"b": {}}}`,
			},
			"", "a of q; b 100/60 of r",
		},
		{
			"the larger quota and the longer renewal win; -1 is unlimited, 0 not set",
			[]string{
				`{"id": "p", "quota_max": 10, "quota_renewal_rate": 60, "access_rights": {"a": {}, "b": {}, "d": {}}}`,
				`{"id": "q", "quota_max": 5, "quota_renewal_rate": 3600, "access_rights": {"a": {}}}`,
				`{"id": "r", "quota_max": -1, "access_rights": {"b": {}}}`,
			},
			"", "a quota 10/3600 of q; b of r; d quota 10/60 of p",
		},
		{
			"access rights add up, and APIs of several policies are counted for each policy",
			[]string{
				`{"id": "p", "rate": 10, "per": 1, "access_rights": {"a": {}}}`,
				`{"id": "q", "rate": 20, "per": 1, "access_rights": {"b": {}}}`,
			},
			"", "a 10/1 of p; b 20/1 of q",
		},
		{
			"an API without any limit has that of the session, the highest of all policies",
			[]string{
				`{"id": "p", "rate": 10, "per": 1, "access_rights": {"a": {}}}`,
				`{"id": "q", "access_rights": {"b": {}}}`,
			},
			"", "a 10/1 of p; b 10/1 of q",
		},
		{
			"allowed URLs add up, methods of one URL too; an entry without methods opens nothing",
			[]string{
				`{"id": "p", "access_rights": {"a": {"allowed_urls": [{"url": "^/x$", "methods": ["GET"]}]}, "b": {"allowed_urls": [{"url": "/x"}]}}}`,
				`{"id": "q", "access_rights": {"a": {"allowed_urls": [{"url": "^/x$", "methods": ["PUT"]}]}}}`,
			},
			"", "a of q not GET /y; b of p not GET /x not GET /y not PUT /x",
		},
		{
			"a policy without allowed URLs does not lift those of another",
			[]string{
				`{"id": "p", "access_rights": {"a": {"allowed_urls": [{"url": "x", "methods": ["GET"]}]}}}`,
				`{"id": "p2", "access_rights": {"a": {}}}`,
			},
			"", "a not GET /y not PUT /x",
		},
		{
			"acl alone: the limits of the session stay, which a token has copied from its policy",
			[]string{`{"id": "p", "rate": 10, "per": 1, "quota_max": 5, "partitions": {"acl": true}, "access_rights": {"a": {}}}`},
			"", "a 10/1 quota 5/0",
		},
		{
			"acl alone, on a session of its own",
			[]string{`{"id": "p", "rate": 10, "per": 1, "partitions": {"acl": true}, "access_rights": {"a": {}}}`},
			`{"rate": 3, "per": 1, "quota_max": 7, "apply_policies": ["p"]}`, "a 3/1 quota 7/0",
		},
		{
			"the rest of a partitioned policy comes from others, in either order",
			[]string{
				`{"id": "p", "rate": 10, "per": 1, "quota_max": 5, "partitions": {"rate_limit": true}, "access_rights": {"a": {}}}`,
				`{"id": "q", "rate": 99, "per": 1, "quota_max": 9, "partitions": {"acl": true, "quota": true}, "access_rights": {"a": {}}}`,
			},
			"", "a 10/1 quota 9/0",
		},
		{
			"a policy without access rights limits what others leave open",
			[]string{
				`{"id": "p", "partitions": {"acl": true}, "access_rights": {"a": {}, "b": {}}}`,
				`{"id": "q", "rate": 7, "per": 1, "partitions": {"rate_limit": true}}`,
				`{"id": "r", "quota_max": 70, "quota_renewal_rate": 5, "partitions": {"quota": true}}`,
			},
			"", "a 7/1 quota 70/5; b 7/1 quota 70/5",
		},
		{
			"limits of access rights mean nothing without per_api",
			[]string{`{"id": "p", "rate": 10, "per": 1, "access_rights": {"a": {"limit": {"rate": 99, "per": 1, "quota_max": 9}}}}`},
			"", "a 10/1",
		},
		{
			"per_api: each API its own limit and its own counters, the others those of the policy together",
			[]string{`{"id": "p", "rate": 10, "per": 1, "partitions": {"per_api": true},
				"access_rights": {"a": {"limit": {"rate": 1, "per": 1, "quota_max": 9}}, "b": {}, "d": {"limit": null}, "e": {"limit": {"quota_max": -1}}}}`},
			"", "a 1/1 quota 9/0 of a; b 10/1 of p; d 10/1 of p; e of e",
		},
		{
			"per_api twice: the higher limit of each API",
			[]string{
				`{"id": "p", "partitions": {"per_api": true}, "access_rights": {"a": {"limit": {"rate": 1, "per": 1, "quota_max": 9}}}}`,
				`{"id": "q", "partitions": {"per_api": true}, "access_rights": {"a": {"limit": {"rate": 2, "per": 1, "quota_max": 3}}}}`,
			},
			"", "a 2/1 quota 9/0 of a",
		},
		{
			"one inactive policy makes the session inactive",
			[]string{`{"id": "p", "access_rights": {"a": {}}}`, `{"id": "q", "is_inactive": true, "access_rights": {"a": {}}}`},
			"", "a; inactive",
		},
		{
			"active: false means nothing", []string{`{"id": "p", "active": false, "access_rights": {"a": {}}}`}, "", "a",
		},
		{
			"APIs that are not there, and those of another organisation, are left out",
			[]string{`{"id": "p", "access_rights": {"a": {}, "c": {}, "gone": {}}}`},
			"", "a",
		},
		{
			"rules with rights replace the client's policy",
			[]string{`{"id": "p", "rate": 10, "per": 1, "access_rights": {"a": {}}}`},
			`{"rate": 5, "per": 1, "quota_max": 50, "access_rights": {"b": {"allowed_urls": [{"url": "x", "methods": ["GET"]}]}, "d": {"limit": {"rate": 1, "per": 1}}}}`,
			"b 5/1 quota 50/0 not GET /y not PUT /x; d 1/1 of d",
		},
		{
			"rules that name policies replace the client's, and their limits give way to the policies'",
			[]string{`{"id": "p", "access_rights": {"a": {}}}`, `{"id": "x", "rate": 2, "per": 1, "access_rights": {"b": {}}}`},
			`{"rate": 500, "per": 1, "apply_policies": ["x"], "access_rights": {"a": {}}}`, "b 2/1",
		},
		{
			"rules without rights leave the client its policy",
			[]string{`{"id": "p", "rate": 10, "per": 1, "access_rights": {"b": {}}}`},
			`{"rate": 500, "per": 1}`, "b 10/1",
		},
		{
			"rules without rights, no policy: the issuing API alone, within the rules", nil, `{"rate": 5, "per": 1}`, "a 5/1",
		},
		{"no rules, no policy: the issuing API alone", nil, "", "a"},
		{"inactive rules", nil, `{"is_inactive": true}`, "a; inactive"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := sample(t, tt.policies...)
			s, err := set.Session(idsOf(t, set, "x"), rulesOf(t, tt.rules), "a", "")
			if err != nil {
				t.Fatal(err)
			}
			if got := describe(s); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// idsOf names the policies of a set but one.
func idsOf(t *testing.T, set *policy.Set, but string) []string {
	t.Helper()
	var ids []string
	for _, p := range set.Policies() {
		if p.ID != but {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

func rulesOf(t testing.TB, text string) *policy.Rules {
	t.Helper()
	if text == "" {
		return nil
	}
	r, err := policy.ParseRules([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRefusedSessions: no session at all, where a Tyk Gateway answers 403 "Key not authorised".
func TestRefusedSessions(t *testing.T) {
	set := sample(
		t,
		`{"id": "plain", "access_rights": {"a": {}}}`,
		`{"id": "empty", "rate": 5, "per": 1}`,
		`{"id": "rate", "rate": 5, "per": 1, "partitions": {"rate_limit": true}, "access_rights": {"a": {}}}`,
		`{"id": "complexity", "partitions": {"complexity": true}, "access_rights": {"a": {}}}`,
		`{"id": "perapi", "partitions": {"per_api": true}, "access_rights": {"a": {}}}`,
		`{"id": "both", "partitions": {"per_api": true, "acl": true}, "access_rights": {"a": {}}}`,
		`{"id": "acl", "partitions": {"acl": true}, "access_rights": {"a": {}}}`,
		`{"id": "other", "org_id": "other", "access_rights": {"a": {}, "c": {}}}`,
	)
	for _, tt := range []struct {
		name   string
		ids    []string
		rules  string
		issuer string
		org    string
		want   error
	}{
		{"a policy that is gone", []string{"gone"}, "", "a", "", policy.ErrNoPolicy},
		{"all of several are gone", []string{"gone", "too"}, "", "a", "", policy.ErrNoPolicy},
		{"one of several is gone", []string{"gone", "plain"}, "", "a", "", nil},
		{"a policy without access rights", []string{"empty"}, "", "a", "", policy.ErrNoRights},
		{"rate_limit alone gives no access", []string{"rate"}, "", "a", "", policy.ErrNoRights},
		{"complexity alone gives no access", []string{"complexity"}, "", "a", "", policy.ErrNoRights},
		{"rate_limit alone, on rules with rights", nil, `{"apply_policies": ["rate"], "access_rights": {"a": {}}}`, "a", "", policy.ErrNoRights},
		{"per_api with partitions", []string{"both"}, "", "a", "", policy.ErrPartitions},
		{"per_api beside a partitioned policy", []string{"perapi", "acl"}, "", "a", "", policy.ErrPartitions},
		{"per_api beside a whole policy", []string{"perapi", "plain"}, "", "a", "", nil},
		{"a policy of another organisation", []string{"other"}, "", "a", "", policy.ErrOrganisation},
		{"one of several of another organisation", []string{"plain", "other"}, "", "a", "", policy.ErrOrganisation},
		{"a policy of the organisation", []string{"other"}, "", "c", "other", nil},
		{"a key without rights", nil, `{}`, "", "", policy.ErrNoRights},
		{"nothing at all", nil, "", "", "", policy.ErrNoRights},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := set.Session(tt.ids, rulesOf(t, tt.rules), tt.issuer, tt.org)
			if !errors.Is(err, tt.want) || (s == nil) != (err != nil) {
				t.Errorf("got %v, %v; want %v", s, err, tt.want)
			}
		})
	}
}

// TestOrganisations: a policy opens APIs of its own organisation only.
func TestOrganisations(t *testing.T) {
	set := sample(t, `{"id": "p", "org_id": "other", "access_rights": {"a": {}, "c": {}}}`)
	s, err := set.Session([]string{"p"}, nil, "c", "other")
	if err != nil || describe(s) != "c" {
		t.Errorf("%v, %v", s, err)
	}
}

// TestSessionFields: tags add up; meta data of policies replaces that of the rules, later policies that of earlier ones.
func TestSessionFields(t *testing.T) {
	set := sample(
		t,
		`{"id": "p", "access_rights": {"a": {}}, "tags": ["z", "a"], "meta_data": {"plan": "p", "level": 1}}`,
		`{"id": "q", "access_rights": {"a": {}}, "tags": ["a"], "meta_data": {"plan": "q"}}`,
	)
	s, err := set.Session(nil, rulesOf(t, `{"apply_policies": ["p", "q"], "alias": "amy", "tags": ["m"], "meta_data": {"level": 9, "mine": null}}`), "a", "")
	if err != nil {
		t.Fatal(err)
	}
	if s.Alias != "amy" || !reflect.DeepEqual(s.Tags, []string{"a", "m", "z"}) || s.MetaData != `{"level":1,"mine":null,"plan":"q"}` {
		t.Errorf("%+v", s)
	}
}

// TestStoredPolicies: what came through the admin API takes the place of what a file says.
func TestStoredPolicies(t *testing.T) {
	p := &plan.Plan{APIs: []plan.API{{ID: "a"}}, Policies: []plan.Policy{{ID: "p", Name: "file"}, {ID: "q"}}}
	set := policy.NewSet(p, plan.Policy{ID: "p", Name: "stored"}, plan.Policy{ID: "b"})
	one, ok := set.Policy("p")
	if got := idsOf(t, set, ""); !ok || one.Name != "stored" || !reflect.DeepEqual(got, []string{"b", "p", "q"}) {
		t.Errorf("%v, %v", one, got)
	}
	if _, ok := set.Policy("x"); ok || len(p.Policies) != 2 || p.Policies[0].Name != "file" {
		t.Error("a policy that is not there, or a plan that has changed")
	}
}

// TestAdmits: patterns are searched in the whole path, methods compared exactly; a pattern that does not compile opens nothing.
func TestAdmits(t *testing.T) {
	set := policy.NewSet(&plan.Plan{
		APIs: []plan.API{{ID: "a"}},
		Policies: []plan.Policy{{ID: "p", Access: []plan.Access{{APIID: "a", Allowed: []plan.URLAccess{
			{Pattern: "/pets/[0-9]+$", Methods: []string{"GET", "HEAD"}},
			{Pattern: "/lower", Methods: []string{"get"}},
			{Pattern: "(", Methods: []string{"GET"}},
		}}}}},
	})
	s, err := set.Session([]string{"p"}, nil, "a", "")
	if err != nil {
		t.Fatal(err)
	}
	r, _ := s.Right(0)
	for request, want := range map[string]bool{
		"GET /shop/pets/1": true, "HEAD /pets/22": true, "POST /pets/1": false, "GET /pets/1/x": false, "GET /pets/": false,
		"GET /lower": false, "get /lower": true, "GET (": false, "get /pets/1": false,
	} {
		method, path, _ := strings.Cut(request, " ")
		if got := r.Admits([]byte(method), []byte(path)); got != want {
			t.Errorf("%s: %v", request, got)
		}
	}
	method, path := []byte("GET"), []byte("/shop/pets/1")
	if n := testing.AllocsPerRun(100, func() { r.Admits(method, path) }); n != 0 {
		t.Errorf("Admits allocates %v times", n)
	}
}

// BenchmarkRight: the cost of finding a right does not grow with the number of APIs and rights.
func BenchmarkRight(b *testing.B) {
	for _, n := range []int{1, 300, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := &plan.Plan{Policies: []plan.Policy{{ID: "p"}}}
			for i := range n {
				id := fmt.Sprintf("api-%05d", i)
				p.APIs = append(p.APIs, plan.API{ID: id})
				p.Policies[0].Access = append(p.Policies[0].Access, plan.Access{APIID: id})
			}
			s, err := policy.NewSet(p).Session([]string{"p"}, nil, "", "")
			if err != nil {
				b.Fatal(err)
			}
			api := plan.APIID(0)
			for b.Loop() {
				r, ok := s.Right(api)
				if !ok || !r.Admits(nil, nil) {
					b.Fatal("no right")
				}
				if api += 7; int(api) >= n {
					api = 0
				}
			}
		})
	}
}
