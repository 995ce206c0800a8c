package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tykctl/tykctl/runtime/store"
)

// runRandom does the same at random to a store and to the model, and compares what both say after each step.
func runRandom(t *testing.T, open func(t *testing.T) store.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		s := open(t)
		defer func() { noError(t, s.Close()) }()
		x := &experiment{world: &world{T: t, Store: s, ctx: t.Context(), base: now()}}
		rt.Repeat(map[string]func(*rapid.T){
			"":              x.compare,
			"CreateClient":  x.createClient,
			"UpdateClient":  x.updateClient,
			"DeleteClient":  x.deleteClient,
			"PutCode":       x.putCode,
			"IssueTokens":   x.issueTokens,
			"RedeemCode":    x.redeemCode,
			"RotateRefresh": x.rotateRefresh,
			"RevokeAccess":  x.revokeAccess,
			"RevokeFamily":  x.revokeFamily,
			"RevokeClient":  x.revokeClient,
			"Sweep":         x.sweepAll,
			"PutKey":        x.putKey,
			"DeleteKey":     x.deleteKey,
			"PutUser":       x.putUser,
			"DeleteUser":    x.deleteUser,
			"Policy":        x.policy,
			"Lend":          x.lend,
			"GiveBack":      x.giveBack,
			"ResetQuota":    x.resetQuota,
			"RetryNotice":   x.retryNotice,
			"DropNotice":    x.dropNotice,
		})
		for _, name := range allNames {
			noError(t, errors.Join(x.ResetQuota(x.ctx, store.KeyOf(name)), x.ResetQuota(x.ctx, store.KeyOf("access "+name))))
		}
		x.empty()
	})
}

// experiment draws from few names, so that the steps meet.
type experiment struct {
	*world
	model model
}

var (
	apis     = rapid.SampledFrom([]string{api, otherAPI})
	ids      = rapid.SampledFrom([]string{client, otherClient})
	names    = rapid.SampledFrom(allNames)
	families = rapid.SampledFrom([]string{"f", "g"})

	allNames   = []string{"0", "1", "2", "3", "4", "5"}
	allClients = [][2]string{{api, client}, {api, otherClient}, {otherAPI, client}, {otherAPI, otherClient}}
)

func (x *experiment) compare(rt *rapid.T) {
	if d := x.difference(x.Store, &x.model, allNames, allClients); d != "" {
		rt.Fatal(d)
	}
	x.compareLists(rt)
}

func (x *experiment) minutes(rt *rapid.T, label string) time.Time {
	return x.base.Add(time.Duration(rapid.IntRange(0, 5).Draw(rt, label)) * 20 * time.Minute)
}

// drawPair is for that client and family, with or without a refresh token.
func (x *experiment) drawPair(rt *rapid.T, apiID, id string, family store.FamilyID) *store.TokenPair {
	p := x.pairOf(apiID, id, "", names.Draw(rt, "name"))
	p.Access.Family, p.Refresh.Family = family, family
	p.Access.ExpiresAt, p.Refresh.ExpiresAt = x.minutes(rt, "access expires"), x.minutes(rt, "refresh expires")
	if rapid.IntRange(0, 2).Draw(rt, "user") == 0 {
		p.Access.UserOrg, p.Access.User = "org", users.Draw(rt, "name of user")
		p.Refresh.UserOrg, p.Refresh.User = "org", p.Access.User
	}
	if rapid.IntRange(0, 3).Draw(rt, "refresh") == 0 {
		p.Refresh = nil
	}
	if rapid.Bool().Draw(rt, "notice") {
		p.Notice = x.notice("", names.Draw(rt, "body"))
		p.Notice.Family, p.Notice.NextAt = family, x.minutes(rt, "due")
	}
	return p
}

// pairFor is for the client and family of what it is to be exchanged for, if that exists.
func (x *experiment) pairFor(rt *rapid.T, used *item) *store.TokenPair {
	if used == nil {
		return x.drawPair(rt, api, client, familyOf("f"))
	}
	return x.drawPair(rt, used.apiID, used.clientID, used.family)
}

func (x *experiment) createClient(rt *rapid.T) {
	c := x.client(apis.Draw(rt, "api"), ids.Draw(rt, "id"))
	sameError(rt, x.CreateClient(x.ctx, c), x.model.CreateClient(x.ctx, c))
}

func (x *experiment) updateClient(rt *rapid.T) {
	apiID, id, text := apis.Draw(rt, "api"), ids.Draw(rt, "id"), names.Draw(rt, "text")
	change := func(c *store.Client) error {
		c.Description = text
		return nil
	}
	sameError(rt, x.UpdateClient(x.ctx, apiID, id, change), x.model.UpdateClient(x.ctx, apiID, id, change))
}

func (x *experiment) deleteClient(rt *rapid.T) {
	apiID, id := apis.Draw(rt, "api"), ids.Draw(rt, "id")
	sameError(rt, x.DeleteClient(x.ctx, apiID, id), x.model.DeleteClient(x.ctx, apiID, id))
}

func (x *experiment) putCode(rt *rapid.T) {
	c := x.code(families.Draw(rt, "family"), names.Draw(rt, "name"))
	c.APIID, c.ClientID, c.ExpiresAt = apis.Draw(rt, "api"), ids.Draw(rt, "id"), x.minutes(rt, "expires")
	sameError(rt, x.PutCode(x.ctx, c), x.model.PutCode(x.ctx, c))
}

func (x *experiment) issueTokens(rt *rapid.T) {
	p := x.drawPair(rt, apis.Draw(rt, "api"), ids.Draw(rt, "id"), familyOf(families.Draw(rt, "family")))
	sameError(rt, x.IssueTokens(x.ctx, p), x.model.IssueTokens(x.ctx, p))
}

func (x *experiment) redeemCode(rt *rapid.T) {
	key := store.KeyOf("code " + names.Draw(rt, "used"))
	p := x.pairFor(rt, x.model.code(key))
	sameError(rt, x.RedeemCode(x.ctx, key, p), x.model.RedeemCode(x.ctx, key, p))
}

func (x *experiment) rotateRefresh(rt *rapid.T) {
	key := store.KeyOf("refresh " + names.Draw(rt, "used"))
	p := x.pairFor(rt, x.model.refresh(key))
	sameError(rt, x.RotateRefresh(x.ctx, key, p), x.model.RotateRefresh(x.ctx, key, p))
}

func (x *experiment) revokeAccess(rt *rapid.T) {
	key := store.KeyOf("access " + names.Draw(rt, "name"))
	sameError(rt, x.RevokeAccess(x.ctx, key), x.model.RevokeAccess(x.ctx, key))
}

func (x *experiment) revokeFamily(rt *rapid.T) {
	id := familyOf(families.Draw(rt, "family"))
	sameError(rt, x.RevokeFamily(x.ctx, id), x.model.RevokeFamily(x.ctx, id))
}

func (x *experiment) revokeClient(rt *rapid.T) {
	apiID, id := apis.Draw(rt, "api"), ids.Draw(rt, "id")
	n, err := x.RevokeClient(x.ctx, apiID, id)
	want, wantErr := x.model.RevokeClient(x.ctx, apiID, id)
	sameError(rt, err, wantErr)
	same(rt, n, want)
}

func (x *experiment) sweepAll(rt *rapid.T) {
	now := x.minutes(rt, "now").Add(time.Duration(rapid.IntRange(0, 90).Draw(rt, "later")) * time.Minute)
	limit := rapid.IntRange(1, 4).Draw(rt, "limit")
	sum := 0
	for n := limit; n == limit; sum += n {
		var err error
		n, err = x.Sweep(x.ctx, now, limit)
		sameError(rt, err, nil)
	}
	want, _ := x.model.Sweep(x.ctx, now, limit)
	same(rt, sum, want)
}

// difference asks two stores for everything that the names and clients can mean; it is empty when they agree.
func (w *world) difference(got, want store.Store, names []string, clients [][2]string) string {
	for _, name := range names {
		a1, err1 := got.AccessToken(w.ctx, store.KeyOf("access "+name))
		a2, err2 := want.AccessToken(w.ctx, store.KeyOf("access "+name))
		r1, err3 := got.RefreshToken(w.ctx, store.KeyOf("refresh "+name))
		r2, err4 := want.RefreshToken(w.ctx, store.KeyOf("refresh "+name))
		c1, err5 := got.Code(w.ctx, store.KeyOf("code "+name))
		c2, err6 := want.Code(w.ctx, store.KeyOf("code "+name))
		d := diff(a2, a1) + diff(r2, r1) + diff(c2, c1)
		d += differentError(err1, err2) + differentError(err3, err4) + differentError(err5, err6)
		if d != "" {
			return fmt.Sprintf("of name %s (-want +got):\n%s", name, d)
		}
	}
	for _, c := range clients {
		l1, err1 := got.ClientTokens(w.ctx, c[0], c[1], w.base.Add(30*time.Minute))
		l2, err2 := want.ClientTokens(w.ctx, c[0], c[1], w.base.Add(30*time.Minute))
		c1, err3 := got.Client(w.ctx, c[0], c[1])
		c2, err4 := want.Client(w.ctx, c[0], c[1])
		if d := diff(l2, l1) + diff(c2, c1) + differentError(err1, err2) + differentError(err3, err4); d != "" {
			return fmt.Sprintf("of client %s (-want +got):\n%s", c, d)
		}
	}
	return w.differenceOfOthers(got, want, names)
}

// diff is cmp.Diff for what is nearly always equal.
func diff(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return cmp.Diff(want, got)
}

// differentError is empty when both mean the same to a caller.
func differentError(got, want error) string {
	var spent, wantSpent *store.SpentError
	if errors.As(want, &wantSpent) && errors.As(got, &spent) {
		return cmp.Diff(wantSpent, spent)
	}
	if !errors.Is(got, want) {
		return fmt.Sprintf("error is %v, want %v\n", got, want)
	}
	return ""
}

func sameError(rt *rapid.T, got, want error) {
	if d := differentError(got, want); d != "" {
		rt.Fatal(d)
	}
}

func same(rt *rapid.T, got, want int) {
	if got != want {
		rt.Fatalf("got %d, want %d", got, want)
	}
}
