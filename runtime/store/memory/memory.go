// Package memory is a store that lives and dies with the process: for tests, for trying things out, and for gateways whose
// clients can simply ask for a new access token after a restart. It keeps the whole contract of package store but durability.
//
// One lock guards everything. Writers hold it for a few map operations; readers share it, and AccessToken, APIKey and Policies do not allocate.
// There is no goroutine: what expired stays until Sweep is called.
package memory

import (
	"container/heap"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

var errClosed = errors.New("memory store: closed")

// Store keeps everything in maps. Make one with New.
type Store struct {
	mu      sync.RWMutex
	closed  bool
	clients map[owner]*store.Client
	entries map[ref]*entry
	queue   queue // every entry that expires, the next first

	// Indexes. byClient has every entry of a client, byFamily and byUser only those which can still be used.
	byClient map[owner]refs
	byFamily map[store.FamilyID]refs
	byUser   map[userID]refs

	keys     map[store.Key]*entry
	quotas   map[store.Key]*entry
	users    map[userID]*store.User
	policies map[string][]byte // replaced as a whole: readers have it
	outbox   outbox
}

// owner names a client: ids are unique per API only.
type owner struct{ apiID, clientID string }

// userID names a user: names are unique per organisation only.
type userID struct{ orgID, name string }

type kind byte

const (
	access kind = iota
	refresh
	code
	apiKey
	quota
)

type ref struct {
	kind kind
	key  store.Key
}

type refs map[ref]*entry

// entry is one access token, refresh token, code, key or quota. Exactly one of the pointers is set, or none for a quota; spent takes the place
// of a code or refresh token when it is consumed. Keys and quotas belong to no client.
type entry struct {
	ref
	owner  owner
	family store.FamilyID
	user   userID    // whose password bought it; zero for most
	until  time.Time // Sweep may remove it after this
	pos    int       // in Store.queue; -1 for a key or quota that never ends

	access  *store.AccessToken
	refresh *store.RefreshToken
	code    *store.Code
	spent   *store.SpentError
	apiKey  *store.APIKey
	used    int64 // of a quota, whose period ends at until
}

var _ store.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	return &Store{
		clients:  map[owner]*store.Client{},
		entries:  map[ref]*entry{},
		byClient: map[owner]refs{},
		byFamily: map[store.FamilyID]refs{},
		byUser:   map[userID]refs{},
		keys:     map[store.Key]*entry{},
		quotas:   map[store.Key]*entry{},
		users:    map[userID]*store.User{},
		outbox:   newOutbox(),
	}
}

// Ping reports whether the store is open.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	s.mu.Unlock()
	return nil
}

// Close makes later writes fail. What is stored is lost with the process.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

// Sweep keeps the promise of store.Store; it costs in proportion to what it removes.
func (s *Store) Sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	if err := s.lock(ctx); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	n := 0
	for n < limit && len(s.queue) > 0 && s.queue[0].until.Before(now) {
		s.remove(s.queue[0])
		n++
	}
	return n, nil
}

// lock begins a write. The caller unlocks s.mu unless there is an error.
func (s *Store) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return errClosed
	}
	return nil
}

func (s *Store) insert(e *entry) {
	s.entries[e.ref] = e
	link(s.byClient, e.owner, e)
	link(s.byFamily, e.family, e)
	if e.user != (userID{}) {
		link(s.byUser, e.user, e)
	}
	heap.Push(&s.queue, e)
}

func (s *Store) remove(e *entry) {
	switch e.kind {
	case apiKey:
		delete(s.keys, e.key)
	case quota:
		delete(s.quotas, e.key)
	default:
		delete(s.entries, e.ref)
		unlink(s.byClient, e.owner, e)
		unlink(s.byFamily, e.family, e)
		unlink(s.byUser, e.user, e)
	}
	if e.pos >= 0 {
		heap.Remove(&s.queue, e.pos)
	}
}

// spend turns a code or refresh token into the memory that it was used.
func (s *Store) spend(e *entry, at time.Time) {
	unlink(s.byFamily, e.family, e)
	unlink(s.byUser, e.user, e)
	e.spent = &store.SpentError{APIID: e.owner.apiID, ClientID: e.owner.clientID, Family: e.family, At: at}
	e.code, e.refresh = nil, nil
	e.until = e.until.Add(store.SpentRetention)
	heap.Fix(&s.queue, e.pos)
}

func link[K comparable](index map[K]refs, k K, e *entry) {
	m := index[k]
	if m == nil {
		m = refs{}
		index[k] = m
	}
	m[e.ref] = e
}

func unlink[K comparable](index map[K]refs, k K, e *entry) {
	m := index[k]
	delete(m, e.ref)
	if len(m) == 0 {
		delete(index, k)
	}
}

// queue is a heap by expiry (container/heap).
type queue []*entry

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].until.Before(q[j].until) }

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].pos, q[j].pos = i, j
}

func (q *queue) Push(x any) {
	e := x.(*entry)
	e.pos = len(*q)
	*q = append(*q, e)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return e
}
