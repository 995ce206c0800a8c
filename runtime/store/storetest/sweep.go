package storetest

import (
	"fmt"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

var sweepTests = map[string]func(*world){
	"SweepExpired":    sweepExpired,
	"SweepKeepsSpent": sweepKeepsSpent,
	"SweepLimit":      sweepLimit,
	"SweepBound":      sweepBound,
}

// sweep expects to remove n records.
func (w *world) sweep(now time.Time, n int) {
	w.Helper()
	got, err := w.Sweep(w.ctx, now, 1000)
	noError(w.T, err)
	equal(w.T, got, n)
}

func sweepExpired(w *world) {
	p := w.issue("f", "one") // an hour and two
	c := w.putCode("g", "one")
	w.sweep(w.base, 0)
	w.live(p)
	w.unusedCode(c)

	w.sweep(w.base.Add(2*time.Minute), 1)
	_, err := w.Code(w.ctx, c.Key)
	isError(w.T, err, store.ErrNotFound)
	w.live(p)

	w.sweep(w.base.Add(90*time.Minute), 1)
	w.accessGone(p)
	_, err = w.RefreshToken(w.ctx, p.Refresh.Key)
	noError(w.T, err)
	list, err := w.ClientTokens(w.ctx, api, client, time.Time{})
	noError(w.T, err)
	equal(w.T, len(list), 0)

	w.sweep(w.base.Add(3*time.Hour), 1)
	w.gone(p)
	w.sweep(w.base.Add(3*time.Hour), 0)
	_, err = w.Client(w.ctx, api, client)
	noError(w.T, err)
	w.empty()
}

func sweepKeepsSpent(w *world) {
	c := w.putCode("f", "one")
	first, second := w.pair("f", "first"), w.pair("f", "second")
	noError(w.T, w.RedeemCode(w.ctx, c.Key, first))
	noError(w.T, w.RotateRefresh(w.ctx, first.Refresh.Key, second))

	// Both are remembered until an hour after their expiry.
	w.sweep(c.ExpiresAt.Add(store.SpentRetention), 1) // the second access token
	_, err := w.Code(w.ctx, c.Key)
	isSpent(w.T, err, spentBy(first))
	w.sweep(c.ExpiresAt.Add(store.SpentRetention+time.Second), 1)
	_, err = w.Code(w.ctx, c.Key)
	isError(w.T, err, store.ErrNotFound)

	w.sweep(first.Refresh.ExpiresAt.Add(store.SpentRetention), 1) // the second refresh token
	isSpent(w.T, w.RotateRefresh(w.ctx, first.Refresh.Key, w.pair("f", "late")), spentBy(second))
	w.sweep(first.Refresh.ExpiresAt.Add(store.SpentRetention+time.Second), 1)
	isError(w.T, w.RotateRefresh(w.ctx, first.Refresh.Key, w.pair("f", "late")), store.ErrNotFound)
	w.empty()
}

func sweepLimit(w *world) {
	for i := range 7 {
		p := w.pair(fmt.Sprint(i), fmt.Sprint(i))
		p.Refresh = nil
		p.Access.ExpiresAt = w.base.Add(time.Duration(7-i) * time.Minute)
		noError(w.T, w.IssueTokens(w.ctx, p))
	}
	for _, want := range []int{3, 3, 1, 0} {
		n, err := w.Sweep(w.ctx, w.base.Add(time.Hour), 3)
		noError(w.T, err)
		equal(w.T, n, want)
	}
	for i := range 3 { // the limit is one for all that expires
		k := w.key(fmt.Sprint(i))
		k.ExpiresAt = w.base.Add(time.Minute)
		w.putKey(k)
		c := w.counter(fmt.Sprint(i), 1, time.Minute)
		c.lend(0, 1, 1, store.Quota{Used: 1, Renews: c.at(60)})
	}
	for _, want := range []int{4, 2, 0} {
		n, err := w.Sweep(w.ctx, w.base.Add(time.Hour), 4)
		noError(w.T, err)
		equal(w.T, n, want)
	}
	n, err := w.Sweep(w.ctx, w.base.Add(time.Hour), 0)
	noError(w.T, err)
	equal(w.T, n, 0)
	w.empty()
}

// sweepBound: what expires at now has not expired before it. Times are kept to the nanosecond.
func sweepBound(w *world) {
	p := w.pair("f", "one")
	p.Refresh = nil
	p.Access.ExpiresAt = w.base.Add(7)
	noError(w.T, w.IssueTokens(w.ctx, p))
	old := w.pair("g", "old")
	old.Refresh = nil
	old.Access.ExpiresAt = time.Date(1931, 1, 1, 0, 0, 0, 0, time.UTC)
	noError(w.T, w.IssueTokens(w.ctx, old))

	w.sweep(old.Access.ExpiresAt, 0)
	w.sweep(w.base.Add(7), 1)
	w.live(p)
	w.sweep(w.base.Add(8), 1)
	w.accessGone(p)
}
