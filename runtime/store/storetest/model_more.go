package storetest

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// more is the part of the model that has no clients.
type more struct {
	keys     []*store.APIKey
	users    []*store.User
	policies map[string][]byte
	quotas   map[store.Key]store.Quota
	notices  []*store.Notice // in order of id
	posted   uint64
}

func (m *more) key(k store.Key) int {
	return slices.IndexFunc(m.keys, func(a *store.APIKey) bool { return a.Key == k })
}

func (m *more) PutKey(_ context.Context, k *store.APIKey) error {
	m.keys = slices.DeleteFunc(m.keys, func(a *store.APIKey) bool { return a.Key == k.Key })
	m.keys = append(m.keys, k)
	slices.SortFunc(m.keys, func(a, b *store.APIKey) int { return bytes.Compare(a.Key[:], b.Key[:]) })
	return nil
}

func (m *more) APIKey(_ context.Context, k store.Key) (*store.APIKey, error) {
	if i := m.key(k); i >= 0 {
		return m.keys[i], nil
	}
	return nil, store.ErrNotFound
}

func (m *more) APIKeys(_ context.Context, after store.Key, limit int) (list []*store.APIKey, _ error) {
	for _, k := range m.keys {
		if bytes.Compare(k.Key[:], after[:]) > 0 && len(list) < limit {
			list = append(list, k)
		}
	}
	return list, nil
}

func (m *more) DeleteKey(_ context.Context, k store.Key) error {
	i := m.key(k)
	if i < 0 {
		return store.ErrNotFound
	}
	m.keys = slices.Delete(m.keys, i, i+1)
	return nil
}

func (m *more) user(orgID, name string) int {
	return slices.IndexFunc(m.users, func(u *store.User) bool { return u.OrgID == orgID && u.Name == name })
}

func (m *more) PutUser(_ context.Context, u *store.User) error {
	if i := m.user(u.OrgID, u.Name); i >= 0 {
		m.users = slices.Delete(m.users, i, i+1)
	}
	m.users = append(m.users, u)
	slices.SortFunc(m.users, func(a, b *store.User) int {
		return cmp.Or(cmp.Compare(a.OrgID, b.OrgID), cmp.Compare(a.Name, b.Name))
	})
	return nil
}

func (m *more) User(_ context.Context, orgID, name string) (*store.User, error) {
	if i := m.user(orgID, name); i >= 0 {
		return m.users[i], nil
	}
	return nil, store.ErrNotFound
}

func (m *more) Users(context.Context) ([]*store.User, error) { return slices.Clone(m.users), nil }

func (m *model) DeleteUser(_ context.Context, orgID, name string) error {
	i := m.user(orgID, name)
	if i < 0 {
		return store.ErrNotFound
	}
	m.users = slices.Delete(m.users, i, i+1)
	m.drop(func(i *item) bool { return i.spent == nil && i.org == orgID && i.user == name })
	return nil
}

func (m *more) PutPolicy(_ context.Context, id string, policy []byte) error {
	if m.policies == nil {
		m.policies = map[string][]byte{}
	}
	m.policies[id] = policy
	return nil
}

func (m *more) Policies(context.Context) (map[string][]byte, error) {
	return maps.Clone(m.policies), nil
}

func (m *more) DeletePolicy(_ context.Context, id string) error {
	if _, known := m.policies[id]; !known {
		return store.ErrNotFound
	}
	delete(m.policies, id)
	return nil
}

// Lend counts one by one.
func (m *more) Lend(_ context.Context, k store.Key, want, limit int64, period time.Duration, now time.Time) (int64, store.Quota, error) {
	if m.quotas == nil {
		m.quotas = map[store.Key]store.Quota{}
	}
	q := m.quotas[k]
	if !q.Renews.IsZero() && !q.Renews.After(now) {
		q = store.Quota{}
	}
	lent := int64(0)
	for ; lent < want && q.Used < limit; lent++ {
		q.Used++
	}
	if q.Used == 0 && q.Renews.IsZero() { // nothing is counted
		return 0, q, nil
	}
	if end := now.Add(period); period > 0 && (q.Renews.IsZero() || q.Renews.Sub(end) > time.Minute) {
		q.Renews = end
	}
	m.quotas[k] = q
	return lent, q, nil
}

func (m *more) GiveBack(_ context.Context, k store.Key, unused int64, renews time.Time) error {
	q, counted := m.quotas[k]
	if !counted || !q.Renews.Equal(renews) {
		return nil
	}
	for ; unused > 0 && q.Used > 0; unused-- {
		q.Used--
	}
	m.quotas[k] = q
	return nil
}

func (m *more) Quota(_ context.Context, k store.Key) (store.Quota, error) { return m.quotas[k], nil }

func (m *more) ResetQuota(_ context.Context, k store.Key) error {
	delete(m.quotas, k)
	return nil
}

func (m *more) post(n *store.Notice) {
	if n == nil {
		return
	}
	m.posted++
	n = n.Clone()
	n.ID, n.NextAt = m.posted, cmp.Or(n.NextAt, n.CreatedAt)
	m.notices = append(m.notices, n)
}

func (m *more) DueNotices(_ context.Context, now time.Time, limit int) (list []*store.Notice, _ error) {
	seen := map[store.FamilyID]bool{}
	for _, n := range m.notices {
		if !seen[n.Family] && !n.NextAt.After(now) {
			list = append(list, n)
		}
		seen[n.Family] = true
	}
	slices.SortStableFunc(list, func(a, b *store.Notice) int { return a.NextAt.Compare(b.NextAt) })
	list = list[:min(limit, len(list))]
	slices.SortFunc(list, func(a, b *store.Notice) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

func (m *more) Notices(_ context.Context, after uint64, limit int) (list []*store.Notice, _ error) {
	for _, n := range m.notices {
		if n.ID > after && len(list) < limit {
			n = n.Clone()
			n.Body = nil
			list = append(list, n)
		}
	}
	return list, nil
}

func (m *more) RetryNotice(_ context.Context, id uint64, at time.Time, reason string) error {
	for i, n := range m.notices {
		if n.ID == id {
			n = n.Clone()
			n.Attempts, n.NextAt, n.LastError = n.Attempts+1, at, reason
			m.notices[i] = n
			return nil
		}
	}
	return store.ErrNotFound
}

func (m *more) DropNotice(_ context.Context, id uint64) error {
	m.notices = slices.DeleteFunc(m.notices, func(n *store.Notice) bool { return n.ID == id })
	return nil
}

func (m *more) sweep(now time.Time) int {
	before := len(m.keys) + len(m.quotas)
	m.keys = slices.DeleteFunc(m.keys, func(k *store.APIKey) bool { return !k.ExpiresAt.IsZero() && k.ExpiresAt.Before(now) })
	maps.DeleteFunc(m.quotas, func(_ store.Key, q store.Quota) bool { return !q.Renews.IsZero() && q.Renews.Before(now) })
	return before - len(m.keys) - len(m.quotas)
}
