package admin_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/admin"
	"github.com/tykctl/tykctl/runtime/internal/password"
	"github.com/tykctl/tykctl/runtime/limit"
	"github.com/tykctl/tykctl/runtime/store"
)

const (
	rights    = `"access_rights": {"token": {"api_id": "token", "api_name": "Token", "versions": ["Default"]}}`
	customKey = "a-custom-key-of-27-letters"
)

func TestKeys(t *testing.T) {
	run(t, nil, []row{
		{"generated", "POST", "/tyk/keys/create", `{` + rights + `}`, 200, 200, `"status":"ok","action":"added","key_hash":"`},
		{"generated", "POST", "/tyk/keys", `{"apply_policies": ["token-only"]}`, 200, 200, `"action":"added"`},
		{"neither rights nor policies", "POST", "/tyk/keys/create", `{}`, 400, 400, "Failed to create key, keys must have at least one Access Rights record set."},
		{"unknown policy", "POST", "/tyk/keys/create", `{"apply_policies": ["token-only", "x"]}`, 400, 500, `Failed to create key - policy not found: \"x\"`},
		{"unknown API in the rights", "POST", "/tyk/keys/create", `{"access_rights": {"x": {"api_id": "x"}}}`, 200, 200, "added"},
		{"unreadable (D-28)", "POST", "/tyk/keys/create", `{`, 400, 500, "Unmarshalling failed"},
		{"wrong type", "POST", "/tyk/keys/create", `{"rate": "fast", ` + rights + `}`, 400, 500, "Unmarshalling failed: rate is of the wrong type"},
		{"chosen", "POST", "/tyk/keys/" + customKey, `{"alias": "x", ` + rights + `}`, 200, 200, `{"key":"` + customKey + `","status":"ok","action":"added","key_hash":"` + code(customKey) + `"}`},
		{"chosen, short", "POST", "/tyk/keys/short", `{` + rights + `}`, 200, 200, `"warnings":["the key is short`},
		{"chosen, in no header", "POST", "/tyk/keys/a%20b", `{` + rights + `}`, 400, 400, "no blanks"},
		{"read", "GET", "/tyk/keys/" + customKey, ``, 200, 200, `"alias":"x"`},
		{"read by hash", "GET", "/tyk/keys/" + code(customKey) + "?hashed=1", ``, 200, 200, `"alias":"x"`},
		{"a hash is no key", "GET", "/tyk/keys/" + code(customKey), ``, 404, 404, "Key not found"},
		{"no hash", "GET", "/tyk/keys/x?hashed=true", ``, 400, 400, "64 hexadecimal digits"},
		{"unknown", "GET", "/tyk/keys/x", ``, 404, 404, "Key not found"},
		{"update", "PUT", "/tyk/keys/" + customKey, `{"alias": "y", "is_inactive": true, ` + rights + `}`, 200, 200, `"action":"modified"`},
		{"update by hash", "PUT", "/tyk/keys/" + code(customKey) + "?hashed=1", `{"alias": "z", "is_inactive": true, ` + rights + `}`, 200, 200, `"action":"modified"`},
		{"read again", "GET", "/tyk/keys/" + customKey, ``, 200, 200, `"alias":"z","is_inactive":true`},
		{"update without rights", "PUT", "/tyk/keys/" + customKey, `{}`, 400, 400, "at least one Access Rights"},
		{"update of an unknown one", "PUT", "/tyk/keys/x", `{` + rights + `}`, 404, 404, "Key not found"},
		{"a key has no password", "PUT", "/tyk/keys/" + customKey, `{"basic_auth_data": {"password": "p"}, ` + rights + `}`, 400, 400, "this is a key"},
		{"delete", "DELETE", "/tyk/keys/" + customKey, ``, 200, 200, `{"key":"` + customKey + `","status":"ok","action":"deleted"}`},
		{"delete again", "DELETE", "/tyk/keys/" + customKey, ``, 404, 404, "There is no such key found"},
		{"PATCH", "PATCH", "/tyk/keys/x", ``, 405, 405, "Method not supported"},
		{"DELETE", "DELETE", "/tyk/keys", ``, 405, 405, "Method not supported"},
		{"nothing there", "GET", "/tyk/keys/a/b", ``, 404, 404, "404 page not found"},
	})
}

// TestKeyIsFoundByItsText: what is stored opens what the answer has said, and nothing has the key in clear.
func TestKeyIsFoundByItsText(t *testing.T) {
	g := start(t)
	var made struct {
		Key  string `json:"key"`
		Hash string `json:"key_hash"`
	}
	g.send("POST", "/tyk/keys/create", `{"org_id": "org", `+rights+`}`).into(t, &made)
	if len(made.Key) != len("org")+32 || !strings.HasPrefix(made.Key, "org") || made.Hash != code(made.Key) {
		t.Errorf("made %+v", made)
	}
	k, err := g.store.APIKey(context.Background(), store.KeyOf(made.Key))
	if err != nil || !strings.Contains(string(k.Session), `"org_id":"org"`) || strings.Contains(string(k.Session), made.Key) {
		t.Errorf("stored %s, %v", k.Session, err)
	}
	if a := g.send("GET", "/tyk/keys", ""); !strings.Contains(a.body, made.Hash) || strings.Contains(a.body, made.Key) {
		t.Errorf("list: %s", a.body)
	}
	if g.log.Len() > 0 {
		t.Errorf("logged: %s", g.log)
	}
}

// TestKeyExpiry: what the session says, else the shortest time of its policies.
func TestKeyExpiry(t *testing.T) {
	g := start(t)
	for _, tt := range []struct {
		session string
		after   time.Duration // 0: never
	}{
		{rights, 0},
		{`"expires": 0, ` + rights, 0},
		{`"expires": -1, ` + rights, 0},
		{fmt.Sprintf(`"expires": %d, `, g.clock().Add(time.Minute).Unix()) + rights, time.Minute},
		{`"apply_policies": ["token-only", "short"]`, time.Minute},
		{fmt.Sprintf(`"expires": %d, "apply_policies": ["short"]`, g.clock().Add(time.Hour).Unix()), time.Hour},
	} {
		if a := g.send("POST", "/tyk/keys/"+customKey, `{`+tt.session+`}`); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		k, err := g.store.APIKey(context.Background(), store.KeyOf(customKey))
		want := time.Time{}
		if tt.after != 0 {
			want = g.clock().Add(tt.after)
		}
		if err != nil || !k.ExpiresAt.Equal(want) {
			t.Errorf("%s: expires %v, want %v (%v)", tt.session, k.ExpiresAt, want, err)
		}
	}
	g.advance(time.Hour)
	if a := g.send("GET", "/tyk/keys/"+customKey, ""); a.status != 404 {
		t.Errorf("expired key: %d %s", a.status, a.body)
	}
}

// TestQuotaIsShown as Tyk's session objects say it, whether it comes from the session or from a policy, counted in memory or not.
func TestQuotaIsShown(t *testing.T) {
	for _, limited := range []bool{false, true} {
		var limits *limit.Limiter
		g := start(t, func(o *admin.Options) {
			if limited {
				limits = limit.New(limit.Options{Counters: o.Store, Now: o.Now, Logger: o.Logger})
			}
			o.Limits = limits
		})
		g.send("POST", "/tyk/keys/"+customKey, `{"quota_max": 10, "quota_renewal_rate": 3600, `+rights+`}`)
		shown := func() (v struct {
			Max       int64 `json:"quota_max"`
			Remaining int64 `json:"quota_remaining"`
			Renews    int64 `json:"quota_renews"`
		},
		) {
			g.send("GET", "/tyk/keys/"+customKey, "").into(t, &v)
			return v
		}
		if got := shown(); got.Max != 10 || got.Remaining != 10 || got.Renews != 0 {
			t.Errorf("limiter %v, unused: %+v", limited, got)
		}
		key, lim := store.KeyOf(customKey), plan.Limit{QuotaMax: 10, QuotaRenewal: 3600}
		for range 3 {
			var err error
			if limited {
				_, err = limits.Take(t.Context(), key, "", &lim, g.clock())
			} else {
				_, _, err = g.store.Lend(t.Context(), key, 1, 10, time.Hour, g.clock())
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if got := shown(); got.Remaining != 7 || got.Renews != g.clock().Add(time.Hour).Unix() {
			t.Errorf("limiter %v, used: %+v", limited, got)
		}
		g.send("PUT", "/tyk/keys/"+customKey, `{"quota_max": 10, "quota_renewal_rate": 3600, `+rights+`}`)
		if got := shown(); got.Remaining != 10 {
			t.Errorf("limiter %v, begun anew: %+v", limited, got)
		}
	}
}

// TestQuotaBeginsAnew with an update, unless it says otherwise (Tyk's suppress_reset).
func TestQuotaBeginsAnew(t *testing.T) {
	for query, used := range map[string]int64{"": 0, "?suppress_reset=1": 3, "?suppress_reset=0": 0} {
		g := start(t)
		key := store.KeyOf(customKey)
		g.send("POST", "/tyk/keys/"+customKey, `{`+rights+`}`)
		if _, _, err := g.store.Lend(context.Background(), key, 3, 10, time.Hour, g.clock()); err != nil {
			t.Fatal(err)
		}
		if a := g.send("PUT", "/tyk/keys/"+customKey+query, `{`+rights+`}`); a.status != 200 {
			t.Errorf("%d %s", a.status, a.body)
		}
		if q, err := g.store.Quota(context.Background(), key); err != nil || q.Used != used {
			t.Errorf("%q: %+v, %v", query, q, err)
		}
	}
}

func TestKeyPages(t *testing.T) {
	g := start(t)
	for i := range 7 {
		g.send("POST", fmt.Sprintf("/tyk/keys/%s%d", customKey, i), `{`+rights+`}`)
	}
	g.send("POST", "/tyk/keys/alice", `{"basic_auth_data": {"password": "p"}}`)
	seen, after, pages := map[string]bool{}, "", 0
	for {
		var page struct {
			Keys  []string `json:"keys"`
			Users []struct{ Name string }
			Next  string `json:"next"`
		}
		g.send("GET", "/tyk/keys?limit=3"+after, "").into(t, &page)
		if pages++; (len(page.Users) == 1) != (pages == 1) {
			t.Errorf("page %d has users %v", pages, page.Users)
		}
		for _, k := range page.Keys {
			seen[k] = true
		}
		if page.Next == "" {
			break
		}
		after = "&after=" + page.Next
	}
	if len(seen) != 7 || pages != 3 {
		t.Errorf("%d keys on %d pages", len(seen), pages)
	}
	run(t, nil, []row{
		{"empty", "GET", "/tyk/keys", ``, 200, 200, `{"keys":[]}`},
		{"no number", "GET", "/tyk/keys?limit=x", ``, 400, 400, "limit must be"},
		{"no hash", "GET", "/tyk/keys?after=x", ``, 400, 400, "after must be"},
	})
}

// TestTokenAsKey: Tyk shows the session of an access token under /tyk/keys as well.
func TestTokenAsKey(t *testing.T) {
	g := start(t)
	withTokens(g)
	for _, target := range []string{"/tyk/keys/access-mine", "/tyk/keys/" + code("access-mine") + "?hashed=1"} {
		if a := g.send("GET", target, ""); a.status != 200 || !strings.Contains(a.body, `"oauth_client_id":"cl"`) || !strings.Contains(a.body, `"apply_policies":[]`) {
			t.Errorf("%s: %d %s", target, a.status, a.body)
		}
	}
	if a := g.send("PUT", "/tyk/keys/access-mine", `{`+rights+`}`); a.status != 404 {
		t.Errorf("PUT: %d %s", a.status, a.body)
	}
}

func TestUsers(t *testing.T) {
	const alice = "/tyk/keys/alice"
	run(t, nil, []row{
		{"user", "POST", alice, `{"org_id": "org", "basic_auth_data": {"password": "correct horse"}, ` + rights + `}`, 200, 200, `{"key":"alice","status":"ok","action":"added"}`},
		{"a user may be without rights", "POST", "/tyk/keys/bob", `{"basic_auth_data": {"password": "p"}}`, 200, 200, "added"},
		{"read", "GET", alice, ``, 200, 200, `"org_id":"org"`},
		{"read in the organisation", "GET", alice + "?org_id=org", ``, 200, 200, `"org_id":"org"`},
		{"read in another", "GET", alice + "?org_id=x", ``, 404, 404, "Key not found"},
		{"the name is no key, and none can be made of it (D-50)", "POST", alice, `{` + rights + `}`, 409, 409, "names of users are no keys"},
		{"nor a user of a key", "POST", "/tyk/keys/" + customKey, `{` + rights + `}`, 200, 200, "added"},
		{"nor a user of a key", "POST", "/tyk/keys/" + customKey, `{"basic_auth_data": {"password": "p"}}`, 409, 409, "this name is a key"},
		{"without a name", "POST", "/tyk/keys/create", `{"basic_auth_data": {"password": "p"}}`, 400, 400, "a user needs a name"},
		{"update keeps the password", "PUT", alice, `{"alias": "A"}`, 200, 200, `{"key":"alice","status":"ok","action":"modified"}`},
		{"and the organisation", "GET", alice + "?org_id=org", ``, 200, 200, `{"alias":"A","org_id":"org"}`},
		{"which is not changed", "PUT", alice, `{"org_id": "x"}`, 400, 400, "stays in his organisation"},
		{"unknown policy", "PUT", alice, `{"apply_policies": ["x"]}`, 400, 500, "policy not found"},
		{"wrong type", "PUT", alice, `{"basic_auth_data": "x"}`, 400, 500, "basic_auth_data is of the wrong type"},
		{"a namesake", "POST", alice, `{"org_id": "other", "basic_auth_data": {"password": "p"}}`, 200, 200, "added"},
		{"which one?", "GET", alice, ``, 400, 400, "say which with ?org_id="},
		{"which one?", "DELETE", alice, ``, 400, 400, "say which with ?org_id="},
		{"delete", "DELETE", alice + "?org_id=other", ``, 200, 200, "deleted"},
		{"delete", "DELETE", alice, ``, 200, 200, "deleted"},
		{"delete again", "DELETE", alice, ``, 404, 404, "There is no such key found"},
		{"a password too long", "POST", alice, `{"basic_auth_data": {"password": "` + strings.Repeat("x", 1025) + `"}}`, 400, 400, "1 to 1024 bytes"},
		{"a hash that would cost too much", "POST", alice, `{"basic_auth_data": {"hash_type": "bcrypt", "password": "$2a$31$` + strings.Repeat("x", 53) + `"}}`, 400, 400, "no bcrypt hash"},
	})
}

// TestPasswords: only a hash is kept, no answer has it, and another password ends what the former one has bought.
func TestPasswords(t *testing.T) {
	g := start(t)
	ctx := context.Background()
	verify := func(text string) bool {
		t.Helper()
		u, err := g.store.User(ctx, "", "alice")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(fmt.Sprintf("%s %s", u.Session, u.PasswordHash), text) {
			t.Errorf("stored in clear: %+v", u)
		}
		ok, err := password.Verify(ctx, u.PasswordHash, text)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	g.register(`{"api_id": "a", "client_id": "cl"}`)
	g.send("POST", "/tyk/keys/alice", `{"basic_auth_data": {"password": "correct horse"}}`)
	buy := func(name string) {
		p := &store.TokenPair{Access: store.AccessToken{Key: store.KeyOf("access-" + name), APIID: "a", ClientID: "cl", User: "alice", ExpiresAt: g.clock().Add(time.Hour)}}
		if err := g.store.IssueTokens(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	buy("bought")
	g.send("PUT", "/tyk/keys/alice", `{"alias": "A"}`)
	if !verify("correct horse") || verify("battery") || g.live("bought") != "access true, refresh false" {
		t.Errorf("an update without a password: %s", g.live("bought"))
	}
	g.send("PUT", "/tyk/keys/alice", `{"basic_auth_data": {"password": "battery"}}`)
	if verify("correct horse") || !verify("battery") || g.live("bought") != noneLive {
		t.Errorf("an update with a password: %s", g.live("bought"))
	}
	// A hash from an export of Tyk: bcrypt of "staple".
	const bcrypt = "$2a$10$QZSqCV.8W1OhR6gGZMA7ZOlXXPvYFAYtTYhcSJ7BgQHbgKo8sQj/O"
	if a := g.send("PUT", "/tyk/keys/alice", `{"basic_auth_data": {"password": "`+bcrypt+`", "hash_type": "bcrypt"}}`); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if u, err := g.store.User(ctx, "", "alice"); err != nil || u.PasswordHash != bcrypt {
		t.Errorf("%+v, %v", u, err)
	}
	for _, target := range []string{"/tyk/keys/alice", "/tyk/keys"} {
		if a := g.send("GET", target, ""); strings.Contains(a.body, "$") || strings.Contains(a.body, "battery") {
			t.Errorf("%s: %s", target, a.body)
		}
	}
	if g.log.Len() > 0 {
		t.Errorf("logged: %s", g.log)
	}
}

// TestUsersOfAFile stay as the file says.
func TestUsersOfAFile(t *testing.T) {
	run(t, func(g *gateway) {
		if err := g.store.PutUser(context.Background(), &store.User{Name: "alice", FromFile: true, Session: []byte(`{}`)}); err != nil {
			t.Fatal(err)
		}
	}, []row{
		{"ours", "PUT", "/tyk/keys/alice", `{}`, 409, 409, "users file"},
		{"ours", "POST", "/tyk/keys/alice", `{"basic_auth_data": {"password": "p"}}`, 409, 409, "users file"},
		{"ours", "DELETE", "/tyk/keys/alice", ``, 409, 409, "users file"},
		{"ours", "GET", "/tyk/keys/alice", ``, 200, 200, "{}"},
	})
}
