package memory

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// PutCode keeps the promise of store.Codes.
func (s *Store) PutCode(ctx context.Context, c *store.Code) error {
	e := &entry{
		ref: ref{code, c.Key}, owner: owner{c.APIID, c.ClientID}, family: c.Family, until: c.ExpiresAt,
		code: c.Clone(),
	}
	return s.store(ctx, []*entry{e}, nil)
}

// IssueTokens keeps the promise of store.Tokens.
func (s *Store) IssueTokens(ctx context.Context, p *store.TokenPair) error {
	return s.store(ctx, entriesOf(p), p.Notice)
}

// Code keeps the promise of store.Codes.
func (s *Store) Code(_ context.Context, key store.Key) (*store.Code, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, err := s.unused(ref{code, key})
	if err != nil {
		return nil, err
	}
	return e.code, nil
}

// RefreshToken keeps the promise of store.Tokens.
func (s *Store) RefreshToken(_ context.Context, key store.Key) (*store.RefreshToken, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, err := s.unused(ref{refresh, key})
	if err != nil {
		return nil, err
	}
	return e.refresh, nil
}

// AccessToken keeps the promise of store.Tokens. It never allocates.
func (s *Store) AccessToken(_ context.Context, key store.Key) (*store.AccessToken, error) {
	s.mu.RLock()
	e := s.entries[ref{access, key}]
	s.mu.RUnlock()
	if e == nil {
		return nil, store.ErrNotFound
	}
	return e.access, nil // never altered once it is in the map
}

// RedeemCode keeps the promise of store.Tokens.
func (s *Store) RedeemCode(ctx context.Context, key store.Key, p *store.TokenPair) error {
	return s.exchange(ctx, ref{code, key}, p)
}

// RotateRefresh keeps the promise of store.Tokens.
func (s *Store) RotateRefresh(ctx context.Context, key store.Key, p *store.TokenPair) error {
	return s.exchange(ctx, ref{refresh, key}, p)
}

// RevokeAccess keeps the promise of store.Tokens.
func (s *Store) RevokeAccess(ctx context.Context, key store.Key) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if e := s.entries[ref{access, key}]; e != nil {
		s.remove(e)
	}
	return nil
}

// RevokeFamily keeps the promise of store.Tokens.
func (s *Store) RevokeFamily(ctx context.Context, id store.FamilyID) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	for _, e := range s.byFamily[id] {
		s.remove(e)
	}
	return nil
}

// RevokeClient keeps the promise of store.Tokens.
func (s *Store) RevokeClient(ctx context.Context, apiID, clientID string) (int, error) {
	if err := s.lock(ctx); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	n := 0
	for _, e := range s.byClient[owner{apiID, clientID}] {
		if e.spent != nil {
			continue
		}
		if e.kind == access {
			n++
		}
		s.remove(e)
	}
	return n, nil
}

// ClientTokens keeps the promise of store.Tokens.
func (s *Store) ClientTokens(_ context.Context, apiID, clientID string, now time.Time) ([]*store.AccessToken, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []*store.AccessToken
	for _, e := range s.byClient[owner{apiID, clientID}] {
		if e.kind == access && e.access.ExpiresAt.After(now) {
			list = append(list, e.access)
		}
	}
	slices.SortFunc(list, func(a, b *store.AccessToken) int {
		if c := a.ExpiresAt.Compare(b.ExpiresAt); c != 0 {
			return c
		}
		return bytes.Compare(a.Key[:], b.Key[:])
	})
	return list, nil
}

// store adds new entries of one client, all or none, and the notice of them.
func (s *Store) store(ctx context.Context, added []*entry, n *store.Notice) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.clients[added[0].owner] == nil {
		return store.ErrNotFound
	}
	if u := added[0].user; u != (userID{}) && s.users[u] == nil {
		return store.ErrNotFound
	}
	if err := s.add(added); err != nil {
		return err
	}
	s.outbox.post(n)
	return nil
}

// exchange consumes a code or refresh token for a pair. The family's access tokens end with it; a code has none yet.
func (s *Store) exchange(ctx context.Context, r ref, p *store.TokenPair) error {
	added := entriesOf(p)
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	used, err := s.unused(r)
	if err != nil {
		return err
	}
	if err := s.add(added); err != nil {
		return err
	}
	if r.kind == refresh {
		for _, e := range s.byFamily[used.family] {
			if e.kind == access && e != added[0] {
				s.remove(e)
			}
		}
	}
	s.spend(used, p.Access.IssuedAt)
	s.outbox.post(p.Notice)
	return nil
}

func (s *Store) add(added []*entry) error {
	for _, e := range added {
		if s.entries[e.ref] != nil {
			return store.ErrExists
		}
	}
	for _, e := range added {
		s.insert(e)
	}
	return nil
}

func (s *Store) unused(r ref) (*entry, error) {
	e := s.entries[r]
	switch {
	case e == nil:
		return nil, store.ErrNotFound
	case e.spent != nil:
		return nil, e.spent
	}
	return e, nil
}

// entriesOf copies a pair; the access token comes first.
func entriesOf(p *store.TokenPair) []*entry {
	a := p.Access.Clone()
	list := []*entry{{
		ref: ref{access, a.Key}, owner: owner{a.APIID, a.ClientID}, family: a.Family, until: a.ExpiresAt, access: a,
		user: userOf(a.UserOrg, a.User),
	}}
	if p.Refresh == nil {
		return list
	}
	r := p.Refresh.Clone()
	return append(list, &entry{
		ref: ref{refresh, r.Key}, owner: owner{r.APIID, r.ClientID}, family: r.Family, until: r.ExpiresAt, refresh: r,
		user: userOf(r.UserOrg, r.User),
	})
}

// userOf is zero when no user is named, whatever the organisation.
func userOf(orgID, name string) userID {
	if name == "" {
		return userID{}
	}
	return userID{orgID, name}
}
