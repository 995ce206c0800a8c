package oauth

import (
	"context"

	"github.com/tykctl/tykctl/runtime/store"
)

// clientCredentialsGrant lets a client act for itself (RFC 6749 §4.4). It yields no refresh token (§4.4.3) and needs no redirect URI.
type clientCredentialsGrant struct{ s *Server }

func (clientCredentialsGrant) Type() string { return "client_credentials" }

func (g clientCredentialsGrant) Authorize(_ context.Context, req *TokenRequest, _ *store.Client) (Authorization, error) {
	scope := req.Parameters["scope"]
	if e := g.s.scope(scope); e != nil {
		return Authorization{}, e
	}
	return Authorization{Scope: scope, Granted: scope}, nil
}
