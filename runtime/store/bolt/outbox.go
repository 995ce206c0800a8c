package bolt

import (
	"bytes"
	"cmp"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/tykctl/tykctl/runtime/store"
)

var errNoKey = errors.New("bolt store: a notice needs a key that encrypts it, and the store was opened without one")

// newBodies returns what encrypts the bodies of notices: AES-256-GCM under a key of its own, derived from the installation's, which others
// use too.
func newBodies(key []byte) (cipher.AEAD, error) {
	if len(key) == 0 {
		return nil, nil
	}
	if len(key) != KeySize {
		return nil, fmt.Errorf("the key has %d bytes; it must have %d", len(key), KeySize)
	}
	own, err := hkdf.Key(sha256.New, key, nil, "tykctl store: bodies of notices", KeySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(own)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// encodedNotice is a notice ready to be stored, all but its id.
type encodedNotice struct {
	family store.FamilyID
	nextAt time.Time
	value  []byte
}

// encodeNotice encrypts the body, bound to the family: what is moved to another place does not open.
func (s *Store) encodeNotice(n *store.Notice) (*encodedNotice, error) {
	if s.bodies == nil {
		return nil, errNoKey
	}
	sealed := *n
	sealed.Body = s.bodies.Seal(nil, nil, n.Body, n.Family[:]) //nolint:gosec // it makes a random nonce of its own
	if sealed.NextAt.IsZero() {
		sealed.NextAt = n.CreatedAt
	}
	return &encodedNotice{n.Family, sealed.NextAt, encodeNotice(&sealed)}, nil
}

// open decrypts the body. One that does not open, because the key is another one or the record is damaged, is nil.
func (s *Store) open(n *store.Notice) {
	if s.bodies == nil {
		n.Body = nil
		return
	}
	body, err := s.bodies.Open(nil, nil, n.Body, n.Family[:])
	if err != nil {
		body = nil
	} else if body == nil {
		body = []byte{}
	}
	n.Body = body
}

// DueNotices keeps the promise of store.Outbox. It costs in proportion to what it returns, not to what waits.
func (s *Store) DueNotices(_ context.Context, now time.Time, limit int) ([]*store.Notice, error) {
	end := appendTime(nil, now)
	var list []*store.Notice
	err := s.view(func(tx *bbolt.Tx) (err error) {
		scan(tx, bucketDue, nil, nil, func(k []byte) bool {
			if len(list) >= limit || bytes.Compare(k[:timeSize], end) > 0 {
				return false
			}
			var n *store.Notice
			n, err = loadNotice(tx, k[timeSize:])
			list = append(list, n)
			return err == nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b *store.Notice) int { return cmp.Compare(a.ID, b.ID) })
	for _, n := range list {
		s.open(n)
	}
	return list, nil
}

// Notices keeps the promise of store.Outbox.
func (s *Store) Notices(_ context.Context, after uint64, limit int) ([]*store.Notice, error) {
	var list []*store.Notice
	err := s.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketNotice).Cursor()
		for k, v := c.Seek(noticeID(after)); k != nil && len(list) < limit; k, v = c.Next() {
			n, err := decodeNotice(k, v)
			if err != nil {
				return err
			}
			if n.ID == after {
				continue
			}
			n.Body = nil
			list = append(list, n)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// RetryNotice keeps the promise of store.Outbox.
func (s *Store) RetryNotice(ctx context.Context, id uint64, at time.Time, reason string) error {
	return s.write(ctx, func(b *batch) error {
		n, err := loadNotice(b.tx, noticeID(id))
		if err != nil {
			return err
		}
		first := bytes.Equal(b.firstInLine(n.Family), noticeID(id))
		if first {
			b.remove(bucketDue, dueKey(n.NextAt, noticeID(id)))
		}
		n.Attempts++
		n.NextAt, n.LastError = at, reason
		b.put(bucketNotice, noticeID(id), encodeNotice(n))
		if first {
			b.put(bucketDue, dueKey(at, noticeID(id)), nil)
		}
		return nil
	})
}

// DropNotice keeps the promise of store.Outbox. The next notice of the family takes the place of the first.
func (s *Store) DropNotice(ctx context.Context, id uint64) error {
	return s.write(ctx, func(b *batch) error {
		n, err := loadNotice(b.tx, noticeID(id))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if !bytes.Equal(b.firstInLine(n.Family), noticeID(id)) {
			b.remove(bucketNotice, noticeID(id))
			b.remove(bucketLine, lineKey(n.Family, noticeID(id)))
			return nil
		}
		next, err := b.secondInLine(n)
		if err != nil {
			return err
		}
		b.remove(bucketNotice, noticeID(id))
		b.remove(bucketLine, lineKey(n.Family, noticeID(id)))
		b.remove(bucketDue, dueKey(n.NextAt, noticeID(id)))
		if next != nil {
			b.put(bucketDue, dueKey(next.NextAt, noticeID(next.ID)), nil)
		}
		return nil
	})
}

// post stores a new notice. The sequence of its bucket only rises, whatever is removed.
func (b *batch) post(n *encodedNotice) {
	seq, err := b.tx.Bucket(bucketNotice).NextSequence()
	if err != nil && b.err == nil {
		b.err = err
	}
	id := noticeID(seq)
	if b.firstInLine(n.family) == nil {
		b.put(bucketDue, dueKey(n.nextAt, id), nil)
	}
	b.put(bucketLine, lineKey(n.family, id), nil)
	b.put(bucketNotice, id, n.value)
}

// firstInLine returns the id of the oldest notice of a family; nil when none waits.
func (b *batch) firstInLine(family store.FamilyID) []byte {
	var id []byte
	scan(b.tx, bucketLine, family[:], family[:], func(k []byte) bool {
		id = bytes.Clone(k[len(family):])
		return false
	})
	return id
}

// secondInLine returns the notice behind first; nil when it is the only one.
func (b *batch) secondInLine(first *store.Notice) (n *store.Notice, err error) {
	scan(b.tx, bucketLine, first.Family[:], lineKey(first.Family, noticeID(first.ID+1)), func(k []byte) bool {
		n, err = loadNotice(b.tx, k[len(first.Family):])
		return false
	})
	return n, err
}

func noticeID(id uint64) []byte { return binary.BigEndian.AppendUint64(nil, id) }

func lineKey(family store.FamilyID, id []byte) []byte { return append(family[:], id...) }

func dueKey(at time.Time, id []byte) []byte { return append(appendTime(nil, at), id...) }

// A notice is version, API, family, kind, client, encrypted body, created at, attempts in 8 bytes, next at, last error.
func encodeNotice(n *store.Notice) []byte {
	b := append(appendString([]byte{recordVersion}, n.APIID), n.Family[:]...)
	b = appendBytes(appendString(appendString(b, n.Kind), n.ClientID), n.Body)
	b = binary.BigEndian.AppendUint64(appendTime(b, n.CreatedAt), uint64(n.Attempts))
	return appendString(appendTime(b, n.NextAt), n.LastError)
}

// decodeNotice leaves the body encrypted.
func decodeNotice(key, value []byte) (*store.Notice, error) {
	k, r := reader{rest: key}, reader{rest: value}
	r.version()
	n := &store.Notice{ID: k.uint64(), APIID: r.string()}
	copy(n.Family[:], r.take(len(n.Family)))
	n.Kind, n.ClientID, n.Body = r.string(), r.string(), r.bytes()
	n.CreatedAt, n.Attempts = r.time(), int(r.uint64())
	n.NextAt, n.LastError = r.time(), r.string()
	if err := errors.Join(k.end(), r.end()); err != nil {
		return nil, fmt.Errorf("bolt store: notice: %w", err)
	}
	return n, nil
}

func loadNotice(tx *bbolt.Tx, id []byte) (*store.Notice, error) {
	v := tx.Bucket(bucketNotice).Get(id)
	if v == nil {
		return nil, store.ErrNotFound
	}
	return decodeNotice(id, v)
}
