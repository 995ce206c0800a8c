package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"

	"github.com/tykctl/tykctl/runtime/store"
)

// authorizationCodeGrant exchanges the code that the identity server obtained (RFC 6749 §4.1.3). A code that does not fit the request stays
// usable by its owner.
type authorizationCodeGrant struct{ s *Server }

func (authorizationCodeGrant) Type() string { return "authorization_code" }

func (g authorizationCodeGrant) Authorize(ctx context.Context, req *TokenRequest, c *store.Client) (Authorization, error) {
	presented := req.Parameters["code"]
	if presented == "" {
		return Authorization{}, invalidRequest("parameter is missing: code")
	}
	key := store.KeyOf(presented)
	code, err := g.s.opt.Store.Code(ctx, key)
	if err != nil {
		return Authorization{}, err
	}
	switch {
	case code.APIID != g.s.apiID, code.ClientID != c.ID:
		return Authorization{}, errInvalidGrant
	case !g.s.opt.Now().Before(code.ExpiresAt):
		return Authorization{}, errInvalidGrant
	case code.RedirectURI != req.Parameters["redirect_uri"]: // RFC 6749 §4.1.3: required if it was in the authorization request, and identical
		return Authorization{}, errInvalidGrant
	case !verifies(code, req.Parameters["code_verifier"]):
		return Authorization{}, errInvalidGrant
	}
	return Authorization{
		Family: code.Family, Scope: code.Scope, Granted: code.Scope, KeyRules: code.KeyRules, Refresh: true,
		Consumes: ConsumesCode, Key: key,
	}, nil
}

// verifies checks the code verifier (RFC 7636 §4.6). A verifier without a challenge is refused too: somebody took the challenge out of the
// authorization request (RFC 9700 §2.1.1).
func verifies(code *store.Code, verifier string) bool {
	if code.CodeChallenge == "" || verifier == "" {
		return code.CodeChallenge == "" && verifier == ""
	}
	sum := sha256.Sum256([]byte(verifier))
	computed := base64.RawURLEncoding.EncodeToString(sum[:])
	return code.CodeChallengeMethod == "S256" && subtle.ConstantTimeCompare([]byte(computed), []byte(code.CodeChallenge)) == 1
}
