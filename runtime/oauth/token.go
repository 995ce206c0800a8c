package oauth

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/valyala/fasthttp"

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
		refreshTokenGrant{s},
	}
}

func (s *Server) allowedGrants() []Grant {
	return slices.DeleteFunc(grantsOf(s), func(g Grant) bool { return !slices.Contains(s.conf.Grants, g.Type()) })
}

// TokenRequest is a parsed token request.
type TokenRequest struct {
	Parameters form
}

// Authorization is what a grant allows.
type Authorization struct {
	Family   store.FamilyID // zero: a new one
	Scope    string         // of the access token; empty: none was asked for
	Granted  string         // of the refresh token: the widest that a later refresh may ask for
	KeyRules []byte         // the session chosen by the identity server, if any
	Refresh  bool           // hand out a refresh token, if the API has them
	Consumes Consumes       // what the grant presented
	Key      store.Key      // of what it presented
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
	if !answer.PostOnly(ctx) {
		return
	}
	tokens, e := s.token(ctx)
	if e != nil {
		writeError(ctx, e)
		return
	}
	answer.JSON(ctx, fasthttp.StatusOK, tokens)
}

// tokenAnswer is the successful answer (RFC 6749 §5.1), members in Tyk's order.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token,omitempty"`
	Scope        string `json:"scope,omitempty"`
	TokenType    string `json:"token_type"`
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
	// 4. Let the grant judge.
	auth, err := grant.Authorize(s.context, &TokenRequest{Parameters: f}, client)
	if err != nil {
		return nil, s.refused(client, err)
	}
	// 5. Make the tokens and store them, consuming what was presented, in one write.
	return s.issue(client, auth)
}

func (s *Server) grant(grantType string) (Grant, *Error) {
	if grantType == "" {
		return nil, invalidRequest("parameter is missing: grant_type")
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

func (s *Server) issue(client *store.Client, auth Authorization) (*tokenAnswer, *Error) {
	now := s.opt.Now()
	if auth.Family == (store.FamilyID{}) {
		if _, err := io.ReadFull(s.opt.Rand, auth.Family[:]); err != nil {
			return nil, s.randomFailed(err)
		}
	}
	access, err := s.newSecret(32)
	if err != nil {
		return nil, s.randomFailed(err)
	}
	pair := store.TokenPair{Access: store.AccessToken{
		Key: store.KeyOf(access), APIID: s.apiID, ClientID: client.ID, Family: auth.Family,
		Scope: auth.Scope, KeyRules: auth.KeyRules, IssuedAt: now, ExpiresAt: now.Add(s.opt.AccessTTL),
	}}
	tokens := &tokenAnswer{
		AccessToken: access, ExpiresIn: int64(s.opt.AccessTTL.Seconds()), Scope: auth.Scope, TokenType: "bearer",
	}
	if auth.Refresh && slices.Contains(s.conf.Grants, "refresh_token") {
		if tokens.RefreshToken, err = s.newSecret(32); err != nil {
			return nil, s.randomFailed(err)
		}
		pair.Refresh = &store.RefreshToken{
			Key: store.KeyOf(tokens.RefreshToken), APIID: s.apiID, ClientID: client.ID, Family: auth.Family,
			Scope: auth.Granted, KeyRules: auth.KeyRules, IssuedAt: now, ExpiresAt: now.Add(s.opt.RefreshTTL),
		}
	}
	if err := s.keep(auth, &pair); err != nil {
		return nil, s.refused(client, err)
	}
	return tokens, nil
}

func (s *Server) keep(auth Authorization, pair *store.TokenPair) error {
	switch auth.Consumes {
	case ConsumesCode:
		return s.opt.Store.RedeemCode(s.context, auth.Key, pair)
	case ConsumesRefresh:
		return s.opt.Store.RotateRefresh(s.context, auth.Key, pair)
	default:
		return s.opt.Store.IssueTokens(s.context, pair)
	}
}

// newSecret returns n random bytes as text that needs no escaping in a URL, a form or a header.
func (s *Server) newSecret(n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.opt.Rand, b); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

func (s *Server) randomFailed(err error) *Error {
	s.opt.Logger.Error("random source failed", "error", err)
	return errServer
}

// scope judges the scope that a client asks for: space-separated names (RFC 6749 §3.3), each declared by the document. An API that declares no
// scope accepts any, as Tyk does.
func (s *Server) scope(asked string) *Error {
	if !validScope(asked) {
		return errInvalidScope
	}
	if len(s.conf.Scopes) == 0 || asked == "" {
		return nil
	}
	for name := range strings.SplitSeq(asked, " ") {
		if _, declared := slices.BinarySearch(s.conf.Scopes, name); !declared {
			return errInvalidScope
		}
	}
	return nil
}

// validScope checks the characters of RFC 6749 §3.3: scope-token *( SP scope-token ).
func validScope(scope string) bool {
	if scope == "" {
		return true
	}
	for name := range strings.SplitSeq(scope, " ") {
		if name == "" {
			return false
		}
		for i := range len(name) {
			if c := name[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
				return false
			}
		}
	}
	return true
}

// narrower reports whether every name of scope is among those granted.
func narrower(scope, granted string) bool {
	names := strings.Fields(granted)
	for name := range strings.SplitSeq(scope, " ") {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
}
