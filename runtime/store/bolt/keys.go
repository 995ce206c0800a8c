package bolt

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/tykctl/tykctl/runtime/store"
)

var errLongUser = errors.New("bolt store: the ids of the organisation and the user are too long")

// policySet is all policies by id.
type policySet map[string][]byte

// PutKey keeps the promise of store.APIKeys.
func (s *Store) PutKey(ctx context.Context, k *store.APIKey) error {
	k = k.Clone()
	value := encodeAPIKey(k)
	return s.write(ctx, func(b *batch) error {
		if _, err := b.eraseAPIKey(k.Key); err != nil {
			return err
		}
		b.put(bucketAPIKey, k.Key[:], value)
		if !k.ExpiresAt.IsZero() {
			b.put(bucketExpiry, removalKey(k.ExpiresAt, kindAPIKey, k.Key), nil)
		}
		b.apiKeys = append(b.apiKeys, apiKeyChange{k.Key, k})
		return nil
	})
}

// eraseAPIKey reports whether there was such a key.
func (b *batch) eraseAPIKey(key store.Key) (bool, error) {
	old, err := loadAPIKey(b.tx, key)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	b.remove(bucketAPIKey, key[:])
	if !old.ExpiresAt.IsZero() {
		b.remove(bucketExpiry, removalKey(old.ExpiresAt, kindAPIKey, key))
	}
	b.apiKeys = append(b.apiKeys, apiKeyChange{key: key})
	return true, nil
}

// APIKey keeps the promise of store.APIKeys. It does not allocate when the record is in the cache.
func (s *Store) APIKey(_ context.Context, key store.Key) (*store.APIKey, error) {
	part := s.apiKeys.part(key)
	if k, known := part.get(key); known {
		return orNotFound(k)
	}
	epoch := part.begin()
	var k *store.APIKey
	err := s.view(func(tx *bbolt.Tx) (err error) {
		if k, err = loadAPIKey(tx, key); errors.Is(err, store.ErrNotFound) && tx.Bucket(bucketAccess).Get(key[:]) != nil {
			part.fill(key, nil, epoch)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	part.fill(key, k, epoch)
	return k, nil
}

// APIKeys keeps the promise of store.APIKeys.
func (s *Store) APIKeys(_ context.Context, after store.Key, limit int) ([]*store.APIKey, error) {
	var list []*store.APIKey
	err := s.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketAPIKey).Cursor()
		for k, v := c.Seek(after[:]); k != nil && len(list) < limit; k, v = c.Next() {
			if bytes.Equal(k, after[:]) {
				continue
			}
			a, err := decodeAPIKey(k, v)
			if err != nil {
				return err
			}
			list = append(list, a)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// DeleteKey keeps the promise of store.APIKeys.
func (s *Store) DeleteKey(ctx context.Context, key store.Key) error {
	return s.write(ctx, func(b *batch) error {
		known, err := b.eraseAPIKey(key)
		if err == nil && !known {
			return store.ErrNotFound
		}
		return err
	})
}

// PutUser keeps the promise of store.Users. Organisation and name may have 8192 bytes together.
func (s *Store) PutUser(ctx context.Context, u *store.User) error {
	if len(u.OrgID)+len(u.Name) > maxIDs {
		return errLongUser
	}
	key, value := userID{u.OrgID, u.Name}.userKey(), encodeUser(u)
	return s.write(ctx, func(b *batch) error {
		b.put(bucketUser, key, value)
		return nil
	})
}

// User keeps the promise of store.Users. It reads the file: to check the password costs far more.
func (s *Store) User(_ context.Context, orgID, name string) (*store.User, error) {
	var u *store.User
	err := s.view(func(tx *bbolt.Tx) (err error) {
		key := userID{orgID, name}.userKey()
		v := tx.Bucket(bucketUser).Get(key)
		if v == nil {
			return store.ErrNotFound
		}
		u, err = decodeUser(key, v)
		return err
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

// Users keeps the promise of store.Users.
func (s *Store) Users(context.Context) ([]*store.User, error) {
	var list []*store.User
	err := s.view(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketUser).ForEach(func(k, v []byte) error {
			u, err := decodeUser(k, v)
			list = append(list, u)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b *store.User) int {
		return cmp.Or(cmp.Compare(a.OrgID, b.OrgID), cmp.Compare(a.Name, b.Name))
	})
	return list, nil
}

// DeleteUser keeps the promise of store.Users. It costs in proportion to the tokens that the user has.
func (s *Store) DeleteUser(ctx context.Context, orgID, name string) error {
	id := userID{orgID, name}
	return s.write(ctx, func(b *batch) error {
		if b.get(bucketUser, id.userKey()) == nil {
			return store.ErrNotFound
		}
		tokens, err := collect(b.tx, bucketBought, id.prefix(), 0, anyKind)
		if err != nil {
			return err
		}
		b.eraseAll(tokens)
		b.remove(bucketUser, id.userKey())
		return nil
	})
}

// PutPolicy keeps the promise of store.Policies. The id may have 8192 bytes.
func (s *Store) PutPolicy(ctx context.Context, id string, policy []byte) error {
	if len(id) > maxIDs {
		return errors.New("bolt store: the id of the policy is too long")
	}
	value := appendBytes([]byte{recordVersion}, policy)
	return s.write(ctx, func(b *batch) error {
		b.put(bucketPolicy, appendString(nil, id), value)
		b.policies = true
		return nil
	})
}

// Policies keeps the promise of store.Policies. It does not allocate while no policy changes.
func (s *Store) Policies(context.Context) (map[string][]byte, error) {
	if all, known := s.policies.get(struct{}{}); known {
		return *all, nil
	}
	epoch := s.policies.begin()
	all := policySet{}
	err := s.view(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketPolicy).ForEach(func(k, v []byte) error {
			id, value := reader{rest: k}, reader{rest: v}
			value.version()
			all[id.string()] = value.bytes()
			if err := errors.Join(id.end(), value.end()); err != nil {
				return fmt.Errorf("bolt store: policy: %w", err)
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	s.policies.fill(struct{}{}, &all, epoch)
	return all, nil
}

// DeletePolicy keeps the promise of store.Policies.
func (s *Store) DeletePolicy(ctx context.Context, id string) error {
	key := appendString(nil, id)
	return s.write(ctx, func(b *batch) error {
		if b.get(bucketPolicy, key) == nil {
			return store.ErrNotFound
		}
		b.remove(bucketPolicy, key)
		b.policies = true
		return nil
	})
}

func loadAPIKey(tx *bbolt.Tx, key store.Key) (*store.APIKey, error) {
	v := tx.Bucket(bucketAPIKey).Get(key[:])
	if v == nil {
		return nil, store.ErrNotFound
	}
	return decodeAPIKey(key[:], v)
}

// An API key is version, session, created at, expires at; a user version, hash, session, whether he is of the users file, created at.

func encodeAPIKey(k *store.APIKey) []byte {
	b := appendBytes([]byte{recordVersion}, k.Session)
	return appendTime(appendTime(b, k.CreatedAt), k.ExpiresAt)
}

func decodeAPIKey(key, value []byte) (*store.APIKey, error) {
	if len(key) != len(store.Key{}) {
		return nil, fmt.Errorf("bolt store: API key: %w", errDamaged)
	}
	r := reader{rest: value}
	r.version()
	k := &store.APIKey{Key: store.Key(key), Session: r.bytes(), CreatedAt: r.time(), ExpiresAt: r.time()}
	if err := r.end(); err != nil {
		return nil, fmt.Errorf("bolt store: API key: %w", err)
	}
	return k, nil
}

func encodeUser(u *store.User) []byte {
	b := appendBytes(appendString([]byte{recordVersion}, u.PasswordHash), u.Session)
	fromFile := byte(0)
	if u.FromFile {
		fromFile = 1
	}
	return appendTime(append(b, fromFile), u.CreatedAt)
}

func decodeUser(key, value []byte) (*store.User, error) {
	k, r := reader{rest: key}, reader{rest: value}
	u := &store.User{OrgID: k.string(), Name: string(k.rest)}
	r.version()
	u.PasswordHash, u.Session = r.string(), r.bytes()
	u.FromFile = bytes.Equal(r.take(1), []byte{1})
	u.CreatedAt = r.time()
	if err := errors.Join(k.err, r.end()); err != nil {
		return nil, fmt.Errorf("bolt store: user: %w", err)
	}
	return u, nil
}
