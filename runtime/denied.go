package runtime

import (
	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/access"
	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/limit"
)

// refusal is the answer to a request whose credential does not let it pass: Tyk's text with a status and a challenge of RFC 6750 §3, or, in the
// mode tyk, with Tyk's status.
type refusal struct {
	text   string
	status int
	code   string // error and error_description of the challenge; none: the client may not have known (§3.1), or can do nothing about it
	detail string
	oauth  int // the status in the mode tyk on an OAuth API
	token  int // on an API of auth tokens
}

const (
	unauthorized = fasthttp.StatusUnauthorized
	forbidden    = fasthttp.StatusForbidden
	badRequest   = fasthttp.StatusBadRequest
)

var refusals = [...]refusal{
	access.Missing:      {"Authorization field missing", unauthorized, "", "", badRequest, unauthorized},
	access.Bare:         {"Authorization field missing", unauthorized, "invalid_token", "not a bearer token", badRequest, unauthorized},
	access.Malformed:    {"Bearer token malformed", unauthorized, "invalid_token", "not a bearer token", badRequest, unauthorized},
	access.Unknown:      {"Key not authorised", unauthorized, "invalid_token", "unknown or revoked", forbidden, forbidden},
	access.ClientGone:   {"Key not authorised. OAuth client access was revoked", unauthorized, "invalid_token", "not for a client of this API", forbidden, forbidden},
	access.Expired:      {"Key has expired, please renew", unauthorized, "invalid_token", "expired", unauthorized, unauthorized},
	access.NoSession:    {"Key not authorised", forbidden, "", "", forbidden, forbidden},
	access.Inactive:     {"Key is inactive, please renew", forbidden, "", "", forbidden, forbidden},
	access.APIDenied:    {"Access to this API has been disallowed", forbidden, "insufficient_scope", "no access right for this API", forbidden, forbidden},
	access.URLDenied:    {"Access to this resource has been disallowed", forbidden, "", "", forbidden, forbidden},
	access.ScopeMissing: {"Access to this resource has been disallowed", forbidden, "insufficient_scope", "the operation needs more scope", forbidden, forbidden},
}

// denied answers a request without a good credential.
func (s *Server) denied(ctx *fasthttp.RequestCtx, api *plan.API, view *served, verdict access.Verdict, grant *access.Grant, err error) {
	if verdict == access.Unavailable {
		s.unavailable(ctx, "read credential", "The access token cannot be checked at the moment", err)
		return
	}
	r := &refusals[verdict]
	text := r.text
	if verdict == access.Unknown && api.Auth == plan.AuthToken {
		text = refusals[access.APIDenied].text // so says Tyk of keys that it does not know
	}
	if s.opt.Compat == compat.Tyk {
		status := r.oauth
		if api.Auth == plan.AuthToken {
			status = r.token
		}
		answer.Proxied(ctx, status, text)
		return
	}
	if r.status == unauthorized || r.code != "" {
		ctx.Response.Header.Set(fasthttp.HeaderWWWAuthenticate, r.challenge(view.challenge, grant.Needed))
	}
	answer.Proxied(ctx, r.status, text)
}

// challenge is what RFC 6750 §3 wants to hear.
func (r *refusal) challenge(realm, needed string) string {
	if r.code == "" {
		return realm
	}
	text := realm + `, error="` + r.code + `", error_description="` + r.detail + `"`
	if needed != "" {
		text += `, scope="` + quotable(needed) + `"`
	}
	return text
}

// limited answers a request above its limits (RFC 6585 §4), and says when to come again.
func (s *Server) limited(ctx *fasthttp.RequestCtx, n *numbers, r *limit.Result, err error) {
	if r.Outcome == limit.Unavailable {
		s.unavailable(ctx, "count quota", "The quota cannot be checked at the moment", err)
		return
	}
	status, text := fasthttp.StatusTooManyRequests, "Rate Limit Exceeded"
	if r.Outcome == limit.QuotaExceeded {
		text = "Quota exceeded"
		if s.opt.Compat == compat.Tyk {
			status = forbidden
		}
	}
	h := &ctx.Response.Header
	set(h, n.standard(r))
	if status == fasthttp.StatusTooManyRequests && r.RetryAfter > 0 {
		h.SetBytesV(fasthttp.HeaderRetryAfter, n.number(seconds(r.RetryAfter)))
	}
	answer.Proxied(ctx, status, text)
}

// unavailable answers when the store has failed: nothing is known then, neither good nor bad.
func (s *Server) unavailable(ctx *fasthttp.RequestCtx, operation, text string, err error) {
	s.opt.Logger.Error("store failed", "operation", operation, "error", err)
	ctx.Response.Header.Set(fasthttp.HeaderRetryAfter, "1")
	answer.Proxied(ctx, fasthttp.StatusServiceUnavailable, text)
}
