package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

var tokenTests = map[string]func(*world){
	"IssueTokens":         issueTokens,
	"RotateRefresh":       rotateRefresh,
	"RotateRefreshOnce":   rotateRefreshOnce,
	"RotateIsAllOrNone":   rotateIsAllOrNone,
	"RevokeAccess":        revokeAccess,
	"RevokeFamily":        revokeFamily,
	"RevokeRacesRotate":   revokeRacesRotate,
	"RevokeClient":        revokeClient,
	"ClientTokens":        clientTokens,
	"RevokedStaysRevoked": revokedStaysRevoked,
}

func issueTokens(w *world) {
	p := w.pair("f", "one")
	w.gone(p)
	noError(w.T, w.IssueTokens(w.ctx, p))
	w.live(p)

	// A token is found as what it is only.
	_, err := w.AccessToken(w.ctx, p.Refresh.Key)
	isError(w.T, err, store.ErrNotFound)
	_, err = w.RefreshToken(w.ctx, p.Access.Key)
	isError(w.T, err, store.ErrNotFound)

	again := w.pair("g", "two")
	again.Refresh.Key = p.Refresh.Key
	isError(w.T, w.IssueTokens(w.ctx, again), store.ErrExists)
	w.accessGone(again)
	w.live(p)

	bare := &store.TokenPair{Access: store.AccessToken{Key: store.KeyOf("bare"), APIID: api, ClientID: client}}
	noError(w.T, w.IssueTokens(w.ctx, bare))
	w.live(bare)

	stranger := w.pairOf(api, "nobody", "h", "three")
	isError(w.T, w.IssueTokens(w.ctx, stranger), store.ErrNotFound)
	w.gone(stranger)
}

func rotateRefresh(w *world) {
	first := w.issue("f", "first")
	twin := w.issue("f", "twin") // another access token of the family ends too
	other := w.issue("other", "other")
	second := w.pair("f", "second")
	second.Access.IssuedAt = w.base.Add(time.Second)
	noError(w.T, w.RotateRefresh(w.ctx, first.Refresh.Key, second))

	w.accessGone(first)
	w.accessGone(twin)
	w.live(second)
	w.live(other)
	_, err := w.RefreshToken(w.ctx, first.Refresh.Key)
	isSpent(w.T, err, spentBy(second))
	isSpent(w.T, w.RotateRefresh(w.ctx, first.Refresh.Key, w.pair("f", "third")), spentBy(second))
	w.gone(w.pair("f", "third"))
	w.live(second)

	isError(w.T, w.RotateRefresh(w.ctx, store.KeyOf("unknown"), w.pair("f", "third")), store.ErrNotFound)
	w.gone(w.pair("f", "third"))

	last := w.pair("f", "last")
	last.Refresh = nil
	noError(w.T, w.RotateRefresh(w.ctx, second.Refresh.Key, last))
	w.live(last)
	w.accessGone(second)
	w.empty()
}

func rotateRefreshOnce(w *world) {
	p := w.issue("f", "first")
	for round := range 5 {
		pair := func(i int) *store.TokenPair { return w.pair("f", fmt.Sprint(round, i)) }
		errs := parallel(8, func(i int) error { return w.RotateRefresh(w.ctx, p.Refresh.Key, pair(i)) })
		winner := oneWinner(w.T, errs, spentBy(pair(0)))
		w.accessGone(p)
		for i := range errs {
			if i != winner {
				w.gone(pair(i))
			}
		}
		p = pair(winner)
		w.live(p)
	}
	w.empty()
}

func rotateIsAllOrNone(w *world) {
	taken := w.issue("taken", "taken")
	p := w.issue("f", "one")
	next := w.pair("f", "next")
	next.Refresh.Key = taken.Refresh.Key
	isError(w.T, w.RotateRefresh(w.ctx, p.Refresh.Key, next), store.ErrExists)
	w.accessGone(next)
	w.live(p)
	w.live(taken)
}

func revokeAccess(w *world) {
	one, two := w.issue("f", "one"), w.issue("f", "two") // both expire in the same second
	noError(w.T, w.RevokeAccess(w.ctx, one.Access.Key))
	noError(w.T, w.RevokeAccess(w.ctx, one.Access.Key))
	noError(w.T, w.RevokeAccess(w.ctx, store.KeyOf("unknown")))
	w.accessGone(one)
	w.live(two)
	_, err := w.RefreshToken(w.ctx, one.Refresh.Key)
	noError(w.T, err)

	list, err := w.ClientTokens(w.ctx, api, client, w.base)
	noError(w.T, err)
	equal(w.T, list, []*store.AccessToken{&two.Access})
	n, err := w.RevokeClient(w.ctx, api, client)
	noError(w.T, err)
	equal(w.T, n, 1)
	w.gone(two)
	w.empty()
}

func revokeFamily(w *world) {
	first := w.issue("f", "first")
	second := w.pair("f", "second")
	noError(w.T, w.RotateRefresh(w.ctx, first.Refresh.Key, second))
	code := w.putCode("f", "code")
	other := w.issue("f0", "other")

	noError(w.T, w.RevokeFamily(w.ctx, familyOf("f")))
	w.gone(second)
	isError(w.T, w.RotateRefresh(w.ctx, second.Refresh.Key, w.pair("f", "late")), store.ErrNotFound)
	isError(w.T, w.RedeemCode(w.ctx, code.Key, w.pair("f", "late")), store.ErrNotFound)
	isSpent(w.T, w.RotateRefresh(w.ctx, first.Refresh.Key, w.pair("f", "late")), spentBy(second))
	w.gone(w.pair("f", "late"))
	w.live(other)

	noError(w.T, w.RevokeFamily(w.ctx, familyOf("f")))
	noError(w.T, w.RevokeFamily(w.ctx, familyOf("unknown")))
	w.live(other)
	w.empty()
}

// revokeRacesRotate: whichever comes first, the family is dead in the end.
func revokeRacesRotate(w *world) {
	for round := range 5 {
		family := fmt.Sprint("f", round)
		p := w.issue(family, family)
		next := w.pair(family, family+" next")
		errs := parallel(2, func(i int) error {
			if i == 0 {
				return w.RevokeFamily(w.ctx, p.Access.Family)
			}
			return w.RotateRefresh(w.ctx, p.Refresh.Key, next)
		})
		noError(w.T, errs[0])
		if errs[1] != nil {
			isError(w.T, errs[1], store.ErrNotFound)
		}
		w.accessGone(p)
		w.gone(next)
	}
}

func revokeClient(w *world) {
	first := w.issue("f", "first")
	second := w.pair("f", "second")
	noError(w.T, w.RotateRefresh(w.ctx, first.Refresh.Key, second))
	third := w.issue("g", "third")
	other := w.pairOf(api, otherClient, "other", "other")
	noError(w.T, w.IssueTokens(w.ctx, other))
	there := w.pairOf(otherAPI, client, "there", "there")
	noError(w.T, w.IssueTokens(w.ctx, there))

	n, err := w.RevokeClient(w.ctx, api, client)
	noError(w.T, err)
	equal(w.T, n, 2)
	w.gone(second)
	w.gone(third)
	w.live(other)
	w.live(there)
	_, err = w.RefreshToken(w.ctx, first.Refresh.Key)
	isSpent(w.T, err, spentBy(second))
	_, err = w.Client(w.ctx, api, client)
	noError(w.T, err)
	w.live(w.issue("h", "afterwards"))

	n, err = w.RevokeClient(w.ctx, api, "nobody")
	noError(w.T, err)
	equal(w.T, n, 0)
	w.empty()
}

func clientTokens(w *world) {
	var want []*store.AccessToken
	for i, after := range []time.Duration{3 * time.Hour, time.Second, time.Hour, time.Hour, time.Hour, 0, -time.Hour, time.Nanosecond} {
		p := w.pair(fmt.Sprint(i), fmt.Sprint(i))
		p.Access.ExpiresAt = w.base.Add(after)
		noError(w.T, w.IssueTokens(w.ctx, p))
		if after > 0 {
			want = append(want, &p.Access)
		}
	}
	slices.SortFunc(want, byExpiry)
	list, err := w.ClientTokens(w.ctx, api, client, w.base)
	noError(w.T, err)
	equal(w.T, list, want)

	list, err = w.ClientTokens(w.ctx, api, "nobody", w.base)
	noError(w.T, err)
	equal(w.T, len(list), 0)
}

// revokedStaysRevoked has readers that may put what they read into a cache while it is being revoked.
func revokedStaysRevoked(w *world) {
	for round := range 20 {
		p := w.issue(fmt.Sprint(round), fmt.Sprint(round))
		errs := parallel(4, func(i int) error {
			if i == 0 {
				return w.RevokeAccess(w.ctx, p.Access.Key)
			}
			for range 20 {
				_, _ = w.AccessToken(w.ctx, p.Access.Key)
			}
			return nil
		})
		noError(w.T, errs[0])
		w.accessGone(p)
	}
}
