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
	r := encodeCode(c)
	return s.write(ctx, func(b *batch) error {
		return b.add([]record{r})
	})
}

// IssueTokens keeps the promise of store.Tokens.
func (s *Store) IssueTokens(ctx context.Context, p *store.TokenPair) error {
	pair, err := s.encodePair(p)
	if err != nil {
		return err
	}
	return s.write(ctx, func(b *batch) error {
		if u := pair.records[0].user; u != (userID{}) && b.get(bucketUser, u.userKey()) == nil {
			return store.ErrNotFound
		}
		if err := b.add(pair.records); err != nil {
			return err
		}
		b.issued(pair)
		return nil
	})
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
		var others [][]byte // index entries of keys and quotas
		var err error
		scan(b.tx, bucketExpiry, nil, nil, func(k []byte) bool {
			if len(list)+len(others) >= limit || bytes.Compare(k[:timeSize], end) >= 0 {
				return false
			}
			kind, key := tail(k, 0)
			if kind == kindAPIKey || kind == kindQuota {
				others = append(others, bytes.Clone(k))
				return true
			}
			var e entry
			e, err = indexed(b.tx, kind, key)
			list = append(list, e)
			return err == nil
		})
		if err != nil {
			return err
		}
		b.eraseAll(list)
		b.eraseOthers(others)
		n = len(list) + len(others)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// eraseOthers removes the keys and quotas that entries of bucketExpiry name.
func (b *batch) eraseOthers(list [][]byte) {
	for _, index := range list {
		kind, key := tail(index, 0)
		b.remove(bucketExpiry, index)
		if kind == kindQuota {
			b.remove(bucketQuota, key[:])
			continue
		}
		b.remove(bucketAPIKey, key[:])
		b.apiKeys = append(b.apiKeys, apiKeyChange{key: key})
	}
}

// add stores new records of one client.
func (b *batch) add(list []record) error {
	if !b.hasClient(list[0].owner) {
		return store.ErrNotFound
	}
	if err := b.absent(list); err != nil {
		return err
	}
	for _, r := range list {
		b.insert(r)
	}
	return nil
}

// exchange consumes a code or refresh token for a pair. The family's access tokens end with a refresh token; a code has none.
func (s *Store) exchange(ctx context.Context, k kind, key store.Key, p *store.TokenPair) error {
	pair, err := s.encodePair(p)
	if err != nil {
		return err
	}
	at := p.Access.IssuedAt
	return s.write(ctx, func(b *batch) error {
		used, err := unused(b.tx, k, key)
		if err != nil {
			return err
		}
		if err := b.absent(pair.records); err != nil {
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
		for _, r := range pair.records {
			b.insert(r)
		}
		b.issued(pair)
		return nil
	})
}

// issued does what remains once the records of a pair are stored.
func (b *batch) issued(p *encodedPair) {
	b.tokens = append(b.tokens, tokenChange{p.token.Key, p.token})
	if p.notice != nil {
		b.post(p.notice)
	}
}

// encodedPair is made in the caller's goroutine: the writer only stores what is ready.
type encodedPair struct {
	records []record // the access token first
	token   *store.AccessToken
	notice  *encodedNotice
}

func (s *Store) encodePair(p *store.TokenPair) (*encodedPair, error) {
	e := &encodedPair{records: []record{encodeAccess(&p.Access)}, token: p.Access.Clone()}
	if p.Refresh != nil {
		e.records = append(e.records, encodeRefresh(p.Refresh))
	}
	for _, r := range e.records {
		if len(r.user.orgID)+len(r.user.name) > maxIDs {
			return nil, errLongUser
		}
	}
	if p.Notice == nil {
		return e, nil
	}
	var err error
	e.notice, err = s.encodeNotice(p.Notice)
	return e, err
}
