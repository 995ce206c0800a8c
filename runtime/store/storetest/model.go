package storetest

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// model is the contract done naively, for one goroutine: everything in one slice, everything found by looking at all of it.
type model struct {
	clients []*store.Client
	items   []*item
	more
}

// item is a code, access token or refresh token: one of the three records is set, also when it is spent.
type item struct {
	apiID, clientID string
	family          store.FamilyID
	expires         time.Time
	access          *store.AccessToken
	refresh         *store.RefreshToken
	code            *store.Code
	spent           *store.SpentError
	user, org       string
}

var _ store.Store = (*model)(nil)

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

func (m *model) CreateClient(_ context.Context, c *store.Client) error {
	if m.client(c.APIID, c.ID) != nil {
		return store.ErrExists
	}
	m.clients = append(m.clients, c)
	return nil
}

func (m *model) UpdateClient(_ context.Context, apiID, id string, change func(*store.Client) error) error {
	c := m.client(apiID, id)
	if c == nil {
		return store.ErrNotFound
	}
	altered := c.Clone()
	if err := change(altered); err != nil {
		return err
	}
	altered.APIID, altered.ID, altered.CreatedAt = c.APIID, c.ID, c.CreatedAt
	*c = *altered
	return nil
}

func (m *model) Client(_ context.Context, apiID, id string) (*store.Client, error) {
	if c := m.client(apiID, id); c != nil {
		return c, nil
	}
	return nil, store.ErrNotFound
}

func (m *model) Clients(_ context.Context, apiID string) (list []*store.Client, _ error) {
	for _, c := range m.clients {
		if c.APIID == apiID {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b *store.Client) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

func (m *model) ClientAPIs(_ context.Context, id string) (list []string, _ error) {
	for _, c := range m.clients {
		if c.ID == id {
			list = append(list, c.APIID)
		}
	}
	slices.Sort(list)
	return list, nil
}

func (m *model) DeleteClient(_ context.Context, apiID, id string) error {
	c := m.client(apiID, id)
	if c == nil {
		return store.ErrNotFound
	}
	m.clients = slices.DeleteFunc(m.clients, func(d *store.Client) bool { return c == d })
	m.drop(func(i *item) bool { return i.apiID == apiID && i.clientID == id })
	return nil
}

func (m *model) PutCode(_ context.Context, c *store.Code) error {
	switch {
	case m.client(c.APIID, c.ClientID) == nil:
		return store.ErrNotFound
	case m.code(c.Key) != nil:
		return store.ErrExists
	}
	m.items = append(m.items, &item{apiID: c.APIID, clientID: c.ClientID, family: c.Family, expires: c.ExpiresAt, code: c})
	return nil
}

func (m *model) Code(_ context.Context, key store.Key) (*store.Code, error) {
	i := m.code(key)
	if err := usable(i); err != nil {
		return nil, err
	}
	return i.code, nil
}

func (m *model) IssueTokens(_ context.Context, p *store.TokenPair) error {
	a := &p.Access
	switch {
	case m.client(a.APIID, a.ClientID) == nil, a.User != "" && m.user(a.UserOrg, a.User) < 0:
		return store.ErrNotFound
	case m.taken(p):
		return store.ErrExists
	}
	m.keep(p)
	return nil
}

func (m *model) taken(p *store.TokenPair) bool {
	return m.access(p.Access.Key) != nil || p.Refresh != nil && m.refresh(p.Refresh.Key) != nil
}

func (m *model) keep(p *store.TokenPair) {
	a, r := &p.Access, p.Refresh
	m.items = append(m.items, &item{
		apiID: a.APIID, clientID: a.ClientID, family: a.Family, expires: a.ExpiresAt, access: a, user: a.User, org: a.UserOrg,
	})
	if r != nil {
		m.items = append(m.items, &item{
			apiID: r.APIID, clientID: r.ClientID, family: r.Family, expires: r.ExpiresAt, refresh: r, user: r.User, org: r.UserOrg,
		})
	}
	m.post(p.Notice)
}

func (m *model) RedeemCode(_ context.Context, key store.Key, p *store.TokenPair) error {
	return m.exchange(m.code(key), p)
}

func (m *model) RotateRefresh(_ context.Context, key store.Key, p *store.TokenPair) error {
	used := m.refresh(key)
	old := slices.Clone(m.items)
	if err := m.exchange(used, p); err != nil {
		return err
	}
	m.drop(func(i *item) bool { return i.access != nil && i.family == used.family && slices.Contains(old, i) })
	return nil
}

func (m *model) exchange(used *item, p *store.TokenPair) error {
	if err := usable(used); err != nil {
		return err
	}
	if m.taken(p) {
		return store.ErrExists
	}
	m.keep(p)
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

func (m *model) AccessToken(_ context.Context, key store.Key) (*store.AccessToken, error) {
	i := m.access(key)
	if err := usable(i); err != nil {
		return nil, err
	}
	return i.access, nil
}

func (m *model) RefreshToken(_ context.Context, key store.Key) (*store.RefreshToken, error) {
	i := m.refresh(key)
	if err := usable(i); err != nil {
		return nil, err
	}
	return i.refresh, nil
}

func (m *model) RevokeAccess(_ context.Context, key store.Key) error {
	m.drop(func(i *item) bool { return i.access != nil && i.access.Key == key })
	return nil
}

func (m *model) RevokeFamily(_ context.Context, id store.FamilyID) error {
	m.drop(func(i *item) bool { return i.spent == nil && i.family == id })
	return nil
}

func (m *model) RevokeClient(_ context.Context, apiID, id string) (int, error) {
	n, _ := m.drop(func(i *item) bool { return i.spent == nil && i.apiID == apiID && i.clientID == id })
	return n, nil
}

func (m *model) ClientTokens(_ context.Context, apiID, id string, now time.Time) (list []*store.AccessToken, _ error) {
	for _, i := range m.items {
		if i.access != nil && i.apiID == apiID && i.clientID == id && i.expires.After(now) {
			list = append(list, i.access)
		}
	}
	slices.SortFunc(list, byExpiry)
	return list, nil
}

func byExpiry(a, b *store.AccessToken) int {
	return cmp.Or(a.ExpiresAt.Compare(b.ExpiresAt), bytes.Compare(a.Key[:], b.Key[:]))
}

func (m *model) Ping(context.Context) error { return nil }
func (m *model) Close() error               { return nil }

// Sweep removes everything that it may: which records a limit spares is the store's choice.
func (m *model) Sweep(_ context.Context, now time.Time, _ int) (int, error) {
	_, n := m.drop(func(i *item) bool {
		if i.spent != nil {
			return i.expires.Add(store.SpentRetention).Before(now)
		}
		return i.expires.Before(now)
	})
	return n + m.sweep(now), nil
}
