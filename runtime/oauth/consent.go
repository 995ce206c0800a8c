package oauth

import (
	"net/url"
	"strings"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/store"
)

// Consent is a checked authorization request that waits for the user's decision, for an identity server in this process. Others come through
// AuthorizeClient. It holds for the request in which it was made: between two of them only the parameters are kept, and checked again.
type Consent struct {
	Client      *store.Client
	Scopes      []string // asked for; none: all that the client may do
	RedirectURI string   // where the answer goes

	server *Server
	asked  *authorizationRequest
}

// Consent checks the parameters of an authorization request (RFC 6749 §4.1.1).
func (s *Server) Consent(ctx *fasthttp.RequestCtx, params map[string]string) (*Consent, *Error) {
	asked, e := s.authorizationRequest(ctx, params)
	if e != nil {
		return nil, e
	}
	return &Consent{Client: asked.client, Scopes: strings.Fields(asked.scope), RedirectURI: asked.redirectURI, server: s, asked: asked}, nil
}

// Approve stores an authorization code and returns where the browser takes it.
func (c *Consent) Approve() (location string, e *Error) {
	code, e := c.server.newCode(c.asked, nil)
	if e != nil {
		return "", e
	}
	return c.server.responseURI(c.asked, url.Values{"code": {code}}), nil
}

// Deny returns where the browser tells the client that the user has refused (RFC 6749 §4.1.2.1).
func (c *Consent) Deny() (location string) {
	return c.server.errorURI(c.asked, &Error{Code: "access_denied", Description: "the user has denied the request"})
}
