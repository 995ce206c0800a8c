package memory

import (
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// PutKey keeps the promise of store.APIKeys.
func (s *Store) PutKey(ctx context.Context, k *store.APIKey) error {
	e := &entry{ref: ref{apiKey, k.Key}, until: k.ExpiresAt, pos: -1, apiKey: k.Clone()}
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if old := s.keys[k.Key]; old != nil {
		s.remove(old)
	}
	s.keys[k.Key] = e
	if !e.until.IsZero() {
		heap.Push(&s.queue, e)
	}
	return nil
}

// APIKey keeps the promise of store.APIKeys. It never allocates.
func (s *Store) APIKey(_ context.Context, key store.Key) (*store.APIKey, error) {
	s.mu.RLock()
	e := s.keys[key]
	s.mu.RUnlock()
	if e == nil {
		return nil, store.ErrNotFound
	}
	return e.apiKey, nil // never altered once it is in the map
}

// APIKeys keeps the promise of store.APIKeys. It looks at all keys.
func (s *Store) APIKeys(_ context.Context, after store.Key, limit int) ([]*store.APIKey, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []*store.APIKey
	for k, e := range s.keys {
		if bytes.Compare(k[:], after[:]) > 0 {
			list = append(list, e.apiKey)
		}
	}
	slices.SortFunc(list, func(a, b *store.APIKey) int { return bytes.Compare(a.Key[:], b.Key[:]) })
	return list[:min(max(0, limit), len(list))], nil
}

// DeleteKey keeps the promise of store.APIKeys.
func (s *Store) DeleteKey(ctx context.Context, key store.Key) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	e := s.keys[key]
	if e == nil {
		return store.ErrNotFound
	}
	s.remove(e)
	return nil
}

// PutUser keeps the promise of store.Users.
func (s *Store) PutUser(ctx context.Context, u *store.User) error {
	u = u.Clone()
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.users[userID{u.OrgID, u.Name}] = u
	return nil
}

// User keeps the promise of store.Users.
func (s *Store) User(_ context.Context, orgID, name string) (*store.User, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if u := s.users[userID{orgID, name}]; u != nil {
		return u, nil
	}
	return nil, store.ErrNotFound
}

// Users keeps the promise of store.Users.
func (s *Store) Users(context.Context) ([]*store.User, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.SortedFunc(maps.Values(s.users), func(a, b *store.User) int {
		return cmp.Or(cmp.Compare(a.OrgID, b.OrgID), cmp.Compare(a.Name, b.Name))
	}), nil
}

// DeleteUser keeps the promise of store.Users.
func (s *Store) DeleteUser(ctx context.Context, orgID, name string) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	id := userID{orgID, name}
	if s.users[id] == nil {
		return store.ErrNotFound
	}
	delete(s.users, id)
	for _, e := range s.byUser[id] {
		s.remove(e)
	}
	return nil
}

// PutPolicy keeps the promise of store.Policies.
func (s *Store) PutPolicy(ctx context.Context, id string, policy []byte) error {
	policy = bytes.Clone(policy)
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.setPolicies(func(all map[string][]byte) { all[id] = policy })
	return nil
}

// Policies keeps the promise of store.Policies. It does not allocate.
func (s *Store) Policies(context.Context) (map[string][]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.policies, nil
}

// DeletePolicy keeps the promise of store.Policies.
func (s *Store) DeletePolicy(ctx context.Context, id string) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if _, known := s.policies[id]; !known {
		return store.ErrNotFound
	}
	s.setPolicies(func(all map[string][]byte) { delete(all, id) })
	return nil
}

// setPolicies alters a copy: readers may have the map that was there.
func (s *Store) setPolicies(change func(map[string][]byte)) {
	all := make(map[string][]byte, len(s.policies)+1)
	maps.Copy(all, s.policies)
	change(all)
	s.policies = all
}

// Lend keeps the promise of store.Counters.
func (s *Store) Lend(ctx context.Context, key store.Key, want, limit int64, period time.Duration, now time.Time) (int64, store.Quota, error) {
	if err := s.lock(ctx); err != nil {
		return 0, store.Quota{}, err
	}
	defer s.mu.Unlock()
	lent, q := s.quota(key).Lend(want, limit, period, now)
	if !q.IsZero() {
		s.setQuota(key, q)
	}
	return lent, q, nil
}

// GiveBack keeps the promise of store.Counters.
func (s *Store) GiveBack(ctx context.Context, key store.Key, unused int64, renews time.Time) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.setQuota(key, s.quota(key).GiveBack(unused, renews))
	return nil
}

// Quota keeps the promise of store.Counters.
func (s *Store) Quota(_ context.Context, key store.Key) (store.Quota, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.quota(key), nil
}

// ResetQuota keeps the promise of store.Counters.
func (s *Store) ResetQuota(ctx context.Context, key store.Key) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.setQuota(key, store.Quota{})
	return nil
}

// quota is zero when nothing has been counted.
func (s *Store) quota(key store.Key) store.Quota {
	e := s.quotas[key]
	if e == nil {
		return store.Quota{}
	}
	return store.Quota{Used: e.used, Renews: e.until}
}

func (s *Store) setQuota(key store.Key, q store.Quota) {
	e := s.quotas[key]
	if q.IsZero() {
		if e != nil {
			s.remove(e)
		}
		return
	}
	if e == nil {
		e = &entry{ref: ref{quota, key}, pos: -1}
		s.quotas[key] = e
	}
	e.used, e.until = q.Used, q.Renews
	switch {
	case e.pos >= 0 && e.until.IsZero():
		heap.Remove(&s.queue, e.pos)
		e.pos = -1
	case e.pos >= 0:
		heap.Fix(&s.queue, e.pos)
	case !e.until.IsZero():
		heap.Push(&s.queue, e)
	}
}
