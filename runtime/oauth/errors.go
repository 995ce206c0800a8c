package oauth

import (
	"encoding/json"

	"github.com/valyala/fasthttp"
)

// Error is what a client may see of a failure (RFC 6749 §5.2). Nothing of the store, the disk or the program is in it.
type Error struct {
	Code        string
	Description string
	Status      int
	challenge   bool // add WWW-Authenticate: the client may authenticate and try again
}

// Error returns the code and the description.
func (e *Error) Error() string { return e.Code + ": " + e.Description }

// The errors of the endpoints. Which part of a credential was wrong is never said.
var (
	errInvalidClient = &Error{
		Code: "invalid_client", Status: fasthttp.StatusUnauthorized, challenge: true,
		Description: "client authentication failed: the client is unknown, its secret is wrong, or no credentials were sent",
	}
	errInvalidGrant = &Error{
		Code: "invalid_grant", Status: fasthttp.StatusBadRequest,
		Description: "the authorization code or refresh token is unknown, expired, already used, or was issued to another client or for another redirect URI",
	}
	errUnsupportedGrant = &Error{
		Code: "unsupported_grant_type", Status: fasthttp.StatusBadRequest,
		Description: "this API does not accept the grant type",
	}
	errInvalidScope = &Error{
		Code: "invalid_scope", Status: fasthttp.StatusBadRequest,
		Description: "the scope is malformed, not declared by this API, or wider than what was granted",
	}
	errUnavailable = &Error{
		Code: "temporarily_unavailable", Status: fasthttp.StatusServiceUnavailable,
		Description: "the authorization server cannot reach its store; try again",
	}
	errServer = &Error{
		Code: "server_error", Status: fasthttp.StatusInternalServerError,
		Description: "the authorization server met an unexpected condition",
	}
)

func invalidRequest(description string) *Error {
	return &Error{Code: "invalid_request", Status: fasthttp.StatusBadRequest, Description: description}
}

type errorBody struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	State       string `json:"state,omitempty"`
	RedirectTo  string `json:"redirect_to,omitempty"`
}

func writeError(ctx *fasthttp.RequestCtx, e *Error) {
	if e.challenge {
		ctx.Response.Header.Set(fasthttp.HeaderWWWAuthenticate, `Basic realm="oauth", charset="UTF-8"`)
	}
	if e.Status == fasthttp.StatusServiceUnavailable {
		ctx.Response.Header.Set(fasthttp.HeaderRetryAfter, "1")
	}
	writeJSON(ctx, e.Status, errorBody{Error: e.Code, Description: e.Description})
}

// writeJSON answers with an uncacheable JSON body (RFC 6749 §5.1).
func writeJSON(ctx *fasthttp.RequestCtx, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = fasthttp.StatusInternalServerError, []byte(`{"error":"server_error"}`)
	}
	h := &ctx.Response.Header
	h.Set(fasthttp.HeaderCacheControl, "no-store")
	h.Set(fasthttp.HeaderPragma, "no-cache")
	h.Set(fasthttp.HeaderXContentTypeOptions, "nosniff")
	ctx.SetContentType("application/json")
	ctx.SetStatusCode(status)
	ctx.SetBody(append(body, '\n'))
}

// methodNotAllowed answers 405 in Tyk's words, and says what would be allowed (RFC 9110 §15.5.6).
func methodNotAllowed(ctx *fasthttp.RequestCtx, allowed string) {
	ctx.Response.Header.Set(fasthttp.HeaderAllow, allowed)
	writeJSON(ctx, fasthttp.StatusMethodNotAllowed, statusBody{Status: "error", Message: "Method not supported"})
}

// postOnly reports whether the request is a POST, and answers it otherwise: credentials in a URL end up in logs (RFC 6749 §3.2).
func postOnly(ctx *fasthttp.RequestCtx) bool {
	if !ctx.IsPost() {
		methodNotAllowed(ctx, fasthttp.MethodPost)
		return false
	}
	return true
}

// statusBody is the answer of Tyk's endpoints that are not in RFC 6749.
type statusBody struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}
