package bolt

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/tykctl/tykctl/runtime/store"
)

// formerFile unpacks a file that the version of format 1 has written. It has a client with a secret, a code that waits and one that is
// redeemed for a pair, whose refresh token is rotated, and a pair of another family.
func formerFile(t *testing.T) string {
	t.Helper()
	f, err := os.Open("testdata/format1.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "store.db")
	write(t, path, data)
	return path
}

// formerPair is as the file has it.
func formerPair(family byte, name string) *store.TokenPair {
	at := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	a := store.AccessToken{
		Key: store.KeyOf("access " + name), APIID: "api", ClientID: "client", Family: store.FamilyID{family}, Scope: "read",
		KeyRules: []byte(`{"rate":2}`), IssuedAt: at.Add(-time.Hour), ExpiresAt: at,
	}
	r := store.RefreshToken(a)
	r.Key = store.KeyOf("refresh " + name)
	return &store.TokenPair{Access: a, Refresh: &r}
}

func expect[T any](t *testing.T, want T, got T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("(-want +got)\n%s", d)
	}
}

func formatOf(t *testing.T, s *Store) (f byte) {
	t.Helper()
	if err := s.view(func(tx *bbolt.Tx) error { f = tx.Bucket(bucketMeta).Get(formatKey)[0]; return nil }); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestFormerFormat: what the file of an earlier version has is there, and can be worked with, beside what only this version knows.
func TestFormerFormat(t *testing.T) {
	path, ctx := formerFile(t), t.Context()
	s := openTest(t, path, Options{Key: testKey})
	if f := formatOf(t, s); f != format {
		t.Errorf("format is %d, want %d", f, format)
	}
	at := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	c, err := s.Client(ctx, "api", "client")
	expect(t, &store.Client{
		ID: "client", APIID: "api", PolicyID: "gold", RedirectURIs: []string{"https://client.example/back"}, MetaData: []byte(`{"team":"a"}`),
		Description: "old", CreatedAt: at, Secrets: []store.Secret{{Key: store.KeyOf("secret")}},
	}, c, err)
	code, err := s.Code(ctx, store.KeyOf("code"))
	expect(t, &store.Code{
		Key: store.KeyOf("code"), APIID: "api", ClientID: "client", Family: store.FamilyID{1}, RedirectURI: "https://client.example/back",
		Scope: "read", KeyRules: []byte(`{"rate":1}`), ExpiresAt: at,
	}, code, err)
	for family, name := range map[byte]string{2: "second", 3: "third"} {
		p := formerPair(family, name)
		a, err := s.AccessToken(ctx, p.Access.Key)
		expect(t, &p.Access, a, err)
		r, err := s.RefreshToken(ctx, p.Refresh.Key)
		expect(t, p.Refresh, r, err)
	}
	for name, err := range map[string]error{
		"code":    s.RedeemCode(ctx, store.KeyOf("used code"), formerPair(2, "late")),
		"refresh": s.RotateRefresh(ctx, store.KeyOf("refresh first"), formerPair(2, "late")),
	} {
		if !errors.Is(err, store.ErrSpent) {
			t.Errorf("the spent %s: error is %v", name, err)
		}
	}

	next := formerPair(3, "next")
	next.Access.PolicyIDs, next.Notice = []string{"gold"}, &store.Notice{Family: store.FamilyID{3}, Body: []byte("body")}
	if err := errors.Join(
		s.RotateRefresh(ctx, store.KeyOf("refresh third"), next),
		s.RevokeFamily(ctx, store.FamilyID{2}),
		s.PutKey(ctx, &store.APIKey{Key: store.KeyOf("key"), ExpiresAt: at}),
		s.PutUser(ctx, &store.User{Name: "ann"}),
		s.PutPolicy(ctx, "gold", []byte("{}")),
	); err != nil {
		t.Fatal(err)
	}
	if has(t, s, store.KeyOf("access second")) || has(t, s, store.KeyOf("access third")) {
		t.Error("a token of the former version outlives its revocation")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	checkFile(t, path)

	s = openTest(t, path, Options{Key: testKey})
	defer func() { _ = s.Close() }()
	a, err := s.AccessToken(ctx, next.Access.Key)
	expect(t, &next.Access, a, err)
	// The code, the tokens and keys that expire, and what was spent: all can be swept.
	if n, err := s.Sweep(ctx, at.Add(100*24*time.Hour), 100); err != nil || n != 7 {
		t.Errorf("%d records swept, %v, want 7", n, err)
	}
	if err := errors.Join(s.DeleteClient(ctx, "api", "client"), s.DeleteUser(ctx, "", "ann"), s.DeletePolicy(ctx, "gold"), s.DropNotice(ctx, 1)); err != nil {
		t.Fatal(err)
	}
	if left := s.Leftover(); left != "" {
		t.Errorf("left is %s", left)
	}
}

func TestFormerFormatIncomplete(t *testing.T) {
	path := formerFile(t)
	update(t, path, func(tx *bbolt.Tx) error { return tx.DeleteBucket(bucketOwner) })
	s, err := Open(path, Options{})
	if err == nil {
		_ = s.Close()
	}
	if err == nil || !strings.Contains(err.Error(), `"owner" is missing`) {
		t.Errorf("error is %v", err)
	}
	update(t, path, func(tx *bbolt.Tx) error {
		if tx.Bucket(bucketNotice) != nil || tx.Bucket(bucketMeta).Get(formatKey)[0] != 1 {
			t.Error("a file that was refused was changed")
		}
		return nil
	})
}
