package bolt

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/tykctl/tykctl/runtime/store"
)

func TestOpenCreates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "deep", "store.db")
	s := openTest(t, path, Options{})
	defer func() { _ = s.Close() }()
	for name, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700 | fs.ModeDir} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("mode of %s is %v, want %v", name, info.Mode(), want)
		}
	}
	if s.db.NoSync || s.db.NoGrowSync {
		t.Error("the file is not synced")
	}
}

// TestOpenInUse opens the file twice in one process: the lock belongs to the open file, so it is as good as another process.
func TestOpenInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	first := openTest(t, path, Options{})
	start := time.Now()
	_, err := Open(path, Options{})
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("error is %v, want that %s is in use by another process", err, path)
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("Open took %v", d)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := openTest(t, path, Options{}).Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	healthy := filepath.Join(t.TempDir(), "healthy.db")
	filled(t, healthy)
	data, err := os.ReadFile(healthy)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		damage func(t *testing.T, path string)
		want   string
	}{
		"text":           {func(t *testing.T, path string) { write(t, path, []byte(strings.Repeat("a text\n", 5000))) }, "not a tykctl store"},
		"short text":     {func(t *testing.T, path string) { write(t, path, []byte("a text\n")) }, "not a tykctl store"},
		"zeros":          {func(t *testing.T, path string) { write(t, path, make([]byte, 1<<16)) }, "not a tykctl store"},
		"foreign bolt":   {foreign, "not a tykctl store"},
		"later format":   {inMeta(func(b *bbolt.Bucket) error { return b.Put(formatKey, []byte{3}) }), "format 3"},
		"no format":      {inMeta(func(b *bbolt.Bucket) error { return b.Delete(formatKey) }), "not a tykctl store"},
		"missing bucket": {inMeta(func(b *bbolt.Bucket) error { return b.Tx().DeleteBucket(bucketFamily) }), `"family" is missing`},
		"cut in half":    {cut(func(n int64) int64 { return n / 2 }), "not a tykctl store"},
		"cut to 3 pages": {cut(func(int64) int64 { return 3 * 4096 }), "not a tykctl store"},
		"cut to 5 pages": {cut(func(int64) int64 { return 5 * 4096 }), "not a tykctl store"},
		"last page cut":  {cutLastPage, "bytes of"},
		"cut to a byte":  {cut(func(int64) int64 { return 1 }), "not a tykctl store"},
		"bad pages":      {badPages, "not a tykctl store"},
		"directory": {func(t *testing.T, path string) {
			if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
				t.Fatal(err)
			}
		}, "is a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			write(t, path, data)
			test.damage(t, path)
			s, err := Open(path, Options{})
			if err == nil {
				_ = s.Close()
				t.Fatal("Open succeeds")
			}
			if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %q, want it to name the path and to say %q", err, test.want)
			}
		})
	}
}

// filled makes a store with some hundred pages.
func filled(t *testing.T, path string) {
	t.Helper()
	s := openUnsynced(t, path, Options{})
	addClient(t, s)
	for i := range 300 {
		issue(t, s, i)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func update(t *testing.T, path string, fn func(*bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func foreign(t *testing.T, path string) {
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	update(t, path, func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte("photos"))
		return err
	})
}

func inMeta(fn func(*bbolt.Bucket) error) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		update(t, path, func(tx *bbolt.Tx) error { return fn(tx.Bucket(bucketMeta)) })
	}
}

func cut(to func(int64) int64) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, to(info.Size())); err != nil {
			t.Fatal(err)
		}
	}
}

// cutLastPage leaves everything that bbolt looks at when it opens the file.
func cutLastPage(t *testing.T, path string) {
	var size int64
	update(t, path, func(tx *bbolt.Tx) error {
		size = tx.Size()
		return nil
	})
	cut(func(int64) int64 { return size - 1 })(t, path)
}

// badPages leaves nothing but the two pages at the beginning intact.
func badPages(t *testing.T, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 2 * os.Getpagesize(); i < len(data); i++ {
		data[i] = 0xAA
	}
	write(t, path, data)
}

// TestLaterRecord: a record of a later version is an error of the store, not an unknown token.
func TestLaterRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	filled(t, path)
	update(t, path, func(tx *bbolt.Tx) error {
		b, k := tx.Bucket(bucketAccess), pair(7).Access.Key
		v := append([]byte{}, b.Get(k[:])...)
		v[0] = 3
		return b.Put(k[:], v)
	})
	s := openTest(t, path, Options{})
	defer func() { _ = s.Close() }()
	_, err := s.AccessToken(t.Context(), pair(7).Access.Key)
	if err == nil || errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), "version 3") {
		t.Errorf("error is %v, want one about version 3", err)
	}
	if err := s.RevokeAccess(t.Context(), pair(7).Access.Key); err == nil {
		t.Error("a token that cannot be read was revoked")
	}
	issue(t, s, 1000) // others are not concerned
}
