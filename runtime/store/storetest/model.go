package storetest

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tykctl/tykctl/runtime/store"
)

// model is the contract done naively: everything in one slice, everything found by looking at all of it.
type model struct {
	clients []*store.Client
	items   []*item
}

// item is a code, access token or refresh token; one of the three records is set, also when it is spent.
type item struct {
	apiID, clientID string
	family          store.FamilyID
	expires         time.Time
	access          *store.AccessToken
	refresh         *store.RefreshToken
	code            *store.Code
	spent           *store.SpentError
}

func (m *model) client(apiID, id string) *store.Client {
	for _, c := range m.clients {
		if c.APIID == apiID && c.ID == id {
			return c
		}
	}
	return nil
}

func (m *model) find(is func(*item) bool) *item {
	if i := slices.IndexFunc(m.items, is); i >= 0 {
		return m.items[i]
	}
	return nil
}

func (m *model) access(k store.Key) *item {
	return m.find(func(i *item) bool { return i.access != nil && i.access.Key == k })
}

func (m *model) refresh(k store.Key) *item {
	return m.find(func(i *item) bool { return i.refresh != nil && i.refresh.Key == k })
}

func (m *model) code(k store.Key) *item {
	return m.find(func(i *item) bool { return i.code != nil && i.code.Key == k })
}

// drop removes items and returns how many access tokens and how many items in all that were.
func (m *model) drop(is func(*item) bool) (access, all int) {
	before := len(m.items)
	m.items = slices.DeleteFunc(m.items, func(i *item) bool {
		if is(i) && i.access != nil {
			access++
		}
		return is(i)
	})
	return access, before - len(m.items)
}

func (m *model) putCode(c *store.Code) error {
	switch {
	case m.client(c.APIID, c.ClientID) == nil:
		return store.ErrNotFound
	case m.code(c.Key) != nil:
		return store.ErrExists
	}
	m.items = append(m.items, &item{apiID: c.APIID, clientID: c.ClientID, family: c.Family, expires: c.ExpiresAt, code: c})
	return nil
}

func (m *model) issue(p *store.TokenPair) error {
	a, r := &p.Access, p.Refresh
	switch {
	case m.client(a.APIID, a.ClientID) == nil:
		return store.ErrNotFound
	case m.access(a.Key) != nil, r != nil && m.refresh(r.Key) != nil:
		return store.ErrExists
	}
	m.items = append(m.items, &item{apiID: a.APIID, clientID: a.ClientID, family: a.Family, expires: a.ExpiresAt, access: a})
	if r != nil {
		m.items = append(m.items, &item{apiID: r.APIID, clientID: r.ClientID, family: r.Family, expires: r.ExpiresAt, refresh: r})
	}
	return nil
}

func (m *model) exchange(used *item, p *store.TokenPair) error {
	if err := usable(used); err != nil {
		return err
	}
	old := slices.Clone(m.items)
	if err := m.issue(p); err != nil {
		return err
	}
	if used.refresh != nil {
		m.drop(func(i *item) bool { return slices.Contains(old, i) && i.access != nil && i.family == used.family })
	}
	used.spent = spentBy(p)
	return nil
}

func usable(i *item) error {
	switch {
	case i == nil:
		return store.ErrNotFound
	case i.spent != nil:
		return i.spent
	}
	return nil
}

func (m *model) sweep(now time.Time) int {
	_, n := m.drop(func(i *item) bool {
		if i.spent != nil {
			return i.expires.Add(store.SpentRetention).Before(now)
		}
		return i.expires.Before(now)
	})
	return n
}

func (m *model) clientTokens(apiID, id string, now time.Time) (list []*store.AccessToken) {
	for _, i := range m.items {
		if i.access != nil && i.apiID == apiID && i.clientID == id && i.expires.After(now) {
			list = append(list, i.access)
		}
	}
	slices.SortFunc(list, func(a, b *store.AccessToken) int {
		if c := a.ExpiresAt.Compare(b.ExpiresAt); c != 0 {
			return c
		}
		return bytes.Compare(a.Key[:], b.Key[:])
	})
	return list
}

// runModel does the same at random to a store and to the model, and compares what both say after each step.
func runModel(t *testing.T, open func(t *testing.T) store.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		s := open(t)
		defer func() { noError(t, s.Close()) }()
		x := &experiment{world: &world{T: t, Store: s, ctx: t.Context(), base: time.Now().Truncate(time.Second)}}
		rt.Repeat(map[string]func(*rapid.T){
			"":              x.compare,
			"CreateClient":  x.createClient,
			"DeleteClient":  x.deleteClient,
			"PutCode":       x.putCode,
			"IssueTokens":   x.issueTokens,
			"RedeemCode":    x.redeemCode,
			"RotateRefresh": x.rotateRefresh,
			"RevokeAccess":  x.revokeAccess,
			"RevokeFamily":  x.revokeFamily,
			"RevokeClient":  x.revokeClient,
			"Sweep":         x.sweepAll,
		})
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
	names    = rapid.SampledFrom([]string{"0", "1", "2", "3", "4", "5"})
	families = rapid.SampledFrom([]string{"f", "g"})
)

func (x *experiment) minutes(rt *rapid.T, label string) time.Time {
	return x.base.Add(time.Duration(rapid.IntRange(0, 5).Draw(rt, label)) * 20 * time.Minute)
}

// drawPair is for that client and family, with or without a refresh token.
func (x *experiment) drawPair(rt *rapid.T, apiID, id string, family store.FamilyID) *store.TokenPair {
	p := x.pairOf(apiID, id, "", names.Draw(rt, "name"))
	p.Access.Family, p.Refresh.Family = family, family
	p.Access.ExpiresAt, p.Refresh.ExpiresAt = x.minutes(rt, "access"), x.minutes(rt, "refresh")
	if rapid.IntRange(0, 3).Draw(rt, "refresh") == 0 {
		p.Refresh = nil
	}
	return p
}

func (x *experiment) createClient(rt *rapid.T) {
	c := x.client(apis.Draw(rt, "api"), ids.Draw(rt, "id"))
	var want error
	if x.model.client(c.APIID, c.ID) != nil {
		want = store.ErrExists
	} else {
		x.model.clients = append(x.model.clients, c)
	}
	sameError(rt, x.CreateClient(x.ctx, c), want)
}

func (x *experiment) deleteClient(rt *rapid.T) {
	apiID, id := apis.Draw(rt, "api"), ids.Draw(rt, "id")
	var want error
	if c := x.model.client(apiID, id); c == nil {
		want = store.ErrNotFound
	} else {
		x.model.clients = slices.DeleteFunc(x.model.clients, func(d *store.Client) bool { return c == d })
		x.model.drop(func(i *item) bool { return i.apiID == apiID && i.clientID == id })
	}
	sameError(rt, x.DeleteClient(x.ctx, apiID, id), want)
}

func (x *experiment) putCode(rt *rapid.T) {
	c := x.code(families.Draw(rt, "family"), names.Draw(rt, "name"))
	c.APIID, c.ClientID, c.ExpiresAt = apis.Draw(rt, "api"), ids.Draw(rt, "id"), x.minutes(rt, "expires")
	sameError(rt, x.PutCode(x.ctx, c), x.model.putCode(c))
}

func (x *experiment) issueTokens(rt *rapid.T) {
	p := x.drawPair(rt, apis.Draw(rt, "api"), ids.Draw(rt, "id"), familyOf(families.Draw(rt, "family")))
	sameError(rt, x.IssueTokens(x.ctx, p), x.model.issue(p))
}

func (x *experiment) redeemCode(rt *rapid.T) {
	key := store.KeyOf("code " + names.Draw(rt, "code"))
	used := x.model.code(key)
	p := x.pairFor(rt, used)
	sameError(rt, x.RedeemCode(x.ctx, key, p), x.model.exchange(used, p))
}

func (x *experiment) rotateRefresh(rt *rapid.T) {
	key := store.KeyOf("refresh " + names.Draw(rt, "used"))
	used := x.model.refresh(key)
	p := x.pairFor(rt, used)
	sameError(rt, x.RotateRefresh(x.ctx, key, p), x.model.exchange(used, p))
}

func (x *experiment) pairFor(rt *rapid.T, used *item) *store.TokenPair {
	if used == nil {
		return x.drawPair(rt, api, client, familyOf("f"))
	}
	return x.drawPair(rt, used.apiID, used.clientID, used.family)
}

func (x *experiment) revokeAccess(rt *rapid.T) {
	key := store.KeyOf("access " + names.Draw(rt, "name"))
	x.model.drop(func(i *item) bool { return i.access != nil && i.access.Key == key })
	sameError(rt, x.RevokeAccess(x.ctx, key), nil)
}

func (x *experiment) revokeFamily(rt *rapid.T) {
	family := familyOf(families.Draw(rt, "family"))
	x.model.drop(func(i *item) bool { return i.spent == nil && i.family == family })
	sameError(rt, x.RevokeFamily(x.ctx, family), nil)
}

func (x *experiment) revokeClient(rt *rapid.T) {
	apiID, id := apis.Draw(rt, "api"), ids.Draw(rt, "id")
	want, _ := x.model.drop(func(i *item) bool { return i.spent == nil && i.apiID == apiID && i.clientID == id })
	n, err := x.RevokeClient(x.ctx, apiID, id)
	sameError(rt, err, nil)
	same(rt, n, want)
}

func (x *experiment) sweepAll(rt *rapid.T) {
	now := x.minutes(rt, "now").Add(time.Duration(rapid.IntRange(0, 90).Draw(rt, "later")) * time.Minute)
	limit := rapid.IntRange(1, 4).Draw(rt, "limit")
	sum := 0
	for {
		n, err := x.Sweep(x.ctx, now, limit)
		sameError(rt, err, nil)
		sum += n
		if n < limit {
			break
		}
		same(rt, n, limit)
	}
	same(rt, sum, x.model.sweep(now))
}

// compare asks the store and the model for everything that the names can mean.
func (x *experiment) compare(rt *rapid.T) {
	for _, name := range []string{"0", "1", "2", "3", "4", "5"} {
		a := x.model.access(store.KeyOf("access " + name))
		gotAccess, err := x.AccessToken(x.ctx, store.KeyOf("access "+name))
		if sameError(rt, err, usable(a)); err == nil {
			same(rt, gotAccess, a.access)
		}
		r := x.model.refresh(store.KeyOf("refresh " + name))
		gotRefresh, err := x.RefreshToken(x.ctx, store.KeyOf("refresh "+name))
		if sameError(rt, err, usable(r)); err == nil {
			same(rt, gotRefresh, r.refresh)
		}
		c := x.model.code(store.KeyOf("code " + name))
		gotCode, err := x.Code(x.ctx, store.KeyOf("code "+name))
		if sameError(rt, err, usable(c)); err == nil {
			same(rt, gotCode, c.code)
		}
	}
	for _, apiID := range []string{api, otherAPI} {
		for _, id := range []string{client, otherClient} {
			now := x.base.Add(30 * time.Minute)
			list, err := x.ClientTokens(x.ctx, apiID, id, now)
			sameError(rt, err, nil)
			same(rt, list, x.model.clientTokens(apiID, id, now))
			_, err = x.Client(x.ctx, apiID, id)
			same(rt, errors.Is(err, store.ErrNotFound), x.model.client(apiID, id) == nil)
		}
	}
}
