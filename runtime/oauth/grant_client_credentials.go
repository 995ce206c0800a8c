package oauth

import (
	"context"

	"github.com/tykctl/tykctl/runtime/store"
)

// clientCredentialsGrant gives a client a token of its own (RFC 6749 §4.4). It yields no refresh token (§4.4.3) and needs no redirect URI. Nobody
// else is concerned, so nobody is told.
type clientCredentialsGrant struct{ s *Server }

func (clientCredentialsGrant) Type() string { return "client_credentials" }

func (g clientCredentialsGrant) Authorize(_ context.Context, req *TokenRequest, c *store.Client) (Authorization, error) {
	if isPublic(c) {
		return Authorization{}, errPublicClient
	}
	scope := req.Parameters["scope"]
	if e := g.s.scope(scope); e != nil {
		return Authorization{}, e
	}
	return Authorization{Scope: scope, Granted: scope}, nil
}
