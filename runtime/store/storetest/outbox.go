package storetest

import (
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

var outboxTests = map[string]func(*world){
	"NoticeOfIssue":        noticeOfIssue,
	"NoticeOfRefusal":      noticeOfRefusal,
	"NoticeOutlivesTokens": noticeOutlivesTokens,
	"DueNotices":           dueNotices,
	"NoticesOfFamily":      noticesOfFamily,
	"RetryNotice":          retryNotice,
	"NoticesForPeople":     noticesForPeople,
	"NoticesWhileIssuing":  noticesWhileIssuing,
}

// notice is of the pair of that family and name; its body is the text of secrets.
func (w *world) notice(family, name string) *store.Notice {
	return &store.Notice{
		APIID: api, Family: familyOf(family), Kind: "new", ClientID: client, Body: []byte(secretMark + " " + name),
		CreatedAt: w.base, NextAt: w.base,
	}
}

// post issues a pair with a notice and returns the notice as it must come back.
func (w *world) post(family, name string) *store.Notice {
	w.Helper()
	p := w.pair(family, name)
	p.Notice = w.notice(family, name)
	noError(w.T, w.IssueTokens(w.ctx, p))
	return w.last(p.Notice)
}

// last returns the notice with the id of the last one.
func (w *world) last(n *store.Notice) *store.Notice {
	w.Helper()
	list, err := w.Notices(w.ctx, 0, math.MaxInt)
	noError(w.T, err)
	if len(list) == 0 {
		w.Fatal("there is no notice")
	}
	n = n.Clone()
	n.ID = list[len(list)-1].ID
	return n
}

// due expects exactly these to be due.
func (w *world) due(now time.Time, limit int, want ...*store.Notice) {
	w.Helper()
	got, err := w.DueNotices(w.ctx, now, limit)
	noError(w.T, err)
	equal(w.T, len(got), len(want))
	for i := range want {
		equal(w.T, got[i], want[i])
	}
}

func noticeOfIssue(w *world) {
	w.due(w.base, 10)
	first := w.post("f", "first")
	c := w.putCode("g", "one")
	redeemed := w.pair("g", "redeemed")
	redeemed.Notice = w.notice("g", "redeemed")
	noError(w.T, w.RedeemCode(w.ctx, c.Key, redeemed))
	second := w.last(redeemed.Notice)
	w.due(w.base, 10, first, second)
	noError(w.T, w.DropNotice(w.ctx, second.ID))

	rotated := w.pair("g", "rotated")
	rotated.Notice = w.notice("g", "rotated")
	rotated.Notice.Kind = "refresh"
	noError(w.T, w.RotateRefresh(w.ctx, redeemed.Refresh.Key, rotated))
	third := w.last(rotated.Notice)
	w.due(w.base, 10, first, third)
	if first.ID >= second.ID || second.ID >= third.ID {
		w.Errorf("ids are %d, %d, %d, want them to rise", first.ID, second.ID, third.ID)
	}
	w.issue("h", "silent")
	noError(w.T, w.DropNotice(w.ctx, third.ID))
	w.due(w.base, 10, first)
	fourth := w.post("i", "fourth") // an id is never given twice
	if fourth.ID <= third.ID {
		w.Errorf("id is %d after %d", fourth.ID, third.ID)
	}
	w.empty()
}

// noticeOfRefusal: of tokens that were not issued there is no notice.
func noticeOfRefusal(w *world) {
	p := w.issue("f", "one")
	with := func(p *store.TokenPair) *store.TokenPair {
		p.Notice = w.notice("f", "late")
		return p
	}
	isError(w.T, w.IssueTokens(w.ctx, with(w.pair("f", "one"))), store.ErrExists)
	isError(w.T, w.IssueTokens(w.ctx, with(w.pairOf(api, "nobody", "f", "late"))), store.ErrNotFound)
	isError(w.T, w.IssueTokens(w.ctx, with(w.bought("org", "nobody", "f", "late"))), store.ErrNotFound)
	isError(w.T, w.RedeemCode(w.ctx, store.KeyOf("unknown"), with(w.pair("f", "late"))), store.ErrNotFound)
	isError(w.T, w.RotateRefresh(w.ctx, store.KeyOf("unknown"), with(w.pair("f", "late"))), store.ErrNotFound)
	next := w.pair("f", "next")
	noError(w.T, w.RotateRefresh(w.ctx, p.Refresh.Key, next))
	isError(w.T, w.RotateRefresh(w.ctx, p.Refresh.Key, with(w.pair("f", "late"))), store.ErrSpent)
	taken := with(w.pair("f", "late"))
	taken.Access.Key = next.Access.Key
	isError(w.T, w.RotateRefresh(w.ctx, next.Refresh.Key, taken), store.ErrExists)
	w.due(w.base, 10)
	w.empty()
}

func noticeOutlivesTokens(w *world) {
	first, second, third := w.post("f", "first"), w.post("g", "second"), w.post("h", "third")
	noError(w.T, w.RevokeFamily(w.ctx, first.Family))
	noError(w.T, w.DeleteClient(w.ctx, api, client))
	_, err := w.Sweep(w.ctx, w.base.Add(1000*time.Hour), 100)
	noError(w.T, err)
	w.due(w.base, 10, first, second, third)
	w.empty()
}

func dueNotices(w *world) {
	at := func(family string, after time.Duration) *store.Notice {
		p := w.pair(family, family)
		p.Notice = w.notice(family, family)
		p.Notice.NextAt = w.base.Add(after)
		noError(w.T, w.IssueTokens(w.ctx, p))
		return w.last(p.Notice)
	}
	late, soon, now := at("late", time.Hour), at("soon", time.Minute), at("now", 0)
	past := at("past", -time.Minute)
	w.due(w.base.Add(-time.Minute-1), 10)
	w.due(w.base.Add(-1), 10, past)
	w.due(w.base, 10, now, past)
	w.due(w.base.Add(time.Minute), 10, soon, now, past)
	w.due(w.base.Add(2*time.Hour), 10, late, soon, now, past)
	w.due(w.base.Add(2*time.Hour), 10, late, soon, now, past) // reading takes nothing away
	w.due(w.base.Add(2*time.Hour), 2, now, past)              // due for longest, in order of id
	w.due(w.base.Add(2*time.Hour), 0)

	zero := w.pair("zero", "zero") // without a time it is due when it was made
	zero.Notice = w.notice("zero", "zero")
	zero.Notice.NextAt = time.Time{}
	noError(w.T, w.IssueTokens(w.ctx, zero))
	want := w.last(zero.Notice)
	want.NextAt = w.base
	w.due(w.base, 10, now, past, want)
	w.empty()
}

// noticesOfFamily: the next of a family comes when the one before it is done, also when others are dropped out of their turn.
func noticesOfFamily(w *world) {
	var f []*store.Notice
	for i := range 5 {
		f = append(f, w.post("f", fmt.Sprint(i)))
	}
	other := w.post("g", "other")
	w.due(w.base, 10, f[0], other)
	noError(w.T, w.RetryNotice(w.ctx, f[0].ID, w.base.Add(time.Hour), "status 500"))
	w.due(w.base, 10, other) // those behind it wait with it
	noError(w.T, w.DropNotice(w.ctx, f[1].ID))
	noError(w.T, w.DropNotice(w.ctx, f[3].ID))
	noError(w.T, w.RetryNotice(w.ctx, f[2].ID, w.base.Add(time.Minute), "status 501"))
	w.due(w.base.Add(time.Minute), 10, other)
	noError(w.T, w.DropNotice(w.ctx, f[0].ID))
	w.due(w.base, 10, other)
	f[2].Attempts, f[2].NextAt, f[2].LastError = 1, w.base.Add(time.Minute), "status 501"
	w.due(w.base.Add(time.Minute), 10, f[2], other)
	noError(w.T, w.DropNotice(w.ctx, f[2].ID))
	w.due(w.base, 10, f[4], other)
	noError(w.T, w.DropNotice(w.ctx, f[4].ID))
	w.due(w.base, 10, other)
	again := w.post("f", "again")
	w.due(w.base, 10, other, again)
	w.empty()
}

func retryNotice(w *world) {
	isError(w.T, w.RetryNotice(w.ctx, 7, w.base, "status 500"), store.ErrNotFound)
	n := w.post("f", "one")
	shared, err := w.DueNotices(w.ctx, w.base, 1)
	noError(w.T, err)
	for i := range 3 {
		at := w.base.Add(time.Duration(i+1) * time.Minute)
		noError(w.T, w.RetryNotice(w.ctx, n.ID, at, fmt.Sprint("status 50", i)))
		n.Attempts, n.NextAt, n.LastError = i+1, at, fmt.Sprint("status 50", i)
		w.due(at.Add(-1), 10)
		w.due(at, 10, n)
	}
	equal(w.T, shared[0].Attempts, 0) // a record that somebody has does not change
	noError(w.T, w.RetryNotice(w.ctx, n.ID, w.base, ""))
	noError(w.T, w.DropNotice(w.ctx, n.ID))
	noError(w.T, w.DropNotice(w.ctx, n.ID))
	isError(w.T, w.RetryNotice(w.ctx, n.ID, w.base, ""), store.ErrNotFound)
	w.due(w.base.Add(time.Hour), 10)
	w.empty()
}

func noticesForPeople(w *world) {
	var want []*store.Notice
	for i := range 7 {
		n := w.post([]string{"f", "g"}[i%2], fmt.Sprint(i)) // those which are not the first of their family too
		n.Body = nil
		want = append(want, n)
	}
	var got []*store.Notice
	for after := uint64(0); ; after = got[len(got)-1].ID {
		page, err := w.Notices(w.ctx, after, 3)
		noError(w.T, err)
		if got = append(got, page...); len(page) == 0 {
			break
		}
	}
	equal(w.T, got, want)
	noError(w.T, w.DropNotice(w.ctx, want[2].ID))
	page, err := w.Notices(w.ctx, want[2].ID, 100)
	noError(w.T, err)
	equal(w.T, page, want[3:])
	page, err = w.Notices(w.ctx, 0, 0)
	noError(w.T, err)
	equal(w.T, len(page), 0)
	w.empty()
}

// noticesWhileIssuing: of tokens that are issued while others are delivered, each has one notice, in the order of its family.
func noticesWhileIssuing(w *world) {
	const writers, each = 4, 15
	delivered, issued := map[string]int{}, atomic.Int64{}
	errs := parallel(writers+1, func(i int) error {
		if i < writers {
			for k := range each {
				p := w.pair(fmt.Sprint("f", i), fmt.Sprint(i, k))
				p.Notice = w.notice(fmt.Sprint("f", i), fmt.Sprint(i))
				p.Notice.Attempts = k
				if err := w.IssueTokens(w.ctx, p); err != nil {
					return err
				}
				issued.Add(1)
			}
			return nil
		}
		for sum := int64(0); sum < writers*each; {
			known := issued.Load()
			list, err := w.DueNotices(w.ctx, w.base, 3)
			if err != nil {
				return err
			}
			if len(list) == 0 && sum < known {
				return fmt.Errorf("%d of %d notices were delivered, and none is due", sum, known)
			}
			for _, n := range list {
				if n.Attempts != delivered[string(n.Body)] {
					return fmt.Errorf("notice %d of %s comes after %d", n.Attempts, n.Body, delivered[string(n.Body)])
				}
				delivered[string(n.Body)]++
				sum++
				if err := w.DropNotice(w.ctx, n.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
	noError(w.T, errors.Join(errs...))
	w.due(w.base, 10)
	w.empty()
}
