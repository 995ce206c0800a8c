package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

var userTests = map[string]func(*world){
	"PutUser":                putUser,
	"UsersAreOrdered":        usersAreOrdered,
	"DeleteUser":             deleteUser,
	"DeleteUserIsNarrow":     deleteUserIsNarrow,
	"IssueToUser":            issueToUser,
	"RotateKeepsUser":        rotateKeepsUser,
	"DeleteUserWhileIssuing": deleteUserWhileIssuing,
}

func (w *world) user(orgID, name string) *store.User {
	return &store.User{
		OrgID: orgID, Name: name, PasswordHash: "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA", Session: []byte(`{"alias":"` + name + `"}`),
		FromFile: true, CreatedAt: w.base,
	}
}

func (w *world) putUser(orgID, name string) *store.User {
	w.Helper()
	u := w.user(orgID, name)
	noError(w.T, w.PutUser(w.ctx, u))
	return u
}

// bought is a pair that the user's password has bought.
func (w *world) bought(orgID, name, family, token string) *store.TokenPair {
	p := w.pair(family, token)
	p.Access.UserOrg, p.Access.User, p.Refresh.UserOrg, p.Refresh.User = orgID, name, orgID, name
	return p
}

func (w *world) buy(orgID, name, family, token string) *store.TokenPair {
	w.Helper()
	p := w.bought(orgID, name, family, token)
	noError(w.T, w.IssueTokens(w.ctx, p))
	return p
}

func putUser(w *world) {
	_, err := w.User(w.ctx, "org", "ann")
	isError(w.T, err, store.ErrNotFound)
	u := w.putUser("org", "ann")
	got, err := w.User(w.ctx, "org", "ann")
	noError(w.T, err)
	equal(w.T, got, u)
	for _, other := range [][2]string{{"org", "Ann"}, {"", "ann"}, {"org2", "ann"}, {"orga", "nn"}, {"org", "ann "}} {
		_, err = w.User(w.ctx, other[0], other[1])
		isError(w.T, err, store.ErrNotFound)
	}

	p := w.buy("org", "ann", "f", "one")
	u.PasswordHash, u.Session, u.FromFile = "$2a$10$other", nil, false
	noError(w.T, w.PutUser(w.ctx, u))
	got, err = w.User(w.ctx, "org", "ann")
	noError(w.T, err)
	equal(w.T, got, u)
	w.live(p) // another password ends no token
	w.empty()
}

func usersAreOrdered(w *world) {
	var want []*store.User
	for _, u := range [][2]string{{"", "zoe"}, {"a", "zoe"}, {"aa", "bob"}, {"b", "Ann"}, {"b", "ann"}, {"b", "ann\x00"}, {"b", "é"}} {
		want = append(want, w.user(u[0], u[1]))
	}
	for i := range want {
		noError(w.T, w.PutUser(w.ctx, want[(i*3)%len(want)]))
	}
	got, err := w.Users(w.ctx)
	noError(w.T, err)
	equal(w.T, got, want)
	w.empty()
}

func deleteUser(w *world) {
	isError(w.T, w.DeleteUser(w.ctx, "org", "ann"), store.ErrNotFound)
	w.putUser("org", "ann")
	first := w.buy("org", "ann", "f", "first")
	second := w.bought("org", "ann", "f", "second")
	noError(w.T, w.RotateRefresh(w.ctx, first.Refresh.Key, second))
	there := w.bought("org", "ann", "g", "there")
	there.Access.APIID, there.Refresh.APIID = otherAPI, otherAPI
	noError(w.T, w.IssueTokens(w.ctx, there))

	noError(w.T, w.DeleteUser(w.ctx, "org", "ann"))
	_, err := w.User(w.ctx, "org", "ann")
	isError(w.T, err, store.ErrNotFound)
	w.gone(second)
	w.gone(there)
	_, err = w.RefreshToken(w.ctx, first.Refresh.Key)
	isSpent(w.T, err, spentBy(second))
	isError(w.T, w.RotateRefresh(w.ctx, second.Refresh.Key, w.bought("org", "ann", "f", "late")), store.ErrNotFound)
	isError(w.T, w.IssueTokens(w.ctx, w.bought("org", "ann", "h", "late")), store.ErrNotFound)
	w.gone(w.pair("", "late"))
	isError(w.T, w.DeleteUser(w.ctx, "org", "ann"), store.ErrNotFound)

	w.putUser("org", "ann") // inherits nothing
	list, err := w.ClientTokens(w.ctx, api, client, time.Time{})
	noError(w.T, err)
	equal(w.T, len(list), 0)
	w.live(w.buy("org", "ann", "h", "new"))
	w.empty()
}

// deleteUserIsNarrow: users whose names begin like another's, or are cut elsewhere, and tokens without a user are not concerned.
func deleteUserIsNarrow(w *world) {
	var pairs []*store.TokenPair
	for i, u := range [][2]string{{"or", "gann"}, {"orga", "nn"}, {"org", "anna"}, {"org", "an"}, {"", "ann"}, {"", "organn"}} {
		w.putUser(u[0], u[1])
		pairs = append(pairs, w.buy(u[0], u[1], fmt.Sprint(i), fmt.Sprint(i)))
	}
	pairs = append(pairs, w.issue("none", "none"))
	nobody := w.pair("org", "org") // an organisation without a name is nobody
	nobody.Access.UserOrg, nobody.Refresh.UserOrg = "org", "org"
	noError(w.T, w.IssueTokens(w.ctx, nobody))
	w.putUser("org", "ann")
	hers := w.buy("org", "ann", "hers", "hers")
	noError(w.T, w.DeleteUser(w.ctx, "org", "ann"))
	w.gone(hers)
	for _, p := range pairs {
		w.live(p)
	}
	_, err := w.AccessToken(w.ctx, nobody.Access.Key)
	noError(w.T, err)
	w.empty()
}

func issueToUser(w *world) {
	isError(w.T, w.IssueTokens(w.ctx, w.bought("org", "ann", "f", "one")), store.ErrNotFound)
	w.gone(w.pair("", "one"))
	w.putUser("org", "ann")
	p := w.buy("org", "ann", "f", "one")
	w.live(p)
	isError(w.T, w.IssueTokens(w.ctx, w.bought("other", "ann", "g", "two")), store.ErrNotFound)
	w.gone(w.pair("", "two"))
	n, err := w.RevokeClient(w.ctx, api, client)
	noError(w.T, err)
	equal(w.T, n, 1)
	w.gone(p)
	w.empty()
}

func rotateKeepsUser(w *world) {
	w.putUser("org", "ann")
	p := w.buy("org", "ann", "f", "0")
	for i := range 3 {
		next := w.bought("org", "ann", "f", fmt.Sprint(i+1))
		noError(w.T, w.RotateRefresh(w.ctx, p.Refresh.Key, next))
		w.accessGone(p)
		w.live(next)
		p = next
	}
	noError(w.T, w.DeleteUser(w.ctx, "org", "ann"))
	w.gone(p)
	w.empty()
}

// deleteUserWhileIssuing: whatever the order, no token outlives the user who bought it.
func deleteUserWhileIssuing(w *world) {
	const n = 16
	w.putUser("org", "ann")
	first := w.buy("org", "ann", "f", "first")
	errs := parallel(n, func(i int) error {
		switch i {
		case n / 2:
			return w.DeleteUser(w.ctx, "org", "ann")
		case n/2 + 1:
			return w.RotateRefresh(w.ctx, first.Refresh.Key, w.bought("org", "ann", "f", fmt.Sprint(i)))
		default:
			return w.IssueTokens(w.ctx, w.bought("org", "ann", fmt.Sprint(i), fmt.Sprint(i)))
		}
	})
	noError(w.T, errs[n/2])
	for i, err := range errs {
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			w.Errorf("call %d: %v", i, err)
		}
		w.gone(w.pair("", fmt.Sprint(i)))
	}
	w.accessGone(first)
	w.empty()
}
