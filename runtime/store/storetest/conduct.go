package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// Promises of the store as a whole.
var conductTests = map[string]func(*world){
	"ArgumentsAreCopied": argumentsAreCopied,
	"CancelledContext":   cancelledContext,
	"Ping":               func(w *world) { noError(w.T, w.Ping(w.ctx)) },
	"Close":              closeTwice,
	"CloseWaits":         closeWaits,
}

func argumentsAreCopied(w *world) {
	c := w.client(api, "new")
	noError(w.T, w.CreateClient(w.ctx, c))
	c.PolicyID, c.RedirectURIs[0], c.MetaData[2], c.Secrets[0].Key[0] = "evil", "https://evil.example/", 'X', c.Secrets[0].Key[0]+1
	got, err := w.Client(w.ctx, api, "new")
	noError(w.T, err)
	equal(w.T, got, w.client(api, "new"))

	code := w.putCode("f", "one")
	code.Scope, code.KeyRules[2] = "everything", 'X'
	w.unusedCode(w.code("f", "one"))

	spoil := func(p *store.TokenPair) {
		p.Access.Scope, p.Access.KeyRules[2], p.Access.PolicyIDs[0] = "everything", 'X', "platinum"
		p.Refresh.Scope, p.Refresh.KeyRules[2], p.Refresh.PolicyIDs[0] = "everything", 'X', "platinum"
	}
	spoil(w.issue("g", "issued"))
	w.live(w.pair("g", "issued"))

	redeemed := w.pair("f", "redeemed")
	noError(w.T, w.RedeemCode(w.ctx, code.Key, redeemed))
	spoil(redeemed)
	w.live(w.pair("f", "redeemed"))

	w.othersAreCopied()

	rotated := w.pair("f", "rotated")
	noError(w.T, w.RotateRefresh(w.ctx, redeemed.Refresh.Key, rotated))
	spoil(rotated)
	w.live(w.pair("f", "rotated"))
}

func (w *world) othersAreCopied() {
	k := w.putKey(w.key("one"))
	k.Session[2] = 'X'
	w.hasKey(w.key("one"))
	u := w.putUser("org", "ann")
	u.Session[2], u.PasswordHash = 'X', ""
	got, err := w.User(w.ctx, "org", "ann")
	noError(w.T, err)
	equal(w.T, got, w.user("org", "ann"))
	policy := []byte("gold")
	noError(w.T, w.PutPolicy(w.ctx, "gold", policy))
	policy[0] = 'X'
	w.hasPolicies(map[string][]byte{"gold": []byte("gold")})
	p := w.pair("h", "noticed")
	p.Notice = w.notice("h", "noticed")
	noError(w.T, w.IssueTokens(w.ctx, p))
	p.Notice.Body[0], p.Notice.LastError = 'X', "evil"
	w.due(w.base, 1, w.last(w.notice("h", "noticed")))
}

func cancelledContext(w *world) {
	p, code := w.issue("f", "one"), w.putCode("g", "one")
	key, n, c := w.putKey(w.key("one")), w.post("h", "noticed"), w.counter("one", 2, time.Minute)
	w.putUser("org", "ann")
	noError(w.T, w.PutPolicy(w.ctx, "gold", []byte("gold")))
	c.lend(0, 1, 1, store.Quota{Used: 1, Renews: c.at(60)})
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	_, _, lendErr := w.Lend(ctx, c.key, 1, 2, time.Minute, w.base)
	never := func(*store.Client) error { return errors.New("change was called") }
	_, revokeErr := w.RevokeClient(ctx, api, client)
	_, sweepErr := w.Sweep(ctx, w.base.Add(1000*time.Hour), 10)
	for name, err := range map[string]error{
		"CreateClient":  w.CreateClient(ctx, w.client(api, "late")),
		"UpdateClient":  w.UpdateClient(ctx, api, client, never),
		"DeleteClient":  w.DeleteClient(ctx, api, client),
		"PutCode":       w.PutCode(ctx, w.code("h", "late")),
		"RedeemCode":    w.RedeemCode(ctx, code.Key, w.pair("g", "late")),
		"IssueTokens":   w.IssueTokens(ctx, w.pair("h", "late")),
		"RotateRefresh": w.RotateRefresh(ctx, p.Refresh.Key, w.pair("f", "late")),
		"RevokeAccess":  w.RevokeAccess(ctx, p.Access.Key),
		"RevokeFamily":  w.RevokeFamily(ctx, p.Access.Family),
		"RevokeClient":  revokeErr,
		"PutKey":        w.PutKey(ctx, w.key("late")),
		"DeleteKey":     w.DeleteKey(ctx, key.Key),
		"PutUser":       w.PutUser(ctx, w.user("org", "late")),
		"DeleteUser":    w.DeleteUser(ctx, "org", "ann"),
		"PutPolicy":     w.PutPolicy(ctx, "late", nil),
		"DeletePolicy":  w.DeletePolicy(ctx, "gold"),
		"Lend":          lendErr,
		"GiveBack":      w.GiveBack(ctx, c.key, 1, c.at(60)),
		"ResetQuota":    w.ResetQuota(ctx, c.key),
		"RetryNotice":   w.RetryNotice(ctx, n.ID, w.base, "late"),
		"DropNotice":    w.DropNotice(ctx, n.ID),
		"Sweep":         sweepErr,
		"Ping":          w.Ping(ctx),
	} {
		if !errors.Is(err, context.Canceled) {
			w.Errorf("%s: error is %v, want that of the context", name, err)
		}
	}
	w.live(p)
	w.unusedCode(code)
	w.gone(w.pair("", "late"))
	_, err := w.Code(w.ctx, w.code("h", "late").Key)
	isError(w.T, err, store.ErrNotFound)
	_, err = w.Client(w.ctx, api, "late")
	isError(w.T, err, store.ErrNotFound)
	w.hasKey(key)
	w.keyGone(w.key("late"))
	w.due(w.base, 10, n)
	c.has(store.Quota{Used: 1, Renews: c.at(60)})
	w.hasPolicies(map[string][]byte{"gold": []byte("gold")})
	users, err := w.Users(w.ctx)
	noError(w.T, err)
	equal(w.T, users, []*store.User{w.user("org", "ann")})
}

func closeTwice(w *world) {
	noError(w.T, w.Close())
	noError(w.T, w.Close())
	err := w.IssueTokens(w.ctx, w.pair("f", "late"))
	if err == nil || errors.Is(err, store.ErrNotFound) {
		w.Fatalf("a write after Close returns %v, want an error of the store", err)
	}
	if err := w.Ping(w.ctx); err == nil {
		w.Fatal("Ping succeeds after Close")
	}
	if _, _, err := w.Lend(w.ctx, store.KeyOf("one"), 1, 1, 0, w.base); err == nil {
		w.Fatal("Lend succeeds after Close")
	}
}

// closeWaits: every write either happened or fails, none hangs, while the store is being closed.
func closeWaits(w *world) {
	errs := parallel(9, func(i int) error {
		if i == 4 {
			return w.Close()
		}
		for j := range 50 {
			if w.IssueTokens(w.ctx, w.pair(fmt.Sprint(i, j), fmt.Sprint(i, j))) != nil {
				break
			}
		}
		return nil
	})
	noError(w.T, errors.Join(errs...))
}
