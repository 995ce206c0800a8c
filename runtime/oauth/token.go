package oauth

import (
	"context"
	"errors"
	"slices"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/store"
)

// Grant is one way to obtain an access token. It does its own part only; what is common to all grants belongs to the token endpoint, so
// that none can forget it.
type Grant interface {
	// Type is the grant_type that the grant serves.
	Type() string
	// Authorize judges the request of an authenticated client. It consumes nothing: what the grant presents is consumed by the endpoint in
	// the write that stores the tokens. A refusal is an *Error; any other error is a failure of the store.
	Authorize(ctx context.Context, req *TokenRequest, c *store.Client) (Authorization, error)
}

// grantsOf lists every grant of the token endpoint. The list is the attack surface: a grant that is not here does not exist.
func grantsOf(s *Server) []Grant {
	return []Grant{
		authorizationCodeGrant{s},
		clientCredentialsGrant{s},
		passwordGrant{s},
		refreshTokenGrant{s},
	}
}

func (s *Server) allowedGrants() []Grant {
	return slices.DeleteFunc(grantsOf(s), func(g Grant) bool { return !slices.Contains(s.conf.Grants, g.Type()) })
}

// TokenRequest is a parsed token request.
type TokenRequest struct {
	Parameters form
	user       attempt // at the password of a user
}

// Authorization is what a grant allows.
type Authorization struct {
	Family    store.FamilyID // zero: a new one
	Scope     string         // of the access token; empty: none was asked for
	Granted   string         // of the refresh token: the widest that a later refresh may ask for
	KeyRules  []byte         // the session chosen by the identity server, or that of the user, if any
	User      string         // whose password it was
	UserOrg   string         // the organisation in which User is a name
	Refresh   bool           // hand out a refresh token, if the API has them
	Announce  bool           // tell the owner of the API, if it wants to know
	Consumes  Consumes       // what the grant presented
	Presented string         // its text
}

// Consumes tells what is used up by issuing the tokens.
type Consumes uint8

// What a grant can use up.
const (
	ConsumesNothing Consumes = iota
	ConsumesCode
	ConsumesRefresh
)

// Token is the token endpoint (RFC 6749 §3.2).
func (s *Server) Token(ctx *fasthttp.RequestCtx) {
	if s.crossOrigin(ctx, fasthttp.MethodPost) {
		return
	}
	if ctx.IsGet() && s.opt.Compat == compat.Tyk {
		s.writeError(ctx, invalidRequest("the token endpoint takes POST only"))
		return
	}
	if !answer.PostOnly(ctx) {
		return
	}
	tokens, e := s.token(ctx)
	if e != nil {
		s.writeError(ctx, e)
		return
	}
	answer.JSON(ctx, fasthttp.StatusOK, tokens)
}

// token runs the phases of a token request, in the order in which Tyk checks them.
func (s *Server) token(ctx *fasthttp.RequestCtx) (*tokenAnswer, *Error) {
	// 1. Parse the parameters, once.
	f, e := bodyForm(ctx)
	if e != nil {
		return nil, e
	}
	// 2. Find the grant among those that the definition allows.
	grant, e := s.grant(f["grant_type"])
	if e != nil {
		return nil, e
	}
	// 3. Authenticate the client.
	client, e := s.authenticateClient(ctx, f)
	if e != nil {
		return nil, e
	}
	if e := s.pace(ctx, client); e != nil {
		return nil, e
	}
	// 4. Let the grant judge.
	req := &TokenRequest{Parameters: f, user: s.attempt(ctx, "user", f["username"])}
	auth, err := grant.Authorize(s.context, req, client)
	// 5. Make the tokens and store them, consuming what was presented, in one write.
	if err == nil {
		var tokens *tokenAnswer
		if tokens, err = s.issue(client, auth); err == nil {
			return tokens, nil
		}
	}
	// 6. What was presented before may have been so because the answer was lost.
	if grant.Type() == "refresh_token" {
		if tokens, e := s.repeat(client, f, err); tokens != nil || e != nil {
			return tokens, e
		}
	}
	return nil, s.refused(client, err)
}

func (s *Server) grant(grantType string) (Grant, *Error) {
	if grantType == "" {
		return nil, invalidRequest("parameter is missing: grant_type").as("unsupported_grant_type")
	}
	for _, g := range s.grants {
		if g.Type() == grantType {
			return g, nil
		}
	}
	return nil, errUnsupportedGrant
}

// refused turns a grant's error into the client's answer. Something used twice ends everything that came of it (RFC 6749 §4.1.2, RFC 9700
// §4.14.2): one of the two users is a thief, and it cannot be told which. Only the client it was issued to can do that, so that
// nobody ends what belongs to others.
func (s *Server) refused(client *store.Client, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	var spent *store.SpentError
	if errors.As(err, &spent) {
		if !s.owns(client, spent.APIID, spent.ClientID) {
			return errInvalidGrant
		}
		if err := s.opt.Store.RevokeFamily(s.context, spent.Family); err != nil {
			return s.storeFailed("revoke token family", err)
		}
		s.opt.Logger.Warn("code or refresh token used again, its tokens are revoked", "api", s.apiID, "client", spent.ClientID)
		return errInvalidGrant
	}
	if errors.Is(err, store.ErrNotFound) {
		return errInvalidGrant
	}
	return s.storeFailed("judge grant", err)
}
