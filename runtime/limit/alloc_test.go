//go:build !race

package limit

import (
	"testing"

	"github.com/tykctl/tykctl/compiler/plan"
)

func TestTakeAllocatesNothing(t *testing.T) {
	w := newWorld(t)
	lim := plan.Limit{Rate: 1e9, Per: 60, QuotaMax: 1e12, QuotaRenewal: 3600}
	for range 100_000 { // until portions are large
		w.take(alice, lim)
	}
	if n := testing.AllocsPerRun(5000, func() {
		w.advance(1000)
		if w.take(alice, lim).Outcome != Passed {
			t.Fatal("refused")
		}
	}); n != 0 {
		t.Errorf("%v allocations a request, want none", n)
	}
}

func BenchmarkTake(b *testing.B) {
	for name, lim := range map[string]plan.Limit{
		"rate": {Rate: 1e9, Per: 60}, "quota": {QuotaMax: 1e15, QuotaRenewal: 3600}, "both": {Rate: 1e9, Per: 60, QuotaMax: 1e15},
	} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b)
			b.ReportAllocs()
			for b.Loop() {
				w.advance(1000)
				w.take(alice, lim)
			}
		})
	}
}
