package oauth

import (
	"errors"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/store"
)

// introspection is the answer of RFC 7662 §2.2. What is not active has no other member.
type introspection struct {
	Active    bool   `json:"active"`
	Scope     string `json:"scope,omitempty"`
	ClientID  string `json:"client_id,omitempty"`
	Username  string `json:"username,omitempty"`
	TokenType string `json:"token_type,omitempty"`
	ExpiresAt int64  `json:"exp,omitempty"`
	IssuedAt  int64  `json:"iat,omitempty"`
	Subject   string `json:"sub,omitempty"`
	Audience  string `json:"aud,omitempty"`
	Issuer    string `json:"iss,omitempty"`
}

// Introspect tells a client of this API what a token is worth (RFC 7662). The caller must have a secret, so that nobody goes fishing for tokens.
// Access tokens of this API are shown to every such client, because that is what resource servers ask for; refresh tokens to their own client
// alone. Everything else is not active.
func (s *Server) Introspect(ctx *fasthttp.RequestCtx) {
	if s.crossOrigin(ctx, fasthttp.MethodPost) || !answer.PostOnly(ctx) {
		return
	}
	f, e := bodyForm(ctx)
	var client *store.Client
	if e == nil {
		client, e = s.confidentialClient(ctx, f)
	}
	if e == nil && f["token"] == "" {
		e = invalidRequest("parameter is missing: token")
	}
	var state introspection
	if e == nil {
		state, e = s.introspect(client, store.KeyOf(f["token"]))
	}
	if e != nil {
		s.writeError(ctx, e)
		return
	}
	if state.Active {
		state.Issuer = s.issuer(ctx)
	}
	answer.JSON(ctx, fasthttp.StatusOK, state)
}

// introspect looks for both kinds of token; the hint is not needed (RFC 7662 §2.1).
func (s *Server) introspect(client *store.Client, key store.Key) (introspection, *Error) {
	now := s.opt.Now()
	access, err := s.opt.Store.AccessToken(s.context, key)
	switch {
	case err == nil && access.APIID == s.apiID && now.Before(access.ExpiresAt):
		return introspection{
			Active: true, Scope: access.Scope, ClientID: access.ClientID, Username: access.User, TokenType: "bearer",
			ExpiresAt: access.ExpiresAt.Unix(), IssuedAt: access.IssuedAt.Unix(), Subject: subject(access.User, access.ClientID), Audience: s.apiID,
		}, nil
	case err == nil:
		return introspection{}, nil
	case !errors.Is(err, store.ErrNotFound):
		return introspection{}, s.storeFailed("read access token", err)
	}
	refresh, err := s.opt.Store.RefreshToken(s.context, key)
	switch {
	case err == nil && s.owns(client, refresh.APIID, refresh.ClientID) && now.Before(refresh.ExpiresAt):
		return introspection{
			Active: true, Scope: refresh.Scope, ClientID: refresh.ClientID, Username: refresh.User,
			ExpiresAt: refresh.ExpiresAt.Unix(), IssuedAt: refresh.IssuedAt.Unix(), Subject: subject(refresh.User, refresh.ClientID), Audience: s.apiID,
		}, nil
	case err == nil:
		return introspection{}, nil
	}
	return introspection{}, s.gone("read refresh token", err)
}

// subject is the user, or the client that acts for itself. Who approved an authorization code is known to the identity server alone.
func subject(user, clientID string) string {
	if user != "" {
		return user
	}
	return clientID
}
