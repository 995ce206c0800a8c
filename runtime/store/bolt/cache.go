package bolt

import (
	"sync"

	"github.com/tykctl/tykctl/runtime/store"
)

// keyed holds access tokens or API keys in parts by the first byte of their key, so that readers of different ones seldom meet. Keys
// are hashes: they spread evenly.
type keyed[V any] [64]part[store.Key, V]

func (c *keyed[V]) init(bound int) {
	for i := range c {
		c[i].init(max(1, bound/len(c)))
	}
}

func (c *keyed[V]) part(k store.Key) *part[store.Key, V] {
	return &c[int(k[0])%len(c)]
}

// part is a bounded map of records that are committed. The writer applies its changes in commit order, before it answers. A reader that
// missed does three things in this order: epoch, read the file, fill. The epoch moves with each change, so what was
// read before a change cannot come back after it.
//
// A nil record means that there is none: a token that is presented may be an access token or an API key, and is looked for as both. Readers
// note that it is not the one if they have seen that it is the other, so nobody fills the cache with what does not exist.
//
// When it is full, any record makes place: those in use return with the next miss.
type part[K comparable, V any] struct {
	mu      sync.RWMutex
	records map[K]*V
	bound   int
	epoch   uint64
}

func (p *part[K, V]) init(bound int) {
	p.records, p.bound = map[K]*V{}, bound
}

// get reports whether it is known what the file has.
func (p *part[K, V]) get(k K) (v *V, known bool) {
	p.mu.RLock()
	v, known = p.records[k]
	p.mu.RUnlock()
	return v, known
}

// begin returns the epoch to pass to fill. It must be called before the file is read.
func (p *part[K, V]) begin() uint64 {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.epoch
}

// fill adds what a reader found in the file, unless the part was written since epoch.
func (p *part[K, V]) fill(k K, v *V, epoch uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.epoch == epoch {
		p.set(k, v)
	}
}

// change is what a write did to a record: now is nil when it is gone.
type change[K comparable, V any] struct {
	key K
	now *V
}

type (
	tokenChange  = change[store.Key, store.AccessToken]
	clientChange = change[owner, store.Client]
	apiKeyChange = change[store.Key, store.APIKey]
	policyChange = change[struct{}, policySet]
)

// apply is for the writer, after the commit. What was not committed is dropped, to be read again.
func (p *part[K, V]) apply(c change[K, V], committed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.epoch++
	if c.now == nil || !committed {
		delete(p.records, c.key)
		return
	}
	p.set(c.key, c.now)
}

func (p *part[K, V]) set(k K, v *V) {
	if _, present := p.records[k]; !present && len(p.records) >= p.bound {
		for other := range p.records {
			delete(p.records, other)
			break
		}
	}
	p.records[k] = v
}
