package runtime

import (
	"bytes"
	"errors"
	"runtime/debug"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/access"
	"github.com/tykctl/tykctl/runtime/admin"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/proxy"
	"github.com/tykctl/tykctl/runtime/router"
)

// handle is the order of one request. A step that a route does not need is skipped by a flag of the plan; what can be worked out before
// requests come is in the generation.
func (s *Server) handle(ctx *fasthttp.RequestCtx) {
	defer s.recoverPanic(ctx)
	if s.serve(ctx, s.generation.Load()) {
		return // the answer is the upstream's
	}
	proxy.SetDate(&ctx.Response.Header, s.opt.Now())
	proxy.Discard(ctx)
}

// serve answers a request, and reports whether the answer came from an upstream.
func (s *Server) serve(ctx *fasthttp.RequestCtx, g *generation) (forwarded bool) {
	// 1. One reading of the head: what could be read in two ways is refused.
	if !proxy.CheckHead(ctx) {
		answer.Proxied(ctx, fasthttp.StatusBadRequest, "Bad Request")
		ctx.SetConnectionClose()
		return false
	}
	// 2. One form of the path: it is routed, authorised and forwarded as this.
	raw, query := proxy.Target(ctx)
	path, verdict := router.Canonical(nil, raw)
	switch verdict {
	case router.Clean, router.Cleaned:
	case router.Refuse:
		answer.Proxied(ctx, fasthttp.StatusBadRequest, "Bad Request")
		return false
	case router.Redirect:
		redirect(ctx, path, query)
		return false
	}
	// 3. What the gateway serves itself.
	if s.health(ctx, path) || s.login(ctx, g, path) || g.serveWellKnown(ctx, path) {
		return false
	}
	if admin.Owns(path) {
		g.admin.Serve(ctx, path)
		return false
	}
	// 4. The API.
	m, found := g.router.API(ctx.Request.Header.Host(), path)
	if !found || !g.plan.APIs[m.API].Active {
		ctx.SetContentType("text/plain; charset=utf-8")
		ctx.SetStatusCode(fasthttp.StatusNotFound)
		ctx.SetBodyString("Not Found\n")
		return false
	}
	if g.serveOAuth(ctx, m, path) {
		return false
	}
	// 5. The route's flags, the access token, the upstream.
	return s.proxied(ctx, g, m, path)
}

// proxied is the rest of the order, for a request that is meant for an API's upstream.
func (s *Server) proxied(ctx *fasthttp.RequestCtx, g *generation, m router.Match, path []byte) (forwarded bool) {
	api, view := &g.plan.APIs[m.API], &g.apis[m.API]

	ignoreAuth, allowed := g.admits(m, path, ctx.Method())
	if api.RouteCount > 0 {
		if other := router.Liberal(path, m.Rest); other != nil {
			i, a := g.admits(m, other, ctx.Method())
			ignoreAuth, allowed = ignoreAuth && i, allowed && a
		}
	}
	if !allowed {
		answer.Proxied(ctx, fasthttp.StatusForbidden, "Requested endpoint is forbidden")
		return false
	}
	if api.Auth != plan.AuthKeyless && !ignoreAuth {
		verdict, _, err := access.Check(s.lifetime, &ctx.Request, api, s.opt.Store, s.opt.Now())
		if verdict != access.Granted {
			s.denied(ctx, view, verdict, err)
			return false
		}
	}
	err := g.proxy.Forward(ctx, proxy.Request{
		API: api, Upstream: api.Upstream, Path: path, Rest: m.Rest, TLS: ctx.IsTLS(),
		DropHeader: view.dropHeader, DropQuery: view.dropQuery, DropCookie: view.dropCookie, MaxBody: s.opt.MaxBody,
	})
	if err != nil {
		s.undelivered(ctx, api, err)
		return false
	}
	return true
}

// admits tells what the route of a path says: whether the path is open without an access token, and whether it is open at all.
func (g *generation) admits(m router.Match, path, method []byte) (ignoreAuth, allowed bool) {
	allowed = !g.plan.APIs[m.API].AllowList
	id := g.router.Route(m, path, method)
	if id == plan.None {
		return false, allowed
	}
	r := &g.plan.Routes[id]
	return r.IgnoreAuth, !r.Block && (allowed || r.Allow || r.IgnoreAuth)
}

// denied answers a request without a good access token (RFC 6750 §3), with Tyk's texts.
func (s *Server) denied(ctx *fasthttp.RequestCtx, view *served, verdict access.Verdict, err error) {
	status, text, challenge := fasthttp.StatusUnauthorized, "", view.challenge
	switch verdict {
	case access.Missing:
		text = "Authorization field missing" // no error code in the challenge: the client may not have known (RFC 6750 §3.1)
	case access.Malformed:
		text, challenge = "Bearer token malformed", challenge+`, error="invalid_token", error_description="not a bearer token"`
	case access.Unknown:
		text, challenge = "Key not authorised", challenge+`, error="invalid_token", error_description="unknown or revoked"`
	case access.Expired:
		text, challenge = "Key has expired, please renew", challenge+`, error="invalid_token", error_description="expired"`
	case access.NotForThisAPI:
		status, text = fasthttp.StatusForbidden, "Access to this API has been disallowed"
		challenge += `, error="insufficient_scope", error_description="issued for another API"`
	default:
		s.opt.Logger.Error("store failed", "operation", "read access token", "error", err)
		ctx.Response.Header.Set(fasthttp.HeaderRetryAfter, "1")
		answer.Proxied(ctx, fasthttp.StatusServiceUnavailable, "The access token cannot be checked at the moment")
		return
	}
	ctx.Response.Header.Set(fasthttp.HeaderWWWAuthenticate, challenge)
	answer.Proxied(ctx, status, text)
}

// undelivered answers a request that did not reach its upstream, or got nothing usable back.
func (s *Server) undelivered(ctx *fasthttp.RequestCtx, api *plan.API, err error) {
	switch {
	case errors.Is(err, proxy.ErrBody):
		answer.Proxied(ctx, fasthttp.StatusBadRequest, "Bad Request")
		ctx.SetConnectionClose()
	case errors.Is(err, proxy.ErrTooLarge):
		answer.Proxied(ctx, fasthttp.StatusRequestEntityTooLarge, "Request body is too large")
		ctx.SetConnectionClose()
	case errors.Is(err, proxy.ErrTimeout):
		s.opt.Logger.Warn("upstream timed out", "api", api.ID)
		answer.Proxied(ctx, fasthttp.StatusGatewayTimeout, "Upstream service reached hard timeout")
	case errors.Is(err, proxy.ErrBusy):
		s.opt.Logger.Warn("no free connection to upstream", "api", api.ID)
		ctx.Response.Header.Set(fasthttp.HeaderRetryAfter, "1")
		answer.Proxied(ctx, fasthttp.StatusServiceUnavailable, "Upstream is busy")
	default:
		s.opt.Logger.Warn("upstream cannot be reached", "api", api.ID, "error", err)
		answer.Proxied(ctx, fasthttp.StatusBadGateway, "There was a problem proxying the request")
	}
}

// redirect sends the client to the cleaned path, as Tyk does for repeated slashes and dot segments.
func redirect(ctx *fasthttp.RequestCtx, path, query []byte) {
	location := bytes.Clone(path)
	if len(query) > 0 {
		location = append(append(location, '?'), query...)
	}
	ctx.Response.Header.SetBytesV(fasthttp.HeaderLocation, location)
	ctx.SetStatusCode(fasthttp.StatusMovedPermanently)
}

// recoverPanic turns a bug of ours into one failed request instead of a stopped gateway.
func (s *Server) recoverPanic(ctx *fasthttp.RequestCtx) {
	if cause := recover(); cause != nil {
		s.opt.Logger.Error("request handler failed; please report this", "cause", cause, "stack", string(debug.Stack()))
		ctx.Response.Reset()
		answer.Proxied(ctx, fasthttp.StatusInternalServerError, "There was a problem serving the request")
		ctx.SetConnectionClose()
	}
}

// answerBroken answers what is no HTTP request.
func answerBroken(ctx *fasthttp.RequestCtx, err error) {
	status := fasthttp.StatusBadRequest
	var small *fasthttp.ErrSmallBuffer
	if errors.As(err, &small) {
		status = fasthttp.StatusRequestHeaderFieldsTooLarge
	}
	answer.Proxied(ctx, status, fasthttp.StatusMessage(status))
	proxy.SetDate(&ctx.Response.Header, time.Now())
	ctx.SetConnectionClose()
}
