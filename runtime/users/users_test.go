package users

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/memory"
)

func TestSync(t *testing.T) {
	ctx := t.Context()
	st := memory.New()
	t.Cleanup(func() { _ = st.Close() })
	start := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	sync := func(want Changes, list ...store.User) {
		t.Helper()
		if got, err := Sync(ctx, st, list, start); err != nil || got != want {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
	}
	names := func(want ...string) {
		t.Helper()
		list, err := st.Users(ctx)
		if err != nil || len(list) != len(want) {
			t.Fatalf("%v, %v", list, err)
		}
		for i, u := range list {
			if u.Name+u.PasswordHash != want[i] {
				t.Errorf("%d: %s%s, want %s", i, u.Name, u.PasswordHash, want[i])
			}
		}
	}
	if err := st.PutUser(ctx, &store.User{Name: "admin", PasswordHash: "0"}); err != nil {
		t.Fatal(err)
	}

	alice, bob := store.User{Name: "alice", PasswordHash: "1"}, store.User{Name: "bob", PasswordHash: "2"}
	sync(Changes{Added: 2}, alice, bob)
	sync(Changes{}, alice, bob)
	names("admin0", "alice1", "bob2")

	alice.Session = []byte(`{}`)
	sync(Changes{Changed: 1}, alice, bob)
	bob.PasswordHash = "3"
	sync(Changes{Changed: 1}, alice, bob)
	names("admin0", "alice1", "bob3")

	sync(Changes{Removed: 1}, alice)
	names("admin0", "alice1")
	sync(Changes{Removed: 1})
	names("admin0") // of the admin API: the file never named it

	sync(Changes{Changed: 1}, store.User{Name: "admin", PasswordHash: "4"})
	names("admin4")
	if _, err := st.User(ctx, "", "alice"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("alice: %v", err)
	}
}

// What a password has bought ends when the file takes the user away, or has another password; another session changes nothing about it.
func TestSyncEndsTokens(t *testing.T) {
	ctx := t.Context()
	st := memory.New()
	t.Cleanup(func() { _ = st.Close() })
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	if err := st.CreateClient(ctx, &store.Client{ID: "cl", APIID: "a"}); err != nil {
		t.Fatal(err)
	}
	user := store.User{Name: "alice", PasswordHash: "1"}
	alive := func(token string) bool {
		_, err := st.AccessToken(ctx, store.KeyOf(token))
		return err == nil
	}
	for i, tt := range []struct {
		name  string
		after func() []store.User
		want  bool
	}{
		{"nothing changed", func() []store.User { return []store.User{user} }, true},
		{"another session", func() []store.User { u := user; u.Session = []byte(`{"rate":1}`); return []store.User{u} }, true},
		{"another password", func() []store.User { u := user; u.PasswordHash = "2"; return []store.User{u} }, false},
		{"gone", func() []store.User { return nil }, false},
	} {
		if _, err := Sync(ctx, st, []store.User{user}, now); err != nil {
			t.Fatal(err)
		}
		issue(t, ctx, st, tt.name, byte(i+1), now)
		if _, err := Sync(ctx, st, tt.after(), now); err != nil {
			t.Fatal(err)
		}
		if got := alive(tt.name); got != tt.want {
			t.Errorf("%s: token alive: %v", tt.name, got)
		}
	}
}

func issue(t *testing.T, ctx context.Context, st store.Store, token string, family byte, now time.Time) {
	t.Helper()
	err := st.IssueTokens(ctx, &store.TokenPair{Access: store.AccessToken{
		Key: store.KeyOf(token), APIID: "a", ClientID: "cl", User: "alice", Family: store.FamilyID{family}, IssuedAt: now, ExpiresAt: now.Add(time.Hour),
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestHashIsChecked(t *testing.T) {
	hash, err := Hash("x")
	if err != nil || CheckHash(hash) != nil || CheckHash("x") == nil {
		t.Errorf("%v %v %v", err, CheckHash(hash), CheckHash("x"))
	}
	if ok, err := Verify(t.Context(), hash, "x"); !ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
}
