package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

var keyTests = map[string]func(*world){
	"PutKey":             putKey,
	"PutKeyReplaces":     putKeyReplaces,
	"DeleteKey":          deleteKey,
	"DeletedStaysGone":   deletedStaysGone,
	"KeysAreOrdered":     keysAreOrdered,
	"KeyBesideToken":     keyBesideToken,
	"SweepKeys":          sweepKeys,
	"Policies":           policies,
	"PoliciesAreShared":  policiesAreShared,
	"PolicyIsFeltAtOnce": policyIsFeltAtOnce,
}

func (w *world) key(name string) *store.APIKey {
	return &store.APIKey{
		Key: store.KeyOf(name), Session: []byte(`{"alias":"` + name + `"}`), CreatedAt: w.base, ExpiresAt: w.base.Add(time.Hour),
	}
}

func (w *world) putKey(k *store.APIKey) *store.APIKey {
	w.Helper()
	noError(w.T, w.PutKey(w.ctx, k))
	return k
}

// hasKey fails the test unless the key is there as it was stored.
func (w *world) hasKey(k *store.APIKey) {
	w.Helper()
	got, err := w.APIKey(w.ctx, k.Key)
	noError(w.T, err)
	equal(w.T, got, k)
}

func (w *world) keyGone(k *store.APIKey) {
	w.Helper()
	_, err := w.APIKey(w.ctx, k.Key)
	isError(w.T, err, store.ErrNotFound)
}

func putKey(w *world) {
	k := w.key("one")
	w.keyGone(k)
	w.putKey(k)
	w.hasKey(k)
	w.hasKey(k)
	bare := w.putKey(&store.APIKey{Key: store.KeyOf("bare")})
	w.hasKey(bare)
	w.empty()
}

func putKeyReplaces(w *world) {
	k := w.putKey(w.key("one"))
	w.hasKey(k) // a store with a cache has it now
	for i, until := range []time.Time{w.base.Add(3 * time.Hour), {}, w.base.Add(2 * time.Hour)} {
		k = w.key("one")
		k.Session, k.ExpiresAt = fmt.Appendf(nil, `{"rate":%d}`, i), until
		w.putKey(k)
		w.hasKey(k)
		w.sweep(w.base.Add(90*time.Minute), 0) // the expiry is that of the last one
	}
	list, err := w.APIKeys(w.ctx, store.Key{}, 10)
	noError(w.T, err)
	equal(w.T, list, []*store.APIKey{k})
	w.sweep(w.base.Add(2*time.Hour+1), 1)
	w.keyGone(k)
	w.empty()
}

func deleteKey(w *world) {
	one, two := w.putKey(w.key("one")), w.putKey(w.key("two"))
	w.hasKey(one)
	noError(w.T, w.DeleteKey(w.ctx, one.Key))
	w.keyGone(one)
	isError(w.T, w.DeleteKey(w.ctx, one.Key), store.ErrNotFound)
	w.hasKey(two)
	w.putKey(one)
	w.hasKey(one)
	w.empty()
}

// deletedStaysGone has readers that may put what they read into a cache while it is being deleted.
func deletedStaysGone(w *world) {
	for round := range 20 {
		k := w.putKey(w.key(fmt.Sprint(round)))
		errs := parallel(4, func(i int) error {
			if i == 0 {
				return w.DeleteKey(w.ctx, k.Key)
			}
			for range 20 {
				_, _ = w.APIKey(w.ctx, k.Key)
			}
			return nil
		})
		noError(w.T, errs[0])
		w.keyGone(k)
	}
}

func keysAreOrdered(w *world) {
	var want []*store.APIKey
	for i := range 9 {
		want = append(want, w.putKey(w.key(fmt.Sprint(i))))
	}
	slices.SortFunc(want, func(a, b *store.APIKey) int { return bytes.Compare(a.Key[:], b.Key[:]) })
	var got []*store.APIKey
	after := store.Key{}
	for {
		page, err := w.APIKeys(w.ctx, after, 4)
		noError(w.T, err)
		if len(page) == 0 {
			break
		}
		if len(page) > 4 {
			w.Fatalf("%d keys, want 4 at most", len(page))
		}
		got = append(got, page...)
		after = page[len(page)-1].Key
	}
	equal(w.T, got, want)

	between := want[3].Key // a key that is not there is a place too
	noError(w.T, w.DeleteKey(w.ctx, between))
	page, err := w.APIKeys(w.ctx, between, 100)
	noError(w.T, err)
	equal(w.T, page, want[4:])
	for _, limit := range []int{0, -1} {
		page, err = w.APIKeys(w.ctx, store.Key{}, limit)
		noError(w.T, err)
		equal(w.T, len(page), 0)
	}
}

// keyBesideToken: what is presented may be a key or an access token, and is looked for as both, in any order, before and after each is
// stored and removed. A store that remembers what it has not found must not be wrong about it.
func keyBesideToken(w *world) {
	p := w.issue("f", "one")
	k := &store.APIKey{Key: p.Access.Key, Session: []byte("{}")}
	ask := func(isToken, isKey bool) {
		w.Helper()
		for range 2 {
			_, err := w.AccessToken(w.ctx, k.Key)
			if isToken {
				noError(w.T, err)
			} else {
				isError(w.T, err, store.ErrNotFound)
			}
			_, err = w.APIKey(w.ctx, k.Key)
			if isKey {
				noError(w.T, err)
			} else {
				isError(w.T, err, store.ErrNotFound)
			}
		}
	}
	ask(true, false)
	w.putKey(k)
	ask(true, true)
	noError(w.T, w.RevokeAccess(w.ctx, k.Key))
	ask(false, true)
	noError(w.T, w.IssueTokens(w.ctx, &store.TokenPair{Access: p.Access}))
	ask(true, true)
	noError(w.T, w.DeleteKey(w.ctx, k.Key))
	ask(true, false)
	noError(w.T, w.RevokeFamily(w.ctx, p.Access.Family))
	ask(false, false)
	w.putKey(k)
	ask(false, true)
	w.empty()
}

func sweepKeys(w *world) {
	soon, never := w.key("soon"), w.key("never")
	soon.ExpiresAt, never.ExpiresAt = w.base.Add(7), time.Time{}
	w.putKey(soon)
	w.putKey(never)
	p := w.pair("f", "one")
	p.Access.ExpiresAt = w.base.Add(7)
	noError(w.T, w.IssueTokens(w.ctx, p))
	w.sweep(w.base.Add(7), 0)
	w.hasKey(soon)
	w.sweep(w.base.Add(8), 2)
	w.keyGone(soon)
	w.accessGone(p)
	w.sweep(w.base.Add(1000*time.Hour), 1) // the refresh token
	w.hasKey(never)
	w.empty()
}

// hasPolicies fails the test unless these are all policies.
func (w *world) hasPolicies(want map[string][]byte) {
	w.Helper()
	got, err := w.Policies(w.ctx)
	noError(w.T, err)
	equal(w.T, len(got), len(want))
	for id := range want {
		equal(w.T, string(got[id]), string(want[id]))
	}
}

func policies(w *world) {
	w.hasPolicies(nil)
	isError(w.T, w.DeletePolicy(w.ctx, "gold"), store.ErrNotFound)
	for _, id := range []string{"gold", "silver", "gol", "", "é\x00"} {
		noError(w.T, w.PutPolicy(w.ctx, id, []byte("first of "+id)))
	}
	w.hasPolicies(map[string][]byte{
		"gold": []byte("first of gold"), "silver": []byte("first of silver"), "gol": []byte("first of gol"),
		"": []byte("first of "), "é\x00": []byte("first of é\x00"),
	})
	noError(w.T, w.PutPolicy(w.ctx, "gold", []byte("second of gold")))
	for _, id := range []string{"silver", "", "é\x00"} {
		noError(w.T, w.DeletePolicy(w.ctx, id))
	}
	isError(w.T, w.DeletePolicy(w.ctx, "silver"), store.ErrNotFound)
	w.hasPolicies(map[string][]byte{"gold": []byte("second of gold"), "gol": []byte("first of gol")})
	w.empty()
}

// policiesAreShared: a map that somebody has does not change under him.
func policiesAreShared(w *world) {
	noError(w.T, w.PutPolicy(w.ctx, "gold", []byte("first")))
	noError(w.T, w.PutPolicy(w.ctx, "iron", []byte("iron")))
	before, err := w.Policies(w.ctx)
	noError(w.T, err)
	errs := parallel(2, func(i int) error {
		if i == 0 {
			for range 100 {
				if string(before["gold"]) != "first" || len(before) != 2 {
					return errors.New("the map was altered")
				}
			}
			return nil
		}
		return errors.Join(w.PutPolicy(w.ctx, "gold", []byte("second")), w.PutPolicy(w.ctx, "new", nil), w.DeletePolicy(w.ctx, "iron"))
	})
	noError(w.T, errors.Join(errs...))
	w.hasPolicies(map[string][]byte{"gold": []byte("second"), "new": nil})
}

// policyIsFeltAtOnce has readers that may put what they read into a cache while it changes.
func policyIsFeltAtOnce(w *world) {
	for round := range 20 {
		policy := []byte(fmt.Sprint(round))
		errs := parallel(4, func(i int) error {
			if i == 0 {
				return w.PutPolicy(w.ctx, "gold", policy)
			}
			for range 20 {
				_, _ = w.Policies(w.ctx)
			}
			return nil
		})
		noError(w.T, errs[0])
		w.hasPolicies(map[string][]byte{"gold": policy})
	}
}
