package oauth

import (
	"errors"
	"io"
	"net/url"
	"slices"

	"github.com/valyala/fasthttp"

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
	if e != nil {
		writeError(ctx, e)
		return
	}
	if _, ok := f["key_rules"]; ok {
		// Only the identity server may choose a session; one that forwards everything it is sent must not be made to.
		writeError(ctx, invalidRequest("parameter is not allowed here: key_rules"))
		return
	}
	req, e := s.authorizationRequest(f)
	if e != nil {
		s.authorizeFailed(ctx, req, e)
		return
	}
	location := s.conf.LoginRedirect
	if ctx.IsGet() {
		location = withQuery(location, string(ctx.URI().QueryString()))
	}
	ctx.Response.Header.Set(fasthttp.HeaderCacheControl, "no-store")
	ctx.Response.Header.Set(fasthttp.HeaderReferrerPolicy, "no-referrer")
	ctx.Response.Header.Set(fasthttp.HeaderLocation, location)
	ctx.SetStatusCode(fasthttp.StatusTemporaryRedirect)
}

// withQuery adds a raw query to a URL that may have one. The definition was checked: the URL has no fragment.
func withQuery(target, query string) string {
	if query == "" {
		return target
	}
	u, err := url.Parse(target)
	if err != nil {
		return target
	}
	if u.RawQuery != "" {
		query = u.RawQuery + "&" + query
	}
	u.RawQuery = query
	return u.String()
}

// authorizeFailed answers a bad authorization request: at the client's redirect URI once client and URI are known to belong together (RFC 6749
// §4.1.2.1), to the caller alone before that.
func (s *Server) authorizeFailed(ctx *fasthttp.RequestCtx, req *authorizationRequest, e *Error) {
	if req == nil {
		writeError(ctx, e)
		return
	}
	ctx.Response.Header.Set(fasthttp.HeaderCacheControl, "no-store")
	ctx.Response.Header.Set(fasthttp.HeaderLocation, req.errorURI(e))
	ctx.SetStatusCode(fasthttp.StatusFound)
}

func (r *authorizationRequest) errorURI(e *Error) string {
	query := url.Values{"error": {e.Code}, "error_description": {e.Description}}
	if r.state != "" {
		query.Set("state", r.state)
	}
	return withQuery(r.redirectURI, query.Encode())
}

// codeAnswer is Tyk's answer to the identity server. "code" and "redirect_to" are documented, "state" is what Tyk adds.
type codeAnswer struct {
	Code       string `json:"code"`
	RedirectTo string `json:"redirect_to"`
	State      string `json:"state,omitempty"`
}

// AuthorizeClient gives the identity server an authorization code for a request that the user has approved. The caller has checked the
// gateway secret.
func (s *Server) AuthorizeClient(ctx *fasthttp.RequestCtx) {
	if !answer.PostOnly(ctx) {
		return
	}
	f, e := queryOrBodyForm(ctx)
	if e == nil {
		if _, ok := f["key_rules"]; ok {
			e = invalidRequest("key_rules is not supported: access tokens carry no session of their own on this gateway")
		}
	}
	if e != nil {
		writeError(ctx, e)
		return
	}
	req, e := s.authorizationRequest(f)
	if e != nil {
		body := errorBody{Error: e.Code, Description: e.Description}
		if req != nil {
			body.State, body.RedirectTo = req.state, req.errorURI(e)
		}
		answer.JSON(ctx, e.Status, body)
		return
	}
	code, e := s.newCode(req)
	if e != nil {
		writeError(ctx, e)
		return
	}
	answer.JSON(ctx, fasthttp.StatusOK, code)
}

func (s *Server) newCode(req *authorizationRequest) (*codeAnswer, *Error) {
	text, err := s.newSecret(16)
	if err != nil {
		return nil, s.randomFailed(err)
	}
	code := store.Code{
		Key: store.KeyOf(text), APIID: s.apiID, ClientID: req.client.ID, RedirectURI: req.sentURI, Scope: req.scope,
		CodeChallenge: req.challenge, CodeChallengeMethod: req.method, ExpiresAt: s.opt.Now().Add(s.opt.CodeTTL),
	}
	if _, err := io.ReadFull(s.opt.Rand, code.Family[:]); err != nil {
		return nil, s.randomFailed(err)
	}
	if err := s.opt.Store.PutCode(s.context, &code); err != nil {
		return nil, s.storeFailed("store authorization code", err)
	}
	query := url.Values{"code": {text}}
	if req.state != "" {
		query.Set("state", req.state)
	}
	return &codeAnswer{Code: text, RedirectTo: withQuery(req.redirectURI, query.Encode()), State: req.state}, nil
}

// authorizationRequest checks the parameters. With an error it returns the request too once client and redirect URI are trusted, and
// nil before.
func (s *Server) authorizationRequest(f form) (*authorizationRequest, *Error) {
	client, err := s.opt.Store.Client(s.context, s.apiID, f["client_id"])
	if errors.Is(err, store.ErrNotFound) {
		e := invalidRequest("parameter is missing or names no client of this API: client_id")
		e.Code = "invalid_client"
		return nil, e
	}
	if err != nil {
		return nil, s.storeFailed("read client", err)
	}
	req := &authorizationRequest{client: client, sentURI: f["redirect_uri"], state: f["state"], scope: f["scope"], challenge: f["code_challenge"], method: f["code_challenge_method"]}
	if e := req.resolveRedirectURI(); e != nil {
		return nil, e
	}
	if f["response_type"] == "" {
		return req, invalidRequest("parameter is missing: response_type")
	}
	if f["response_type"] != "code" || !slices.Contains(s.conf.ResponseTypes, "code") || !slices.Contains(s.conf.Grants, "authorization_code") {
		return req, &Error{Code: "unsupported_response_type", Status: fasthttp.StatusBadRequest, Description: "this API does not answer the response type"}
	}
	if e := s.scope(req.scope); e != nil {
		return req, e
	}
	return req, req.checkChallenge()
}

// resolveRedirectURI compares byte by byte (RFC 9700 §4.1.3). It may be left out when the client has registered exactly one (RFC 6749 §3.1.2.3).
func (r *authorizationRequest) resolveRedirectURI() *Error {
	registered := r.client.RedirectURIs
	switch {
	case r.sentURI == "" && len(registered) == 1:
		r.redirectURI = registered[0]
	case r.sentURI != "" && slices.Contains(registered, r.sentURI):
		r.redirectURI = r.sentURI
	default:
		return invalidRequest("redirect_uri is missing or is not registered for this client")
	}
	return nil
}

// checkChallenge accepts S256 alone (RFC 7636 §4.2): "plain" protects against nothing that it was made for.
func (r *authorizationRequest) checkChallenge() *Error {
	if r.challenge == "" {
		if r.method != "" {
			return invalidRequest("code_challenge_method without code_challenge")
		}
		return nil
	}
	if r.method != "S256" {
		return invalidRequest("code_challenge_method must be S256")
	}
	if len(r.challenge) != 43 { // base64url of a SHA-256
		return invalidRequest("code_challenge is not a base64url-encoded SHA-256")
	}
	return nil
}
