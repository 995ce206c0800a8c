package storetest

import (
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/tykctl/tykctl/runtime/store"
)

var users = rapid.SampledFrom([]string{"ann", "bob"})

// drawKey names a key or quota. Some are the keys of access tokens too.
func (x *experiment) drawKey(rt *rapid.T) store.Key {
	name := names.Draw(rt, "name")
	if rapid.IntRange(0, 3).Draw(rt, "token") == 0 {
		return store.KeyOf("access " + name)
	}
	return store.KeyOf(name)
}

func (x *experiment) putKey(rt *rapid.T) {
	k := &store.APIKey{Key: x.drawKey(rt), Session: []byte(names.Draw(rt, "session")), CreatedAt: x.base}
	if rapid.Bool().Draw(rt, "expires") {
		k.ExpiresAt = x.minutes(rt, "at")
	}
	sameError(rt, x.PutKey(x.ctx, k), x.model.PutKey(x.ctx, k))
}

func (x *experiment) deleteKey(rt *rapid.T) {
	k := x.drawKey(rt)
	sameError(rt, x.DeleteKey(x.ctx, k), x.model.DeleteKey(x.ctx, k))
}

func (x *experiment) putUser(rt *rapid.T) {
	u := x.user("org", users.Draw(rt, "name"))
	u.PasswordHash = names.Draw(rt, "hash")
	sameError(rt, x.PutUser(x.ctx, u), x.model.PutUser(x.ctx, u))
}

func (x *experiment) deleteUser(rt *rapid.T) {
	name := users.Draw(rt, "name")
	sameError(rt, x.DeleteUser(x.ctx, "org", name), x.model.DeleteUser(x.ctx, "org", name))
}

func (x *experiment) policy(rt *rapid.T) {
	id := names.Draw(rt, "id")
	if rapid.Bool().Draw(rt, "delete") {
		sameError(rt, x.DeletePolicy(x.ctx, id), x.model.DeletePolicy(x.ctx, id))
		return
	}
	p := []byte(names.Draw(rt, "policy"))
	sameError(rt, x.PutPolicy(x.ctx, id, p), x.model.PutPolicy(x.ctx, id, p))
}

func (x *experiment) lend(rt *rapid.T) {
	k, now := x.drawKey(rt), x.minutes(rt, "now")
	want, limit := rapid.Int64Range(-1, 5).Draw(rt, "want"), rapid.Int64Range(-1, 12).Draw(rt, "limit")
	period := time.Duration(rapid.IntRange(0, 4).Draw(rt, "period")) * 15 * time.Minute
	lent, q, err := x.Lend(x.ctx, k, want, limit, period, now)
	wantLent, wantQ, wantErr := x.model.Lend(x.ctx, k, want, limit, period, now)
	sameError(rt, err, wantErr)
	if d := diff(wantLent, lent) + diff(wantQ, q); d != "" {
		rt.Fatal(d)
	}
}

func (x *experiment) giveBack(rt *rapid.T) {
	k, unused := x.drawKey(rt), rapid.Int64Range(-1, 5).Draw(rt, "unused")
	renews := x.minutes(rt, "renews")
	if rapid.IntRange(0, 3).Draw(rt, "late") > 0 {
		renews = x.model.quotas[k].Renews
	}
	sameError(rt, x.GiveBack(x.ctx, k, unused, renews), x.model.GiveBack(x.ctx, k, unused, renews))
}

func (x *experiment) resetQuota(rt *rapid.T) {
	k := x.drawKey(rt)
	sameError(rt, x.ResetQuota(x.ctx, k), x.model.ResetQuota(x.ctx, k))
}

// noticeID draws one that waits, mostly. The store is new, and counts as the model does.
func (x *experiment) noticeID(rt *rapid.T) uint64 {
	if n := len(x.model.notices); n > 0 && rapid.IntRange(0, 5).Draw(rt, "known") > 0 {
		return x.model.notices[rapid.IntRange(0, n-1).Draw(rt, "notice")].ID
	}
	return rapid.Uint64().Draw(rt, "id")
}

func (x *experiment) retryNotice(rt *rapid.T) {
	id, at, reason := x.noticeID(rt), x.minutes(rt, "at"), names.Draw(rt, "reason")
	sameError(rt, x.RetryNotice(x.ctx, id, at, reason), x.model.RetryNotice(x.ctx, id, at, reason))
}

func (x *experiment) dropNotice(rt *rapid.T) {
	id := x.noticeID(rt)
	sameError(rt, x.DropNotice(x.ctx, id), x.model.DropNotice(x.ctx, id))
}

// compareLists compares what can be listed, which is of everybody.
func (x *experiment) compareLists(rt *rapid.T) {
	k1, err1 := x.APIKeys(x.ctx, store.Key{}, 5)
	k2, _ := x.model.APIKeys(x.ctx, store.Key{}, 5)
	u1, err2 := x.Users(x.ctx)
	u2, _ := x.model.Users(x.ctx)
	p1, err3 := x.Policies(x.ctx)
	p2, _ := x.model.Policies(x.ctx)
	n1, err4 := x.Notices(x.ctx, 0, math.MaxInt)
	n2, _ := x.model.Notices(x.ctx, 0, math.MaxInt)
	for _, err := range []error{err1, err2, err3, err4} {
		sameError(rt, err, nil)
	}
	d := diffLists(k2, k1) + diffLists(u2, u1) + diffLists(n2, n1) + diffLists(p2, p1)
	for _, limit := range []int{1, 3, 100} {
		n1, err := x.DueNotices(x.ctx, x.base.Add(50*time.Minute), limit)
		sameError(rt, err, nil)
		n2, _ := x.model.DueNotices(x.ctx, x.base.Add(50*time.Minute), limit)
		d += diffLists(n2, n1)
	}
	if d != "" {
		rt.Fatal(d)
	}
}

// diffLists takes empty lists for equal, be they nil or not.
func diffLists(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return cmp.Diff(want, got, cmpopts.EquateEmpty())
}

// differenceOfOthers is the part of difference that has no clients.
func (w *world) differenceOfOthers(got, want store.Store, names []string) string {
	for _, name := range names {
		for _, k := range []store.Key{store.KeyOf(name), store.KeyOf("access " + name)} {
			k1, err1 := got.APIKey(w.ctx, k)
			k2, err2 := want.APIKey(w.ctx, k)
			q1, err3 := got.Quota(w.ctx, k)
			q2, err4 := want.Quota(w.ctx, k)
			if d := diff(k2, k1) + diff(q2, q1) + differentError(err1, err2) + differentError(err3, err4); d != "" {
				return fmt.Sprintf("key or quota of name %s (-want +got):\n%s", name, d)
			}
		}
		u1, err1 := got.User(w.ctx, "org", name)
		u2, err2 := want.User(w.ctx, "org", name)
		if d := diff(u2, u1) + differentError(err1, err2); d != "" {
			return fmt.Sprintf("user %s (-want +got):\n%s", name, d)
		}
	}
	return ""
}
