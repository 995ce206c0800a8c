package admin

import (
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/url"
	"strconv"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/store"
)

// tokenBody is one access token in a list. The code is the SHA-256 of the token: enough to revoke it, nothing to call with.
type tokenBody struct {
	Code    string `json:"code"`
	Expires int64  `json:"expires"` // Unix seconds
}

// tokenPage is Tyk's form of a part of the list.
type tokenPage struct {
	Pagination struct {
		Page  int `json:"page_num"`
		Total int `json:"page_total"`
		Size  int `json:"page_size"`
	}
	Tokens []tokenBody
}

const tokenPageSize = 100

// clientTokens lists the live access tokens of a client, or ends all its tokens.
func (h *Handler) clientTokens(ctx *fasthttp.RequestCtx, apiID, id string) {
	switch {
	case ctx.IsGet():
		list, p := h.listTokens(apiID, id)
		h.respond(ctx, func() any { return paged(list, ctx.QueryArgs()) }, p)
	case ctx.IsDelete():
		_, p := h.findClient(apiID, id)
		if p == nil {
			p = h.revokeClient(apiID, id)
		}
		if p != nil {
			p.answer(ctx)
			return
		}
		answerAction(ctx, id, "deleted")
	default:
		answer.MethodNotAllowed(ctx, "GET, DELETE")
	}
}

func (h *Handler) listTokens(apiID, id string) ([]tokenBody, *problem) {
	if _, exists := h.apis[apiID]; !exists {
		return nil, &problem{fasthttp.StatusNotFound, noClient}
	}
	if p := h.isOAuth(apiID); p != nil {
		return nil, p
	}
	tokens, err := h.opt.Store.ClientTokens(h.context, apiID, id, h.opt.Now())
	if err != nil {
		return nil, h.storeProblem("list tokens of client", err)
	}
	list := make([]tokenBody, len(tokens))
	for i, t := range tokens {
		list[i] = tokenBody{Code: hex.EncodeToString(t.Key[:]), Expires: t.ExpiresAt.Unix()}
	}
	return list, nil
}

// paged returns the page that the query asks for; the whole list when it asks for none. A page that is no number is the first, as in Tyk.
func paged(list []tokenBody, query *fasthttp.Args) any {
	if !query.Has("page") {
		return list
	}
	page, err := strconv.Atoi(string(query.Peek("page")))
	if err != nil || page < 1 {
		page = 1
	}
	var p tokenPage
	p.Pagination.Page, p.Pagination.Size = page, tokenPageSize
	p.Pagination.Total = (len(list) + tokenPageSize - 1) / tokenPageSize
	first := len(list)
	if page <= p.Pagination.Total {
		first = (page - 1) * tokenPageSize
	}
	p.Tokens = list[first:min(first+tokenPageSize, len(list))]
	return &p
}

// clientToken ends one access token of a client, named by the code that the list has for it.
func (h *Handler) clientToken(ctx *fasthttp.RequestCtx, apiID, id, code string) {
	if !ctx.IsDelete() {
		answer.MethodNotAllowed(ctx, fasthttp.MethodDelete)
		return
	}
	key, isHash := hashKey(code)
	token, err := h.opt.Store.AccessToken(h.context, key)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		h.storeProblem("read access token", err).answer(ctx)
		return
	case !isHash, err != nil, token.APIID != apiID, token.ClientID != id:
		answer.Error(ctx, fasthttp.StatusNotFound, "There is no such token found")
		return
	}
	if err := h.opt.Store.RevokeAccess(h.context, key); err != nil {
		h.storeProblem("revoke access token", err).answer(ctx)
		return
	}
	answerAction(ctx, code, "deleted")
}

// hashKey reads a Key from the hexadecimal form in which answers have it.
func hashKey(text string) (key store.Key, ok bool) {
	if len(text) != hex.EncodedLen(len(key)) {
		return key, false
	}
	_, err := hex.Decode(key[:], []byte(text))
	return key, err == nil
}

func (h *Handler) revokeClient(apiID, id string) *problem {
	if _, err := h.opt.Store.RevokeClient(h.context, apiID, id); err != nil {
		return h.storeProblem("revoke tokens of client", err)
	}
	return nil
}

// postRevoke ends one token: an access token alone, a refresh token with its family. The hint is not needed (RFC 7009 §2.1). As in Tyk the client must
// exist and the token need not be its own: who holds the gateway secret may end any.
func (h *Handler) postRevoke(ctx *fasthttp.RequestCtx) {
	if !answer.PostOnly(ctx) {
		return
	}
	form, p := h.readForm(ctx)
	if p == nil {
		p = h.revoke(form, form.Get("client_id"))
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	answer.OK(ctx, "token revoked successfully")
}

func (h *Handler) revoke(form url.Values, clientID string) *problem {
	switch {
	case form.Get("token") == "":
		return bad("token is required")
	case clientID == "":
		return bad("client_id is required")
	}
	apis, p := h.clientAPIs(clientID, form.Get("org_id"))
	switch {
	case p != nil:
		return p
	case len(apis) == 0:
		return bad("oauth client doesn't exist")
	}
	return h.revokeToken(store.KeyOf(form.Get("token")))
}

// revokeToken ends whatever a key is the key of. An unknown one is no error (RFC 7009 §2.2).
func (h *Handler) revokeToken(key store.Key) *problem {
	_, err := h.opt.Store.AccessToken(h.context, key)
	switch {
	case err == nil:
		if err := h.opt.Store.RevokeAccess(h.context, key); err != nil {
			return h.storeProblem("revoke access token", err)
		}
		return nil
	case !errors.Is(err, store.ErrNotFound):
		return h.storeProblem("read access token", err)
	}
	return h.revokeRefresh(key, "")
}

// revokeRefresh ends the family of a refresh token, of one API or of any when apiID is empty.
func (h *Handler) revokeRefresh(key store.Key, apiID string) *problem {
	token, err := h.opt.Store.RefreshToken(h.context, key)
	var spent *store.SpentError
	var family store.FamilyID
	var issuer string
	switch {
	case err == nil:
		family, issuer = token.Family, token.APIID
	case errors.As(err, &spent): // rotated meanwhile: its successor is what is to end
		family, issuer = spent.Family, spent.APIID
	case errors.Is(err, store.ErrNotFound):
		return nil
	default:
		return h.storeProblem("read refresh token", err)
	}
	if apiID != "" && apiID != issuer {
		return nil
	}
	if err := h.opt.Store.RevokeFamily(h.context, family); err != nil {
		return h.storeProblem("revoke token family", err)
	}
	return nil
}

// postRevokeAll ends every token of a client, on every API of an organisation where the secret is the client's.
func (h *Handler) postRevokeAll(ctx *fasthttp.RequestCtx) {
	if !answer.PostOnly(ctx) {
		return
	}
	form, p := h.readForm(ctx)
	if p == nil {
		p = h.revokeAll(form, form.Get("client_id"))
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	answer.OK(ctx, "tokens revoked successfully")
}

func (h *Handler) revokeAll(form url.Values, clientID string) *problem {
	if clientID == "" {
		return &problem{fasthttp.StatusUnauthorized, "client_id is required"}
	}
	apis, p := h.clientAPIs(clientID, form.Get("org_id"))
	if p != nil {
		return p
	}
	var found, matching []*store.Client
	confidential, secret := false, form.Get("client_secret")
	for _, api := range apis {
		c, err := h.opt.Store.Client(h.context, api, clientID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return h.storeProblem("read client", err)
		}
		if err != nil {
			continue
		}
		found = append(found, c)
		confidential = confidential || len(c.Secrets) > 0
		if len(c.Secrets) == 0 || h.isSecretOf(c, secret) {
			matching = append(matching, c)
		}
	}
	switch {
	case secret == "" && (confidential || len(found) == 0):
		return &problem{fasthttp.StatusUnauthorized, "client_secret is required"}
	case len(found) == 0:
		return &problem{fasthttp.StatusNotFound, "oauth client doesn't exist"}
	case len(matching) == 0:
		return &problem{fasthttp.StatusUnauthorized, "client secret is wrong"}
	}
	for _, c := range matching {
		if p := h.revokeClient(c.APIID, clientID); p != nil {
			return p
		}
	}
	return nil
}

// isSecretOf compares in constant time.
func (h *Handler) isSecretOf(c *store.Client, secret string) bool {
	key, now, match := store.KeyOf(secret), h.opt.Now(), 0
	for i := range c.Secrets {
		equal := subtle.ConstantTimeCompare(key[:], c.Secrets[i].Key[:])
		if isLive(c.Secrets[i], now) {
			match |= equal
		}
	}
	return match == 1
}

// deleteRefresh ends a refresh token and its family. As in Tyk any text may be sent; what is no refresh token of that API ends nothing.
func (h *Handler) deleteRefresh(ctx *fasthttp.RequestCtx, token string) {
	if !ctx.IsDelete() {
		answer.MethodNotAllowed(ctx, fasthttp.MethodDelete)
		return
	}
	api := string(ctx.QueryArgs().Peek("api_id"))
	var p *problem
	switch _, exists := h.apis[api]; {
	case api == "":
		p = bad("Missing parameter api_id")
	case !exists:
		p = &problem{fasthttp.StatusNotFound, "API for this refresh token not found"}
	case h.isOAuth(api) != nil:
		p = bad("OAuth is not enabled on this API")
	default:
		p = h.revokeRefresh(store.KeyOf(token), api)
	}
	if p != nil {
		p.answer(ctx)
		return
	}
	answerAction(ctx, token, "deleted")
}

// purgeBite is how many records are removed at once, so that no token waits for a purge.
const purgeBite = 1000

// deleteLapsed removes expired records now instead of with the next sweep.
func (h *Handler) deleteLapsed(ctx *fasthttp.RequestCtx) {
	switch scope := ctx.QueryArgs().Peek("scope"); {
	case !ctx.IsDelete():
		answer.MethodNotAllowed(ctx, fasthttp.MethodDelete)
		return
	case len(scope) == 0:
		answer.Error(ctx, fasthttp.StatusUnprocessableEntity, "scope parameter is required")
		return
	case string(scope) != "lapsed":
		answer.Error(ctx, fasthttp.StatusBadRequest, "unknown scope")
		return
	}
	for {
		n, err := h.opt.Store.Sweep(h.context, h.opt.Now(), purgeBite)
		if err != nil {
			h.storeProblem("purge of expired records", err).answer(ctx)
			return
		}
		if n < purgeBite {
			break
		}
	}
	answer.OK(ctx, "lapsed tokens purged")
}
