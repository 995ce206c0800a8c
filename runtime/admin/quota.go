package admin

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/limit"
	"github.com/tykctl/tykctl/runtime/policy"
	"github.com/tykctl/tykctl/runtime/store"
)

// rightsOf returns what a session gives access to: one right for each scope under which requests are counted.
func (h *Handler) rightsOf(text []byte) []*policy.Right {
	rules, err := policy.ParseRules(text)
	if err != nil {
		return nil // what cannot be read opens nothing, so nothing is counted
	}
	set := h.livePolicies()
	sessions := map[string]*policy.Session{} // by organisation; nil: refused there
	var rights []*policy.Right
	for i := range h.plan.APIs {
		org := h.plan.APIs[i].OrgID
		session, known := sessions[org]
		if !known {
			if session, err = set.Session(nil, rules, "", org); err != nil {
				session = nil
			}
			sessions[org] = session
		}
		if session == nil {
			continue
		}
		right, opens := session.Right(plan.APIID(i))
		if opens && !slices.ContainsFunc(rights, func(r *policy.Right) bool { return r.Scope == right.Scope }) {
			rights = append(rights, right)
		}
	}
	return rights
}

func (h *Handler) livePolicies() *policy.Set {
	if h.opt.Policies != nil {
		return h.opt.Policies()
	}
	return policy.NewSet(h.plan)
}

// resetQuotas lets the quotas of a key begin anew, for each scope of its session.
func (h *Handler) resetQuotas(key store.Key, session []byte) *problem {
	scopes := []string{""}
	for _, r := range h.rightsOf(session) {
		if r.Scope != "" {
			scopes = append(scopes, r.Scope)
		}
	}
	for _, scope := range scopes {
		var err error
		if h.opt.Limits != nil {
			err = h.opt.Limits.Reset(h.context, key, scope)
		} else {
			err = h.opt.Store.ResetQuota(h.context, limit.QuotaKey(key, scope))
		}
		if err != nil {
			return h.storeProblem("reset quota", err)
		}
	}
	return nil
}

// withQuota adds to a session what is left of its quota, as Tyk's session objects say it. Quotas of single APIs are not among it.
func (h *Handler) withQuota(key store.Key, text []byte) ([]byte, *problem) {
	rights := h.rightsOf(text)
	i := slices.IndexFunc(rights, func(r *policy.Right) bool { return r.Scope == "" && r.Limit.QuotaMax > 0 })
	if i < 0 {
		return text, nil
	}
	left, renews, p := h.quotaLeft(key, &rights[i].Limit)
	if p != nil {
		return nil, p
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, h.failed("read session", err)
	}
	members["quota_max"], members["quota_remaining"], members["quota_renews"] = rights[i].Limit.QuotaMax, left, renews
	text, err := json.Marshal(members)
	if err != nil {
		return nil, h.failed("write session", err)
	}
	return text, nil
}

// quotaLeft returns what is left of a quota and when it is renewed, in Unix seconds; 0: never, or nobody has asked for anything yet.
func (h *Handler) quotaLeft(key store.Key, lim *plan.Limit) (left, renews int64, p *problem) {
	now := h.opt.Now()
	if h.opt.Limits != nil {
		state, err := h.opt.Limits.Look(h.context, key, "", lim, now)
		if err != nil {
			return 0, 0, h.storeProblem("read quota", err)
		}
		if state.Quota.Resets > 0 {
			renews = now.Add(state.Quota.Resets).Round(time.Second).Unix()
		}
		return state.Quota.Remaining, renews, nil
	}
	q, err := h.opt.Store.Quota(h.context, key)
	switch {
	case err != nil:
		return 0, 0, h.storeProblem("read quota", err)
	case q.Renews.IsZero():
		return max(0, lim.QuotaMax-q.Used), 0, nil
	case !now.Before(q.Renews):
		return lim.QuotaMax, 0, nil
	}
	return max(0, lim.QuotaMax-q.Used), q.Renews.Unix(), nil
}
