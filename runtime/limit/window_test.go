package limit

import (
	"math/rand/v2"
	"testing"
	"time"
)

// log is the naive window: the times of all that passed.
type log struct{ passed []int64 }

func (l *log) within(at, per int64) (n int64) {
	for _, t := range l.passed {
		if t > at-per {
			n++
		}
	}
	return n
}

// TestWindowAgainstNaiveModel asks for requests at random times. Small rates decide as the naive window does. Large ones never let more pass, and
// refuse no more than what their groups make them.
func TestWindowAgainstNaiveModel(t *testing.T) {
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		n := 1 + rnd.Int64N(20)
		if seed%5 == 0 {
			n = maxGroups + rnd.Int64N(300)
		}
		per := int64(time.Second) * (1 + rnd.Int64N(10))
		var w window
		var naive log
		now := int64(0)
		for range 1500 {
			if rnd.IntN(3) > 0 {
				now += rnd.Int64N(3 * per / n)
			}
			used := naive.within(now, per)
			ok, state := w.take(now, n, per)
			switch {
			case ok && used >= n:
				t.Fatalf("seed %d: %d of %d had passed, and one more did", seed, used, n)
			case !ok && n <= maxGroups && used < n:
				t.Fatalf("seed %d: refused, but only %d of %d had passed", seed, used, n)
			case !ok && naive.within(now, per+per/maxGroups) < n:
				t.Fatalf("seed %d: refused although few had passed for longer than a group", seed)
			}
			if !ok {
				if later := now + int64(state.Resets); state.Resets <= 0 || naive.within(later, per) >= n {
					t.Fatalf("seed %d: says to try again in %v, when it would not pass", seed, state.Resets)
				}
				continue
			}
			naive.passed = append(naive.passed, now)
			if exact := n - used - 1; state.Max != n || state.Remaining > exact || n <= maxGroups && state.Remaining != exact {
				t.Fatalf("seed %d: %+v, remaining are %d", seed, state, exact)
			}
			if w.n > 2*maxGroups || len(w.groups) > 2*maxGroups {
				t.Fatalf("seed %d: %d groups", seed, w.n)
			}
		}
	}
}

// TestWindowWhosePolicyChanges: what passed counts by the rate of today, as long as anything that was asked for remembers it.
func TestWindowWhosePolicyChanges(t *testing.T) {
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		var w window
		var naive log
		now, since := int64(0), int64(0)
		n, per := int64(5), int64(time.Second)
		for range 2000 {
			if rnd.IntN(50) == 0 {
				longer := int64(time.Second) * (1 + rnd.Int64N(5))
				if longer > per {
					since = now
				}
				n, per = 1+rnd.Int64N(2000), longer
			}
			now += rnd.Int64N(per)/n + 1
			used := naive.within(now, per)
			ok, _ := w.take(now, n, per)
			if ok && used >= n && since <= now-per {
				t.Fatalf("seed %d: %d of %d had passed, and one more did", seed, used, n)
			}
			if ok {
				naive.passed = append(naive.passed, now)
			}
		}
	}
}

func TestWindowClockSetBack(t *testing.T) {
	var w window
	per := int64(time.Second)
	for i := range int64(3) {
		if ok, _ := w.take(10*per-i, 3, per); !ok {
			t.Fatal("refused below the rate")
		}
	}
	if ok, _ := w.take(9*per, 3, per); ok {
		t.Error("a clock that was set back let a fourth pass")
	}
	if ok, _ := w.take(11*per, 3, per); !ok {
		t.Error("refused although the window is over")
	}
}
