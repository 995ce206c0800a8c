package store

import "time"

// QuotaSlack is how far the clocks of two callers of Lend may be apart without one of them ending the period of the other earlier.
const QuotaSlack = time.Minute

// Lend is the arithmetic of Counters.Lend, which every store does in one step with reading q and storing next.
func (q Quota) Lend(want, limit int64, period time.Duration, now time.Time) (lent int64, next Quota) {
	if !q.Renews.IsZero() && !now.Before(q.Renews) {
		q = Quota{}
	}
	if limit > q.Used {
		lent = max(0, min(want, limit-q.Used))
	}
	if lent == 0 && q.IsZero() {
		return 0, q
	}
	q.Used += lent
	if period > 0 {
		end := now.Add(period).Round(0).UTC()
		if q.Renews.IsZero() || end.Add(QuotaSlack).Before(q.Renews) {
			q.Renews = end
		}
	}
	return lent, q
}

// IsZero reports whether nothing is counted, and no period under way.
func (q Quota) IsZero() bool { return q.Used == 0 && q.Renews.IsZero() }

// GiveBack is the arithmetic of Counters.GiveBack.
func (q Quota) GiveBack(unused int64, renews time.Time) Quota {
	if unused > 0 && q.Renews.Equal(renews) {
		q.Used = max(0, q.Used-unused)
	}
	return q
}
