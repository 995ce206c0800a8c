package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/tykctl/tykctl/runtime/store"
)

// CreateClient keeps the promise of store.Clients. The two ids may have 8192 bytes together.
func (s *Store) CreateClient(ctx context.Context, c *store.Client) error {
	if len(c.APIID)+len(c.ID) > maxIDs {
		return errors.New("bolt store: the ids of the API and the client are too long")
	}
	c = c.Clone()
	o := owner{c.APIID, c.ID}
	return s.write(ctx, func(b *batch) error {
		if b.hasClient(o) {
			return store.ErrExists
		}
		b.putClient(o, c)
		return nil
	})
}

// UpdateClient keeps the promise of store.Clients. change runs once, in the writer goroutine: all other writes wait.
func (s *Store) UpdateClient(ctx context.Context, apiID, id string, change func(*store.Client) error) error {
	o := owner{apiID, id}
	return s.write(ctx, func(b *batch) error {
		c, err := loadClient(b.tx, o)
		if err != nil {
			return err
		}
		created := c.CreatedAt
		if err := change(c); err != nil {
			return err
		}
		c = c.Clone() // change may have kept slices of its own in it
		c.APIID, c.ID, c.CreatedAt = apiID, id, created
		b.putClient(o, c)
		return nil
	})
}

// Client keeps the promise of store.Clients.
func (s *Store) Client(_ context.Context, apiID, id string) (*store.Client, error) {
	o := owner{apiID, id}
	if c, known := s.clients.get(o); known {
		return orNotFound(c)
	}
	epoch := s.clients.begin()
	var c *store.Client
	err := s.view(func(tx *bbolt.Tx) (err error) {
		c, err = loadClient(tx, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.clients.fill(o, c, epoch)
	return c, nil
}

// Clients keeps the promise of store.Clients.
func (s *Store) Clients(_ context.Context, apiID string) ([]*store.Client, error) {
	var list []*store.Client
	prefix := owner{apiID: apiID}.clientKey()
	err := s.view(func(tx *bbolt.Tx) error {
		cur := tx.Bucket(bucketClient).Cursor()
		for k, v := cur.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = cur.Next() {
			c, err := decodeClient(v)
			if err != nil {
				return fmt.Errorf("bolt store: client: %w", err)
			}
			list = append(list, c)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// ClientAPIs keeps the promise of store.Clients. It costs in proportion to the number of APIs that have clients: the clients of
// one API lie together, and are skipped.
func (s *Store) ClientAPIs(_ context.Context, clientID string) ([]string, error) {
	var list []string
	err := s.view(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketClient)
		cur := b.Cursor()
		for k, _ := cur.First(); k != nil; {
			r := reader{rest: k}
			o := owner{r.string(), clientID}
			if r.err != nil {
				return fmt.Errorf("bolt store: %w", r.err)
			}
			if b.Get(o.clientKey()) != nil {
				list = append(list, o.apiID)
			}
			next := behind(owner{apiID: o.apiID}.clientKey())
			if next == nil {
				break
			}
			k, _ = cur.Seek(next)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(list)
	return list, nil
}

// behind returns the first key that is greater than every key with the prefix; nil when there is none.
func behind(prefix []byte) []byte {
	for n := len(prefix) - 1; n >= 0; n-- {
		if prefix[n] < 0xff {
			next := bytes.Clone(prefix[:n+1])
			next[n]++
			return next
		}
	}
	return nil
}

// DeleteClient keeps the promise of store.Clients. It costs in proportion to what the client has.
func (s *Store) DeleteClient(ctx context.Context, apiID, id string) error {
	o := owner{apiID, id}
	return s.write(ctx, func(b *batch) error {
		if !b.hasClient(o) {
			return store.ErrNotFound
		}
		all, err := collect(b.tx, bucketOwner, o.prefix(), timeSize, anyKind)
		if err != nil {
			return err
		}
		b.eraseAll(all)
		b.remove(bucketClient, o.clientKey())
		b.clients = append(b.clients, clientChange{key: o})
		return nil
	})
}

func (b *batch) hasClient(o owner) bool { return b.get(bucketClient, o.clientKey()) != nil }

// putClient takes over c, which is shared from now on.
func (b *batch) putClient(o owner, c *store.Client) {
	b.put(bucketClient, o.clientKey(), encodeClient(c))
	b.clients = append(b.clients, clientChange{o, c})
}

func loadClient(tx *bbolt.Tx, o owner) (*store.Client, error) {
	v := tx.Bucket(bucketClient).Get(o.clientKey())
	if v == nil {
		return nil, store.ErrNotFound
	}
	c, err := decodeClient(v)
	if err != nil {
		return nil, fmt.Errorf("bolt store: client: %w", err)
	}
	return c, nil
}
