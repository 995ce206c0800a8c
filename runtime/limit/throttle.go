package limit

import (
	"context"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
)

// Bounds of what a throttle may hold back: each request has a connection and a goroutine meanwhile.
const (
	maxPause      = 30 * time.Second // of one request, in all
	minPause      = 10 * time.Millisecond
	maxPaused     = 4096 // requests of all credentials
	maxPausedEach = 64   // of one credential and scope
)

// throttled tries a request above its rate again, as often and as late as its limit says. Beyond the bounds it is refused at once.
func (l *Limiter) throttled(ctx context.Context, key id, lim *plan.Limit, refused Result) (Result, error) {
	every := time.Duration(min(lim.ThrottleEvery, 2*maxPause.Seconds()) * float64(time.Second))
	every = max(every, minPause)
	if !l.hold(key) {
		return refused, nil
	}
	defer l.release(key)
	for range min(lim.ThrottleTimes, int(maxPause/every)) {
		if !l.pause(ctx, every) {
			break
		}
		r, err := l.take(ctx, key, lim, l.opt.Now())
		if r.Outcome != RateExceeded {
			return r, err
		}
		refused = r
	}
	return refused, nil
}

// hold counts a request that is held back, unless there are too many.
func (l *Limiter) hold(key id) bool {
	s := l.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.bucket(key, 0)
	if b.paused >= maxPausedEach {
		return false
	}
	if l.paused.Add(1) > maxPaused {
		l.paused.Add(-1)
		return false
	}
	b.paused++
	return true
}

func (l *Limiter) release(key id) {
	s := l.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bucket(key, 0).paused--
	l.paused.Add(-1)
}

// sleep is the pause of a request; it reports false when the gateway stops.
func (l *Limiter) sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
	case <-l.opt.Stop:
	}
	return false
}
