package runtime_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/store"
)

// TestLimitHeaders: every proxied answer has Tyk's headers about the quota; those of the draft are there when there is a limit.
func TestLimitHeaders(t *testing.T) {
	g := start(t, shop(
		opens("free", plan.Limit{}, "a"),
		opens("rated", plan.Limit{Rate: 2, Per: 10}, "a"),
		opens("metered", plan.Limit{QuotaMax: 2, QuotaRenewal: 3600}, "a"),
		opens("once", plan.Limit{QuotaMax: 2}, "a"),
		opens("both", plan.Limit{Rate: 5, Per: 0.5, QuotaMax: 300, QuotaRenewal: 60}, "a"),
	), nil)
	g.client("a", "cl")
	hour := strconv.FormatInt(g.clock.Now().Add(time.Hour).Unix(), 10)
	minute := strconv.FormatInt(g.clock.Now().Add(time.Minute).Unix(), 10)
	for _, tt := range []struct {
		policy string
		status int
		want   [5]string // X-RateLimit-Limit, -Remaining, -Reset, RateLimit-Policy, RateLimit
	}{
		{"", 200, [5]string{"0", "0", "0", "", ""}},
		{"free", 200, [5]string{"0", "0", "0", "", ""}},
		{"rated", 200, [5]string{"0", "0", "0", `"rate";q=2;w=10`, `"rate";r=1;t=10`}},
		{"rated", 200, [5]string{"0", "0", "0", `"rate";q=2;w=10`, `"rate";r=0;t=10`}},
		{"rated", 429, [5]string{"", "", "", `"rate";q=2;w=10`, `"rate";r=0;t=10`}}, // Tyk's are not on errors
		{"metered", 200, [5]string{"2", "1", hour, `"quota";q=2;w=3600`, `"quota";r=1;t=3600`}},
		{"metered", 200, [5]string{"2", "0", hour, `"quota";q=2;w=3600`, `"quota";r=0;t=3600`}},
		{"metered", 429, [5]string{"", "", "", `"quota";q=2;w=3600`, `"quota";r=0;t=3600`}},
		{"once", 200, [5]string{"2", "1", "0", `"quota";q=2`, `"quota";r=1`}},
		{"both", 200, [5]string{"300", "299", minute, `"rate";q=5;w=1, "quota";q=300;w=60`, `"rate";r=4;t=1, "quota";r=299;t=60`}},
	} {
		path, header := "/open/x", "X-Nothing: 1"
		if tt.policy != "" {
			path, header = "/a/x", "Authorization: Bearer "+tt.policy
			if _, err := g.store.AccessToken(t.Context(), store.KeyOf(tt.policy)); errors.Is(err, store.ErrNotFound) {
				g.issue(tt.policy, nil, tt.policy)
			}
		}
		a := g.send("GET", path, "", header)
		got := [5]string{}
		for i, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit-Policy", "RateLimit"} {
			got[i] = a.header.Get(name)
		}
		if a.status != tt.status || got != tt.want {
			t.Errorf("%q: %d %q, want %d %q", tt.policy, a.status, got, tt.status, tt.want)
		}
	}
	if a := g.send("GET", "/a/x", ""); a.header["X-Ratelimit-Limit"] != nil {
		t.Errorf("an error of the gateway: %v", a.header)
	}
}

// TestRateLimitsEndpoint: a credential is told its own limits, by which nothing is counted; who has none is refused as anywhere on the API.
func TestRateLimitsEndpoint(t *testing.T) {
	p := shop(opens("metered", plan.Limit{Rate: 10, Per: 1.5, QuotaMax: 3, QuotaRenewal: 60}, "a", "keys"), opens("free", plan.Limit{}, "keys"))
	p.Policies[0].Access[0].Allowed = []plan.URLAccess{{Pattern: "^/a/x$", Methods: []string{"GET"}}}
	g := start(t, p, nil)
	g.client("a", "cl")
	token, free := g.issue("token", nil, "metered"), g.issue("free", nil, "free")
	renews := strconv.FormatInt(g.clock.Now().Add(time.Minute).Unix(), 10)
	const unused = `{"quota":{"quota_max":3,"quota_remaining":3,"quota_renews":0},"rate_limit":{"requests":10,"per_unit":1.5}}`
	used := `{"quota":{"quota_max":3,"quota_remaining":1,"quota_renews":` + renews + `},"rate_limit":{"requests":10,"per_unit":1.5}}`
	expect := func(method, path, header string, status int, body string) {
		t.Helper()
		a := g.send(method, path, "", header)
		if a.status != status || body != "" && a.body != body+"\n" || a.header.Get("X-Upstream-Saw") != "" {
			t.Errorf("%s %s: %d %s", method, path, a.status, a.body)
		}
	}
	expect("GET", "/a/tyk/rate-limits/", token, 200, unused)
	expect("POST", "/keys/tyk/rate-limits", token, 200, unused)
	for range 2 {
		if a := g.send("GET", "/a/x", "", token); a.status != 200 {
			t.Fatal(a.status)
		}
	}
	for range 10 {
		expect("GET", "/a/tyk/rate-limits", token, 200, used)
	}
	expect("GET", "/keys/tyk/rate-limits/", token, 200, used)
	expect("GET", "/keys/tyk/rate-limits/", free, 200, `{"quota":{"quota_max":-1,"quota_remaining":-1,"quota_renews":0},"rate_limit":{"requests":0,"per_unit":0}}`)
	expect("GET", "/a/tyk/rate-limits/", "X-Nothing: 1", 401, "")
	expect("GET", "/third/tyk/rate-limits/", token, 403, "")
	if a := g.send("GET", "/open/tyk/rate-limits/", ""); a.header.Get("X-Upstream-Saw") != "GET /tyk/rate-limits/" {
		t.Errorf("an open API has no such endpoint: %d %s", a.status, a.body)
	}
}

// TestLimitsOfEachAPI: with limits per API each counts by itself.
func TestLimitsOfEachAPI(t *testing.T) {
	p := opens("p", plan.Limit{QuotaMax: 1}, "a", "keys", "third")
	p.Partitions.PerAPI = true
	p.Access[0].Limit = plan.Limit{Rate: 2, Per: 60}
	p.Access[1].Limit = plan.Limit{QuotaMax: 3, QuotaRenewal: 60}
	g := start(t, shop(p), nil)
	g.client("a", "cl")
	token := g.issue("token", nil, "p")
	for path, most := range map[string]int{"/a/x": 2, "/keys/x": 3, "/third/x": 1} {
		for i := range 5 {
			want := 200
			if i >= most {
				want = 429
			}
			if a := g.send("GET", path, "", token); a.status != want {
				t.Errorf("%s: request %d: %d %s", path, i, a.status, a.body)
			}
		}
	}
}

// TestOpenRoutesAreNotCounted: who needs no credential has no limits.
func TestOpenRoutesAreNotCounted(t *testing.T) {
	g := start(t, shop(opens("p", plan.Limit{QuotaMax: 1}, "a")), nil)
	g.client("a", "cl")
	token := g.issue("token", nil, "p")
	for _, tt := range []struct {
		path   string
		status int
	}{{"/a/public", 200}, {"/a/public", 200}, {"/a/x", 200}, {"/a/x", 429}, {"/a/public", 200}} {
		if a := g.send("GET", tt.path, "", token); a.status != tt.status {
			t.Errorf("%s: %d %s", tt.path, a.status, a.body)
		}
	}
}

// TestQuotaOverRestart: what was lent and not used is there again after a stop.
func TestQuotaOverRestart(t *testing.T) {
	p := shop(opens("p", plan.Limit{QuotaMax: 1000}, "a"))
	g := start(t, p, nil)
	g.client("a", "cl")
	token := g.issue("token", nil, "p")
	for range 50 {
		if a := g.send("GET", "/a/x", "", token); a.status != 200 {
			t.Fatal(a.status)
		}
	}
	if q, err := g.store.Quota(t.Context(), store.KeyOf("token")); err != nil || q.Used <= 50 {
		t.Errorf("nothing is lent: %+v, %v", q, err)
	}
	g.stop()
	if q, err := g.store.Quota(t.Context(), store.KeyOf("token")); err != nil || q.Used != 50 {
		t.Errorf("after the stop %+v, %v", q, err)
	}
}

// countersDown is a store that cannot count quotas.
type countersDown struct{ store.Store }

func (countersDown) Lend(context.Context, store.Key, int64, int64, time.Duration, time.Time) (int64, store.Quota, error) {
	return 0, store.Quota{}, errDown
}

// TestCountersDown: a quota that cannot be counted lets nothing pass, in either mode, and says nothing of the store.
func TestCountersDown(t *testing.T) {
	for mode := range compat.Modes {
		g := startWith(t, shop(opens("p", plan.Limit{QuotaMax: 10}, "a")), func(s store.Store) store.Store { return countersDown{s} }, runtime.Options{Compat: compat.Mode(mode)})
		g.client("a", "cl")
		a := g.send("GET", "/a/x", "", g.issue("token", nil, "p"))
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") != "1" || a.body != "{\n    \"error\": \"The quota cannot be checked at the moment\"\n}" {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
}
