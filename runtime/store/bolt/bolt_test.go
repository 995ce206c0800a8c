package bolt

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testKey = bytes.Repeat([]byte{7}, KeySize)

func TestContract(t *testing.T) { runContract(t, Options{Key: testKey}) }

// TestContractSmallCache has one token in each part of the cache: many reads miss it.
func TestContractSmallCache(t *testing.T) { runContract(t, Options{CacheTokens: 1, Key: testKey}) }

// runContract does not sync, and copies an empty store instead of making one: hundreds are opened. Durability is TestDurable's matter.
func runContract(t *testing.T, opt Options) {
	empty := filepath.Join(t.TempDir(), "empty.db")
	if err := openTest(t, empty, opt).Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(empty)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Run(t, func(t *testing.T) store.Store {
		path := filepath.Join(t.TempDir(), "store.db")
		write(t, path, data)
		return &checked{Store: openUnsynced(t, path, opt), t: t, path: path}
	})
}

// checked is a store whose file is checked once it is closed.
type checked struct {
	*Store
	t    *testing.T
	path string
}

func (c *checked) Close() error {
	err := c.Store.Close()
	checkFile(c.t, c.path)
	return err
}

func openTest(t testing.TB, path string, opt Options) *Store {
	t.Helper()
	s, err := Open(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openUnsynced(t testing.TB, path string, opt Options) *Store {
	t.Helper()
	s := openTest(t, path, opt)
	s.db.NoSync = true // the writer has not looked yet
	return s
}

// Leftover is for storetest.
func (s *Store) Leftover() (left string) {
	err := s.view(func(tx *bbolt.Tx) error {
		for _, name := range buckets[1:] {
			if n := tx.Bucket(name).Stats().KeyN; n > 0 {
				left += fmt.Sprintf("%d in %s, ", n, name)
			}
		}
		return nil
	})
	if err != nil {
		return err.Error()
	}
	for i := range s.tokens {
		left += cached("tokens", &s.tokens[i]) + cached("keys", &s.apiKeys[i])
	}
	return left + cached("clients", &s.clients)
}

func cached[K comparable, V any](what string, p *part[K, V]) string {
	n := 0
	for _, v := range p.records {
		if v != nil { // that something is not there may be known
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s in the cache, ", n, what)
}

// checkFile fails the test unless bbolt finds the file sound and the indexes name exactly the records there are.
func checkFile(t *testing.T, path string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Error(err)
		}
		return checkIndexes(t, tx)
	})
	if err != nil {
		t.Error(err)
	}
}

func checkIndexes(t *testing.T, tx *bbolt.Tx) error {
	t.Helper()
	off := map[string]int{}
	for _, name := range [][]byte{bucketAccess, bucketRefresh, bucketCode} {
		err := tx.Bucket(name).ForEach(func(k, v []byte) error {
			e, _, err := decodeHead(store.Key(k), v)
			off[string(bucketOwner)+string(ownerKey(&e))]++
			off[string(bucketExpiry)+string(expiryKey(&e))]++
			if !e.kind.spent() {
				off[string(bucketFamily)+string(familyKey(&e))]++
				if e.user != (userID{}) {
					off[string(bucketBought)+string(boughtKey(&e))]++
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := indexesOfOthers(tx, off); err != nil {
		return err
	}
	for _, name := range [][]byte{bucketOwner, bucketExpiry, bucketFamily, bucketBought, bucketLine, bucketDue} {
		err := tx.Bucket(name).ForEach(func(k, _ []byte) error {
			off[string(name)+string(k)]--
			return nil
		})
		if err != nil {
			return err
		}
	}
	for k, n := range off {
		if n != 0 {
			t.Errorf("index entry %q: off by %d", k, n)
		}
	}
	return nil
}

// indexesOfOthers counts the index entries that keys, quotas and notices must have.
func indexesOfOthers(tx *bbolt.Tx, off map[string]int) error {
	err := tx.Bucket(bucketAPIKey).ForEach(func(k, v []byte) error {
		a, err := decodeAPIKey(k, v)
		if err == nil && !a.ExpiresAt.IsZero() {
			off[string(bucketExpiry)+string(removalKey(a.ExpiresAt, kindAPIKey, a.Key))]++
		}
		return err
	})
	if err != nil {
		return err
	}
	err = tx.Bucket(bucketQuota).ForEach(func(k, _ []byte) error {
		q, err := loadQuota(tx, store.Key(k))
		if err == nil && !q.Renews.IsZero() {
			off[string(bucketExpiry)+string(removalKey(q.Renews, kindQuota, store.Key(k)))]++
		}
		return err
	})
	if err != nil {
		return err
	}
	seen := map[store.FamilyID]bool{}
	return tx.Bucket(bucketNotice).ForEach(func(k, v []byte) error {
		n, err := decodeNotice(k, v)
		if err != nil {
			return err
		}
		off[string(bucketLine)+string(lineKey(n.Family, k))]++
		if !seen[n.Family] {
			off[string(bucketDue)+string(dueKey(n.NextAt, k))]++
		}
		seen[n.Family] = true
		return nil
	})
}
