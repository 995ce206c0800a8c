package limit

import "time"

// maxGroups bounds how exactly times are kept: requests that are nearer to each other than this part of the time of a rate are one group. A rate
// of no more requests than that is kept exactly.
const maxGroups = 512

// window is when the requests of the last while passed. It remembers groups of them, and counts a group until its last request is old: too much
// is counted now and then, by less than the 512th part, never too little.
type window struct {
	groups  []group // a ring; its size is a power of two
	head, n int     // the oldest, and how many there are
	total   int64   // requests in all groups
	horizon int64   // the longest time that was asked for: what is younger is kept
}

type group struct {
	first, last int64
	count       int64
}

// take counts a request unless n have passed in the last per nanoseconds.
func (w *window) take(at, n, per int64) (bool, State) {
	at = w.forget(at, per)
	used, oldest := w.count(at, per)
	if used >= n {
		return false, State{Max: n, Window: time.Duration(per), Resets: w.frees(used-n+1, oldest, at, per)}
	}
	w.add(at, n, per)
	_, oldest = w.count(at, per)
	return true, State{Max: n, Window: time.Duration(per), Remaining: n - used - 1, Resets: w.frees(1, oldest, at, per)}
}

// state is what take would say without the request.
func (w *window) state(at, n, per int64) State {
	used, oldest := w.count(at, per)
	s := State{Max: n, Window: time.Duration(per), Remaining: max(0, n-used)}
	if used > 0 {
		s.Resets = w.frees(max(1, used-n+1), oldest, at, per)
	}
	return s
}

// forget drops what is too old to count. It returns the time, no earlier than the last request: clocks may be set back.
func (w *window) forget(at, per int64) int64 {
	if w.n == 0 {
		w.horizon = per
		return at
	}
	w.horizon = max(w.horizon, per)
	at = max(at, w.at(w.n-1).last)
	for w.n > 0 && w.at(0).last <= at-w.horizon {
		w.total -= w.at(0).count
		w.head = (w.head + 1) & (len(w.groups) - 1)
		w.n--
	}
	return at
}

// idle reports whether nothing in the window counts any more.
func (w *window) idle(at int64) bool { return w.n == 0 || w.at(w.n-1).last <= at-w.horizon }

// count returns how many requests passed in the last per nanoseconds, and the index of the oldest group of them.
func (w *window) count(at, per int64) (used int64, oldest int) {
	used = w.total
	for oldest < w.n && w.at(oldest).last <= at-per {
		used -= w.at(oldest).count
		oldest++
	}
	return used, oldest
}

// frees is the time until the first requests from a group on, that many, are old.
func (w *window) frees(requests int64, from int, at, per int64) time.Duration {
	for i := from; i < w.n; i++ {
		if requests -= w.at(i).count; requests <= 0 {
			return time.Duration(w.at(i).last + per - at)
		}
	}
	return 0
}

func (w *window) add(at, n, per int64) {
	w.total++
	span := int64(0)
	if n > maxGroups {
		span = per / maxGroups
	}
	if w.n > 0 {
		if newest := w.at(w.n - 1); at-newest.first <= span || w.n >= 2*maxGroups {
			newest.last = at
			newest.count++
			return
		}
	}
	if w.n == len(w.groups) {
		w.grow()
	}
	w.n++
	*w.at(w.n - 1) = group{at, at, 1}
}

func (w *window) at(i int) *group { return &w.groups[(w.head+i)&(len(w.groups)-1)] }

func (w *window) grow() {
	groups := make([]group, max(4, 2*len(w.groups)))
	for i := range w.n {
		groups[i] = *w.at(i)
	}
	w.groups, w.head = groups, 0
}
