package bolt

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"

	"github.com/tykctl/tykctl/runtime/store"
)

var errClosed = errors.New("bolt store: closed")

// Bounds of the caches, in records. A record takes about 300 bytes.
const (
	defaultCacheTokens = 1 << 17
	cacheClients       = 1 << 14
)

// Options may be left zero.
type Options struct {
	CacheTokens int // access tokens kept in memory, and as many API keys; 0: 131072

	// Key encrypts the bodies of notices: KeySize random bytes that are not in the same file. Without it, a token pair with a notice is refused.
	Key []byte
}

// KeySize is the length of Options.Key.
const KeySize = 32

// Store is an open file. Make one with Open, and call Close.
type Store struct {
	db      *bbolt.DB
	tokens  keyed[store.AccessToken]
	apiKeys keyed[store.APIKey]
	clients part[owner, store.Client]

	policies part[struct{}, policySet] // one record: all of them
	bodies   cipher.AEAD               // nil without a key

	ops     chan *op
	stopped chan struct{} // closed when the writer has ended

	closing sync.Once
	mu      sync.RWMutex // held for reading while an operation is queued
	closed  bool
}

var _ store.Store = (*Store)(nil)

// Open opens or creates the store at path. The file is created for its owner only, and so is its directory. An error names the
// path: when another process has the file, when it is damaged, is not a store, or was written by a later version.
func Open(path string, opt Options) (*Store, error) {
	bodies, err := newBodies(opt.Key)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	db, err := openFile(path)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	if opt.CacheTokens <= 0 {
		opt.CacheTokens = defaultCacheTokens
	}
	s := &Store{
		db:      db,
		ops:     make(chan *op, maxBatch),
		stopped: make(chan struct{}),
		bodies:  bodies,
	}
	s.tokens.init(opt.CacheTokens)
	s.apiKeys.init(opt.CacheTokens)
	s.clients.init(cacheClients)
	s.policies.init(1)
	go s.writer()
	return s, nil
}

// Ping writes a few bytes to the file, through the same queue as everything else: when it succeeds, the next write can too.
func (s *Store) Ping(ctx context.Context) error {
	return s.write(ctx, func(b *batch) error {
		b.put(bucketMeta, pingKey, pingValue)
		return nil
	})
}

// Close waits for the writes that are queued, then for the reads, and closes the file. A second call waits for the first.
func (s *Store) Close() (err error) {
	s.closing.Do(func() {
		s.mu.Lock()
		s.closed = true
		close(s.ops)
		s.mu.Unlock()
		<-s.stopped
		if err = s.db.Close(); err != nil {
			err = fmt.Errorf("bolt store: close: %w", err)
		}
	})
	return err
}
