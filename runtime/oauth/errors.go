package oauth

import (
	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/answer"
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
	answer.JSON(ctx, e.Status, errorBody{Error: e.Code, Description: e.Description})
}
