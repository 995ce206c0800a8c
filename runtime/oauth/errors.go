package oauth

import (
	"strconv"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/internal/answer"
)

// Error is what a client may see of a failure (RFC 6749 §5.2). Nothing of the store, the disk or the program is in it.
type Error struct {
	Code        string
	Description string
	Status      int
	challenge   bool // add WWW-Authenticate: the client may authenticate and try again
	retryAfter  int  // seconds; 0: not said
	tyk         tykForm
}

// tykForm is what Tyk says instead. An empty member: what the Error says.
type tykForm struct {
	code    string // of token and authorization errors
	status  int    // of the revocation endpoints
	message string
}

// Error returns the code and the description.
func (e *Error) Error() string { return e.Code + ": " + e.Description }

// unauthenticated is the one answer to everything that can be wrong with a client's credentials. Tyk tells them apart.
func unauthenticated(tyk tykForm) *Error {
	return &Error{
		Code: "invalid_client", Status: fasthttp.StatusUnauthorized, challenge: true, tyk: tyk,
		Description: "client authentication failed: the client is unknown, its secret is wrong, or no credentials were sent",
	}
}

func invalidGrant(tyk string) *Error {
	return &Error{
		Code: "invalid_grant", Status: fasthttp.StatusBadRequest, tyk: tykForm{code: tyk},
		Description: "the authorization code, refresh token or password is wrong, expired, already used, or was issued to another client or for another redirect URI",
	}
}

// The errors of the endpoints. Which part of a credential was wrong is never said, but where Tyk says it, and Tyk's answers are wanted.
var (
	errNoCredentials = unauthenticated(tykForm{code: "invalid_request", status: fasthttp.StatusUnauthorized, message: "client_id is required"})
	errNoSecret      = unauthenticated(tykForm{code: "invalid_request", status: fasthttp.StatusUnauthorized, message: "client_secret is required"})
	errUnknownClient = unauthenticated(tykForm{code: "server_error", status: fasthttp.StatusNotFound, message: "error getting oauth client"})
	errWrongSecret   = unauthenticated(tykForm{code: "unauthorized_client", status: fasthttp.StatusUnauthorized, message: "client secret is wrong"})

	errInvalidGrant  = invalidGrant("")
	errWrongPassword = invalidGrant("access_denied")
	errNotYourToken  = invalidGrant("invalid_client")
	errOtherRedirect = invalidGrant("invalid_request")

	errUnsupportedGrant = &Error{
		Code: "unsupported_grant_type", Status: fasthttp.StatusBadRequest,
		Description: "this API does not accept the grant type",
	}
	errUnsupportedResponse = &Error{
		Code: "unsupported_response_type", Status: fasthttp.StatusBadRequest,
		Description: "this API does not answer the response type",
	}
	errInvalidScope = &Error{
		Code: "invalid_scope", Status: fasthttp.StatusBadRequest,
		Description: "the scope is malformed, not declared by this API, or wider than what was granted",
	}
	errPublicClient = &Error{
		Code: "unauthorized_client", Status: fasthttp.StatusBadRequest,
		Description: "a client without a secret may not use this grant",
	}
	errNoPolicy = &Error{
		Code: "unauthorized_client", Status: fasthttp.StatusBadRequest, tyk: tykForm{code: "server_error"},
		Description: "the policy of the client does not exist",
	}
	errUnavailable = &Error{
		Code: "temporarily_unavailable", Status: fasthttp.StatusServiceUnavailable, retryAfter: 1,
		Description: "the authorization server cannot reach its store; try again",
	}
	errBusy = &Error{
		Code: "temporarily_unavailable", Status: fasthttp.StatusServiceUnavailable, retryAfter: 1,
		Description: "the authorization server is busy; try again",
	}
	errServer = &Error{
		Code: "server_error", Status: fasthttp.StatusInternalServerError,
		Description: "the authorization server met an unexpected condition",
	}
)

func invalidRequest(description string) *Error {
	return &Error{Code: "invalid_request", Status: fasthttp.StatusBadRequest, Description: description}
}

// missing says that a parameter of a grant is missing; Tyk takes that for a bad grant.
func missing(name string) *Error {
	e := invalidRequest("parameter is missing: " + name)
	e.tyk.code = "invalid_grant"
	return e
}

// throttled has the same code for everything that is asked for too often: it must not tell whether there is such a client or user.
func throttled(wait time.Duration) *Error {
	return &Error{
		Code: "temporarily_unavailable", Status: fasthttp.StatusTooManyRequests, retryAfter: int((wait + time.Second - 1) / time.Second),
		Description: "too many requests or too many failed attempts; try again later",
	}
}

// as returns the error with another code for Tyk's answer.
func (e *Error) as(tyk string) *Error {
	other := *e
	other.tyk.code = tyk
	return &other
}

type errorBody struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	RedirectTo  string `json:"redirect_to,omitempty"`
	State       string `json:"state,omitempty"`
}

// tykTexts are what Tyk says with each of its error codes.
var tykTexts = map[string]string{
	"invalid_request":           "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.",
	"unauthorized_client":       "The client is not authorized to request a token using this method.",
	"access_denied":             "The resource owner or authorization server denied the request.",
	"unsupported_response_type": "The authorization server does not support obtaining a token using this method.",
	"server_error":              "The authorization server encountered an unexpected condition that prevented it from fulfilling the request.",
	"unsupported_grant_type":    "The authorization grant type is not supported by the authorization server.",
	"invalid_grant":             "The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.",
	"invalid_client":            "Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).",
}

// body returns the status and the members of an error in the mode of the server.
func (s *Server) body(e *Error) (int, errorBody) {
	b := errorBody{Error: e.Code, Description: e.Description}
	switch e.Status {
	case fasthttp.StatusBadRequest, fasthttp.StatusUnauthorized:
		if s.opt.Compat != compat.Tyk {
			break
		}
		if e.tyk.code != "" {
			b.Error = e.tyk.code
		}
		if text, ok := tykTexts[b.Error]; ok {
			b.Description = text
		}
		return s.opt.TykStatus, b
	}
	return e.Status, b
}

// writeError answers with the error as the token endpoint writes it.
func (s *Server) writeError(ctx *fasthttp.RequestCtx, e *Error) {
	status, body := s.body(e)
	s.errorHeaders(ctx, e, status)
	answer.JSON(ctx, status, body)
}

// writeMessage answers with the error as Tyk's authorization endpoint writes it in Tyk's mode, and as writeError otherwise.
func (s *Server) writeMessage(ctx *fasthttp.RequestCtx, e *Error) {
	if s.opt.Compat != compat.Tyk {
		s.writeError(ctx, e)
		return
	}
	status, body := s.body(e)
	s.errorHeaders(ctx, e, status)
	answer.Error(ctx, status, body.Description)
}

// writeRevocationError is the same for the revocation endpoints, which have statuses and messages of their own in Tyk.
func (s *Server) writeRevocationError(ctx *fasthttp.RequestCtx, e *Error) {
	if s.opt.Compat != compat.Tyk {
		s.writeError(ctx, e)
		return
	}
	status, message := e.Status, e.Description
	if e.tyk.message != "" {
		status, message = e.tyk.status, e.tyk.message
	}
	s.errorHeaders(ctx, e, status)
	answer.Error(ctx, status, message)
}

func (s *Server) errorHeaders(ctx *fasthttp.RequestCtx, e *Error, status int) {
	if e.challenge && status == fasthttp.StatusUnauthorized {
		ctx.Response.Header.Set(fasthttp.HeaderWWWAuthenticate, `Basic realm="oauth", charset="UTF-8"`)
	}
	if e.retryAfter > 0 {
		ctx.Response.Header.Set(fasthttp.HeaderRetryAfter, strconv.Itoa(e.retryAfter))
	}
}
