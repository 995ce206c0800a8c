package admin

import (
	"errors"
	"fmt"
	"slices"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/store"
)

const noClient = "OAuth Client ID not found"

// clients routes what is below /tyk/oauth/clients/.
func (h *Handler) clients(ctx *fasthttp.RequestCtx, at []string) {
	switch {
	case at[0] == "":
		notFound(ctx)
	case len(at) == 1 && at[0] == "create" && !ctx.IsGet(): // GET asks for the clients of an API that is called "create"
		h.postClient(ctx)
	case len(at) == 1:
		h.getClients(ctx, at[0])
	case len(at) == 2 && at[0] == "apis" && ctx.QueryArgs().Has("orgID"):
		h.getClientAPIs(ctx, at[1])
	case len(at) == 2:
		h.client(ctx, at[0], at[1])
	case len(at) == 3 && at[2] == "rotate":
		h.rotateClient(ctx, at[0], at[1])
	case len(at) == 3 && at[2] == "tokens":
		h.clientTokens(ctx, at[0], at[1])
	case len(at) == 4 && at[2] == "tokens":
		h.clientToken(ctx, at[0], at[1], at[3])
	default:
		notFound(ctx)
	}
}

// client answers for one client app.
func (h *Handler) client(ctx *fasthttp.RequestCtx, apiID, id string) {
	switch {
	case ctx.IsGet():
		c, p := h.findClient(apiID, id)
		h.respond(ctx, func() any { return h.shown(c) }, p)
	case ctx.IsPut():
		h.putClient(ctx, apiID, id)
	case ctx.IsDelete():
		if p := h.removeClient(apiID, id); p != nil {
			p.answer(ctx)
			return
		}
		answerAction(ctx, id, "deleted")
	default:
		answer.MethodNotAllowed(ctx, "GET, PUT, DELETE")
	}
}

// respond answers 200 with a value, or with the problem there is.
func (h *Handler) respond(ctx *fasthttp.RequestCtx, value func() any, p *problem) {
	if p != nil {
		p.answer(ctx)
		return
	}
	answer.JSON(ctx, fasthttp.StatusOK, value())
}

func (h *Handler) postClient(ctx *fasthttp.RequestCtx) {
	if !answer.PostOnly(ctx) {
		return
	}
	var asked clientBody
	p := h.readJSON(ctx, &asked)
	if p == nil {
		p = h.createClient(&asked)
	}
	h.respond(ctx, func() any { return &asked }, p)
}

// createClient registers a client on the API it names or, without one, on every OAuth API that its policy opens. What was generated and what is
// to be warned about is put into asked.
func (h *Handler) createClient(asked *clientBody) *problem {
	if p := asked.check(); p != nil {
		return p
	}
	uris, warnings, p := asked.redirectURIs(h.opt.RedirectURISeparator)
	if p != nil {
		return p
	}
	apis, p := h.apisOf(asked)
	if p != nil {
		return p
	}
	client := store.Client{
		PolicyID: asked.PolicyID, RedirectURIs: uris, MetaData: asked.metaData(), Description: asked.Description, CreatedAt: h.opt.Now(),
	}
	if asked.ClientID == "" {
		if asked.ClientID, p = h.generate(16); p != nil {
			return p
		}
	}
	client.ID = asked.ClientID
	secret := asked.Secret
	if asked.public() {
		if secret != "" {
			return bad("a public client has no secret; leave secret out")
		}
	} else if secret == "" {
		if secret, p = h.generate(32); p != nil {
			return p
		}
	}
	if secret != "" {
		client.Secrets = []store.Secret{{Key: store.KeyOf(secret)}}
	}
	strange, p := h.strangePolicy(asked.PolicyID, apis)
	if p == nil {
		p = h.storeClients(&client, apis)
	}
	if p != nil {
		return p
	}
	made := h.shown(&client)
	made.APIID, made.Secret, made.Warnings = asked.APIID, secret, slices.Concat(warnings, strange)
	*asked = *made
	return nil
}

// storeClients stores a client on each of the APIs, or on none: what it has created before a failure it takes away again.
func (h *Handler) storeClients(client *store.Client, apis []string) *problem {
	var created []string
	for _, api := range apis {
		client.APIID = api
		err := h.opt.Store.CreateClient(h.context, client)
		switch {
		case err == nil:
			created = append(created, api)
		case errors.Is(err, store.ErrExists) && h.opt.Compat == compat.Tyk:
			err = h.replaceClient(client)
		}
		if err == nil {
			continue
		}
		for _, done := range created {
			if err := h.opt.Store.DeleteClient(h.context, done, client.ID); err != nil {
				h.opt.Logger.Error("a client is registered on a part of its APIs only", "client", client.ID, "api", done, "error", err)
			}
		}
		if errors.Is(err, store.ErrExists) {
			return &problem{fasthttp.StatusConflict, "OAuth Client ID exists already; update, rotate or delete it"}
		}
		return h.storeProblem("create client", err)
	}
	return nil
}

// replaceClient does what Tyk does when a client is created again.
func (h *Handler) replaceClient(client *store.Client) error {
	return h.opt.Store.UpdateClient(h.context, client.APIID, client.ID, func(c *store.Client) error {
		created := c.CreatedAt
		*c = *client.Clone()
		c.CreatedAt = created
		return nil
	})
}

// apisOf returns the APIs on which a client is to be registered.
func (h *Handler) apisOf(asked *clientBody) ([]string, *problem) {
	if asked.APIID == "" {
		return h.apisOfPolicy(asked.PolicyID)
	}
	if p := h.isOAuth(asked.APIID); p != nil {
		return nil, p
	}
	if asked.PolicyID == "" || h.opt.Compat == compat.Tyk {
		return []string{asked.APIID}, nil
	}
	return []string{asked.APIID}, h.policyOpens(asked.PolicyID, asked.APIID)
}

// apisOfPolicy returns the OAuth APIs that a policy opens.
func (h *Handler) apisOfPolicy(policyID string) ([]string, *problem) {
	rights, found, p := h.policyAPIs(policyID)
	if p != nil {
		return nil, p
	}
	if !found {
		return nil, bad("Policy doesn't exist")
	}
	var apis []string
	for _, id := range rights {
		api, exists := h.apis[id]
		if !exists {
			return nil, bad("API doesn't exist")
		}
		if h.plan.APIs[api].OAuth != plan.None {
			apis = append(apis, id)
		}
	}
	if len(apis) == 0 {
		return nil, bad("API is not OAuth2")
	}
	return apis, nil
}

// isOAuth says what is wrong with an API that is to have client apps.
func (h *Handler) isOAuth(apiID string) *problem {
	id, exists := h.apis[apiID]
	switch {
	case !exists:
		return bad("API doesn't exist")
	case h.plan.APIs[id].OAuth == plan.None:
		return bad("API is not OAuth2")
	}
	return nil
}

// policyOpens says what is wrong with a policy for the clients of an API.
func (h *Handler) policyOpens(policyID, apiID string) *problem {
	rights, found, p := h.policyAPIs(policyID)
	switch {
	case p != nil:
		return p
	case !found:
		return bad("Policy doesn't exist")
	case !slices.Contains(rights, apiID):
		return bad("Policy access rights doesn't contain API this OAuth client belongs to")
	}
	return nil
}

// strangePolicy warns about each API that refuses the tokens of a policy because it is of another organisation.
func (h *Handler) strangePolicy(policyID string, apis []string) (warnings []string, p *problem) {
	if policyID == "" {
		return nil, nil
	}
	of, p := h.policy(policyID)
	if of == nil || p != nil {
		return nil, p
	}
	for _, api := range apis {
		if org := h.plan.APIs[h.apis[api]].OrgID; org != of.OrgID {
			warnings = append(warnings, fmt.Sprintf("API %q refuses tokens of this policy: its organisation is %q, the policy's %q", clip(api), clip(org), clip(of.OrgID)))
		}
	}
	return warnings, nil
}

func (h *Handler) getClients(ctx *fasthttp.RequestCtx, apiID string) {
	if !ctx.IsGet() {
		answer.MethodNotAllowed(ctx, fasthttp.MethodGet)
		return
	}
	list, p := h.listClients(apiID)
	if p != nil && p.status == fasthttp.StatusNotFound && h.opt.Compat == compat.Tyk {
		answer.JSON(ctx, fasthttp.StatusNotFound, nil)
		return
	}
	h.respond(ctx, func() any { return list }, p)
}

func (h *Handler) listClients(apiID string) ([]*clientBody, *problem) {
	if _, exists := h.apis[apiID]; !exists {
		return nil, &problem{fasthttp.StatusNotFound, "API doesn't exist"}
	}
	clients, err := h.opt.Store.Clients(h.context, apiID)
	if err != nil {
		return nil, h.storeProblem("list clients", err)
	}
	list := make([]*clientBody, len(clients))
	for i, c := range clients {
		list[i] = h.shown(c)
	}
	return list, nil
}

func (h *Handler) findClient(apiID, id string) (*store.Client, *problem) {
	c, err := h.opt.Store.Client(h.context, apiID, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, &problem{fasthttp.StatusNotFound, noClient}
	case err != nil:
		return nil, h.storeProblem("read client", err)
	}
	return c, nil
}

func (h *Handler) removeClient(apiID, id string) *problem {
	err := h.opt.Store.DeleteClient(h.context, apiID, id)
	switch {
	case errors.Is(err, store.ErrNotFound) && h.opt.Compat == compat.Tyk && h.isOAuth(apiID) == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		return &problem{fasthttp.StatusNotFound, noClient}
	case err != nil:
		return h.storeProblem("delete client", err)
	}
	return nil
}

// getClientAPIs lists the APIs of an organisation that a client is registered on.
func (h *Handler) getClientAPIs(ctx *fasthttp.RequestCtx, id string) {
	if !ctx.IsGet() {
		answer.MethodNotAllowed(ctx, fasthttp.MethodGet)
		return
	}
	org := string(ctx.QueryArgs().Peek("orgID"))
	apis, p := h.clientAPIs(id, org)
	h.respond(ctx, func() any { return apis }, p)
}

// clientAPIs returns the APIs that a client is registered on: those of an organisation, or all when it is empty.
func (h *Handler) clientAPIs(id, org string) ([]string, *problem) {
	all, err := h.opt.Store.ClientAPIs(h.context, id)
	if err != nil {
		return nil, h.storeProblem("find client", err)
	}
	apis := []string{}
	for _, api := range all {
		at, exists := h.apis[api]
		if exists && (org == "" || h.plan.APIs[at].OrgID == org) {
			apis = append(apis, api)
		}
	}
	return apis, nil
}
