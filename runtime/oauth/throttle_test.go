package oauth

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

func TestBucket(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	b := NewThrottle(Limits{}).bucket(Rate{Burst: 3, Every: 10 * time.Second}, "x")
	for i := range 3 {
		if got := b.wait(now); got != 0 {
			t.Fatalf("attempt %d waits %s", i, got)
		}
		b.add(now)
	}
	if got := b.wait(now); got != 10*time.Second {
		t.Errorf("the fourth waits %s", got)
	}
	for range 100 {
		b.add(now) // what is above the burst does not push the end further away
	}
	if got := b.wait(now.Add(10 * time.Second)); got != 0 {
		t.Errorf("after 10 s it waits %s", got)
	}
	if got := b.wait(now.Add(time.Hour)); got != 0 {
		t.Errorf("after an hour it waits %s", got)
	}
	none := NewThrottle(Limits{}).bucket(Rate{}, "x")
	none.add(now)
	if got := none.wait(now); got != 0 {
		t.Errorf("no rate waits %s", got)
	}
}

// TestBucketsAreApart: one name's failures do not count for another, and names are not joined into each other.
func TestBucketsAreApart(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	throttle, rate := NewThrottle(Limits{}), Rate{Burst: 1, Every: time.Hour}
	throttle.bucket(rate, "ab", "c").add(now)
	if throttle.bucket(rate, "ab", "c").wait(now) == 0 {
		t.Error("the failure is forgotten")
	}
	free := 0
	for _, names := range [][]string{{"a", "bc"}, {"abc"}, {"ab", "c", ""}, {"ab"}} {
		if throttle.bucket(rate, names...).wait(now) == 0 {
			free++
		}
	}
	if free < 3 { // a hash may collide, once in four thousand million times
		t.Errorf("only %d of 4 other names are free", free)
	}
}

// TestBucketAtOnce: what many count at the same time is counted.
func TestBucketAtOnce(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	b := NewThrottle(Limits{}).bucket(Rate{Burst: 1000, Every: time.Second}, "x")
	var wg sync.WaitGroup
	var blocked atomic.Int64
	for range 8 {
		wg.Go(func() {
			for range 125 {
				if b.wait(now) > 0 {
					blocked.Add(1)
				}
				b.add(now)
			}
		})
	}
	wg.Wait()
	if blocked.Load() > 0 || b.wait(now) == 0 {
		t.Errorf("%d were blocked too early; the next one waits %s", blocked.Load(), b.wait(now))
	}
}

// TestFamilyKnowsItsAge: the id of a family tells when it began, and so when its refresh tokens end.
func TestFamilyKnowsItsAge(t *testing.T) {
	s := &Server{opt: Options{Rand: zeros{}}}
	now := time.Date(2030, 1, 2, 3, 4, 5, 678_000_000, time.UTC)
	id, err := s.newFamily(now)
	if err != nil || !beginning(id).Equal(now) || id == (store.FamilyID{}) {
		t.Errorf("%x begins %s, %v", id, beginning(id), err)
	}
	s.opt.RefreshTTL, s.opt.FamilyTTL = time.Hour, 90*time.Minute
	for _, tt := range []struct{ at, want time.Duration }{{0, time.Hour}, {20 * time.Minute, 80 * time.Minute}, {30 * time.Minute, 90 * time.Minute}, {80 * time.Minute, 90 * time.Minute}} {
		if got := s.refreshUntil(id, now.Add(tt.at)).Sub(now); got != tt.want {
			t.Errorf("a refresh token of minute %s lives until %s", tt.at, got)
		}
	}
	s.opt.FamilyTTL = 0
	if got := s.refreshUntil(id, now.Add(100*time.Hour)).Sub(now); got != 101*time.Hour {
		t.Errorf("without an end: %s", got)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestUserRules: the policy of the client joins those of the user's session, once.
func TestUserRules(t *testing.T) {
	for _, tt := range []struct{ session, policy, want string }{
		{``, "p", ``},
		{`{"rate":1}`, "", `{"rate":1}`},
		{`{"rate":1}`, "p", `{"apply_policies":["p"],"rate":1}`},
		{`{"apply_policies":["o"]}`, "p", `{"apply_policies":["o","p"]}`},
		{`{"apply_policies":["o","p"]}`, "p", `{"apply_policies":["o","p"]}`},
		{`{"apply_policy_id":"o"}`, "p", `{"apply_policies":["o","p"],"apply_policy_id":"o"}`},
	} {
		got, err := userRules([]byte(tt.session), tt.policy)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s with %q: %s, %v", tt.session, tt.policy, got, err)
		}
	}
	if _, err := userRules([]byte(`[]`), "p"); err == nil {
		t.Error("a session that is none is used")
	}
}
