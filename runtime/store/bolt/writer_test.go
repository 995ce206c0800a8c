package bolt

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/tykctl/tykctl/runtime/store"
)

func addClient(t testing.TB, s *Store) {
	t.Helper()
	if err := s.CreateClient(context.Background(), &store.Client{APIID: "api", ID: "client"}); err != nil {
		t.Fatal(err)
	}
}

func pair(n int) *store.TokenPair {
	now := time.Now().Truncate(time.Second)
	a := store.AccessToken{
		Key: store.KeyOf(fmt.Sprint("access", n)), APIID: "api", ClientID: "client", Family: store.FamilyID{byte(n), byte(n >> 8), byte(n >> 16)},
		Scope: "read write", IssuedAt: now, ExpiresAt: now.Add(time.Hour),
	}
	r := store.RefreshToken(a)
	r.Key = store.KeyOf(fmt.Sprint("refresh", n))
	return &store.TokenPair{Access: a, Refresh: &r}
}

func issue(t testing.TB, s *Store, n int) *store.TokenPair {
	t.Helper()
	p := pair(n)
	if err := s.IssueTokens(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	return p
}

// has reports whether the access token is found; any error but ErrNotFound ends the test.
func has(t *testing.T, s *Store, key store.Key) bool {
	t.Helper()
	_, err := s.AccessToken(t.Context(), key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func openWithClient(t *testing.T, opt Options) *Store {
	t.Helper()
	s := openTest(t, filepath.Join(t.TempDir(), "store.db"), opt)
	t.Cleanup(func() { _ = s.Close() })
	addClient(t, s)
	return s
}

// holdWriter keeps the writer busy until the returned function is called.
func holdWriter(t *testing.T, s *Store) (release func()) {
	t.Helper()
	held, free := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.UpdateClient(context.Background(), "api", "client", func(*store.Client) error {
			close(held)
			<-free
			return errors.New("nothing to change")
		})
	}()
	<-held
	return func() { close(free) }
}

// together runs writes so that they are in the queue at once, in order, and returns their results.
func together(t *testing.T, s *Store, writes ...func() error) []error {
	t.Helper()
	release := holdWriter(t, s)
	errs := make([]error, len(writes))
	var wg sync.WaitGroup
	for i, w := range writes {
		wg.Go(func() { errs[i] = w() })
		for len(s.ops) <= i {
			time.Sleep(100 * time.Microsecond)
		}
	}
	release()
	wg.Wait()
	return errs
}

func transactions(t *testing.T, s *Store) (n int) {
	t.Helper()
	if err := s.db.View(func(tx *bbolt.Tx) error { n = tx.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestOneTransaction: what waits is written in one transaction, sees what came before it, and each caller has its own result.
func TestOneTransaction(t *testing.T) {
	s := openWithClient(t, Options{})
	ctx := t.Context()
	before := transactions(t, s)
	stranger := pair(2)
	stranger.Access.ClientID = "nobody"
	refused := errors.New("refused")
	errs := together(t, s,
		func() error { return s.IssueTokens(ctx, pair(1)) },
		func() error { return s.IssueTokens(ctx, pair(1)) },
		func() error { return s.IssueTokens(ctx, stranger) },
		func() error { return s.RotateRefresh(ctx, pair(1).Refresh.Key, pair(3)) },
		func() error { return s.RotateRefresh(ctx, pair(1).Refresh.Key, pair(4)) },
		func() error {
			return s.UpdateClient(ctx, "api", "client", func(*store.Client) error { return refused })
		},
		func() error { return s.IssueTokens(ctx, pair(5)) },
		func() error { return s.RevokeAccess(ctx, pair(5).Access.Key) },
	)
	for i, want := range []error{nil, store.ErrExists, store.ErrNotFound, nil, store.ErrSpent, refused, nil, nil} {
		if !errors.Is(errs[i], want) {
			t.Errorf("write %d: error is %v, want %v", i, errs[i], want)
		}
	}
	if n := transactions(t, s) - before; n != 1 {
		t.Errorf("%d transactions, want 1", n)
	}
	for n, want := range map[int]bool{1: false, 2: false, 3: true, 4: false, 5: false} {
		if got := has(t, s, pair(n).Access.Key); got != want {
			t.Errorf("token %d found: %v, want %v", n, got, want)
		}
	}
}

func TestRefusalsWriteNothing(t *testing.T) {
	s := openWithClient(t, Options{})
	before := transactions(t, s)
	if err := s.RotateRefresh(t.Context(), store.KeyOf("unknown"), pair(1)); !errors.Is(err, store.ErrNotFound) {
		t.Fatal(err)
	}
	if err := s.RevokeAccess(t.Context(), store.KeyOf("unknown")); err != nil {
		t.Fatal(err)
	}
	if n := transactions(t, s) - before; n != 0 {
		t.Errorf("%d transactions, want none", n)
	}
}

func TestCancelledInQueue(t *testing.T) {
	s := openWithClient(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	errs := together(t, s,
		func() error { return s.IssueTokens(ctx, pair(1)) },
		func() error { cancel(); return s.IssueTokens(t.Context(), pair(2)) },
	)
	if !errors.Is(errs[0], context.Canceled) || errs[1] != nil {
		t.Errorf("errors are %v, want that of the context and none", errs)
	}
	if has(t, s, pair(1).Access.Key) || !has(t, s, pair(2).Access.Key) {
		t.Error("the cancelled write happened, or the other did not")
	}
}

// TestFileError: when the file fails, so do all who share the transaction; what they touched is as before, and later writes succeed.
func TestFileError(t *testing.T) {
	s := openWithClient(t, Options{})
	ctx := t.Context()
	issue(t, s, 1)
	large := func(c *store.Client) error {
		c.MetaData = make([]byte, 1<<20)
		return nil
	}
	s.db.MaxSize = 1 << 18
	errs := together(t, s,
		func() error { return s.RevokeAccess(ctx, pair(1).Access.Key) },
		func() error { return s.IssueTokens(ctx, pair(2)) },
		func() error { return s.IssueTokens(ctx, pair(1)) },
		func() error { return s.PutKey(ctx, &store.APIKey{Key: store.KeyOf("key")}) },
		func() error { return s.PutPolicy(ctx, "gold", nil) },
		func() error { return s.UpdateClient(ctx, "api", "client", large) },
	)
	for i, err := range errs {
		if err == nil || errors.Is(err, store.ErrExists) || !strings.HasPrefix(err.Error(), "bolt store: ") {
			t.Errorf("write %d: error is %v, want that of the file", i, err)
		}
	}
	s.db.MaxSize = 0
	if !has(t, s, pair(1).Access.Key) || has(t, s, pair(2).Access.Key) {
		t.Error("a write that failed is felt")
	}
	if c, err := s.Client(ctx, "api", "client"); err != nil || c.MetaData != nil {
		t.Errorf("the client is %v, %v", c, err)
	}
	if _, err := s.APIKey(ctx, store.KeyOf("key")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the key: error is %v", err)
	}
	if all, err := s.Policies(ctx); err != nil || len(all) != 0 {
		t.Errorf("the policies are %v, %v", all, err)
	}
	issue(t, s, 2)
	if !has(t, s, pair(2).Access.Key) {
		t.Error("the store did not recover")
	}
}

// TestRefusedAfterWrite: an operation that breaks the rule is not half stored.
func TestRefusedAfterWrite(t *testing.T) {
	s := openWithClient(t, Options{})
	err := s.write(t.Context(), func(b *batch) error {
		b.remove(bucketClient, owner{"api", "client"}.clientKey())
		return store.ErrExists
	})
	if err == nil || !strings.Contains(err.Error(), "refused after a write") {
		t.Errorf("error is %v", err)
	}
	if _, err := s.Client(t.Context(), "api", "client"); err != nil {
		t.Errorf("half a write was stored: %v", err)
	}
}

// TestCloseFinishesQueue: what was queued before Close is written.
func TestCloseFinishesQueue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := openTest(t, path, Options{})
	addClient(t, s)
	release := holdWriter(t, s)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.IssueTokens(context.Background(), pair(1)); err != nil {
			t.Error(err)
		}
	})
	for len(s.ops) == 0 {
		time.Sleep(100 * time.Microsecond)
	}
	for range 2 {
		wg.Go(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if !stopped(s) {
				t.Error("Close returned before the queue was written")
			}
		})
	}
	time.Sleep(5 * time.Millisecond) // Close waits by now
	release()
	wg.Wait()
	s = openTest(t, path, Options{})
	defer func() { _ = s.Close() }()
	if !has(t, s, pair(1).Access.Key) {
		t.Error("a queued write was lost")
	}
}

func stopped(s *Store) bool {
	select {
	case <-s.stopped:
		return true
	default:
		return false
	}
}

func TestLongIDs(t *testing.T) {
	s := openWithClient(t, Options{})
	if err := s.CreateClient(t.Context(), &store.Client{APIID: strings.Repeat("a", maxIDs), ID: "x"}); err == nil {
		t.Error("ids that may not fit into a key were accepted")
	}
	longest := &store.Client{APIID: strings.Repeat("a", maxIDs/2), ID: strings.Repeat("b", maxIDs/2)}
	if err := s.CreateClient(t.Context(), longest); err != nil {
		t.Fatal(err)
	}
	p := pair(1)
	p.Access.APIID, p.Access.ClientID, p.Refresh = longest.APIID, longest.ID, nil
	if err := s.IssueTokens(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}
