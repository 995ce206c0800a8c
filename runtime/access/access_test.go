package access_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/access"
	"github.com/tykctl/tykctl/runtime/policy"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/bolt"
	"github.com/tykctl/tykctl/runtime/store/memory"
)

var now = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// served has two OAuth APIs and one of auth tokens.
var served = &plan.Plan{
	APIs: []plan.API{
		{ID: "a", Auth: plan.AuthOAuth, Sources: []plan.Source{{Kind: plan.SourceCookie, Name: "token"}, {Kind: plan.SourceQuery, Name: "token"}, {Kind: plan.SourceHeader, Name: "Authorization"}}},
		{ID: "b", Auth: plan.AuthOAuth, Sources: []plan.Source{{Kind: plan.SourceHeader, Name: "Authorization"}}},
		{ID: "keys", Auth: plan.AuthToken, Sources: []plan.Source{{Kind: plan.SourceHeader, Name: "Authorization"}}},
		{ID: "far", Auth: plan.AuthToken, OrgID: "far", Sources: []plan.Source{{Kind: plan.SourceHeader, Name: "Authorization"}}},
	},
	Policies: []plan.Policy{
		{ID: "all", Access: []plan.Access{{APIID: "a"}, {APIID: "b"}, {APIID: "keys"}, {APIID: "far"}}},
		{ID: "narrow", Access: []plan.Access{{APIID: "a", Allowed: []plan.URLAccess{{Pattern: "^/a/x$", Methods: []string{"GET"}}}}}},
		{ID: "off", Inactive: true, Access: []plan.Access{{APIID: "a"}, {APIID: "keys"}}},
		{ID: "far", OrgID: "far", Access: []plan.Access{{APIID: "far"}}},
	},
}

func sessions() *access.Sessions {
	return access.NewSessions(policy.NewSet(served), slog.New(slog.DiscardHandler))
}

// fill stores access tokens of API a, named for what they are, and two keys. The client "cl" is one of both APIs, "lone" only of a.
func fill(t testing.TB, st store.Store) store.Store {
	t.Helper()
	ctx := context.Background()
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, c := range []store.Client{{ID: "cl", APIID: "a"}, {ID: "cl", APIID: "b"}, {ID: "lone", APIID: "a"}} {
		if err := st.CreateClient(ctx, &c); err != nil {
			t.Fatal(err)
		}
	}
	hour := now.Add(time.Hour)
	for i, record := range []store.AccessToken{
		{Key: store.KeyOf("good"), Scope: "read write", ExpiresAt: hour},
		{Key: store.KeyOf("late"), ExpiresAt: now},
		{Key: store.KeyOf("all"), PolicyIDs: []string{"all"}, Scope: "write", ExpiresAt: hour},
		{Key: store.KeyOf("lone"), PolicyIDs: []string{"all"}, ClientID: "lone", ExpiresAt: hour},
		{Key: store.KeyOf("narrow"), PolicyIDs: []string{"narrow"}, ExpiresAt: hour},
		{Key: store.KeyOf("off"), PolicyIDs: []string{"off"}, ExpiresAt: hour},
		{Key: store.KeyOf("gone"), PolicyIDs: []string{"gone"}, ExpiresAt: hour},
		{Key: store.KeyOf("far"), PolicyIDs: []string{"far"}, ExpiresAt: hour},
		{Key: store.KeyOf("rules"), PolicyIDs: []string{"gone"}, KeyRules: []byte(`{"access_rights": {"keys": {}}}`), ExpiresAt: hour},
		{Key: store.KeyOf("broken"), KeyRules: []byte(`{`), ExpiresAt: hour},
	} {
		record.APIID, record.Family = "a", store.FamilyID{byte(i)}
		if record.ClientID == "" {
			record.ClientID = "cl"
		}
		if err := st.IssueTokens(ctx, &store.TokenPair{Access: record}); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range []store.APIKey{
		{Key: store.KeyOf("key"), Session: []byte(`{"apply_policies": ["all"]}`)},
		{Key: store.KeyOf("a key"), Session: []byte(`{"access_rights": {"keys": {}}}`), ExpiresAt: hour},
		{Key: store.KeyOf("late key"), Session: []byte(`{"access_rights": {"keys": {}}}`), ExpiresAt: now},
		{Key: store.KeyOf("off key"), Session: []byte(`{"access_rights": {"keys": {}}, "is_inactive": true}`)},
		{Key: store.KeyOf("empty key"), Session: []byte(`{}`)},
	} {
		if err := st.PutKey(ctx, &k); err != nil {
			t.Fatal(err)
		}
	}
	return st
}

// asked is a GET of /x on an API.
func asked(id plan.APIID, credential string) *access.Asked {
	a := &access.Asked{HTTP: &fasthttp.Request{}, API: &served.APIs[id], ID: id, Paths: [2][]byte{[]byte("/" + served.APIs[id].ID + "/x")}}
	a.HTTP.Header.Set("Authorization", credential)
	return a
}

func TestCheck(t *testing.T) {
	st, sessions := fill(t, memory.New()), sessions()
	const a, b, keys, far = 0, 1, 2, 3
	for _, tt := range []struct {
		api        plan.APIID
		credential string
		want       access.Verdict
	}{
		{a, "Bearer good", access.Granted},
		{a, "BEARER   good", access.Granted},
		{a, " Bearer good ", access.Granted},
		{a, "Bearer late", access.Expired}, // a token is good before its expiry, not at it
		{a, "Bearer Good", access.Unknown},
		{a, "Bearer " + long, access.Unknown},
		{a, "Bearer good more", access.Malformed},
		{a, "Bearer ", access.Malformed},
		{a, "Bearer", access.Malformed},
		{a, "Bearergood", access.Bare},
		{a, "good", access.Bare},
		{a, "Basic Z29vZDpnb29k", access.Malformed},
		{a, "Bearer\tgood", access.Bare},
		{a, "Digest username=good", access.Malformed},
		{a, "", access.Missing},
		{a, "Bearer key", access.Unknown}, // a key is no access token
		{a, "Bearer all", access.Granted},
		{a, "Bearer narrow", access.Granted},
		{a, "Bearer off", access.Inactive},
		{a, "Bearer gone", access.NoSession},
		{a, "Bearer far", access.NoSession},
		{a, "Bearer broken", access.NoSession},
		{a, "Bearer rules", access.APIDenied}, // rules with rights replace policies

		{b, "Bearer good", access.APIDenied}, // without policies a token opens the API that issued it
		{b, "Bearer all", access.Granted},
		{b, "Bearer lone", access.ClientGone},
		{b, "Bearer narrow", access.APIDenied},

		{keys, "key", access.Granted},
		{keys, "Bearer key", access.Granted},
		{keys, "bearer  key ", access.Granted},
		{keys, "a key", access.Granted},
		{keys, "Bearer", access.Unknown},
		{keys, "Bearer ", access.Unknown},
		{keys, "", access.Missing},
		{keys, "late key", access.Expired},
		{keys, "off key", access.Inactive},
		{keys, "empty key", access.NoSession},
		{keys, "all", access.Granted}, // an access token whose policies open the API
		{keys, "lone", access.Granted},
		{keys, "rules", access.Granted},
		{keys, "good", access.APIDenied},
		{keys, "late", access.Expired},
		{keys, "off", access.Inactive},
		{keys, "nothing", access.Unknown},
		{keys, "Basic Z29vZDpnb29k", access.Unknown},

		{far, "far", access.Granted}, // issued by an API of another organisation than that of its policy
		{far, "key", access.NoSession},
		{far, "all", access.NoSession},
	} {
		got, grant, err := access.Check(t.Context(), st, sessions, asked(tt.api, tt.credential), now)
		if got != tt.want || err != nil || (grant.Right != nil) != (got == access.Granted) {
			t.Errorf("%s: %q: %d, %+v, %v; want %d", served.APIs[tt.api].ID, tt.credential, got, grant, err, tt.want)
		}
	}
}

// TestCheckReadings: what an access right opens, it opens in every reading of the path.
func TestCheckReadings(t *testing.T) {
	st, sessions := fill(t, memory.New()), sessions()
	for _, tt := range []struct {
		method, path, other string
		want                access.Verdict
	}{
		{"GET", "/a/x", "", access.Granted},
		{"GET", "/a/x", "/a/x", access.Granted},
		{"GET", "/a/x", "/a/y", access.URLDenied},
		{"GET", "/a/y", "/a/x", access.URLDenied},
		{"GET", "/a/y", "", access.URLDenied},
		{"POST", "/a/x", "", access.URLDenied},
		{"GET", "", "", access.Granted}, // nobody asks for a path
	} {
		a := asked(0, "Bearer narrow")
		a.HTTP.Header.SetMethod(tt.method)
		a.Paths = [2][]byte{}
		for i, path := range []string{tt.path, tt.other} {
			if path != "" {
				a.Paths[i] = []byte(path)
			}
		}
		if got, _, err := access.Check(t.Context(), st, sessions, a, now); got != tt.want || err != nil {
			t.Errorf("%+v: %d, %v", tt, got, err)
		}
	}
}

func TestCheckScopes(t *testing.T) {
	st, sessions := fill(t, memory.New()), sessions()
	for _, tt := range []struct {
		api        plan.APIID
		credential string
		scopes     [2][]string
		needed     string // not granted for want of it
	}{
		{0, "good", [2][]string{{"read"}}, ""},
		{0, "good", [2][]string{{"write read"}}, ""},
		{0, "good", [2][]string{{"admin", "read"}}, ""},
		{0, "good", [2][]string{{"read"}, {"write"}}, ""},
		{0, "good", [2][]string{{"admin", "root"}}, "admin"},
		{0, "good", [2][]string{{"read admin"}}, "read admin"},
		{0, "good", [2][]string{{"read"}, {"admin"}}, "admin"}, // whatever the upstream makes of the path
		{0, "good", [2][]string{nil, {"admin"}}, "admin"},
		{0, "good", [2][]string{{"rea"}}, "rea"},
		{0, "good", [2][]string{{"Read"}}, "Read"},
		{0, "all", [2][]string{{"read"}}, "read"},
		{0, "narrow", [2][]string{{"read"}}, "read"}, // without a scope
		{2, "key", [2][]string{{"read"}}, "read"},    // keys have none
	} {
		a := asked(tt.api, "Bearer "+tt.credential)
		a.Scopes = tt.scopes
		want := access.Granted
		if tt.needed != "" {
			want = access.ScopeMissing
		}
		if got, grant, err := access.Check(t.Context(), st, sessions, a, now); got != want || grant.Needed != tt.needed || err != nil {
			t.Errorf("%+v: %d, %+v, %v", tt, got, grant, err)
		}
	}
}

var long = strings.Repeat("x", 10_000)

// down is a store that cannot be asked for one kind of record.
type down struct {
	store.Store
	what string
}

var errDown = errors.New("down")

func (d down) AccessToken(ctx context.Context, key store.Key) (*store.AccessToken, error) {
	if d.what == "token" {
		return nil, errDown
	}
	return d.Store.AccessToken(ctx, key)
}

func (d down) APIKey(ctx context.Context, key store.Key) (*store.APIKey, error) {
	if d.what == "key" {
		return nil, errDown
	}
	return d.Store.APIKey(ctx, key)
}

func (d down) Client(ctx context.Context, apiID, id string) (*store.Client, error) {
	if d.what == "client" {
		return nil, errDown
	}
	return d.Store.Client(ctx, apiID, id)
}

// TestStoreDown: a store that fails has not said "unknown".
func TestStoreDown(t *testing.T) {
	st := fill(t, memory.New())
	for _, tt := range []struct {
		what       string
		api        plan.APIID
		credential string
	}{{"token", 0, "good"}, {"token", 2, "key"}, {"key", 2, "key"}, {"client", 1, "all"}} {
		v, grant, err := access.Check(t.Context(), down{st, tt.what}, sessions(), asked(tt.api, "Bearer "+tt.credential), now)
		if v != access.Unavailable || grant.Session != nil || !errors.Is(err, errDown) {
			t.Errorf("%+v: %d, %+v, %v", tt, v, grant, err)
		}
	}
}

func TestPrecedence(t *testing.T) {
	for _, tt := range []struct {
		query, cookie, header string
		want                  string
	}{
		{"token=q", "token=c", "Bearer h", "c"},
		{"token=q", "", "Bearer h", "q"},
		{"token=Bearer%20q", "", "", "q"},
		{"Token=q", "Token=c", "Bearer h", "h"},
		{"token=", "", "Bearer h", "h"},
	} {
		var req fasthttp.Request
		req.SetRequestURI("/x?" + tt.query)
		if tt.cookie != "" {
			req.Header.Set("Cookie", tt.cookie)
		}
		req.Header.Set("Authorization", tt.header)
		if got, v := access.Token(&req, &served.APIs[0]); v != access.Granted || string(got) != tt.want {
			t.Errorf("%+v: %q, %d", tt, got, v)
		}
	}
}

// TestSessionsAreShared: equal policies and rules make one session, and what the cache cannot hold is made again.
func TestSessionsAreShared(t *testing.T) {
	s := sessions()
	of := func(rules string, ids ...string) *policy.Session {
		t.Helper()
		session, err := s.Of(ids, []byte(rules), "a", "")
		if err != nil {
			t.Fatal(err)
		}
		return session
	}
	first := of("", "all")
	if of("", "all") != first {
		t.Error("the same policies make two sessions")
	}
	if of("", "all", "narrow") == first || of(`{"alias": "x"}`, "all") == first {
		t.Error("different sessions are one")
	}
	for i := range 12_000 {
		if alias := fmt.Sprint(i); of(`{"alias": "`+alias+`"}`, "all").Alias != alias {
			t.Fatal("a session of somebody else")
		}
	}
	if got := of("", "all"); got.Rights() != first.Rights() {
		t.Errorf("made again it has %d rights", got.Rights())
	}
}

// TestSessionsAreBounded: sessions with many rights do not fill the memory.
func TestSessionsAreBounded(t *testing.T) {
	p := &plan.Plan{Policies: []plan.Policy{{ID: "p"}}}
	const apis = 5000
	for i := range apis {
		id := fmt.Sprintf("api-%04d", i)
		p.APIs = append(p.APIs, plan.API{ID: id})
		p.Policies[0].Access = append(p.Policies[0].Access, plan.Access{APIID: id})
	}
	s := access.NewSessions(policy.NewSet(p), slog.New(slog.DiscardHandler))
	for i := range 230 {
		if _, err := s.Of([]string{"p"}, fmt.Appendf(nil, `{"alias": "%d"}`, i), "", ""); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.CachedRights(); n > 1<<20+apis {
		t.Errorf("%d rights are cached", n)
	}
}

func BenchmarkCheck(b *testing.B) {
	st, err := bolt.Open(filepath.Join(b.TempDir(), "store.db"), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	sessions := sessions()
	for name, st := range map[string]store.Store{"memory": memory.New(), "bolt": st} {
		fill(b, st)
		b.Run(name, func(b *testing.B) {
			a := asked(0, "Bearer all")
			a.Scopes[0] = []string{"admin", "write"}
			b.ReportAllocs()
			for b.Loop() {
				if v, _, _ := access.Check(b.Context(), st, sessions, a, now); v != access.Granted {
					b.Fatal(v)
				}
			}
		})
	}
}
