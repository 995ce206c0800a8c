package storetest

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

var counterTests = map[string]func(*world){
	"Lend":               lend,
	"LendPeriods":        lendPeriods,
	"LendNeverEnding":    lendNeverEnding,
	"LendLimitChanges":   lendLimitChanges,
	"LendPeriodChanges":  lendPeriodChanges,
	"LendIsExact":        lendIsExact,
	"LendIsExactPeriods": lendIsExactPeriods,
	"GiveBack":           giveBack,
	"GiveBackLate":       giveBackLate,
	"GiveBackIsExact":    giveBackIsExact,
	"ResetQuota":         resetQuota,
	"SweepQuotas":        sweepQuotas,
}

// counter is one quota, its limit and period, and a clock in seconds after w.base.
type counter struct {
	*world
	key    store.Key
	limit  int64
	period time.Duration
}

func (w *world) counter(name string, limit int64, period time.Duration) *counter {
	return &counter{world: w, key: store.KeyOf(name), limit: limit, period: period}
}

func (c *counter) at(seconds int) time.Time { return c.base.Add(time.Duration(seconds) * time.Second) }

// lend expects how many are lent, and the state that is returned and kept.
func (c *counter) lend(at int, want, lent int64, q store.Quota) {
	c.Helper()
	got, state, err := c.Lend(c.ctx, c.key, want, c.limit, c.period, c.at(at))
	noError(c.T, err)
	if got != lent || state.Used != q.Used || !state.Renews.Equal(q.Renews) {
		c.Fatalf("%d of %d lent at %d, state is %v, want %d lent and %v", got, want, at, state, lent, q)
	}
}

func (c *counter) has(q store.Quota) {
	c.Helper()
	got, err := c.Quota(c.ctx, c.key)
	noError(c.T, err)
	equal(c.T, got, q)
}

func (c *counter) giveBack(unused int64, renews time.Time) {
	c.Helper()
	noError(c.T, c.GiveBack(c.ctx, c.key, unused, renews))
}

func lend(w *world) {
	c, other := w.counter("one", 10, time.Hour), w.counter("two", 10, time.Hour)
	c.has(store.Quota{})
	renews := c.at(3600)
	c.lend(0, 4, 4, store.Quota{Used: 4, Renews: renews})
	c.lend(1, 4, 4, store.Quota{Used: 8, Renews: renews})
	c.lend(2, 4, 2, store.Quota{Used: 10, Renews: renews})
	for _, want := range []int64{1, 0, -5, math.MaxInt64, math.MinInt64} {
		c.lend(3, want, 0, store.Quota{Used: 10, Renews: renews})
	}
	c.has(store.Quota{Used: 10, Renews: renews})
	other.has(store.Quota{})
	other.lend(0, math.MaxInt64, 10, store.Quota{Used: 10, Renews: renews})

	nothing := w.counter("nothing", 0, time.Hour) // nothing lent begins nothing
	nothing.lend(0, 5, 0, store.Quota{})
	nothing.limit = -1
	nothing.lend(0, 5, 0, store.Quota{})
	nothing.limit = 10
	nothing.lend(0, 0, 0, store.Quota{})
	nothing.has(store.Quota{})
	w.empty()
}

func lendPeriods(w *world) {
	c := w.counter("one", 10, time.Minute)
	c.lend(0, 10, 10, store.Quota{Used: 10, Renews: c.at(60)})
	c.lend(59, 1, 0, store.Quota{Used: 10, Renews: c.at(60)})
	c.lend(60, 0, 0, store.Quota{}) // over, and the next has not begun
	c.has(store.Quota{Used: 10, Renews: c.at(60)})
	c.lend(60, 3, 3, store.Quota{Used: 3, Renews: c.at(120)})
	c.lend(119, 8, 7, store.Quota{Used: 10, Renews: c.at(120)})
	c.lend(500, 2, 2, store.Quota{Used: 2, Renews: c.at(560)}) // it begins with the first loan, not on the minute
	w.empty()
}

func lendNeverEnding(w *world) {
	c := w.counter("one", 10, 0)
	c.lend(0, 8, 8, store.Quota{Used: 8})
	c.lend(1e9, 8, 2, store.Quota{Used: 10})
	c.lend(2e9, 8, 0, store.Quota{Used: 10})
	w.sweep(c.at(2e9), 0)
	c.has(store.Quota{Used: 10})
	noError(w.T, w.ResetQuota(w.ctx, c.key))
	w.empty()
}

func lendLimitChanges(w *world) {
	c := w.counter("one", 10, time.Minute)
	c.lend(0, 10, 10, store.Quota{Used: 10, Renews: c.at(60)})
	c.limit = 5 // more is used than may be
	c.lend(1, 1, 0, store.Quota{Used: 10, Renews: c.at(60)})
	c.limit = 12
	c.lend(2, 9, 2, store.Quota{Used: 12, Renews: c.at(60)})
	w.empty()
}

func lendPeriodChanges(w *world) {
	c := w.counter("one", 10, 0)
	c.lend(0, 4, 4, store.Quota{Used: 4})
	c.period = time.Hour // what was never to end ends now
	c.lend(10, 1, 1, store.Quota{Used: 5, Renews: c.at(3610)})
	c.period = 24 * time.Hour // a longer period is the next one's
	c.lend(20, 1, 1, store.Quota{Used: 6, Renews: c.at(3610)})
	c.period = 0
	c.lend(30, 1, 1, store.Quota{Used: 7, Renews: c.at(3610)})
	c.period = 10 * time.Minute // a shorter one is felt now, also by who has used up everything
	c.lend(40, 3, 3, store.Quota{Used: 10, Renews: c.at(640)})
	c.period = 5 * time.Minute
	c.lend(50, 1, 0, store.Quota{Used: 10, Renews: c.at(350)})
	c.has(store.Quota{Used: 10, Renews: c.at(350)})
	c.lend(49, 1, 0, store.Quota{Used: 10, Renews: c.at(350)}) // a clock that is a little behind is not a shorter period
	c.lend(350, 1, 1, store.Quota{Used: 1, Renews: c.at(650)})
	w.empty()
}

// lendIsExact: whoever asks at the same time, all that may pass passes, and not one more.
func lendIsExact(w *world) {
	for round := range 5 {
		c := w.counter(fmt.Sprint(round), 100, time.Hour)
		lent := make([]int64, 8)
		errs := parallel(len(lent), func(i int) error {
			for {
				n, q, err := w.Lend(w.ctx, c.key, int64(i%3+1), c.limit, c.period, w.base)
				if err != nil || n == 0 {
					return err
				}
				if lent[i] += n; q.Used > c.limit {
					return fmt.Errorf("%d of %d used", q.Used, c.limit)
				}
			}
		})
		noError(w.T, errors.Join(errs...))
		sum := int64(0)
		for _, n := range lent {
			sum += n
		}
		equal(w.T, sum, c.limit)
		c.has(store.Quota{Used: c.limit, Renews: c.at(3600)})
	}
	w.empty()
}

// lendIsExactPeriods: also while periods end, no period has more than its limit.
func lendIsExactPeriods(w *world) {
	c := w.counter("one", 10, time.Second)
	var mu sync.Mutex
	byPeriod := map[time.Time]int64{}
	errs := parallel(8, func(i int) error {
		for k := range 60 {
			now := w.base.Add(time.Duration(k)*100*time.Millisecond + time.Duration(i))
			n, q, err := w.Lend(w.ctx, c.key, 1, c.limit, c.period, now)
			if err != nil {
				return err
			}
			if n > 0 {
				mu.Lock()
				byPeriod[q.Renews.UTC()] += n
				mu.Unlock()
			}
		}
		return nil
	})
	noError(w.T, errors.Join(errs...))
	for renews, n := range byPeriod {
		if n > c.limit {
			w.Errorf("%d of %d passed in the period to %s", n, c.limit, renews)
		}
	}
	if len(byPeriod) < 2 {
		w.Errorf("%d periods, want some", len(byPeriod))
	}
	w.empty()
}

func giveBack(w *world) {
	c := w.counter("one", 10, time.Hour)
	renews := c.at(3600)
	c.giveBack(5, renews) // of a quota that nobody knows
	c.has(store.Quota{})
	c.lend(0, 8, 8, store.Quota{Used: 8, Renews: renews})
	c.giveBack(5, renews)
	c.has(store.Quota{Used: 3, Renews: renews})
	c.giveBack(0, renews)
	c.giveBack(-2, renews)
	c.has(store.Quota{Used: 3, Renews: renews})
	c.lend(1, 10, 7, store.Quota{Used: 10, Renews: renews})
	c.giveBack(11, renews) // never less than nothing
	c.has(store.Quota{Renews: renews})
	c.lend(2, 10, 10, store.Quota{Used: 10, Renews: renews})

	never := w.counter("never", 10, 0)
	never.lend(0, 8, 8, store.Quota{Used: 8})
	never.giveBack(5, time.Time{})
	never.has(store.Quota{Used: 3})
	never.giveBack(3, time.Time{})
	never.has(store.Quota{})
	w.empty()
}

// giveBackLate: what was lent in one period is not taken from the count of another.
func giveBackLate(w *world) {
	c := w.counter("one", 10, time.Minute)
	c.lend(0, 8, 8, store.Quota{Used: 8, Renews: c.at(60)})
	c.lend(61, 4, 4, store.Quota{Used: 4, Renews: c.at(121)})
	c.giveBack(3, c.at(60))
	c.giveBack(3, time.Time{})
	c.has(store.Quota{Used: 4, Renews: c.at(121)})
	noError(w.T, w.ResetQuota(w.ctx, c.key))
	c.lend(62, 4, 4, store.Quota{Used: 4, Renews: c.at(122)})
	c.giveBack(3, c.at(121))
	c.has(store.Quota{Used: 4, Renews: c.at(122)})
	w.empty()
}

// giveBackIsExact: with loans and returns at once, what passed is what is used.
func giveBackIsExact(w *world) {
	c := w.counter("one", 50, time.Hour)
	passed := make([]int64, 8)
	errs := parallel(len(passed), func(i int) error {
		for k := range 40 {
			n, q, err := w.Lend(w.ctx, c.key, 3, c.limit, c.period, w.base)
			if err != nil || n == 0 {
				return err
			}
			use := min(n, int64(k%2))
			passed[i] += use
			if err := w.GiveBack(w.ctx, c.key, n-use, q.Renews); err != nil {
				return err
			}
		}
		return nil
	})
	noError(w.T, errors.Join(errs...))
	sum := int64(0)
	for _, n := range passed {
		sum += n
	}
	if sum > c.limit {
		w.Fatalf("%d of %d passed", sum, c.limit)
	}
	c.has(store.Quota{Used: sum, Renews: c.at(3600)})
	w.empty()
}

func resetQuota(w *world) {
	c := w.counter("one", 10, time.Minute)
	noError(w.T, w.ResetQuota(w.ctx, c.key))
	c.lend(0, 10, 10, store.Quota{Used: 10, Renews: c.at(60)})
	noError(w.T, w.ResetQuota(w.ctx, c.key))
	c.has(store.Quota{})
	c.lend(30, 4, 4, store.Quota{Used: 4, Renews: c.at(90)})
	w.sweep(c.at(61), 0) // the end of the former period is forgotten too
	c.has(store.Quota{Used: 4, Renews: c.at(90)})
	w.empty()
}

func sweepQuotas(w *world) {
	c, shorter := w.counter("one", 10, time.Minute), w.counter("two", 10, time.Hour)
	c.lend(0, 1, 1, store.Quota{Used: 1, Renews: c.at(60)})
	c.lend(61, 1, 1, store.Quota{Used: 1, Renews: c.at(121)})
	shorter.lend(0, 1, 1, store.Quota{Used: 1, Renews: c.at(3600)})
	shorter.period = time.Minute
	shorter.lend(0, 1, 1, store.Quota{Used: 2, Renews: c.at(60)})
	w.sweep(c.at(60), 0)
	w.sweep(c.at(61), 1)
	shorter.has(store.Quota{})
	c.has(store.Quota{Used: 1, Renews: c.at(121)})
	w.sweep(c.at(122), 1)
	c.has(store.Quota{})
	w.sweep(c.at(1e6), 0)
	w.empty()
}
