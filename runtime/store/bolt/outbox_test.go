package bolt

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/tykctl/tykctl/runtime/store"
)

func noticed(n int) *store.TokenPair {
	p := pair(n)
	p.Notice = &store.Notice{Family: p.Access.Family, Kind: "new", Body: []byte("the text of tokens")}
	return p
}

// bodies returns those of the notices that are due.
func bodies(t *testing.T, s *Store) (list []string) {
	t.Helper()
	due, err := s.DueNotices(t.Context(), time.Now(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range due {
		if n.Body == nil {
			list = append(list, "none")
			continue
		}
		list = append(list, string(n.Body))
	}
	return list
}

// TestBodiesNeedTheirKey: in the file a body is encrypted. With another key, or with none, it is not there, and the notice can be given up.
func TestBodiesNeedTheirKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := openTest(t, path, Options{Key: testKey})
	addClient(t, s)
	for n := range 2 { // one text twice
		if err := s.IssueTokens(t.Context(), noticed(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || bytes.Contains(data, []byte("the text of tokens")) {
		t.Errorf("the file has the body, or %v", err)
	}
	for _, test := range []struct {
		key  []byte
		want string
	}{{testKey, "the text of tokens"}, {bytes.Repeat([]byte{8}, KeySize), "none"}, {nil, "none"}} {
		s := openTest(t, path, Options{Key: test.key})
		if got := bodies(t, s); len(got) != 2 || got[0] != test.want || got[1] != test.want {
			t.Errorf("with key %x bodies are %q, want %q twice", test.key, got, test.want)
		}
		if test.key == nil {
			if err := errors.Join(s.RetryNotice(t.Context(), 1, time.Now(), "no body"), s.DropNotice(t.Context(), 1)); err != nil {
				t.Error(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	checkFile(t, path)
}

// TestBodiesAreBound: no two are encrypted alike, and one that is put in the place of another does not open.
func TestBodiesAreBound(t *testing.T) {
	s := openWithClient(t, Options{Key: testKey})
	for n := range 2 {
		if err := s.IssueTokens(t.Context(), noticed(n)); err != nil {
			t.Fatal(err)
		}
	}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		first, err1 := loadNotice(tx, noticeID(1))
		second, err2 := loadNotice(tx, noticeID(2))
		if bytes.Equal(first.Body, second.Body) {
			t.Error("equal bodies are encrypted to equal bytes")
		}
		second.Body = first.Body
		return errors.Join(err1, err2, tx.Bucket(bucketNotice).Put(noticeID(2), encodeNotice(second)))
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := bodies(t, s); got[0] != "the text of tokens" || got[1] != "none" {
		t.Errorf("bodies are %q, want one and none", got)
	}
}

// TestNoKey: without a key no notice is stored, nor the tokens that it is about.
func TestNoKey(t *testing.T) {
	s := openWithClient(t, Options{})
	p := issue(t, s, 1)
	before := transactions(t, s)
	for name, err := range map[string]error{
		"IssueTokens":   s.IssueTokens(t.Context(), noticed(2)),
		"RotateRefresh": s.RotateRefresh(t.Context(), p.Refresh.Key, noticed(2)),
	} {
		if err == nil || errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), "needs a key") {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if transactions(t, s) != before || has(t, s, noticed(2).Access.Key) {
		t.Error("something was written")
	}
}

func TestKeyLength(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	for _, n := range []int{1, KeySize - 1, KeySize + 1} {
		_, err := Open(path, Options{Key: make([]byte, n)})
		if err == nil || !strings.Contains(err.Error(), "it must have 32") {
			t.Errorf("a key of %d bytes: error is %v", n, err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file was made")
	}
}

// TestDroppedIsGone: nothing of a notice stays.
func TestDroppedIsGone(t *testing.T) {
	s := openWithClient(t, Options{Key: testKey})
	if err := s.IssueTokens(t.Context(), noticed(1)); err != nil {
		t.Fatal(err)
	}
	if err := s.DropNotice(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	err := s.view(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketNotice, bucketLine, bucketDue} {
			if k, _ := tx.Bucket(name).Cursor().First(); k != nil {
				t.Errorf("%s has %x", name, k)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestExhaustedWritesNothing: requests that a quota refuses cost no transaction.
func TestExhaustedWritesNothing(t *testing.T) {
	s := openWithClient(t, Options{})
	key, now := store.KeyOf("one"), time.Now()
	if lent, _, err := s.Lend(t.Context(), key, 5, 3, time.Hour, now); lent != 3 || err != nil {
		t.Fatalf("%d lent, %v", lent, err)
	}
	before := transactions(t, s)
	release := holdWriter(t, s) // nor do they wait for the writer
	defer release()
	for range 10 {
		if lent, q, err := s.Lend(t.Context(), key, 5, 3, time.Hour, now); lent != 0 || q.Used != 3 || err != nil {
			t.Fatalf("%d lent, %v, %v", lent, q, err)
		}
	}
	if n := transactions(t, s) - before; n != 0 {
		t.Errorf("%d transactions, want none", n)
	}
}

func TestLongNames(t *testing.T) {
	s := openWithClient(t, Options{Key: testKey})
	long := strings.Repeat("a", maxIDs)
	p := pair(1)
	p.Access.UserOrg, p.Access.User = long, "x"
	first := issue(t, s, 2)
	for name, err := range map[string]error{
		"PutUser":       s.PutUser(t.Context(), &store.User{OrgID: long, Name: "x"}),
		"PutPolicy":     s.PutPolicy(t.Context(), long+"x", nil),
		"IssueTokens":   s.IssueTokens(t.Context(), p),
		"RotateRefresh": s.RotateRefresh(t.Context(), first.Refresh.Key, p),
	} {
		if err == nil || !strings.Contains(err.Error(), "too long") {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	p = pair(3)
	p.Access.UserOrg, p.Access.User, p.Refresh = long[1:], "x", nil
	if err := errors.Join(
		s.PutUser(t.Context(), &store.User{OrgID: long[1:], Name: "x"}), s.PutPolicy(t.Context(), long, nil), s.IssueTokens(t.Context(), p),
	); err != nil {
		t.Fatal(err)
	}
}
