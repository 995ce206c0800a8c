package storetest

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

func (a *actor) userOf(cycle int) string { return fmt.Sprintf("%s-user-%d", a.name, cycle) }

func (a *actor) policyOf(cycle int) string { return fmt.Sprintf("%s-policy-%d", a.name, cycle) }

// boughtNo is a pair that the cycle's user has bought, with its notice.
func (a *actor) boughtNo(cycle, n int) *store.TokenPair {
	p := a.pairNo(cycle, n, "bought")
	p.Access.UserOrg, p.Access.User = "org", a.userOf(cycle)
	p.Refresh.UserOrg, p.Refresh.User = "org", a.userOf(cycle)
	p.Notice = a.notice("", a.secret(cycle, n))
	p.Notice.Family, p.Notice.ClientID = p.Access.Family, a.clientOf(cycle)
	return p
}

// stepOthers takes the steps of a cycle for what needs no client.
func (a *actor) stepOthers(ctx context.Context, s store.Store, cycle, k int) error {
	quota := store.KeyOf(a.secret(cycle, 1))
	switch k {
	case 12:
		return s.PutUser(ctx, a.user("org", a.userOf(cycle)))
	case 13:
		return s.IssueTokens(ctx, a.boughtNo(cycle, 8))
	case 14: // every third cycle in the place of another
		return s.PutKey(ctx, &store.APIKey{Key: store.KeyOf(a.secret(cycle/3, 0)), Session: fmt.Append(nil, cycle), CreatedAt: a.base})
	case 15:
		return a.lend(ctx, s, quota, 5)
	case 16:
		if cycle%2 == 0 {
			return s.GiveBack(ctx, quota, 3, a.base.Add(time.Hour))
		}
		return a.lend(ctx, s, quota, 5)
	case 17:
		return a.settleNotice(ctx, s, cycle)
	case 18:
		if cycle%2 == 0 {
			return s.DeleteUser(ctx, "org", a.userOf(cycle))
		}
		return s.RotateRefresh(ctx, a.boughtNo(cycle, 8).Refresh.Key, a.boughtNo(cycle, 9))
	default:
		switch cycle % 3 {
		case 0:
			return s.PutPolicy(ctx, a.policyOf(cycle), fmt.Append(nil, cycle))
		case 1:
			return s.DeletePolicy(ctx, a.policyOf(cycle-1))
		default:
			return s.DeleteKey(ctx, store.KeyOf(a.secret(cycle/3, 0)))
		}
	}
}

// lend may lend 8 of each quota.
func (a *actor) lend(ctx context.Context, s store.Store, quota store.Key, want int64) error {
	_, q, err := s.Lend(ctx, quota, want, 8, time.Hour, a.base)
	if q.Used > 8 {
		return fmt.Errorf("%d of 8 lent", q.Used)
	}
	return err
}

// settleNotice drops the oldest notice of the actor, or notes a failed attempt.
func (a *actor) settleNotice(ctx context.Context, s store.Store, cycle int) error {
	list, err := s.Notices(ctx, 0, math.MaxInt)
	if list = a.own(list); err != nil || len(list) == 0 {
		return err
	}
	if cycle%4 == 1 {
		return s.RetryNotice(ctx, list[0].ID, a.base.Add(time.Minute), fmt.Sprint("in cycle ", cycle))
	}
	return s.DropNotice(ctx, list[0].ID)
}

// own are the notices of the actor: those of the others have ids between them.
func (a *actor) own(list []*store.Notice) (own []*store.Notice) {
	for _, n := range list {
		if strings.HasPrefix(n.ClientID, a.name+"-") {
			own = append(own, n)
		}
	}
	return own
}

// differentLists compares notices, with the bodies of those that are due, and policies.
func (a *actor) differentLists(got, want store.Store) string {
	var sides [2][]*store.Notice
	var policies [2]map[string][]byte
	for i, s := range []store.Store{got, want} {
		waiting, err := s.Notices(a.ctx, 0, math.MaxInt)
		if err != nil {
			return err.Error()
		}
		due, err := s.DueNotices(a.ctx, a.base.Add(time.Hour), math.MaxInt)
		if err != nil {
			return err.Error()
		}
		for _, n := range append(a.own(waiting), a.own(due)...) {
			n = n.Clone()
			n.ID = 0 // of all actors together
			sides[i] = append(sides[i], n)
		}
		all, err := s.Policies(a.ctx)
		if err != nil {
			return err.Error()
		}
		policies[i] = map[string][]byte{}
		for id, p := range all {
			if strings.HasPrefix(id, a.name+"-") {
				policies[i][id] = p
			}
		}
	}
	return diff(sides[1], sides[0]) + diff(policies[1], policies[0])
}
