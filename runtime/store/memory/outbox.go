package memory

import (
	"cmp"
	"container/heap"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// outbox has the notices that wait. Of each family only the oldest can be due.
type outbox struct {
	last     uint64 // id
	byID     map[uint64]*waiting
	byFamily map[store.FamilyID][]*waiting // in order of id
	due      dueQueue                      // the oldest of each family, the next to be due first
}

type waiting struct {
	*store.Notice     // never altered: readers have it
	pos           int // in outbox.due; -1 when an older one of the family waits
}

func newOutbox() outbox {
	return outbox{byID: map[uint64]*waiting{}, byFamily: map[store.FamilyID][]*waiting{}}
}

// post keeps a copy of a new notice; nil is none.
func (o *outbox) post(n *store.Notice) {
	if n == nil {
		return
	}
	w := &waiting{Notice: n.Clone(), pos: -1}
	o.last++
	w.ID = o.last
	if w.NextAt.IsZero() {
		w.NextAt = w.CreatedAt
	}
	o.byID[w.ID] = w
	o.byFamily[w.Family] = append(o.byFamily[w.Family], w)
	if len(o.byFamily[w.Family]) == 1 {
		heap.Push(&o.due, w)
	}
}

func (o *outbox) drop(w *waiting) {
	delete(o.byID, w.ID)
	if w.pos >= 0 {
		heap.Remove(&o.due, w.pos)
	}
	family := slices.DeleteFunc(o.byFamily[w.Family], func(x *waiting) bool { return x == w })
	if len(family) == 0 {
		delete(o.byFamily, w.Family)
		return
	}
	o.byFamily[w.Family] = family
	if family[0].pos < 0 {
		heap.Push(&o.due, family[0])
	}
}

// DueNotices keeps the promise of store.Outbox. It costs in proportion to what it returns, not to what waits.
func (s *Store) DueNotices(_ context.Context, now time.Time, limit int) ([]*store.Notice, error) {
	s.mu.Lock() // the queue is taken apart for a moment
	defer s.mu.Unlock()
	var found []*waiting
	for q := &s.outbox.due; len(found) < limit && len(*q) > 0 && !(*q)[0].NextAt.After(now); {
		found = append(found, heap.Pop(q).(*waiting))
	}
	list := make([]*store.Notice, 0, len(found))
	for _, w := range found {
		heap.Push(&s.outbox.due, w)
		list = append(list, w.Notice)
	}
	slices.SortFunc(list, byNoticeID)
	return list, nil
}

// Notices keeps the promise of store.Outbox. It looks at all notices.
func (s *Store) Notices(_ context.Context, after uint64, limit int) ([]*store.Notice, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	ids := slices.Sorted(maps.Keys(s.outbox.byID))
	first, known := slices.BinarySearch(ids, after)
	if known {
		first++
	}
	var list []*store.Notice
	for _, id := range ids[first:] {
		if len(list) >= limit {
			break
		}
		n := *s.outbox.byID[id].Notice
		n.Body = nil
		list = append(list, &n)
	}
	return list, nil
}

// RetryNotice keeps the promise of store.Outbox.
func (s *Store) RetryNotice(ctx context.Context, id uint64, at time.Time, reason string) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	w := s.outbox.byID[id]
	if w == nil {
		return store.ErrNotFound
	}
	n := *w.Notice
	n.Attempts++
	n.NextAt, n.LastError = at, reason
	w.Notice = &n
	if w.pos >= 0 {
		heap.Fix(&s.outbox.due, w.pos)
	}
	return nil
}

// DropNotice keeps the promise of store.Outbox.
func (s *Store) DropNotice(ctx context.Context, id uint64) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if w := s.outbox.byID[id]; w != nil {
		s.outbox.drop(w)
	}
	return nil
}

func byNoticeID(a, b *store.Notice) int { return cmp.Compare(a.ID, b.ID) }

// dueQueue is a heap by time (container/heap); of one time, the lowest id comes first.
type dueQueue []*waiting

func (q dueQueue) Len() int { return len(q) }

func (q dueQueue) Less(i, j int) bool {
	if c := q[i].NextAt.Compare(q[j].NextAt); c != 0 {
		return c < 0
	}
	return q[i].ID < q[j].ID
}

func (q dueQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].pos, q[j].pos = i, j
}

func (q *dueQueue) Push(x any) {
	w := x.(*waiting)
	w.pos = len(*q)
	*q = append(*q, w)
}

func (q *dueQueue) Pop() any {
	last := len(*q) - 1
	w := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	w.pos = -1
	return w
}
