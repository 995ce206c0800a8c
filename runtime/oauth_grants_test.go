package runtime_test

import (
	"context"
	"encoding/json"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/oauth"
	"github.com/tykctl/tykctl/runtime/policy"
	"github.com/tykctl/tykctl/runtime/store"
)

// record is what is stored of an access token.
func (x *exchange) record(token string) *store.AccessToken {
	x.t.Helper()
	r, err := x.store.AccessToken(context.Background(), store.KeyOf(token))
	if err != nil {
		x.t.Fatal(err)
	}
	return r
}

// TestScopeAfterANarrowerOne: a refresh may ask for less, and the next one for all that was granted (RFC 6749 §6).
func TestScopeAfterANarrowerOne(t *testing.T) {
	x := newExchange(t, runtime.Options{})
	narrow := refreshed("cl", "scope", "read")(x).json(t)
	if again := refreshOf(narrow.Refresh)(x).json(t); narrow.Scope != "read" || again.Scope != "read write" {
		t.Errorf("scopes %q, then %q", narrow.Scope, again.Scope)
	}
}

// TestPasswordGrantSession: the token has a copy of the user's session and the policy of the client; the user's record stays as it was.
func TestPasswordGrantSession(t *testing.T) {
	x := newExchange(t, runtime.Options{})
	x.user("bob", "bob's password", `{"apply_policies":["own"],"meta_data":{"a":"b"},"rate":5}`)
	before, err := x.store.User(context.Background(), "", "bob")
	if err != nil {
		t.Fatal(err)
	}
	first := *before
	pair := x.token("gold", "grant_type", "password", "username", "bob", "password", "bob's password").json(t)
	for range 2 { // as issued, and as refreshed
		r := x.record(pair.Access)
		rules, err := policy.ParseRules(r.KeyRules)
		if err != nil {
			t.Fatal(err)
		}
		if r.User != "bob" || strings.Join(rules.Policies, " ") != "own gold" || rules.MetaData != `{"a":"b"}` || rules.Limit.Rate != 5 || strings.Join(r.PolicyIDs, " ") != "gold" {
			t.Errorf("record %+v with rules %+v", r, rules)
		}
		pair = x.token("gold", "grant_type", "refresh_token", "refresh_token", pair.Refresh).json(t)
	}
	after, err := x.store.User(context.Background(), "", "bob")
	if err != nil || string(after.Session) != string(first.Session) || after.PasswordHash != first.PasswordHash {
		t.Errorf("the user's record was altered: %+v, %v", after, err)
	}
	second := x.token("gold", "grant_type", "password", "username", "bob", "password", "bob's password").json(t)
	x.record(second.Access)
	if err := x.store.DeleteUser(context.Background(), "", "bob"); err != nil {
		t.Fatal(err)
	}
	if x.opens(second.Access) || x.token("gold", "grant_type", "refresh_token", "refresh_token", second.Refresh).status == 200 {
		t.Error("a deleted user's tokens live on")
	}
}

// TestSessionAtIssue: policy, key_rules and family go into the records of the tokens.
func TestSessionAtIssue(t *testing.T) {
	x := newExchange(t, runtime.Options{})
	r := x.record(clientCredentials("gold")(x).json(t).Access)
	if strings.Join(r.PolicyIDs, " ") != "gold" || r.KeyRules != nil || r.User != "" {
		t.Errorf("%+v", r)
	}
	const rules = `{"rate":1,"per":2,"access_rights":{"a":{"api_id":"a"}}}`
	first := x.exchange("a", x.basic["gold"], x.code("a", "gold", "key_rules", rules)).json(t)
	family := x.record(first.Access).Family
	second := x.token("gold", "grant_type", "refresh_token", "refresh_token", first.Refresh).json(t)
	if r := x.record(second.Access); string(r.KeyRules) != rules || r.Family != family {
		t.Errorf("%+v", r)
	}
}

// TestNotices: what Tyk's receivers are told, from what the grant presented, and nothing from stray parameters.
func TestNotices(t *testing.T) {
	x := newExchange(t, graceful())
	code := x.code("a", "cl")
	first := x.token("cl", "grant_type", "authorization_code", "code", code, "redirect_uri", redirectURI, "refresh_token", "stray").json(t)
	refresh := func() tokens {
		return x.token("cl", "grant_type", "refresh_token", "refresh_token", first.Refresh, "code", "stray").json(t)
	}
	second := refresh()
	refresh() // a repeated answer is no new token
	third := passwordOf("ann", "ann's password", "code", "stray", "refresh_token", "stray")(x).json(t)
	clientCredentials("cl")(x)
	refreshOf("unknown")(x)

	bodies := x.owner.told(3)
	left, err := x.store.Notices(context.Background(), 0, 10)
	for deadline := time.Now().Add(10 * time.Second); err == nil && len(left) > 0 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		left, err = x.store.Notices(context.Background(), 0, 10)
	}
	if err != nil || len(left) > 0 {
		t.Errorf("left in the outbox: %v, %v", left, err)
	}
	want := map[string]bool{}
	for _, w := range [][]string{{code, first.Access, first.Refresh, "", "new"}, {"", second.Access, second.Refresh, first.Refresh, "refresh"}, {"", third.Access, third.Refresh, "", "new"}} {
		body := `{"auth_code":"` + w[0] + `","new_oauth_token":"` + w[1] + `","refresh_token":"` + w[2] + `","old_refresh_token":"` + w[3] + `","notification_type":"` + w[4] + `"}`
		want[body] = true
	}
	for _, body := range bodies {
		if !want[body] || !json.Valid([]byte(body)) {
			t.Errorf("unexpected or repeated notice %s", body)
		}
		delete(want, body)
	}
	for body := range want {
		t.Errorf("missing notice %s", body)
	}
}

// TestFamilyLifetime: with an end to families, refreshing again and again does not go beyond it.
func TestFamilyLifetime(t *testing.T) {
	x := newExchange(t, runtime.Options{RefreshTTL: 24 * time.Hour, FamilyTTL: 48 * time.Hour})
	p := x.pair()
	for hours := 20; hours < 48; hours += 20 {
		x.clock.advance(20 * time.Hour)
		a := refreshOf(p.Refresh)(x)
		if a.status != 200 {
			t.Fatalf("after %d h: %d %s", hours, a.status, a.body)
		}
		p = a.json(t)
	}
	x.clock.advance(8 * time.Hour)
	if a := refreshOf(p.Refresh)(x); a.status != 400 {
		t.Errorf("after 48 h: %d %s", a.status, a.body)
	}
}

// limits are low ones.
func limits() oauth.Limits {
	return oauth.Limits{
		NameFromAddress: oauth.Rate{Burst: 3, Every: 10 * time.Second},
		Address:         oauth.Rate{Burst: 6, Every: time.Second},
		Name:            oauth.Rate{Burst: 100, Every: time.Second},
	}
}

// TestGuessing: failed attempts are bounded for each client and user from an address, whether they exist or not, and for each address.
func TestGuessing(t *testing.T) {
	opt := runtime.Options{Throttle: oauth.NewThrottle(limits())}
	x := newExchange(t, opt)
	wrong := func(client string) answer {
		x.basic["x"] = client + ":wrong"
		return clientCredentials("x")(x)
	}
	var known, unknown []int
	for range 4 {
		known = append(known, wrong("cl").status)
	}
	x.clock.advance(time.Hour)
	for range 4 {
		unknown = append(unknown, wrong("nobody").status)
	}
	for i, want := range []int{401, 401, 401, 429} {
		if known[i] != want || unknown[i] != want {
			t.Fatalf("statuses of a known client %v, of an unknown one %v", known, unknown)
		}
	}
	a := wrong("nobody")
	if a.header.Get("Retry-After") != "10" || !strings.Contains(a.body, `"error":"temporarily_unavailable"`) {
		t.Errorf("%v %s", a.header, a.body)
	}
	if a := clientCredentials("cl")(x); a.status != 200 {
		t.Errorf("another client is held up: %d %s", a.status, a.body)
	}
	x.clock.advance(10 * time.Second)
	if got := []int{wrong("nobody").status, wrong("nobody").status}; got[0] != 401 || got[1] != 429 {
		t.Errorf("after the time to wait: %v", got)
	}
	x.clock.advance(time.Hour)
	for i := range 7 { // one address, many names
		if got := wrong(strings.Repeat("n", i+1)).status; (got == 429) != (i == 6) {
			t.Errorf("name %d: %d", i, got)
		}
	}
	if a := clientCredentials("cl")(x); a.status != 429 {
		t.Errorf("an address that has guessed too often is not held up: %d", a.status)
	}
}

func TestGuessingPasswords(t *testing.T) {
	x := newExchange(t, runtime.Options{Throttle: oauth.NewThrottle(limits())})
	for _, name := range []string{"ann", "nobody"} {
		x.clock.advance(time.Hour)
		for i := range 4 {
			if got := passwordOf(name, "wrong")(x).status; (got == 429) != (i == 3) {
				t.Errorf("%s, attempt %d: %d", name, i, got)
			}
		}
	}
	for range 5 { // what was right does not count
		if a := passwordOf("ann", "ann's password")(x); a.status != 200 {
			t.Fatalf("ann's guesses were an hour ago: %d %s", a.status, a.body)
		}
	}
	x.clock.advance(time.Hour)
	var guessed atomic.Int64
	race(func() answer {
		a := passwordOf("ann", "wrong")(x)
		if a.status == 400 {
			guessed.Add(1)
		}
		return a
	})
	if n := guessed.Load(); n == 0 || n > 6 { // three of each counter at most
		t.Errorf("%d of 12 guesses at once were looked at", n)
	}
}

// TestTokenPace: how many tokens a client may ask for is bounded when the operator wants it so. A proxy of ours is not the client.
func TestTokenPace(t *testing.T) {
	limit := oauth.Rate{Burst: 2, Every: time.Minute}
	x := newExchange(t, runtime.Options{
		Throttle:       oauth.NewThrottle(oauth.Limits{TokensOfClient: limit, TokensFromAddress: oauth.Rate{Burst: 3, Every: time.Minute}}),
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	ask := func(client, from string) int {
		return x.send("POST", "/a/oauth/token", form("grant_type", "client_credentials"), "Basic: "+x.basic[client], "X-Forwarded-For: "+from).status
	}
	for i, tt := range []struct {
		client, from string
		want         int
	}{
		{"cl", "192.0.2.1", 200},
		{"cl", "192.0.2.2, 127.0.0.9", 200},
		{"cl", "192.0.2.3", 429}, // the client has had two
		{"other", "192.0.2.1", 200},
		{"other", "198.51.100.7, 192.0.2.1", 200}, // what a stranger writes in front does not count
		{"gold", "192.0.2.1", 429},                // the address has had three
		{"gold", "2001:db8::1", 200},
		{"gold", "2001:db8::2", 200},
		{"two", "2001:db8::3", 200},
		{"bare", "2001:db8::4", 429}, // one network
	} {
		if got := ask(tt.client, tt.from); got != tt.want {
			t.Errorf("request %d: %d, want %d", i, got, tt.want)
		}
	}
}
