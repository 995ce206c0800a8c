package admin

import (
	"errors"
	"slices"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/store"
)

// putClient replaces redirect URIs, policy, meta data and description: what the body leaves out is emptied, as in Tyk. Id, secrets and kind stay.
func (h *Handler) putClient(ctx *fasthttp.RequestCtx, apiID, id string) {
	var asked clientBody
	p := h.readJSON(ctx, &asked)
	if p == nil {
		p = h.checkUpdate(&asked, apiID)
	}
	var uris, warnings, strange []string
	if p == nil {
		uris, warnings, p = asked.redirectURIs(h.opt.RedirectURISeparator)
	}
	if p == nil {
		strange, p = h.strangePolicy(asked.PolicyID, []string{apiID})
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	var updated *store.Client
	p = h.withPolicy(apiID, id, asked.PolicyID, func() *problem {
		return h.change(apiID, id, func(c *store.Client) error {
			if asked.declaresOther(c) {
				return errKind
			}
			c.RedirectURIs, c.PolicyID, c.MetaData, c.Description = uris, asked.PolicyID, asked.metaData(), asked.Description
			updated = c.Clone()
			return nil
		})
	})
	h.respond(ctx, func() any {
		b := h.shown(updated)
		b.Warnings = slices.Concat(warnings, strange)
		return b
	}, p)
}

var errKind = errors.New("a client stays what it is")

// declaresOther reports whether the body says that a public client is confidential, or the other way round.
func (c *clientBody) declaresOther(stored *store.Client) bool {
	return (c.Public != nil || c.AuthMethod != "") && c.public() != (len(stored.Secrets) == 0)
}

// checkUpdate is check, with Tyk's statuses for what does not exist. The secret and the id in the body are of no effect.
func (h *Handler) checkUpdate(asked *clientBody, apiID string) *problem {
	asked.ClientID, asked.Secret = "", ""
	if p := asked.check(); p != nil {
		return p
	}
	if p := h.isOAuthFor(apiID); p != nil || asked.PolicyID == "" {
		return p
	}
	p := h.policyOpens(asked.PolicyID, apiID)
	if p != nil && p.message == "Policy doesn't exist" {
		p.status = fasthttp.StatusNotFound
	}
	return p
}

// isOAuthFor is isOAuth for calls about a client that is there already: an unknown API is 404.
func (h *Handler) isOAuthFor(apiID string) *problem {
	if _, exists := h.apis[apiID]; !exists {
		return &problem{fasthttp.StatusNotFound, "API doesn't exist"}
	}
	return h.isOAuth(apiID)
}

// withPolicy lets update give a client a policy. Another policy than it had ends the client's tokens, before and after: before, so that a failure
// leaves a client whose next update does it all again; after, for tokens that were issued meanwhile.
func (h *Handler) withPolicy(apiID, id, policyID string, update func() *problem) *problem {
	c, p := h.findClient(apiID, id)
	if p != nil {
		return p
	}
	if c.PolicyID == policyID {
		return update()
	}
	if _, err := h.opt.Store.RevokeClient(h.context, apiID, id); err != nil {
		return h.storeProblem("revoke tokens of client", err)
	}
	if p := update(); p != nil {
		return p
	}
	if _, err := h.opt.Store.RevokeClient(h.context, apiID, id); err != nil {
		return h.storeProblem("revoke tokens of client", err)
	}
	return nil
}

// change is UpdateClient with its outcomes as problems.
func (h *Handler) change(apiID, id string, change func(*store.Client) error) *problem {
	err := h.opt.Store.UpdateClient(h.context, apiID, id, change)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &problem{fasthttp.StatusNotFound, noClient}
	case errors.Is(err, errKind):
		return bad("a confidential client cannot become public, nor a public one confidential; delete it and create it anew")
	case errors.Is(err, errPublic):
		return bad("a public client has no secret to rotate")
	case err != nil:
		return h.storeProblem("update client", err)
	}
	return nil
}

// maxOverlap is how long an old secret may live on, in seconds: thirty days.
const maxOverlap = 30 * 24 * 60 * 60

type rotateBody struct {
	Overlap *int   `json:"overlap"` // seconds
	Secret  string `json:"secret"`
}

// rotateClient gives a client another secret. The old one stops at once, or when the overlap is over; there are never more than two.
func (h *Handler) rotateClient(ctx *fasthttp.RequestCtx, apiID, id string) {
	if !ctx.IsPut() {
		answer.MethodNotAllowed(ctx, fasthttp.MethodPut)
		return
	}
	asked, p := h.rotation(ctx)
	if p == nil {
		p = h.isOAuthFor(apiID)
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	var updated *store.Client
	p = h.change(apiID, id, func(c *store.Client) error {
		if len(c.Secrets) == 0 {
			return errPublic
		}
		c.Secrets = rotated(c.Secrets, store.KeyOf(asked.Secret), time.Duration(*asked.Overlap)*time.Second, h.opt.Now())
		updated = c.Clone()
		return nil
	})
	h.respond(ctx, func() any {
		b := h.shown(updated)
		b.Secret = asked.Secret
		return b
	}, p)
}

var errPublic = errors.New("a public client has no secret")

// rotation reads how a secret is to be rotated, from the query or a JSON body; either may be left out.
func (h *Handler) rotation(ctx *fasthttp.RequestCtx) (*rotateBody, *problem) {
	var asked rotateBody
	body, p := readBody(ctx)
	if p == nil && len(body) > 0 {
		p = h.orTyk(decode(body, &asked), fasthttp.StatusInternalServerError)
	}
	if p != nil {
		return nil, p
	}
	overlap, p := number(ctx, "overlap", 0, 0, maxOverlap)
	switch {
	case p != nil:
		return nil, p
	case asked.Overlap == nil:
		asked.Overlap = &overlap
	case *asked.Overlap < 0 || *asked.Overlap > maxOverlap:
		return nil, bad("overlap must be a number of seconds from 0 to 2592000")
	}
	if p := (&clientBody{Secret: asked.Secret}).check(); p != nil {
		return nil, p
	}
	if asked.Secret == "" {
		if asked.Secret, p = h.generate(32); p != nil {
			return nil, p
		}
	}
	return &asked, nil
}

// rotated returns the secrets after a rotation: the new one and, during an overlap, the newest of those that were live.
func rotated(old []store.Secret, fresh store.Key, overlap time.Duration, now time.Time) []store.Secret {
	secrets := []store.Secret{{Key: fresh}}
	newest := slices.IndexFunc(old, func(s store.Secret) bool { return isLive(s, now) && s.Key != fresh })
	if overlap == 0 || newest < 0 {
		return secrets
	}
	kept := old[newest]
	if until := now.Add(overlap); kept.ExpiresAt.IsZero() || until.Before(kept.ExpiresAt) {
		kept.ExpiresAt = until
	}
	return append(secrets, kept)
}
