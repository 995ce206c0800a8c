package oauth

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/store"
)

// authorizationRequest is a checked request for an authorization code (RFC 6749 §4.1.1).
type authorizationRequest struct {
	client      *store.Client
	redirectURI string // where the answer goes: as sent, or the only registered one
	sentURI     string // as sent; empty when it was not
	state       string
	scope       string
	challenge   string
	method      string
	issuer      string // of the answer; empty: it is not named
}

// Authorize is the authorization endpoint (RFC 6749 §3.1). It knows no user: it checks the request and sends the browser on to the identity
// server's login page, which comes back through AuthorizeClient. The redirect is 307 as Tyk documents it: after a POST the
// browser repeats the form, so the form holds nothing but the request.
func (s *Server) Authorize(ctx *fasthttp.RequestCtx) {
	if !ctx.IsGet() && !ctx.IsPost() {
		answer.MethodNotAllowed(ctx, "GET, POST")
		return
	}
	f, e := queryOrBodyForm(ctx)
	if _, ok := f[keyRules]; ok && e == nil {
		// Only the identity server may choose a session; one that forwards everything it is sent must not be made to.
		e = invalidRequest("parameter is not allowed here: " + keyRules)
	}
	if e != nil {
		s.writeMessage(ctx, e)
		return
	}
	req, e := s.authorizationRequest(ctx, f)
	if e == nil && s.conf.LoginRedirect == "" {
		s.opt.Logger.Error("the definition names no login page", "api", s.apiID)
		e = errServer
	}
	if e != nil {
		s.authorizeFailed(ctx, req, e)
		return
	}
	location := s.conf.LoginRedirect
	if ctx.IsGet() {
		location = withQuery(location, string(ctx.URI().QueryString()))
	}
	redirect(ctx, fasthttp.StatusTemporaryRedirect, location)
}

// authorizeFailed answers a bad authorization request: at the client's redirect URI once client and URI are known to belong together (RFC 6749
// §4.1.2.1), to the caller alone before that. Tyk always does the latter.
func (s *Server) authorizeFailed(ctx *fasthttp.RequestCtx, req *authorizationRequest, e *Error) {
	if req == nil || s.opt.Compat == compat.Tyk {
		s.writeMessage(ctx, e)
		return
	}
	status := fasthttp.StatusFound
	if ctx.IsPost() {
		status = fasthttp.StatusSeeOther // the form stays here (RFC 9700 §4.12)
	}
	redirect(ctx, status, s.errorURI(req, e))
}

func redirect(ctx *fasthttp.RequestCtx, status int, location string) {
	h := &ctx.Response.Header
	h.Set(fasthttp.HeaderCacheControl, "no-store")
	h.Set(fasthttp.HeaderReferrerPolicy, "no-referrer")
	h.Set(fasthttp.HeaderLocation, location)
	ctx.SetStatusCode(status)
}

func (s *Server) errorURI(req *authorizationRequest, e *Error) string {
	_, body := s.body(e)
	return s.responseURI(req, url.Values{"error": {body.Error}, "error_description": {body.Description}})
}

// responseURI is the redirect URI with an answer in its query: with the state that was sent, and the issuer (RFC 9207), by which a client of
// several servers knows which one has answered.
func (s *Server) responseURI(req *authorizationRequest, query url.Values) string {
	if req.state != "" {
		query.Set("state", req.state)
	}
	if !s.sendsIssuer() {
		return mergedQuery(req.redirectURI, query)
	}
	if req.issuer != "" {
		query.Set("iss", req.issuer)
	}
	return withQuery(req.redirectURI, query.Encode())
}

// sendsIssuer reports whether answers name their issuer. In Tyk's mode they are Tyk's.
func (s *Server) sendsIssuer() bool { return s.opt.Compat != compat.Tyk }

// authorizationRequest checks the parameters. With an error it returns the request too once client and redirect URI are trusted, and
// nil before.
func (s *Server) authorizationRequest(ctx *fasthttp.RequestCtx, f form) (*authorizationRequest, *Error) {
	unanswered := s.responseType(f["response_type"])
	if unanswered != nil && s.opt.Compat == compat.Tyk {
		return nil, unanswered // Tyk looks at this first
	}
	client, err := s.opt.Store.Client(s.context, s.apiID, f["client_id"])
	if errors.Is(err, store.ErrNotFound) {
		return nil, &Error{
			Code: "invalid_client", Status: fasthttp.StatusBadRequest, tyk: tykForm{code: "server_error"},
			Description: "parameter is missing or names no client of this API: client_id",
		}
	}
	if err != nil {
		return nil, s.storeFailed("read client", err)
	}
	req := &authorizationRequest{
		client: client, sentURI: f["redirect_uri"], state: f["state"], scope: f["scope"], challenge: f["code_challenge"], method: f["code_challenge_method"],
	}
	if s.sendsIssuer() {
		req.issuer = s.issuer(ctx)
	}
	if e := req.resolveRedirectURI(); e != nil {
		return nil, e
	}
	if unanswered != nil {
		return req, unanswered
	}
	if e := s.scope(req.scope); e != nil {
		return req, e
	}
	return req, req.checkChallenge()
}

func (s *Server) responseType(asked string) *Error {
	switch {
	case asked == "":
		return invalidRequest("parameter is missing: response_type").as("unsupported_response_type")
	case asked != "code", !slices.Contains(s.conf.ResponseTypes, "code"), !slices.Contains(s.conf.Grants, "authorization_code"):
		return errUnsupportedResponse
	}
	return nil
}

func (r *authorizationRequest) resolveRedirectURI() *Error {
	if len(r.client.RedirectURIs) == 0 {
		return &Error{Code: "unauthorized_client", Status: fasthttp.StatusBadRequest, Description: "the client has no redirect URI"}
	}
	uri, ok := registeredFor(r.client.RedirectURIs, r.sentURI)
	if !ok {
		return errRedirectMismatch
	}
	r.redirectURI = uri
	return nil
}

var errRedirectMismatch = invalidRequest("redirect_uri is missing or is not registered for this client")

// checkChallenge accepts S256 alone (RFC 7636 §4.2): "plain" protects against nothing that it was made for. A client without a secret must send a
// challenge: nothing else ties the code to it (RFC 9700 §2.1.1).
func (r *authorizationRequest) checkChallenge() *Error {
	switch {
	case r.challenge == "" && r.method != "":
		return invalidRequest("code_challenge_method without code_challenge")
	case r.challenge == "" && isPublic(r.client):
		return invalidRequest("parameter is missing: code_challenge; a client without a secret must send one")
	case r.challenge == "":
		return nil
	case r.method != "S256":
		return invalidRequest("code_challenge_method must be S256")
	case !isChallenge(r.challenge):
		return invalidRequest("code_challenge is not a base64url-encoded SHA-256")
	}
	return nil
}

// isChallenge reports whether a text can be the base64url of a SHA-256, without padding.
func isChallenge(text string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return len(text) == 43 && strings.Trim(text, letters) == ""
}
