package policy

import "github.com/tykctl/tykctl/compiler/plan"

// setRate takes over how often and how steadily.
func setRate(to, from *plan.Limit) {
	to.Rate, to.Per, to.ThrottleEvery, to.ThrottleTimes = from.Rate, from.Per, from.ThrottleEvery, from.ThrottleTimes
}

// raiseRate takes over a rate that lets more through, and the longer throttle. A rate that is not set has no say.
func raiseRate(to, from *plan.Limit) {
	if from.Rate != 0 && from.Per != 0 && (to.Rate == 0 || to.Per == 0 || interval(to) > interval(from)) {
		to.Rate, to.Per = from.Rate, from.Per
	}
	to.ThrottleEvery = max(to.ThrottleEvery, from.ThrottleEvery)
	to.ThrottleTimes = max(to.ThrottleTimes, from.ThrottleTimes)
}

// raiseQuota takes over a larger quota, and the longer period.
func raiseQuota(to, from *plan.Limit) {
	if larger(from.QuotaMax, to.QuotaMax) {
		to.QuotaMax = from.QuotaMax
	}
	to.QuotaRenewal = max(to.QuotaRenewal, from.QuotaRenewal)
}

// raised merges the limits that two policies with limits per API have for one API. Here a rate that is not set is no limit, and wins.
func raised(limit, before plan.Limit) plan.Limit {
	if interval(&limit) > interval(&before) {
		limit.Rate, limit.Per = before.Rate, before.Per
	}
	if larger(before.QuotaMax, limit.QuotaMax) {
		limit.QuotaMax = before.QuotaMax
	}
	if larger(before.QuotaRenewal, limit.QuotaRenewal) {
		limit.QuotaRenewal = before.QuotaRenewal
	}
	return limit
}

// interval is the time between two requests at a rate; 0 without a limit.
func interval(l *plan.Limit) float64 {
	if l.Rate <= 0 || l.Per <= 0 {
		return 0
	}
	return l.Per / l.Rate
}

// larger compares quotas: -1 is no limit, and 0 one that nobody has set.
func larger(a, b int64) bool {
	switch {
	case a == -1:
		return true
	case b == -1:
		return false
	}
	return a > b
}

// normal makes zero what bounds nothing.
func normal(l plan.Limit) plan.Limit {
	if l.Rate <= 0 || l.Per <= 0 {
		l.Rate, l.Per = 0, 0
	}
	if l.ThrottleEvery <= 0 || l.ThrottleTimes <= 0 || l.Rate == 0 {
		l.ThrottleEvery, l.ThrottleTimes = 0, 0
	}
	if l.QuotaMax <= 0 {
		l.QuotaMax, l.QuotaRenewal = 0, 0
	}
	l.QuotaRenewal = max(l.QuotaRenewal, 0)
	return l
}
