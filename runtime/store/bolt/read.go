package bolt

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"github.com/tykctl/tykctl/runtime/store"
)

// Code keeps the promise of store.Codes.
func (s *Store) Code(_ context.Context, key store.Key) (*store.Code, error) {
	return loadUnused(s, kindCode, key, decodeCode)
}

// RefreshToken keeps the promise of store.Tokens.
func (s *Store) RefreshToken(_ context.Context, key store.Key) (*store.RefreshToken, error) {
	return loadUnused(s, kindRefresh, key, decodeRefresh)
}

// AccessToken keeps the promise of store.Tokens. It does not allocate when the record is in the cache.
func (s *Store) AccessToken(_ context.Context, key store.Key) (*store.AccessToken, error) {
	part := s.tokens.part(key)
	if a, known := part.get(key); known {
		return orNotFound(a)
	}
	epoch := part.begin()
	var a *store.AccessToken
	err := s.view(func(tx *bbolt.Tx) (err error) {
		if a, err = load(tx, kindAccess, key, decodeAccess); errors.Is(err, store.ErrNotFound) && tx.Bucket(bucketAPIKey).Get(key[:]) != nil {
			part.fill(key, nil, epoch)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	part.fill(key, a, epoch)
	return a, nil
}

func orNotFound[V any](v *V) (*V, error) {
	if v == nil {
		return nil, store.ErrNotFound
	}
	return v, nil
}

// ClientTokens keeps the promise of store.Tokens. The index has the tokens in the order that is asked for, and begins after now.
func (s *Store) ClientTokens(_ context.Context, apiID, clientID string, now time.Time) ([]*store.AccessToken, error) {
	var list []*store.AccessToken
	prefix := owner{apiID, clientID}.prefix(kindAccess)
	err := s.view(func(tx *bbolt.Tx) (err error) {
		scan(tx, bucketOwner, prefix, appendTime(prefix, now), func(k []byte) bool {
			var a *store.AccessToken
			_, key := tail(k, timeSize)
			if a, err = load(tx, kindAccess, key, decodeAccess); err == nil && a.ExpiresAt.After(now) {
				list = append(list, a)
			}
			return err == nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// loadUnused reads one record in a transaction of its own.
func loadUnused[T any](s *Store, k kind, key store.Key, decode func(store.Key, []byte) (*T, error)) (*T, error) {
	var record *T
	err := s.view(func(tx *bbolt.Tx) (err error) {
		record, err = load(tx, k, key, decode)
		return err
	})
	if err != nil {
		return nil, err
	}
	return record, nil
}

func load[T any](tx *bbolt.Tx, k kind, key store.Key, decode func(store.Key, []byte) (*T, error)) (*T, error) {
	if _, err := unused(tx, k, key); err != nil {
		return nil, err
	}
	record, err := decode(key, tx.Bucket(k.bucket()).Get(key[:]))
	if err != nil {
		return nil, fmt.Errorf("bolt store: %w", err)
	}
	return record, nil
}

// view runs fn in a read transaction. Errors of the file are wrapped, those of fn are returned as they are.
func (s *Store) view(fn func(*bbolt.Tx) error) error {
	tx, err := s.db.Begin(false)
	if err != nil {
		return fmt.Errorf("bolt store: read: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // never fails for a read
	return fn(tx)
}
