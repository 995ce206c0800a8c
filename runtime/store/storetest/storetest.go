// Package storetest is the contract of package store as tests. The test of a store is a call of Run, and of RunDurable when the
// store outlives its process:
//
//	func TestContract(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) store.Store { return memory.New() })
//	}
//
// Run opens a new, empty store for every test and closes it. A store that can tell what it still holds shows leaks: if it has a
// method Leftover() string, that must return "" once everything expired, was swept, and the clients were deleted.
//
// Files: clients.go, codes.go, tokens.go, keys.go, users.go, counters.go, outbox.go, sweep.go and conduct.go test the promises one by
// one, random.go and random_more.go all of them at random against the naive store in model.go and model_more.go, durable.go and script.go what is left after kill -9.
package storetest

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tykctl/tykctl/runtime/store"
)

// Run tests that the stores which open returns keep the contract. What open registers with t.Cleanup runs after Close.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, group := range []map[string]func(*world){
		clientTests, codeTests, tokenTests, keyTests, userTests, counterTests, outboxTests, sweepTests, conductTests,
	} {
		for name, test := range group {
			t.Run(name, func(t *testing.T) {
				s := open(t)
				defer func() { noError(t, s.Close()) }()
				test(newWorld(t, s))
			})
		}
	}
	t.Run("Random", func(t *testing.T) { runRandom(t, open) })
}

// The client that most tests use, and one who must not notice.
const (
	api, client           = "api-1", "client-1"
	otherAPI, otherClient = "api-2", "client-2"
)

// world is a store with three clients: client on two APIs, and otherClient.
type world struct {
	*testing.T
	store.Store
	ctx  context.Context
	base time.Time // of all times in the records; tokens last an hour from here
}

func newWorld(t *testing.T, s store.Store) *world {
	w := &world{T: t, Store: s, ctx: t.Context(), base: now()}
	noError(t, s.CreateClient(w.ctx, w.client(api, client)))
	noError(t, s.CreateClient(w.ctx, w.client(otherAPI, client)))
	noError(t, s.CreateClient(w.ctx, w.client(api, otherClient)))
	return w
}

// now is in the form in which times come back from a file.
func now() time.Time { return time.Now().Truncate(time.Second).UTC() }

func (w *world) client(apiID, id string) *store.Client {
	return &store.Client{
		ID: id, APIID: apiID,
		Secrets: []store.Secret{
			{Key: store.KeyOf("secret of " + id), ExpiresAt: w.base.Add(time.Hour)},
			{Key: store.KeyOf("next secret of " + id)},
		},
		RedirectURIs: []string{"https://" + id + ".example/back", "http://127.0.0.1/back"},
		PolicyID:     "policy of " + apiID,
		MetaData:     []byte(`{"team":"` + id + `"}`),
		Description:  "the client",
		CreatedAt:    w.base,
	}
}

func familyOf(name string) (id store.FamilyID) {
	copy(id[:], name)
	return id
}

// pair has keys that come from name, of client on api.
func (w *world) pair(family, name string) *store.TokenPair {
	return w.pairOf(api, client, family, name)
}

func (w *world) pairOf(apiID, clientID, family, name string) *store.TokenPair {
	return &store.TokenPair{
		Access: store.AccessToken{
			Key: store.KeyOf("access " + name), APIID: apiID, ClientID: clientID, Family: familyOf(family),
			Scope: "read write", KeyRules: []byte(`{"rate":1}`), PolicyIDs: []string{"gold", "silver"}, IssuedAt: w.base, ExpiresAt: w.base.Add(time.Hour),
		},
		Refresh: &store.RefreshToken{
			Key: store.KeyOf("refresh " + name), APIID: apiID, ClientID: clientID, Family: familyOf(family),
			Scope: "read write admin", KeyRules: []byte(`{"rate":2}`), PolicyIDs: []string{"iron"}, IssuedAt: w.base, ExpiresAt: w.base.Add(2 * time.Hour),
		},
	}
}

func (w *world) code(family, name string) *store.Code {
	return &store.Code{
		Key: store.KeyOf("code " + name), APIID: api, ClientID: client, Family: familyOf(family),
		RedirectURI: "https://client-1.example/back", Scope: "read", CodeChallenge: "challenge", CodeChallengeMethod: "S256",
		KeyRules: []byte(`{"rate":3}`), ExpiresAt: w.base.Add(time.Minute),
	}
}

// issue stores the pair of w.pair and returns it.
func (w *world) issue(family, name string) *store.TokenPair {
	w.Helper()
	p := w.pair(family, name)
	noError(w.T, w.IssueTokens(w.ctx, p))
	return p
}

// live fails the test unless both tokens of the pair are as they were stored.
func (w *world) live(p *store.TokenPair) {
	w.Helper()
	a, err := w.AccessToken(w.ctx, p.Access.Key)
	noError(w.T, err)
	equal(w.T, a, &p.Access)
	if p.Refresh != nil {
		r, err := w.RefreshToken(w.ctx, p.Refresh.Key)
		noError(w.T, err)
		equal(w.T, r, p.Refresh)
	}
}

// gone fails the test unless both tokens of the pair are unknown.
func (w *world) gone(p *store.TokenPair) {
	w.Helper()
	w.accessGone(p)
	_, err := w.RefreshToken(w.ctx, p.Refresh.Key)
	isError(w.T, err, store.ErrNotFound)
}

func (w *world) accessGone(p *store.TokenPair) {
	w.Helper()
	_, err := w.AccessToken(w.ctx, p.Access.Key)
	isError(w.T, err, store.ErrNotFound)
}

// empty fails the test when the store holds anything after everything expired and was swept, and what never expires was deleted. Quotas
// that never end are the test's to reset.
func (w *world) empty() {
	w.Helper()
	for {
		n, err := w.Sweep(w.ctx, w.base.Add(1000*time.Hour), 7)
		noError(w.T, err)
		if n < 7 {
			break
		}
	}
	for _, id := range []string{api, otherAPI} {
		list, err := w.Clients(w.ctx, id)
		noError(w.T, err)
		for _, c := range list {
			noError(w.T, w.DeleteClient(w.ctx, id, c.ID))
		}
	}
	w.deleteOthers()
	if s, ok := w.Store.(interface{ Leftover() string }); ok {
		equal(w.T, s.Leftover(), "")
	}
}

// deleteOthers deletes what needs no client.
func (w *world) deleteOthers() {
	w.Helper()
	keys, err := w.APIKeys(w.ctx, store.Key{}, math.MaxInt)
	noError(w.T, err)
	for _, k := range keys {
		noError(w.T, w.DeleteKey(w.ctx, k.Key))
	}
	users, err := w.Users(w.ctx)
	noError(w.T, err)
	for _, u := range users {
		noError(w.T, w.DeleteUser(w.ctx, u.OrgID, u.Name))
	}
	policies, err := w.Policies(w.ctx)
	noError(w.T, err)
	for id := range policies {
		noError(w.T, w.DeletePolicy(w.ctx, id))
	}
	notices, err := w.Notices(w.ctx, 0, math.MaxInt)
	noError(w.T, err)
	for _, n := range notices {
		noError(w.T, w.DropNotice(w.ctx, n.ID))
	}
}

// parallel calls do n times at once and returns the results.
func parallel(n int, do func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = do(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// oneWinner returns the index of the only call that succeeded; all others must be spent.
func oneWinner(t *testing.T, errs []error, want *store.SpentError) int {
	t.Helper()
	winner := -1
	for i, err := range errs {
		switch {
		case err != nil:
			isSpent(t, err, want)
		case winner >= 0:
			t.Fatalf("calls %d and %d both succeeded", winner, i)
		default:
			winner = i
		}
	}
	if winner < 0 {
		t.Fatal("no call succeeded")
	}
	return winner
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func isError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

func isSpent(t *testing.T, err error, want *store.SpentError) {
	t.Helper()
	isError(t, err, store.ErrSpent)
	var spent *store.SpentError
	if !errors.As(err, &spent) {
		t.Fatalf("error is %T, want %T", err, spent)
	}
	equal(t, spent, want)
}

func equal[T any](t *testing.T, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("(-want +got)\n%s", d)
	}
}
