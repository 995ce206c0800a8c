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
		return Authorization{}, missing("code")
	}
	code, err := g.s.opt.Store.Code(ctx, store.KeyOf(presented))
	if err != nil {
		return Authorization{}, err
	}
	switch {
	case !g.s.owns(c, code.APIID, code.ClientID):
		return Authorization{}, errInvalidGrant
	case !g.s.opt.Now().Before(code.ExpiresAt):
		return Authorization{}, errInvalidGrant
	case !sameRedirect(code, c, req.Parameters["redirect_uri"]):
		return Authorization{}, errOtherRedirect
	case !verifies(code, req.Parameters["code_verifier"]), isPublic(c) && code.CodeChallenge == "":
		return Authorization{}, errInvalidGrant
	}
	return Authorization{
		Family: code.Family, Scope: code.Scope, Granted: code.Scope, KeyRules: code.KeyRules, Refresh: true, Announce: true,
		Consumes: ConsumesCode, Presented: presented,
	}, nil
}

// sameRedirect compares with the redirect URI of the authorization request: required if one was sent then, and identical (RFC 6749 §4.1.3). If none
// was, the only registered one was meant.
func sameRedirect(code *store.Code, c *store.Client, sent string) bool {
	if code.RedirectURI != "" {
		return sent == code.RedirectURI
	}
	return sent == "" || len(c.RedirectURIs) == 1 && sent == c.RedirectURIs[0]
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
