package access_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/access"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/bolt"
	"github.com/tykctl/tykctl/runtime/store/memory"
)

var (
	now = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	api = &plan.API{ID: "a", Sources: []plan.Source{{Kind: plan.SourceCookie, Name: "token"}, {Kind: plan.SourceQuery, Name: "token"}, {Kind: plan.SourceHeader, Name: "Authorization"}}}
)

// fill stores the access token "good" of API a, "late" which has expired, and "other" of API b.
func fill(t testing.TB, st store.Store) store.Store {
	t.Helper()
	ctx := context.Background()
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	for i, token := range []string{"good", "late", "other"} {
		record := store.AccessToken{Key: store.KeyOf(token), APIID: "a", ClientID: "cl", Family: store.FamilyID{byte(i)}, ExpiresAt: now.Add(time.Hour)}
		switch token {
		case "late":
			record.ExpiresAt = now
		case "other":
			record.APIID = "b"
		}
		if err := st.CreateClient(ctx, &store.Client{ID: "cl", APIID: record.APIID}); err != nil && !errors.Is(err, store.ErrExists) {
			t.Fatal(err)
		}
		if err := st.IssueTokens(ctx, &store.TokenPair{Access: record}); err != nil {
			t.Fatal(err)
		}
	}
	return st
}

func TestCheck(t *testing.T) {
	st := fill(t, memory.New())
	for credential, want := range map[string]access.Verdict{
		"Bearer good":          access.Granted,
		"BEARER   good":        access.Granted,
		" Bearer good ":        access.Granted,
		"Bearer late":          access.Expired, // a token is good before its expiry, not at it
		"Bearer other":         access.NotForThisAPI,
		"Bearer Good":          access.Unknown,
		"Bearer " + long:       access.Unknown,
		"Bearer good more":     access.Malformed,
		"Bearer ":              access.Malformed,
		"Bearer":               access.Malformed,
		"Bearergood":           access.Malformed,
		"good":                 access.Malformed,
		"Basic Z29vZDpnb29k":   access.Malformed,
		"Bearer\tgood":         access.Malformed,
		"Digest username=good": access.Malformed,
		"":                     access.Missing,
	} {
		var req fasthttp.Request
		req.Header.Set("Authorization", credential)
		got, record, err := access.Check(t.Context(), &req, api, st, now)
		if got != want || err != nil || (record != nil) != (want == access.Granted) {
			t.Errorf("%q: %d, %v, %v; want %d", credential, got, record, err, want)
		}
	}
}

var long = strings.Repeat("x", 10_000)

// down is a store that cannot be asked.
type down struct{}

func (down) AccessToken(context.Context, store.Key) (*store.AccessToken, error) {
	return nil, errors.New("down")
}

func TestStoreDown(t *testing.T) {
	var req fasthttp.Request
	req.Header.Set("Authorization", "Bearer good")
	if v, record, err := access.Check(t.Context(), &req, api, down{}, now); v != access.Unavailable || record != nil || err == nil {
		t.Errorf("%d, %v, %v", v, record, err)
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
		if got, v := access.Token(&req, api.Sources); v != access.Granted || string(got) != tt.want {
			t.Errorf("%+v: %q, %d", tt, got, v)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	st, err := bolt.Open(filepath.Join(b.TempDir(), "store.db"), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for name, st := range map[string]store.Store{"memory": memory.New(), "bolt": st} {
		fill(b, st)
		b.Run(name, func(b *testing.B) {
			var req fasthttp.Request
			req.Header.Set("Authorization", "Bearer good")
			b.ReportAllocs()
			for b.Loop() {
				if v, _, _ := access.Check(b.Context(), &req, api, st, now); v != access.Granted {
					b.Fatal(v)
				}
			}
		})
	}
}
