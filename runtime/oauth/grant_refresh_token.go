package oauth

import (
	"context"

	"github.com/tykctl/tykctl/runtime/store"
)

// refreshTokenGrant exchanges a refresh token for a new pair (RFC 6749 §6). Each works once, and the access tokens of its family end with the
// exchange, as Tyk documents it. One used again ends the family (RFC 9700 §4.14.2).
type refreshTokenGrant struct{ s *Server }

func (refreshTokenGrant) Type() string { return "refresh_token" }

func (g refreshTokenGrant) Authorize(ctx context.Context, req *TokenRequest, c *store.Client) (Authorization, error) {
	presented := req.Parameters["refresh_token"]
	if presented == "" {
		return Authorization{}, invalidRequest("parameter is missing: refresh_token")
	}
	key := store.KeyOf(presented)
	token, err := g.s.opt.Store.RefreshToken(ctx, key)
	if err != nil {
		return Authorization{}, err
	}
	switch {
	case token.APIID != g.s.apiID, token.ClientID != c.ID:
		return Authorization{}, errInvalidGrant
	case !g.s.opt.Now().Before(token.ExpiresAt):
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
		Family: token.Family, Scope: scope, Granted: token.Scope, KeyRules: token.KeyRules, Refresh: true,
		Consumes: ConsumesRefresh, Key: key,
	}, nil
}
