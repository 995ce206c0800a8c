package oauth

import (
	"hash/maphash"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/store"
)

// Rate is how often something may happen: Burst times at once, and once more every Every. The zero value bounds nothing.
type Rate struct {
	Burst int
	Every time.Duration
}

// Limits bound guessing, and how many tokens are asked for.
type Limits struct {
	// Failed authentications: of one client or user from one address, from one address, and of one client or user from anywhere. The last is much
	// higher than the first, so that a stranger cannot lock out whose name he knows without many addresses.
	NameFromAddress Rate
	Address         Rate
	Name            Rate
	// Token requests of authenticated clients.
	TokensOfClient    Rate
	TokensFromAddress Rate
}

// DefaultLimits are those that a gateway should have: guesses are bounded, token requests are not.
func DefaultLimits() Limits {
	return Limits{
		NameFromAddress: Rate{Burst: 10, Every: 10 * time.Second},
		Address:         Rate{Burst: 100, Every: time.Second},
		Name:            Rate{Burst: 200, Every: time.Second},
	}
}

// Throttle counts attempts for as long as a gateway runs. Its memory is fixed, however many names strangers think of: counters are shared by
// names with the same hash, under a seed that nobody knows, and of the two counters of a name the lower one counts. It is safe for concurrent use.
type Throttle struct {
	limits Limits
	seeds  [2]maphash.Seed
	rows   [2][]atomic.Int64 // when a bucket will be empty, in nanoseconds since 1970
}

// throttleSize is the number of counters in each row, a power of two; together they take a megabyte.
const throttleSize = 1 << 16

// NewThrottle returns a throttle that has seen nothing yet.
func NewThrottle(limits Limits) *Throttle {
	t := &Throttle{limits: limits}
	for i := range t.rows {
		t.seeds[i] = maphash.MakeSeed()
		t.rows[i] = make([]atomic.Int64, throttleSize)
	}
	return t
}

// bucket is what is counted under one name.
type bucket struct {
	rate     Rate
	counters [2]*atomic.Int64
}

func (t *Throttle) bucket(rate Rate, names ...string) bucket {
	b := bucket{rate: rate}
	if rate == (Rate{}) {
		return b
	}
	for i := range t.rows {
		var h maphash.Hash
		h.SetSeed(t.seeds[i])
		for _, name := range names {
			_, _ = h.WriteString(name)
			_ = h.WriteByte(0)
		}
		b.counters[i] = &t.rows[i][h.Sum64()%throttleSize]
	}
	return b
}

// wait returns how long it is until there is room for one more; 0 when there is now.
func (b bucket) wait(now time.Time) time.Duration {
	if b.rate == (Rate{}) {
		return 0
	}
	empty := min(b.counters[0].Load(), b.counters[1].Load())
	full := time.Duration(b.rate.Burst-1) * b.rate.Every
	return max(0, time.Duration(empty-now.UnixNano())-full)
}

// add counts one, and reports whether there was room for it. What there is no room for is not counted: it only has to wait.
func (b bucket) add(now time.Time) (fits bool) {
	if b.rate == (Rate{}) {
		return true
	}
	most := now.Add(time.Duration(b.rate.Burst) * b.rate.Every).UnixNano()
	for _, c := range b.counters {
		for {
			old := c.Load()
			next := max(old, now.UnixNano()) + int64(b.rate.Every)
			if next > most {
				break
			}
			if c.CompareAndSwap(old, next) {
				fits = true
				break
			}
		}
	}
	return fits
}

// remove takes one back.
func (b bucket) remove() {
	if b.rate == (Rate{}) {
		return
	}
	for _, c := range b.counters {
		c.Add(-int64(b.rate.Every))
	}
}

// attempt is somebody's try to prove who he is. The zero value is never blocked.
type attempt struct {
	buckets []bucket
	now     func() time.Time
}

// attempt returns the counters of a try at a name, of a client of this API or a user of its organisation.
func (s *Server) attempt(ctx *fasthttp.RequestCtx, kind, name string) attempt {
	t := s.opt.Throttle
	if t == nil || name == "" {
		return attempt{}
	}
	address, where := s.address(ctx), s.apiID
	if kind == "user" {
		where = s.api.OrgID
	}
	return attempt{now: s.opt.Now, buckets: []bucket{
		t.bucket(t.limits.NameFromAddress, kind, where, name, address),
		t.bucket(t.limits.Address, "failed", address),
		t.bucket(t.limits.Name, kind, where, name),
	}}
}

// blocked says that there were too many failures; whether this one would be another is not looked at.
func (a attempt) blocked() *Error {
	if a.now == nil {
		return nil
	}
	if wait := longest(a.now(), a.buckets); wait > 0 {
		return throttled(wait)
	}
	return nil
}

func (a attempt) failed() {
	if a.now == nil {
		return
	}
	now := a.now()
	for _, b := range a.buckets {
		b.add(now)
	}
}

// reserve counts a failure before it is known to be one, so that many tries at once are no way around the bound. Whoever turns out to be right gets
// it back.
func (a attempt) reserve() *Error {
	if a.now == nil {
		return nil
	}
	return reserve(a.now(), a.buckets)
}

// reserve counts one in each bucket, or none.
func reserve(now time.Time, buckets []bucket) *Error {
	for i, b := range buckets {
		if b.add(now) {
			continue
		}
		for _, taken := range buckets[:i] {
			taken.remove()
		}
		return throttled(max(time.Second, longest(now, buckets)))
	}
	return nil
}

func (a attempt) refund() {
	for _, b := range a.buckets {
		b.remove()
	}
}

// pace counts a token request of an authenticated client.
func (s *Server) pace(ctx *fasthttp.RequestCtx, client *store.Client) *Error {
	t := s.opt.Throttle
	if t == nil || t.limits.TokensOfClient == (Rate{}) && t.limits.TokensFromAddress == (Rate{}) {
		return nil
	}
	buckets := []bucket{
		t.bucket(t.limits.TokensOfClient, "tokens", s.apiID, client.ID),
		t.bucket(t.limits.TokensFromAddress, "tokens", s.address(ctx)),
	}
	return reserve(s.opt.Now(), buckets)
}

// longest returns how long it is until all buckets have room.
func longest(now time.Time, buckets []bucket) (wait time.Duration) {
	for _, b := range buckets {
		wait = max(wait, b.wait(now))
	}
	return wait
}
