// Package limit counts requests: how many a credential may make in a while (rate), and how many in a period (quota). Never more than the
// limit pass, however many come at once; a quota stays exact over restarts and kill -9.
//
// A rate of r in p seconds lets r requests pass in any p seconds, at once if they come at once, as users of Tyk Gateway understand it. GCRA
// with such a burst would let nearly twice as many pass in the first p seconds, and a window that begins anew after p seconds, which is what Tyk has,
// around its end; so the times of what passed are kept instead (window.go).
//
// Quotas are counted in the store. It lends requests in portions, most of which are spent in memory (account.go). A gateway that is killed loses
// what was lent and not used: less passes then, never more.
//
//	Take ──▶ shard (locked) ──▶ bucket of credential and scope ──▶ window, account ──▶ store.Counters, when a portion is used up
//
// No lock is held while the store is asked: one request asks, those that need its answer wait for it. Of a bucket that nobody has asked for in
// a while nothing stays in memory.
package limit

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/store"
)

// Options of a limiter. All are required but Stop.
type Options struct {
	Counters store.Counters
	Now      func() time.Time
	Logger   *slog.Logger
	Stop     <-chan struct{} // closed when requests that a throttle holds back are to wait no longer
}

// Outcome is what became of a request.
type Outcome uint8

// The outcomes. All but Passed are refusals.
const (
	Passed Outcome = iota + 1
	RateExceeded
	QuotaExceeded
	Unavailable // the store could not be asked: nothing is known about the quota
)

// State is a limit after a request was counted, for people and programs that want to keep it. The zero State is no limit.
type State struct {
	Max       int64
	Window    time.Duration // in which so many may pass; 0: a quota that is never renewed
	Remaining int64
	Resets    time.Duration // until more is left: for a rate, that one request more may pass, for a quota, its renewal; 0: never
	Renews    time.Time     // when that is, for a quota
}

// Result is what Take says.
type Result struct {
	Outcome    Outcome
	Rate       State
	Quota      State
	RetryAfter time.Duration // of a refusal: nothing passes earlier; 0: nobody knows, or it never will
}

// shards is how many parts the buckets are in, so that requests of different credentials seldom meet.
const shards = 64

// Limiter counts for all credentials of a gateway. It outlives generations. It is safe for concurrent use.
type Limiter struct {
	opt    Options
	begin  time.Time
	shards [shards]shard
	paused atomic.Int64
	pause  func(ctx context.Context, d time.Duration) bool // false: the gateway stops
}

type shard struct {
	mu      sync.Mutex
	buckets map[id]*bucket
	closed  bool // nothing is lent any more
}

// id names what is counted together.
type id struct {
	credential store.Key
	scope      string
}

type bucket struct {
	rate   window
	quota  account
	paused int   // requests that a throttle holds back
	asked  int64 // when it was last needed
}

// New returns a limiter that has counted nothing yet.
func New(opt Options) *Limiter {
	l := &Limiter{opt: opt, begin: opt.Now()}
	l.pause = l.sleep
	for i := range l.shards {
		l.shards[i].buckets = map[id]*bucket{}
	}
	return l
}

// QuotaKey names the quota of a credential and a scope in the store.
func QuotaKey(credential store.Key, scope string) store.Key {
	if scope == "" {
		return credential
	}
	return sha256.Sum256(append(credential[:], scope...))
}

// Take counts a request of a credential, if its limits let it pass. What is counted together is told by credential and scope. A request above its
// rate that has a throttle is held back, and tried again. The error is that of the store.
//
// Nothing is allocated unless the credential is new or a portion of its quota is used up.
func (l *Limiter) Take(ctx context.Context, credential store.Key, scope string, lim *plan.Limit, now time.Time) (Result, error) {
	if (lim.Rate <= 0 || lim.Per <= 0) && lim.QuotaMax <= 0 {
		return Result{Outcome: Passed}, nil
	}
	r, err := l.take(ctx, id{credential, scope}, lim, now)
	if r.Outcome == RateExceeded && lim.ThrottleTimes > 0 && lim.ThrottleEvery > 0 {
		return l.throttled(ctx, id{credential, scope}, lim, r)
	}
	return r, err
}

func (l *Limiter) take(ctx context.Context, key id, lim *plan.Limit, now time.Time) (Result, error) {
	at := l.since(now)
	s := l.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.bucket(key, at)
	r := Result{Outcome: Passed}
	if lim.Rate > 0 && lim.Per > 0 {
		n, per := rate(lim)
		var ok bool
		if ok, r.Rate = b.rate.take(at, n, per); !ok {
			r.Outcome, r.RetryAfter = RateExceeded, r.Rate.Resets
			return r, nil
		}
	}
	if lim.QuotaMax <= 0 {
		return r, nil
	}
	c := charge{limiter: l, shard: s, key: key, max: lim.QuotaMax, period: period(lim), now: now, at: at}
	passed, err := c.take(ctx, &b.quota)
	r.Quota = b.quota.state(lim, now)
	switch {
	case err != nil:
		r.Outcome, r.RetryAfter = Unavailable, time.Second
	case !passed:
		r.Outcome, r.RetryAfter = QuotaExceeded, r.Quota.Resets
	}
	return r, err
}

// Look tells what is left without counting anything.
func (l *Limiter) Look(ctx context.Context, credential store.Key, scope string, lim *plan.Limit, now time.Time) (Result, error) {
	key := id{credential, scope}
	s := l.shard(key)
	s.mu.Lock()
	r := Result{Outcome: Passed}
	b := s.buckets[key]
	if b == nil {
		b = &bucket{}
	}
	if lim.Rate > 0 && lim.Per > 0 {
		n, per := rate(lim)
		r.Rate = b.rate.state(l.since(now), n, per)
	}
	quota := b.quota
	s.mu.Unlock()
	if lim.QuotaMax <= 0 {
		return r, nil
	}
	if !quota.known {
		q, err := l.opt.Counters.Quota(ctx, QuotaKey(credential, scope))
		if err != nil {
			return Result{Outcome: Unavailable, RetryAfter: time.Second}, err
		}
		quota = account{used: q.Used, renews: q.Renews}
	}
	r.Quota = quota.state(lim, now)
	return r, nil
}

func (l *Limiter) shard(key id) *shard { return &l.shards[key.credential[0]%shards] }

// bucket returns the bucket of an id, a new one if there is none. The shard is locked.
func (s *shard) bucket(key id, at int64) *bucket {
	b := s.buckets[key]
	if b == nil {
		b = &bucket{}
		s.buckets[key] = b
	}
	b.asked = max(b.asked, at)
	return b
}

// since is the time on a clock that does not go back, as far as time.Now has one, in nanoseconds.
func (l *Limiter) since(now time.Time) int64 { return int64(now.Sub(l.begin)) }

// rate is a rate in whole requests: one of less than one request is one in a longer time.
func rate(lim *plan.Limit) (n, per int64) {
	r, p := lim.Rate, lim.Per
	if r < 1 {
		r, p = 1, p/r
	}
	return int64(min(r, math.MaxInt32)), int64(min(p*1e9, math.MaxInt64/4))
}

// period is how long a quota counts. Longer than centuries is for ever.
func period(lim *plan.Limit) time.Duration {
	if lim.QuotaRenewal > math.MaxInt64/int64(time.Second)/2 {
		return 0
	}
	return time.Duration(lim.QuotaRenewal) * time.Second
}
