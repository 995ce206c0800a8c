package limit

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/memory"
)

var start = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// world is a limiter on a store, with a clock that only the test moves.
type world struct {
	*Limiter
	store.Store
	t   testing.TB
	now atomic.Int64
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, Store: memory.New()}
	w.restart()
	return w
}

// restart goes on with a limiter that knows nothing, as after kill -9.
func (w *world) restart() {
	w.Limiter = New(Options{Counters: w.Store, Now: w.Now, Logger: slog.New(slog.DiscardHandler)})
}

func (w *world) Now() time.Time          { return start.Add(time.Duration(w.now.Load())) }
func (w *world) advance(d time.Duration) { w.now.Add(int64(d)) }

var (
	alice = store.KeyOf("alice")
	bob   = store.KeyOf("bob")
)

func (w *world) take(who store.Key, lim plan.Limit) Result {
	w.t.Helper()
	r, err := w.Take(context.Background(), who, "", &lim, w.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// passes counts how many of a number of requests at once pass.
func (w *world) passes(n int, who store.Key, lim plan.Limit) int {
	w.t.Helper()
	var passed atomic.Int64
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			if w.take(who, lim).Outcome == Passed {
				passed.Add(1)
			}
		})
	}
	wg.Wait()
	return int(passed.Load())
}

func TestRate(t *testing.T) {
	w := newWorld(t)
	lim := plan.Limit{Rate: 3, Per: 60}
	for i := range 3 {
		if r := w.take(alice, lim); r.Outcome != Passed || r.Rate != (State{Max: 3, Window: time.Minute, Remaining: int64(2 - i), Resets: time.Minute - time.Duration(10*i)*time.Second}) {
			t.Fatalf("request %d: %+v", i, r)
		}
		w.advance(10 * time.Second)
	}
	if r := w.take(alice, lim); r.Outcome != RateExceeded || r.RetryAfter != 30*time.Second || r.Rate.Remaining != 0 {
		t.Errorf("fourth: %+v", r)
	}
	if r := w.take(bob, lim); r.Outcome != Passed {
		t.Errorf("somebody else: %+v", r)
	}
	w.advance(30*time.Second - 1)
	if r := w.take(alice, lim); r.Outcome != RateExceeded || r.RetryAfter != 1 {
		t.Errorf("a moment too early: %+v", r)
	}
	w.advance(1)
	if r := w.take(alice, lim); r.Outcome != Passed {
		t.Errorf("a minute after the first: %+v", r)
	}
	if r := w.take(alice, lim); r.Outcome != RateExceeded || r.RetryAfter != 10*time.Second {
		t.Errorf("the second still counts: %+v", r)
	}
}

func TestOddRates(t *testing.T) {
	for _, tt := range []struct {
		lim  plan.Limit
		want int // of 10 at once
	}{
		{plan.Limit{}, 10},
		{plan.Limit{Rate: 5}, 10},
		{plan.Limit{Per: 5}, 10},
		{plan.Limit{Rate: -1, Per: 1}, 10},
		{plan.Limit{Rate: 2.9, Per: 1}, 2},
		{plan.Limit{Rate: 0.5, Per: 1}, 1}, // one in two seconds
		{plan.Limit{Rate: 1e300, Per: 1e300}, 10},
		{plan.Limit{QuotaMax: -1, QuotaRenewal: 60}, 10},
		{plan.Limit{QuotaMax: 4}, 4},
		{plan.Limit{Rate: 3, Per: 1, QuotaMax: 4}, 3},
		{plan.Limit{Rate: 4, Per: 1, QuotaMax: 3}, 3},
	} {
		w := newWorld(t)
		if got := w.passes(10, alice, tt.lim); got != tt.want {
			t.Errorf("%+v: %d pass, want %d", tt.lim, got, tt.want)
		}
	}
	w := newWorld(t)
	slow := plan.Limit{Rate: 0.5, Per: 1}
	w.take(alice, slow)
	w.advance(2*time.Second - 1)
	if w.take(alice, slow).Outcome == Passed {
		t.Error("half a request a second: two within two seconds")
	}
	w.advance(1)
	if w.take(alice, slow).Outcome != Passed {
		t.Error("half a request a second: none after two seconds")
	}
}

// TestExactUnderConcurrency: over many runs exactly the limit passes, of any number of requests at once.
func TestExactUnderConcurrency(t *testing.T) {
	for _, lim := range []plan.Limit{
		{Rate: 7, Per: 60},
		{Rate: 1000, Per: 60},
		{QuotaMax: 1, QuotaRenewal: 60},
		{QuotaMax: 9, QuotaRenewal: 60},
		{QuotaMax: 150},
		{QuotaMax: 1000, QuotaRenewal: 60},
		{Rate: 40, Per: 60, QuotaMax: 40, QuotaRenewal: 60},
	} {
		most := int(max(lim.Rate, float64(lim.QuotaMax)))
		for run := range 12 {
			w := newWorld(t)
			if got := w.passes(most+50, alice, lim); got != most {
				t.Fatalf("run %d: %+v: %d passed", run, lim, got)
			}
			w.advance(time.Minute)
			want := most
			if lim.Rate == 0 && lim.QuotaRenewal == 0 {
				want = 0
			}
			if got := w.passes(most+50, alice, lim); got != want {
				t.Fatalf("run %d: %+v: %d passed a minute later, want %d", run, lim, got, want)
			}
		}
	}
}

// TestQuotaSurvivesKill: a limiter that ends without giving back loses a part of the quota, and never makes one.
func TestQuotaSurvivesKill(t *testing.T) {
	w := newWorld(t)
	lim := plan.Limit{QuotaMax: 2000, QuotaRenewal: 3600}
	total := 0
	for range 10 {
		total += w.passes(77, alice, lim)
		w.restart()
	}
	total += w.passes(3000, alice, lim)
	if total > 2000 || total < 2000-10*20 {
		t.Errorf("%d passed of 2000 over ten kills", total)
	}
	w.advance(time.Hour)
	if got := w.passes(3000, alice, lim); got != 2000 {
		t.Errorf("%d passed in the next period", got)
	}
}

// TestQuotaIsGivenBack: a limiter that is closed loses nothing, and one that idles neither.
func TestQuotaIsGivenBack(t *testing.T) {
	w := newWorld(t)
	lim := plan.Limit{QuotaMax: 2000}
	total := 0
	for i := range 10 {
		total += w.passes(77, alice, lim)
		if i%2 == 0 {
			w.Limiter.Close(t.Context())
			if r, err := w.Take(t.Context(), alice, "", &lim, w.Now()); r.Outcome != Unavailable || err == nil {
				t.Errorf("after the end: %+v, %v", r, err)
			}
			w.restart()
			continue
		}
		w.advance(idleAfter)
		w.Limiter.Sweep(t.Context())
		if n := w.buckets(); n != 0 {
			t.Errorf("%d buckets are left", n)
		}
	}
	if q, err := w.Quota(t.Context(), QuotaKey(alice, "")); err != nil || q.Used != int64(total) {
		t.Errorf("store has counted %d, %d passed, %v", q.Used, total, err)
	}
	if total += w.passes(3000, alice, lim); total != 2000 {
		t.Errorf("%d passed of 2000", total)
	}
}

func (w *world) buckets() (n int) {
	for i := range w.shards {
		n += len(w.shards[i].buckets)
	}
	return n
}

// TestSweepKeepsWhatCounts: a sweep between requests lets nobody pass who would not have without it.
func TestSweepKeepsWhatCounts(t *testing.T) {
	w := newWorld(t)
	lim := plan.Limit{Rate: 5, Per: 600, QuotaMax: 8, QuotaRenewal: 86400}
	if got := w.passes(20, alice, lim); got != 5 {
		t.Fatal(got)
	}
	w.advance(2 * idleAfter)
	w.Limiter.Sweep(t.Context())
	if got := w.passes(20, alice, lim); got != 0 {
		t.Errorf("%d passed in the same window", got)
	}
	w.advance(10 * time.Minute)
	w.Limiter.Sweep(t.Context())
	if n := w.buckets(); n != 0 {
		t.Errorf("%d buckets are left", n)
	}
	if got := w.passes(20, alice, lim); got != 3 {
		t.Errorf("%d passed, 3 of the quota are left", got)
	}
}

// TestSweepUnderLoad sweeps and gives back while requests come.
func TestSweepUnderLoad(t *testing.T) {
	w := newWorld(t)
	lim := plan.Limit{QuotaMax: 5000}
	var passed atomic.Int64
	var wg sync.WaitGroup
	stop := make(chan struct{})
	sweeping := make(chan struct{})
	go func() {
		defer close(sweeping)
		for {
			select {
			case <-stop:
				return
			default:
				w.advance(idleAfter)
				w.Limiter.Sweep(context.Background())
			}
		}
	}()
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				if w.take(alice, lim).Outcome == Passed {
					passed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	close(stop)
	<-sweeping
	if passed.Load() != 5000 {
		t.Errorf("%d passed of 5000", passed.Load())
	}
}

// TestPolicyEdited: limits of today count, whatever was borrowed under those of yesterday.
func TestPolicyEdited(t *testing.T) {
	w := newWorld(t)
	if got := w.passes(500, alice, plan.Limit{QuotaMax: 1000, QuotaRenewal: 3600}); got != 500 {
		t.Fatal(got)
	}
	if got := w.passes(50, alice, plan.Limit{QuotaMax: 400, QuotaRenewal: 3600}); got != 0 {
		t.Errorf("quota made smaller than what has passed: %d passed", got)
	}
	if got := w.passes(50, alice, plan.Limit{QuotaMax: 505, QuotaRenewal: 3600}); got != 5 {
		t.Errorf("quota made smaller: %d passed, want 5", got)
	}
	if got := w.passes(50, alice, plan.Limit{QuotaMax: 520, QuotaRenewal: 3600}); got != 15 {
		t.Errorf("quota made larger: %d passed, want 15", got)
	}
	r := w.take(alice, plan.Limit{QuotaMax: 520, QuotaRenewal: 300})
	if r.Outcome != QuotaExceeded || r.RetryAfter != 5*time.Minute {
		t.Errorf("period made shorter: %+v", r)
	}
	w.advance(5 * time.Minute)
	if got := w.passes(600, alice, plan.Limit{QuotaMax: 520, QuotaRenewal: 300}); got != 520 {
		t.Errorf("%d passed in the shorter period", got)
	}
}

func TestReset(t *testing.T) {
	w := newWorld(t)
	lim := plan.Limit{QuotaMax: 1000, QuotaRenewal: 3600}
	w.passes(500, alice, lim)
	if err := w.Reset(t.Context(), alice, ""); err != nil {
		t.Fatal(err)
	}
	if got := w.passes(1500, alice, lim); got != 1000 {
		t.Errorf("%d passed after a reset", got)
	}
	if _, err := w.Take(t.Context(), alice, "s", &lim, w.Now()); err != nil {
		t.Fatal(err)
	}
	if err := w.Reset(t.Context(), alice); err != nil {
		t.Fatal(err)
	}
	for _, scope := range []string{"", "s"} {
		if r, err := w.Look(t.Context(), alice, scope, &lim, w.Now()); err != nil || r.Quota.Remaining != 1000 {
			t.Errorf("scope %q after a reset of all: %+v, %v", scope, r, err)
		}
	}
	if got := w.passes(1500, alice, lim); got != 1000 {
		t.Errorf("%d passed after a reset of all", got)
	}
	if err := w.ResetQuota(t.Context(), QuotaKey(alice, "")); err != nil { // past the limiter
		t.Fatal(err)
	}
	w.advance(askAgain)
	if got := w.passes(1500, alice, lim); got != 1000 {
		t.Errorf("%d passed after a reset in the store", got)
	}
}

func TestNumbers(t *testing.T) {
	w := newWorld(t)
	lim := plan.Limit{Rate: 5, Per: 10, QuotaMax: 300, QuotaRenewal: 3600}
	look := func() Result {
		r, err := w.Look(t.Context(), alice, "", &lim, w.Now())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := look(); r.Rate != (State{Max: 5, Window: 10 * time.Second, Remaining: 5}) || r.Quota != (State{Max: 300, Window: time.Hour, Remaining: 300}) {
		t.Errorf("before the first: %+v", r)
	}
	if r := w.take(alice, lim); r.Quota != (State{Max: 300, Window: time.Hour, Remaining: 299, Resets: time.Hour, Renews: start.Add(time.Hour)}) { // Tyk says "now" here
		t.Errorf("the first: %+v", r)
	}
	w.advance(time.Second)
	w.take(alice, lim)
	want := Result{Outcome: Passed, Rate: State{Max: 5, Window: 10 * time.Second, Remaining: 3, Resets: 9 * time.Second}, Quota: State{Max: 300, Window: time.Hour, Remaining: 298, Resets: time.Hour - time.Second, Renews: start.Add(time.Hour)}}
	if r := look(); r != want {
		t.Errorf("looked: %+v", r)
	}
	w.Limiter.Close(t.Context())
	w.restart()
	if r := look(); r.Quota != want.Quota {
		t.Errorf("after a restart: %+v", r)
	}
}

// TestScopes: what has different scopes is counted apart, what has the same together.
func TestScopes(t *testing.T) {
	w := newWorld(t)
	lim := plan.Limit{Rate: 2, Per: 60, QuotaMax: 2}
	for _, tt := range []struct {
		scope string
		want  Outcome
	}{{"a", Passed}, {"", Passed}, {"a", Passed}, {"", Passed}, {"a", RateExceeded}, {"", RateExceeded}, {"b", Passed}} {
		r, err := w.Take(t.Context(), alice, tt.scope, &lim, w.Now())
		if err != nil || r.Outcome != tt.want {
			t.Errorf("%q: %+v, %v", tt.scope, r, err)
		}
	}
	if QuotaKey(alice, "") != alice || QuotaKey(alice, "a") == QuotaKey(alice, "b") || QuotaKey(alice, "a") == QuotaKey(bob, "a") {
		t.Error("keys of quotas are not apart")
	}
}

// downStore is a store whose counters fail.
type downStore struct{ store.Counters }

var errDown = errors.New("down")

func (downStore) Lend(context.Context, store.Key, int64, int64, time.Duration, time.Time) (int64, store.Quota, error) {
	return 0, store.Quota{}, errDown
}

func (downStore) Quota(context.Context, store.Key) (store.Quota, error) {
	return store.Quota{}, errDown
}

func TestStoreDown(t *testing.T) {
	l := New(Options{Counters: downStore{}, Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			r, err := l.Take(context.Background(), alice, "", &plan.Limit{QuotaMax: 5}, time.Now())
			if r.Outcome != Unavailable || !errors.Is(err, errDown) {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
	wg.Wait()
	if r, err := l.Look(t.Context(), alice, "", &plan.Limit{QuotaMax: 5}, time.Now()); r.Outcome != Unavailable || !errors.Is(err, errDown) {
		t.Errorf("looked: %+v, %v", r, err)
	}
	if r, err := l.Take(t.Context(), alice, "", &plan.Limit{Rate: 5, Per: 1}, time.Now()); r.Outcome != Passed || err != nil {
		t.Errorf("a rate needs no store: %+v, %v", r, err)
	}
}

// TestThrottle: a request above its rate is held back as often as the policy says, and no longer than is good for the gateway.
func TestThrottle(t *testing.T) {
	for _, tt := range []struct {
		name  string
		every float64
		times int
		tries int
		want  Outcome
	}{
		{"passes when the window is over", 4, 5, 3, Passed},
		{"gives up", 4, 2, 2, RateExceeded},
		{"no longer than half a minute", 20, 5, 1, RateExceeded},
		{"an interval that is too long", 1e9, 5, 0, RateExceeded},
	} {
		w := newWorld(t)
		tries := 0
		w.pause = func(_ context.Context, d time.Duration) bool {
			tries++
			w.advance(d)
			return true
		}
		lim := plan.Limit{Rate: 1, Per: 10, ThrottleEvery: tt.every, ThrottleTimes: tt.times}
		if tt.every == 20 {
			lim.Per = 60
		}
		w.take(alice, lim)
		if r := w.take(alice, lim); r.Outcome != tt.want || tries != tt.tries {
			t.Errorf("%s: %+v after %d tries", tt.name, r, tries)
		}
		if w.paused.Load() != 0 {
			t.Errorf("%s: somebody is still held back", tt.name)
		}
	}
}

// TestThrottleIsBounded: of one credential only so many are held back, the others are refused at once.
func TestThrottleIsBounded(t *testing.T) {
	w := newWorld(t)
	stop := make(chan struct{})
	w.opt.Stop = stop
	lim := plan.Limit{Rate: 1, Per: 3600, ThrottleEvery: 20, ThrottleTimes: 1}
	w.take(alice, lim)
	refused := make(chan Outcome)
	for range maxPausedEach + 10 {
		go func() { refused <- w.take(alice, lim).Outcome }()
	}
	for range 10 {
		if got := <-refused; got != RateExceeded {
			t.Error(got)
		}
	}
	close(stop) // the gateway stops: nobody waits any longer
	for range maxPausedEach {
		if got := <-refused; got != RateExceeded {
			t.Error(got)
		}
	}
}
