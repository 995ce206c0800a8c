package limit

import (
	"context"
	"errors"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/store"
)

// Portions of a quota: one request at first, twice as many with each loan, up to a part of the quota.
const (
	portionPart = 100
	maxPortion  = 10_000
)

// askAgain is how long the store is not asked again about a quota that is used up: somebody may have reset it.
const askAgain = time.Second

// errClosed is for requests that outlast their gateway.
var errClosed = errors.New("limit: the gateway has stopped")

// account is what is known of a quota.
type account struct {
	known   bool
	used    int64     // counted by the store: what was lent is in it
	left    int64     // lent, and not used yet
	renews  time.Time // zero: never
	refused int64     // when the store had nothing to lend
	portion int64     // of the last loan
	waiting int       // requests that wait for pending
	pending *call     // the store is being asked
}

// call is a question to the store that others wait for. err is set before done is closed.
type call struct {
	done chan struct{}
	err  error
}

// over reports whether the period has ended.
func (a *account) over(now time.Time) bool { return !a.renews.IsZero() && !now.Before(a.renews) }

// outdated reports whether the policy wants the period to end earlier than it would.
func (a *account) outdated(period time.Duration, now time.Time) bool {
	return period > 0 && (a.renews.IsZero() || a.renews.Sub(now) > period+store.QuotaSlack)
}

func (a *account) state(lim *plan.Limit, now time.Time) State {
	s := State{Max: lim.QuotaMax, Window: period(lim), Remaining: lim.QuotaMax}
	if a.over(now) {
		return s
	}
	s.Remaining = max(0, lim.QuotaMax-(a.used-a.left))
	if !a.renews.IsZero() {
		s.Resets, s.Renews = a.renews.Sub(now), a.renews
	}
	return s
}

// begin notes that the store is being asked, and unlocks the shard.
func (a *account) begin(s *shard) {
	a.pending = &call{done: make(chan struct{})}
	s.mu.Unlock()
}

// end locks the shard again and lets those go on that wait.
func (a *account) end(s *shard, err error) {
	s.mu.Lock()
	a.pending.err = err
	close(a.pending.done)
	a.pending = nil
}

// wait waits until the store has answered somebody else. The shard is locked, and unlocked meanwhile.
func (a *account) wait(ctx context.Context, s *shard) error {
	pending := a.pending
	a.waiting++
	s.mu.Unlock()
	var err error
	select {
	case <-pending.done:
		err = pending.err
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.mu.Lock()
	a.waiting--
	return err
}

// charge is one request on its way through an account.
type charge struct {
	limiter *Limiter
	shard   *shard
	key     id
	max     int64
	period  time.Duration
	now     time.Time
	at      int64
}

// take counts the request, and reports whether the quota lets it pass. The shard is locked, and unlocked while the store is asked.
func (c *charge) take(ctx context.Context, a *account) (bool, error) {
	for {
		if a.known && a.over(c.now) {
			// The next loan begins a period. What is left of this one need not be given back.
			a.known, a.left = false, 0
		}
		if a.known && !a.outdated(c.period, c.now) {
			switch {
			case a.left > 0 && a.used-a.left < c.max:
				a.left--
				return true, nil
			case a.left > 0: // the quota was made smaller than what has passed
				return false, nil
			case a.used >= c.max && c.at < a.refused+int64(askAgain):
				return false, nil
			}
		}
		if c.shard.closed {
			return false, errClosed
		}
		if a.pending != nil {
			if err := a.wait(ctx, c.shard); err != nil {
				return false, err
			}
			continue
		}
		if lent, err := c.borrow(ctx, a); err != nil || lent == 0 && a.left == 0 {
			return false, err
		}
	}
}

// borrow asks the store for a portion, no less than is waited for.
func (c *charge) borrow(ctx context.Context, a *account) (int64, error) {
	a.portion = min(max(1, 2*a.portion), max(1, c.max/portionPart), maxPortion)
	want := max(a.portion, 1+int64(a.waiting))
	a.begin(c.shard)
	lent, q, err := c.limiter.opt.Counters.Lend(ctx, QuotaKey(c.key.credential, c.key.scope), want, c.max, c.period, c.now)
	a.end(c.shard, err)
	if err != nil {
		return 0, err
	}
	if a.known && q.Used < a.used+lent {
		a.left = 0 // it was counted from nothing: another period has begun
	}
	a.known, a.used, a.renews, a.left = true, q.Used, q.Renews, a.left+lent
	if lent == 0 {
		a.refused = c.at
	}
	return lent, nil
}
