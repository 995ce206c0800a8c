package bolt

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// PutCode keeps the promise of store.Codes.
func (s *Store) PutCode(ctx context.Context, c *store.Code) error {
	return s.add(ctx, []record{encodeCode(c)}, nil)
}

// IssueTokens keeps the promise of store.Tokens.
func (s *Store) IssueTokens(ctx context.Context, p *store.TokenPair) error {
	return s.add(ctx, encodePair(p), p.Access.Clone())
}

// RedeemCode keeps the promise of store.Tokens.
func (s *Store) RedeemCode(ctx context.Context, code store.Key, p *store.TokenPair) error {
	return s.exchange(ctx, kindCode, code, p)
}

// RotateRefresh keeps the promise of store.Tokens.
func (s *Store) RotateRefresh(ctx context.Context, refresh store.Key, p *store.TokenPair) error {
	return s.exchange(ctx, kindRefresh, refresh, p)
}

// RevokeAccess keeps the promise of store.Tokens.
func (s *Store) RevokeAccess(ctx context.Context, key store.Key) error {
	return s.write(ctx, func(b *batch) error {
		e, _, err := head(b.tx, kindAccess, key)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		b.erase(e)
		return nil
	})
}

// RevokeFamily keeps the promise of store.Tokens. It costs in proportion to what the family has.
func (s *Store) RevokeFamily(ctx context.Context, id store.FamilyID) error {
	return s.write(ctx, func(b *batch) error {
		list, err := collect(b.tx, bucketFamily, familyPrefix(id), 0, anyKind)
		if err != nil {
			return err
		}
		b.eraseAll(list)
		return nil
	})
}

// RevokeClient keeps the promise of store.Tokens. It costs in proportion to what the client has.
func (s *Store) RevokeClient(ctx context.Context, apiID, clientID string) (int, error) {
	n := 0
	err := s.write(ctx, func(b *batch) error {
		list, err := collect(b.tx, bucketOwner, owner{apiID, clientID}.prefix(), timeSize, live)
		if err != nil {
			return err
		}
		b.eraseAll(list)
		for _, e := range list {
			if e.kind == kindAccess {
				n++
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Sweep keeps the promise of store.Store. It costs in proportion to what it removes.
func (s *Store) Sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	n := 0
	end := appendTime(nil, now)
	err := s.write(ctx, func(b *batch) error {
		var list []entry
		var err error
		scan(b.tx, bucketExpiry, nil, nil, func(k []byte) bool {
			if len(list) >= limit || bytes.Compare(k[:timeSize], end) >= 0 {
				return false
			}
			var e entry
			kind, key := tail(k, 0)
			e, err = indexed(b.tx, kind, key)
			list = append(list, e)
			return err == nil
		})
		if err != nil {
			return err
		}
		b.eraseAll(list)
		n = len(list)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// add stores new records of one client; token is the access token among them.
func (s *Store) add(ctx context.Context, list []record, token *store.AccessToken) error {
	return s.write(ctx, func(b *batch) error {
		if !b.hasClient(list[0].owner) {
			return store.ErrNotFound
		}
		if err := b.absent(list); err != nil {
			return err
		}
		b.insertAll(list, token)
		return nil
	})
}

// exchange consumes a code or refresh token for a pair. The family's access tokens end with a refresh token; a code has none.
func (s *Store) exchange(ctx context.Context, k kind, key store.Key, p *store.TokenPair) error {
	list, token, at := encodePair(p), p.Access.Clone(), p.Access.IssuedAt
	return s.write(ctx, func(b *batch) error {
		used, err := unused(b.tx, k, key)
		if err != nil {
			return err
		}
		if err := b.absent(list); err != nil {
			return err
		}
		var ended []entry
		if k == kindRefresh {
			if ended, err = collect(b.tx, bucketFamily, familyPrefix(used.family, kindAccess), 0, isAccess); err != nil {
				return err
			}
		}
		b.eraseAll(ended)
		b.spend(used, at)
		b.insertAll(list, token)
		return nil
	})
}

func (b *batch) insertAll(list []record, token *store.AccessToken) {
	for _, r := range list {
		b.insert(r)
	}
	if token != nil {
		b.tokens = append(b.tokens, tokenChange{token.Key, token})
	}
}

// encodePair runs in the caller's goroutine: the writer only stores what is ready.
func encodePair(p *store.TokenPair) []record {
	list := []record{encodeAccess(&p.Access)}
	if p.Refresh != nil {
		list = append(list, encodeRefresh(p.Refresh))
	}
	return list
}
