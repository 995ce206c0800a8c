package access

import (
	"bytes"
	"hash/maphash"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/tykctl/tykctl/runtime/policy"
)

// The cache of sessions has places in rows, each for a few whose hashes are alike. Of two sessions that fight for a place the newer stays.
const (
	cacheRows = 1 << 11
	cacheWays = 4
)

// cachedRights bounds how many access rights cached sessions have in all: some have one, some ten thousand.
const cachedRights = 1 << 20

// Sessions makes the sessions of credentials from a set of policies, and keeps them: credentials with the same policies and rules share one. It
// lives as long as its set does. It is safe for concurrent use.
type Sessions struct {
	set    *policy.Set
	log    *slog.Logger
	seed   maphash.Seed
	places [cacheRows * cacheWays]atomic.Pointer[cached]
	next   atomic.Uint32 // the way that makes place next
	rights atomic.Int64  // of what is cached
	making [64]sync.Mutex
}

// cached is a session, or why there is none, and what it was made from.
type cached struct {
	policyIDs  []string
	rules      []byte
	apiID, org string
	session    *policy.Session
	err        error
}

// NewSessions returns the sessions of a set of policies. Why a session cannot be made is logged.
func NewSessions(set *policy.Set, log *slog.Logger) *Sessions {
	return &Sessions{set: set, log: log, seed: maphash.MakeSeed()}
}

// Set returns the policies.
func (s *Sessions) Set() *policy.Set { return s.set }

// Of returns the session of a credential: of the policies and the rules, JSON or nil, that its record has, and of the API that issued it, on APIs
// of an organisation (policy.Set.Session). The slices must not be modified afterwards. Nothing is allocated when the session is in the cache.
func (s *Sessions) Of(policyIDs []string, rules []byte, apiID, org string) (*policy.Session, error) {
	hash := s.hash(policyIDs, rules, apiID, org)
	if c := s.find(hash, policyIDs, rules, apiID, org); c != nil {
		return c.session, c.err
	}
	making := &s.making[hash%uint64(len(s.making))]
	making.Lock() // a session is made once, even if a thousand requests want it at once
	defer making.Unlock()
	if c := s.find(hash, policyIDs, rules, apiID, org); c != nil {
		return c.session, c.err
	}
	c := &cached{policyIDs: policyIDs, rules: rules, apiID: apiID, org: org}
	if c.session, c.err = s.make(c); c.err != nil {
		s.log.Warn("credentials are refused for want of a session", "issuer", apiID, "policies", policyIDs, "organisation", org, "error", c.err)
	}
	s.keep(hash, c)
	return c.session, c.err
}

func (s *Sessions) make(c *cached) (*policy.Session, error) {
	var rules *policy.Rules
	if len(c.rules) > 0 {
		var err error
		if rules, err = policy.ParseRules(c.rules); err != nil {
			return nil, err
		}
	}
	return s.set.Session(c.policyIDs, rules, c.apiID, c.org)
}

func (s *Sessions) hash(policyIDs []string, rules []byte, apiID, org string) uint64 {
	h := maphash.Bytes(s.seed, rules)
	for _, id := range policyIDs {
		h = h*31 + maphash.String(s.seed, id)
	}
	return (h*31+maphash.String(s.seed, apiID))*31 + maphash.String(s.seed, org)
}

func (s *Sessions) row(hash uint64) []atomic.Pointer[cached] {
	at := int(hash>>32%cacheRows) * cacheWays
	return s.places[at : at+cacheWays]
}

func (s *Sessions) find(hash uint64, policyIDs []string, rules []byte, apiID, org string) *cached {
	row := s.row(hash)
	for i := range row {
		c := row[i].Load()
		if c != nil && c.apiID == apiID && c.org == org && slices.Equal(c.policyIDs, policyIDs) && bytes.Equal(c.rules, rules) {
			return c
		}
	}
	return nil
}

// keep puts a session into the cache, which is emptied when it has grown too heavy.
func (s *Sessions) keep(hash uint64, c *cached) {
	row := s.row(hash)
	way := int(s.next.Add(1)) % cacheWays
	for i := range row {
		if row[i].Load() == nil {
			way = i
			break
		}
	}
	if s.swap(&row[way], c) <= cachedRights {
		return
	}
	for i := range s.places {
		if place := &s.places[i]; place != &row[way] {
			s.swap(place, nil)
		}
	}
}

// swap changes a place, and returns how many rights there are then.
func (s *Sessions) swap(place *atomic.Pointer[cached], c *cached) int64 {
	return s.rights.Add(c.weight() - place.Swap(c).weight())
}

func (c *cached) weight() int64 {
	if c == nil || c.session == nil {
		return 0
	}
	return int64(c.session.Rights())
}
