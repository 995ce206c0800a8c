package storetest

import (
	"fmt"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

var codeTests = map[string]func(*world){
	"PutCode":            putCode,
	"RedeemCode":         redeemCode,
	"RedeemCodeOnce":     redeemCodeOnce,
	"RedeemIsAllOrNone":  redeemIsAllOrNone,
	"RedeemAfterRevoked": redeemAfterRevoked,
}

func (w *world) putCode(family, name string) *store.Code {
	w.Helper()
	c := w.code(family, name)
	noError(w.T, w.PutCode(w.ctx, c))
	return c
}

// unusedCode fails the test unless the code is there as it was stored.
func (w *world) unusedCode(c *store.Code) {
	w.Helper()
	got, err := w.Code(w.ctx, c.Key)
	noError(w.T, err)
	equal(w.T, got, c)
}

// spentBy is the error for what the pair consumed.
func spentBy(p *store.TokenPair) *store.SpentError {
	return &store.SpentError{APIID: p.Access.APIID, ClientID: p.Access.ClientID, Family: p.Access.Family, At: p.Access.IssuedAt}
}

func putCode(w *world) {
	_, err := w.Code(w.ctx, w.code("f", "one").Key)
	isError(w.T, err, store.ErrNotFound)
	c := w.putCode("f", "one")
	w.unusedCode(c)
	w.unusedCode(c) // reading consumes nothing

	changed := w.code("g", "one")
	changed.Scope = "everything"
	isError(w.T, w.PutCode(w.ctx, changed), store.ErrExists)
	w.unusedCode(c)

	bare := &store.Code{Key: store.KeyOf("bare"), APIID: api, ClientID: client}
	noError(w.T, w.PutCode(w.ctx, bare))
	w.unusedCode(bare)
}

func redeemCode(w *world) {
	c := w.putCode("f", "one")
	p := w.pair("f", "one")
	p.Access.IssuedAt = w.base.Add(3*time.Second + 5*time.Nanosecond)
	noError(w.T, w.RedeemCode(w.ctx, c.Key, p))
	w.live(p)

	_, err := w.Code(w.ctx, c.Key)
	isSpent(w.T, err, spentBy(p))
	isSpent(w.T, w.RedeemCode(w.ctx, c.Key, w.pair("f", "two")), spentBy(p))
	w.gone(w.pair("f", "two"))
	w.live(p)
	isError(w.T, w.PutCode(w.ctx, c), store.ErrExists)

	isError(w.T, w.RedeemCode(w.ctx, store.KeyOf("unknown"), w.pair("f", "two")), store.ErrNotFound)
	w.gone(w.pair("f", "two"))

	// A code is found as a code only.
	isError(w.T, w.RotateRefresh(w.ctx, c.Key, w.pair("f", "two")), store.ErrNotFound)
	isError(w.T, w.RedeemCode(w.ctx, p.Refresh.Key, w.pair("f", "two")), store.ErrNotFound)

	last := w.putCode("g", "last")
	noRefresh := w.pair("g", "last")
	noRefresh.Refresh = nil
	noError(w.T, w.RedeemCode(w.ctx, last.Key, noRefresh))
	w.live(noRefresh)
}

func redeemCodeOnce(w *world) {
	for round := range 5 {
		c := w.putCode(fmt.Sprint("f", round), fmt.Sprint(round))
		pair := func(i int) *store.TokenPair { return w.pair(fmt.Sprint("f", round), fmt.Sprint(round, i)) }
		errs := parallel(8, func(i int) error { return w.RedeemCode(w.ctx, c.Key, pair(i)) })
		winner := oneWinner(w.T, errs, spentBy(pair(0)))
		for i := range errs {
			if i == winner {
				w.live(pair(i))
			} else {
				w.gone(pair(i))
			}
		}
	}
	w.empty()
}

func redeemIsAllOrNone(w *world) {
	taken := w.issue("taken", "taken")
	c := w.putCode("f", "one")
	for name, p := range map[string]*store.TokenPair{"access": w.pair("f", "one"), "refresh": w.pair("f", "one")} {
		if name == "access" {
			p.Access.Key = taken.Access.Key
		} else {
			p.Refresh.Key = taken.Refresh.Key
		}
		isError(w.T, w.RedeemCode(w.ctx, c.Key, p), store.ErrExists)
	}
	w.gone(w.pair("f", "one"))
	w.live(taken)
	w.unusedCode(c)
	noError(w.T, w.RedeemCode(w.ctx, c.Key, w.pair("f", "one")))
	w.empty()
}

func redeemAfterRevoked(w *world) {
	c := w.putCode("f", "one")
	noError(w.T, w.RevokeFamily(w.ctx, c.Family))
	isError(w.T, w.RedeemCode(w.ctx, c.Key, w.pair("f", "one")), store.ErrNotFound)
	w.gone(w.pair("f", "one"))

	c = w.putCode("g", "two")
	n, err := w.RevokeClient(w.ctx, api, client)
	noError(w.T, err)
	equal(w.T, n, 0)
	isError(w.T, w.RedeemCode(w.ctx, c.Key, w.pair("g", "two")), store.ErrNotFound)
	w.empty()
}
