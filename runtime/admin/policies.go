package admin

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/policy"
	"github.com/tykctl/tykctl/runtime/store"
)

// maxPolicyID is the length of the longest id of a policy, in bytes.
const maxPolicyID = 200

// policies routes /tyk/policies and what is below it.
func (h *Handler) policies(ctx *fasthttp.RequestCtx, at []string) {
	switch {
	case len(at) == 0 && ctx.IsGet():
		list, p := h.listPolicies()
		h.respond(ctx, func() any { return list }, p)
	case len(at) == 0 && ctx.IsPost():
		h.postPolicy(ctx)
	case len(at) == 0:
		answer.MethodNotAllowed(ctx, "GET, POST")
	case len(at) > 1:
		notFound(ctx)
	case ctx.IsGet():
		text, p := h.policyText(at[0])
		h.respond(ctx, func() any { return text }, p)
	case ctx.IsPut():
		h.putPolicy(ctx, at[0])
	case ctx.IsDelete():
		h.deletePolicy(ctx, at[0])
	default:
		answer.MethodNotAllowed(ctx, "GET, PUT, DELETE")
	}
}

// listPolicies returns the policies in force in Tyk's form, ordered by id. Those of the admin API come as they were written.
func (h *Handler) listPolicies() ([]json.RawMessage, *problem) {
	stored, p := h.storedPolicies()
	if p != nil {
		return nil, p
	}
	all := make(map[string]json.RawMessage, len(stored)+len(h.plan.Policies))
	for i := range h.plan.Policies {
		text, err := policy.FormatPolicy(&h.plan.Policies[i])
		if err != nil {
			return nil, h.failed("write policy", err)
		}
		all[h.plan.Policies[i].ID] = text
	}
	for id, text := range stored {
		all[id] = text
	}
	list := make([]json.RawMessage, 0, len(all))
	for _, id := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[id])
	}
	return list, nil
}

func (h *Handler) storedPolicies() (map[string][]byte, *problem) {
	stored, err := h.opt.Store.Policies(h.context)
	if err != nil {
		return nil, h.storeProblem("read policies", err)
	}
	return stored, nil
}

// planned returns the policy of the plan with an id, which came from a file.
func (h *Handler) planned(id string) (*plan.Policy, bool) {
	i, found := slices.BinarySearchFunc(h.plan.Policies, id, func(p plan.Policy, id string) int { return strings.Compare(p.ID, id) })
	if !found {
		return nil, false
	}
	return &h.plan.Policies[i], true
}

// policy returns the policy in force with an id; nil when there is none.
func (h *Handler) policy(id string) (*plan.Policy, *problem) {
	stored, p := h.storedPolicies()
	if p != nil {
		return nil, p
	}
	if text, found := stored[id]; found {
		parsed, err := policy.ParsePolicy(text)
		if err != nil {
			return nil, h.failed("read policy "+id, err)
		}
		return parsed, nil
	}
	found, _ := h.planned(id)
	return found, nil
}

// policyAPIs returns the ids of the APIs that a policy has rights to, in order.
func (h *Handler) policyAPIs(id string) (apis []string, found bool, p *problem) {
	of, p := h.policy(id)
	if p != nil || of == nil {
		return nil, false, p
	}
	for _, a := range of.Access {
		apis = append(apis, a.APIID)
	}
	return apis, true, nil
}

func (h *Handler) policyText(id string) (json.RawMessage, *problem) {
	stored, p := h.storedPolicies()
	if p != nil {
		return nil, p
	}
	if text, found := stored[id]; found {
		return text, nil
	}
	of, found := h.planned(id)
	if !found {
		return nil, &problem{fasthttp.StatusNotFound, "Policy not found"}
	}
	text, err := policy.FormatPolicy(of)
	if err != nil {
		return nil, h.failed("write policy", err)
	}
	return text, nil
}

// readPolicy reads a policy and gives it the id of the path, if there is one.
func (h *Handler) readPolicy(ctx *fasthttp.RequestCtx, id string) (string, []byte, *problem) {
	body, p := readBody(ctx)
	if p != nil {
		return "", nil, p
	}
	parsed, err := policy.ParsePolicy(body)
	var members map[string]json.RawMessage
	switch {
	case err != nil:
		return "", nil, bad("Request malformed: " + err.Error())
	case json.Unmarshal(body, &members) != nil:
		return "", nil, bad("Request malformed")
	case parsed.ID == "" && id == "":
		return "", nil, bad("Unable to create policy without id.")
	case parsed.ID != "" && id != "" && parsed.ID != id:
		return "", nil, bad("Request ID does not match that in policy! For Update operations these must match.")
	case id == "":
		id = parsed.ID
	}
	if len(id) > maxPolicyID || strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", nil, bad("id must have 200 bytes at most and no control characters")
	}
	if _, found := h.planned(id); found {
		return "", nil, ofFile(id)
	}
	members["id"] = quoted(id)
	text, err := json.Marshal(members)
	if err != nil {
		return "", nil, h.failed("write policy", err)
	}
	return id, text, nil
}

// ofFile refuses to change what a file says: the next reload would bring it back, and nobody would know why.
func ofFile(id string) *problem {
	return &problem{fasthttp.StatusConflict, "Policy " + clip(id) + " comes from a policies file; change it there and reload"}
}

func (h *Handler) postPolicy(ctx *fasthttp.RequestCtx) {
	id, text, p := h.readPolicy(ctx, "")
	if p == nil {
		p = h.keepPolicy(id, text)
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	answerAction(ctx, id, "added")
}

// putPolicy stores a policy under the id of the path, whether there was one or not, as in Tyk.
func (h *Handler) putPolicy(ctx *fasthttp.RequestCtx, id string) {
	_, text, p := h.readPolicy(ctx, id)
	if p == nil {
		p = h.keepPolicy(id, text)
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	answerAction(ctx, id, "modified")
}

func (h *Handler) keepPolicy(id string, text []byte) *problem {
	if err := h.opt.Store.PutPolicy(h.context, id, text); err != nil {
		return h.storeProblem("store policy", err)
	}
	return h.policiesChanged()
}

func (h *Handler) deletePolicy(ctx *fasthttp.RequestCtx, id string) {
	err := h.opt.Store.DeletePolicy(h.context, id)
	var p *problem
	switch _, planned := h.planned(id); {
	case err == nil:
		p = h.policiesChanged()
	case !errors.Is(err, store.ErrNotFound):
		p = h.storeProblem("delete policy", err)
	case planned:
		p = ofFile(id)
	default:
		p = &problem{fasthttp.StatusNotFound, "Policy not found"}
		if tyk := h.orTyk(p, fasthttp.StatusInternalServerError); tyk != p {
			tyk.message, p = "Delete failed", tyk
		}
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	answerAction(ctx, id, "deleted")
}

// policiesChanged lets what was written count from the next request on.
func (h *Handler) policiesChanged() *problem {
	if h.opt.PoliciesChanged == nil {
		return nil
	}
	if err := h.opt.PoliciesChanged(h.context); err != nil {
		return h.storeProblem("take over policies", err)
	}
	return nil
}
