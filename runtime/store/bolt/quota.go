package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"github.com/tykctl/tykctl/runtime/store"
)

// Lend keeps the promise of store.Counters. A quota that is used up is refused without the writer: a stream of requests that are refused
// costs no sync.
func (s *Store) Lend(
	ctx context.Context, key store.Key, want, limit int64, period time.Duration, now time.Time,
) (lent int64, q store.Quota, err error) {
	if err := ctx.Err(); err != nil {
		return 0, store.Quota{}, err
	}
	before, err := s.Quota(ctx, key)
	if err != nil {
		return 0, store.Quota{}, err
	}
	if lent, q = before.Lend(want, limit, period, now); lent == 0 && (q.IsZero() || sameQuota(q, before)) {
		return 0, q, nil
	}
	err = s.write(ctx, func(b *batch) error {
		before, err := loadQuota(b.tx, key)
		if err != nil {
			return err
		}
		if lent, q = before.Lend(want, limit, period, now); !q.IsZero() {
			b.setQuota(key, before, q)
		}
		return nil
	})
	if err != nil {
		return 0, store.Quota{}, err
	}
	return lent, q, nil
}

// GiveBack keeps the promise of store.Counters.
func (s *Store) GiveBack(ctx context.Context, key store.Key, unused int64, renews time.Time) error {
	return s.write(ctx, func(b *batch) error {
		before, err := loadQuota(b.tx, key)
		if err != nil {
			return err
		}
		b.setQuota(key, before, before.GiveBack(unused, renews))
		return nil
	})
}

// Quota keeps the promise of store.Counters.
func (s *Store) Quota(_ context.Context, key store.Key) (store.Quota, error) {
	var q store.Quota
	err := s.view(func(tx *bbolt.Tx) (err error) {
		q, err = loadQuota(tx, key)
		return err
	})
	return q, err
}

// ResetQuota keeps the promise of store.Counters.
func (s *Store) ResetQuota(ctx context.Context, key store.Key) error {
	return s.write(ctx, func(b *batch) error {
		before, err := loadQuota(b.tx, key)
		if err != nil {
			return err
		}
		b.setQuota(key, before, store.Quota{})
		return nil
	})
}

// setQuota stores a quota, removes one that is zero, and writes nothing when there is no change.
func (b *batch) setQuota(key store.Key, before, q store.Quota) {
	if sameQuota(q, before) {
		return
	}
	if !before.Renews.Equal(q.Renews) {
		if !before.Renews.IsZero() {
			b.remove(bucketExpiry, removalKey(before.Renews, kindQuota, key))
		}
		if !q.Renews.IsZero() {
			b.put(bucketExpiry, removalKey(q.Renews, kindQuota, key), nil)
		}
	}
	if q.IsZero() {
		b.remove(bucketQuota, key[:])
		return
	}
	b.put(bucketQuota, key[:], encodeQuota(q))
}

func sameQuota(a, b store.Quota) bool { return a.Used == b.Used && a.Renews.Equal(b.Renews) }

// A quota is version, number used in 8 bytes, end of the period.
func encodeQuota(q store.Quota) []byte {
	return appendTime(binary.BigEndian.AppendUint64([]byte{recordVersion}, uint64(q.Used)), q.Renews)
}

// loadQuota returns the zero Quota when there is none.
func loadQuota(tx *bbolt.Tx, key store.Key) (store.Quota, error) {
	v := tx.Bucket(bucketQuota).Get(key[:])
	if v == nil {
		return store.Quota{}, nil
	}
	r := reader{rest: v}
	r.version()
	q := store.Quota{Used: int64(r.uint64()), Renews: r.time()}
	if err := r.end(); err != nil {
		return store.Quota{}, fmt.Errorf("bolt store: quota: %w", err)
	}
	return q, nil
}

func (r *reader) uint64() uint64 {
	b := r.take(8)
	if b == nil {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}
