package oauth

import (
	"errors"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/answer"

	"github.com/tykctl/tykctl/runtime/store"
)

// Revoke is the revocation endpoint (RFC 7009). The client authenticates and can end only what was issued to it by this API. The type hint is
// not needed: both kinds are looked for (RFC 7009 §2.1). Ending a refresh token ends its family; an unknown token is no error.
func (s *Server) Revoke(ctx *fasthttp.RequestCtx) {
	if s.crossOrigin(ctx, fasthttp.MethodPost) || !answer.PostOnly(ctx) {
		return
	}
	f, e := bodyForm(ctx)
	var client *store.Client
	if e == nil {
		client, e = s.authenticateClient(ctx, f)
	}
	if e == nil && f["token"] == "" {
		e = invalidRequest("parameter is missing: token")
		e.tyk = tykForm{status: fasthttp.StatusBadRequest, message: "token is required"}
	}
	if e == nil {
		e = s.revoke(client, store.KeyOf(f["token"]))
	}
	s.answerRevocation(ctx, e, "token revoked successfully")
}

// RevokeAll ends every access token and refresh token of the authenticated client on this API. A public client cannot: anybody could in its name.
func (s *Server) RevokeAll(ctx *fasthttp.RequestCtx) {
	if !answer.PostOnly(ctx) {
		return
	}
	f, e := bodyForm(ctx)
	var client *store.Client
	if e == nil {
		client, e = s.confidentialClient(ctx, f)
	}
	if e == nil {
		if _, err := s.opt.Store.RevokeClient(s.context, s.apiID, client.ID); err != nil {
			e = s.storeFailed("revoke tokens of client", err)
		}
	}
	s.answerRevocation(ctx, e, "tokens revoked successfully")
}

func (s *Server) answerRevocation(ctx *fasthttp.RequestCtx, e *Error, success string) {
	if e != nil {
		s.writeRevocationError(ctx, e)
		return
	}
	answer.OK(ctx, success)
}

func (s *Server) revoke(client *store.Client, key store.Key) *Error {
	access, err := s.opt.Store.AccessToken(s.context, key)
	switch {
	case err == nil && s.owns(client, access.APIID, access.ClientID):
		if err := s.opt.Store.RevokeAccess(s.context, key); err != nil {
			return s.storeFailed("revoke access token", err)
		}
		return nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return s.storeFailed("read access token", err)
	}
	return s.revokeRefresh(client, key)
}

func (s *Server) revokeRefresh(client *store.Client, key store.Key) *Error {
	refresh, err := s.opt.Store.RefreshToken(s.context, key)
	var spent *store.SpentError
	var family store.FamilyID
	switch {
	case err == nil && s.owns(client, refresh.APIID, refresh.ClientID):
		family = refresh.Family
	case errors.As(err, &spent) && s.owns(client, spent.APIID, spent.ClientID):
		family = spent.Family // rotated meanwhile: the client wants the grant to end, whichever token it still holds
	case err == nil, errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrSpent):
		return nil
	default:
		return s.storeFailed("read refresh token", err)
	}
	if err := s.opt.Store.RevokeFamily(s.context, family); err != nil {
		return s.storeFailed("revoke token family", err)
	}
	return nil
}

func (s *Server) owns(client *store.Client, apiID, clientID string) bool {
	return apiID == s.apiID && clientID == client.ID
}
