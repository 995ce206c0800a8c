package memory

import (
	"cmp"
	"context"
	"slices"

	"github.com/tykctl/tykctl/runtime/store"
)

// CreateClient keeps the promise of store.Clients.
func (s *Store) CreateClient(ctx context.Context, c *store.Client) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	o := owner{c.APIID, c.ID}
	if s.clients[o] != nil {
		return store.ErrExists
	}
	s.clients[o] = c.Clone()
	return nil
}

// UpdateClient keeps the promise of store.Clients. The store is locked while change runs.
func (s *Store) UpdateClient(ctx context.Context, apiID, id string, change func(*store.Client) error) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	o := owner{apiID, id}
	old := s.clients[o]
	if old == nil {
		return store.ErrNotFound
	}
	altered := old.Clone()
	if err := change(altered); err != nil {
		return err
	}
	altered = altered.Clone() // change may have kept slices of its own in it
	altered.ID, altered.APIID, altered.CreatedAt = old.ID, old.APIID, old.CreatedAt
	s.clients[o] = altered
	return nil
}

// Client keeps the promise of store.Clients.
func (s *Store) Client(_ context.Context, apiID, id string) (*store.Client, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if c := s.clients[owner{apiID, id}]; c != nil {
		return c, nil
	}
	return nil, store.ErrNotFound
}

// Clients keeps the promise of store.Clients. It looks at the clients of every API.
func (s *Store) Clients(_ context.Context, apiID string) ([]*store.Client, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []*store.Client
	for o, c := range s.clients {
		if o.apiID == apiID {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b *store.Client) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

// ClientAPIs keeps the promise of store.Clients. It looks at the clients of every API.
func (s *Store) ClientAPIs(_ context.Context, clientID string) ([]string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []string
	for o := range s.clients {
		if o.clientID == clientID {
			list = append(list, o.apiID)
		}
	}
	slices.Sort(list)
	return list, nil
}

// DeleteClient keeps the promise of store.Clients.
func (s *Store) DeleteClient(ctx context.Context, apiID, id string) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	o := owner{apiID, id}
	if s.clients[o] == nil {
		return store.ErrNotFound
	}
	delete(s.clients, o)
	for _, e := range s.byClient[o] {
		s.remove(e)
	}
	return nil
}
