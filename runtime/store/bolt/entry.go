package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"github.com/tykctl/tykctl/runtime/store"
)

// insert stores a record with its entries in the indexes.
func (b *batch) insert(r record) {
	b.put(r.kind.bucket(), r.key[:], r.value)
	b.put(bucketOwner, ownerKey(&r.entry), nil)
	b.put(bucketExpiry, expiryKey(&r.entry), nil)
	if r.kind.spent() {
		return
	}
	b.put(bucketFamily, familyKey(&r.entry), nil)
	if r.user != (userID{}) {
		b.put(bucketBought, boughtKey(&r.entry), nil)
	}
}

// erase removes a record with its entries in the indexes.
func (b *batch) erase(e entry) {
	b.remove(e.kind.bucket(), e.key[:])
	b.remove(bucketOwner, ownerKey(&e))
	b.remove(bucketExpiry, expiryKey(&e))
	if !e.kind.spent() {
		b.remove(bucketFamily, familyKey(&e))
		if e.user != (userID{}) {
			b.remove(bucketBought, boughtKey(&e))
		}
	}
	if e.kind == kindAccess {
		b.tokens = append(b.tokens, tokenChange{key: e.key})
	}
}

func (b *batch) eraseAll(list []entry) {
	for _, e := range list {
		b.erase(e)
	}
}

// spend turns a code or refresh token into the memory that it was used.
func (b *batch) spend(e entry, at time.Time) {
	b.erase(e)
	e.kind, e.user = e.kind.whenSpent(), userID{}
	b.insert(record{e, appendTime(e.appendHead(nil), at)})
}

// absent returns ErrExists when the key of one of the records is taken.
func (b *batch) absent(list []record) error {
	for _, r := range list {
		if b.get(r.kind.bucket(), r.key[:]) != nil {
			return store.ErrExists
		}
	}
	return nil
}

// head returns the head of the record of that kind and key, used or not, and when it was spent.
func head(tx *bbolt.Tx, k kind, key store.Key) (entry, time.Time, error) {
	value := tx.Bucket(k.bucket()).Get(key[:])
	if value == nil {
		return entry{}, time.Time{}, store.ErrNotFound
	}
	e, at, err := decodeHead(key, value)
	if err == nil && !bytes.Equal(e.kind.bucket(), k.bucket()) {
		err = errDamaged
	}
	if err != nil {
		return entry{}, time.Time{}, fmt.Errorf("bolt store: %w", err)
	}
	return e, at, nil
}

// unused returns the head of a record that can still be used, *SpentError or ErrNotFound.
func unused(tx *bbolt.Tx, k kind, key store.Key) (entry, error) {
	e, at, err := head(tx, k, key)
	if err != nil {
		return entry{}, err
	}
	if e.kind.spent() {
		return entry{}, &store.SpentError{APIID: e.owner.apiID, ClientID: e.owner.id, Family: e.family, At: at}
	}
	return e, nil
}

// scan calls found for each key of an index with the prefix, in order, from seek on, until it returns false.
func scan(tx *bbolt.Tx, index, prefix, seek []byte, found func(k []byte) bool) {
	c := tx.Bucket(index).Cursor()
	for k, _ := c.Seek(seek); k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		if !found(k) {
			return
		}
	}
}

// collect returns the heads of the records that an index names under a prefix; between is the length of what stands between kind
// and key in that index. All are read before the caller changes anything: a cursor does not survive changes.
func collect(tx *bbolt.Tx, index, prefix []byte, between int, want func(kind) bool) ([]entry, error) {
	var list []entry
	var err error
	scan(tx, index, prefix, prefix, func(k []byte) bool {
		kind, key := tail(k, between)
		if !want(kind) {
			return true
		}
		var e entry
		e, err = indexed(tx, kind, key)
		list = append(list, e)
		return err == nil
	})
	return list, err
}

// indexed returns the head of a record that an index names. That it is missing or something else is a damage.
func indexed(tx *bbolt.Tx, k kind, key store.Key) (entry, error) {
	if k.bucket() == nil {
		return entry{}, fmt.Errorf("bolt store: an index has kind %q", k)
	}
	e, _, err := head(tx, k, key)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && e.kind != k:
		return entry{}, fmt.Errorf("bolt store: an index names a record of kind %q that is not there", k)
	case err != nil:
		return entry{}, err
	}
	return e, nil
}

func live(k kind) bool     { return !k.spent() }
func anyKind(kind) bool    { return true }
func isAccess(k kind) bool { return k == kindAccess }
