package oauth

import (
	"context"

	"github.com/tykctl/tykctl/runtime/store"
)

// refreshTokenGrant exchanges a refresh token for a new pair (RFC 6749 §6). Each works once, and the access tokens of its family end with the
// exchange, as Tyk documents it. One used again ends the family (RFC 9700 §4.14.2), but for a repetition within Options.RefreshGrace.
type refreshTokenGrant struct{ s *Server }

func (refreshTokenGrant) Type() string { return "refresh_token" }

func (g refreshTokenGrant) Authorize(ctx context.Context, req *TokenRequest, c *store.Client) (Authorization, error) {
	presented := req.Parameters["refresh_token"]
	if presented == "" {
		return Authorization{}, missing("refresh_token")
	}
	token, err := g.s.opt.Store.RefreshToken(ctx, store.KeyOf(presented))
	if err != nil {
		return Authorization{}, err
	}
	now := g.s.opt.Now()
	switch {
	case token.APIID != g.s.apiID:
		return Authorization{}, errInvalidGrant
	case token.ClientID != c.ID:
		return Authorization{}, errNotYourToken
	case !now.Before(token.ExpiresAt), !now.Before(g.s.refreshUntil(token.Family, now)):
		return Authorization{}, errInvalidGrant
	}
	scope := token.Scope
	if asked := req.Parameters["scope"]; asked != "" {
		if !validScope(asked) || !narrower(asked, token.Scope) {
			return Authorization{}, errInvalidScope
		}
		scope = asked
	}
	return Authorization{
		Family: token.Family, Scope: scope, Granted: token.Scope, KeyRules: token.KeyRules, User: token.User, UserOrg: token.UserOrg, Refresh: true, Announce: true,
		Consumes: ConsumesRefresh, Presented: presented,
	}, nil
}
