package limit

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// idleAfter is how long nobody has asked for a bucket before what it has borrowed goes back.
const idleAfter = time.Minute

// sideBySide is how many loans are given back at once: durable stores commit them together.
const sideBySide = 32

// Sweep gives back what idle credentials have borrowed, and forgets those whose last requests do not count any more. It is to be called now and
// then, at most once at a time.
func (l *Limiter) Sweep(ctx context.Context) {
	now := l.opt.Now()
	l.collect(ctx, now, func(b *bucket) bool { return l.since(now)-b.asked >= int64(idleAfter) })
}

// Close gives back everything. Requests that come later and have a quota are refused.
func (l *Limiter) Close(ctx context.Context) {
	for i := range l.shards {
		s := &l.shards[i]
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
	}
	l.collect(ctx, l.opt.Now(), func(*bucket) bool { return true })
}

// loan is what is to be given back of a bucket.
type loan struct {
	shard  *shard
	key    id
	bucket *bucket
}

// collect gives back the loans of the buckets that done picks, and removes those of them that are not needed any more.
func (l *Limiter) collect(ctx context.Context, now time.Time, done func(*bucket) bool) {
	at := l.since(now)
	var loans []loan
	for i := range l.shards {
		s := &l.shards[i]
		s.mu.Lock()
		for key, b := range s.buckets {
			q := &b.quota
			switch {
			case !done(b) || b.paused > 0 || q.pending != nil || q.waiting > 0:
			case q.left > 0 && !q.over(now):
				loans = append(loans, loan{s, key, b})
			case b.rate.idle(at):
				delete(s.buckets, key)
			}
		}
		s.mu.Unlock()
	}
	slots := make(chan struct{}, sideBySide)
	var wg sync.WaitGroup
	for _, one := range loans {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := l.giveBack(ctx, one, at); err != nil {
				l.opt.Logger.Error("store failed", "operation", "give back quota", "error", err)
			}
		})
	}
	wg.Wait()
}

func (l *Limiter) giveBack(ctx context.Context, one loan, at int64) error {
	s, a := one.shard, &one.bucket.quota
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buckets[one.key] != one.bucket || a.pending != nil || a.left == 0 {
		return nil
	}
	unused, renews := a.left, a.renews
	a.left, a.known = 0, false // what is counted is the store's to say
	a.begin(s)
	err := l.opt.Counters.GiveBack(ctx, QuotaKey(one.key.credential, one.key.scope), unused, renews)
	a.end(s, nil)
	if err == nil && a.waiting == 0 && one.bucket.paused == 0 && one.bucket.rate.idle(at) {
		delete(s.buckets, one.key)
	}
	return err
}

// Reset forgets what was counted of the quotas of a credential: of these scopes, and of those that have been asked for lately. The next request
// begins a period.
func (l *Limiter) Reset(ctx context.Context, credential store.Key, scopes ...string) error {
	s := l.shard(id{credential: credential})
	s.mu.Lock()
	defer s.mu.Unlock()
	scopes = slices.Clone(scopes)
	for key := range s.buckets {
		if key.credential == credential && !slices.Contains(scopes, key.scope) {
			scopes = append(scopes, key.scope)
		}
	}
	for _, scope := range scopes {
		if err := l.reset(ctx, s, id{credential, scope}); err != nil {
			return err
		}
	}
	return nil
}

// reset forgets one quota. The shard is locked, and unlocked while the store is asked.
func (l *Limiter) reset(ctx context.Context, s *shard, key id) error {
	a := &s.bucket(key, l.since(l.opt.Now())).quota
	for a.pending != nil {
		if err := a.wait(ctx, s); err != nil {
			return err
		}
	}
	a.known, a.left = false, 0
	a.begin(s)
	err := l.opt.Counters.ResetQuota(ctx, QuotaKey(key.credential, key.scope))
	a.end(s, err)
	return err
}
