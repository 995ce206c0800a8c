package runtime

import (
	"bytes"
	"errors"
	"runtime/debug"

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
	g := s.generation.Load()

	// 1. One reading of the head: what could be read in two ways is refused.
	if !proxy.CheckHead(ctx) {
		refuse(ctx, fasthttp.StatusBadRequest, "Bad Request")
		ctx.SetConnectionClose()
		return
	}
	// 2. One form of the path: it is routed, authorised and forwarded as this.
	path, verdict := router.Canonical(nil, rawPath(ctx))
	switch verdict {
	case router.Clean, router.Cleaned:
	case router.Refuse:
		refuse(ctx, fasthttp.StatusBadRequest, "Bad Request")
		return
	case router.Redirect:
		redirect(ctx, path)
		return
	}
	// 3. What the gateway serves itself.
	if s.health(ctx, path) {
		return
	}
	if admin.Owns(path) {
		g.admin.Serve(ctx, path)
		proxy.Discard(ctx)
		return
	}
	// 4. The API.
	m, found := g.router.API(ctx.Host(), path)
	if !found || !g.plan.APIs[m.API].Active {
		ctx.SetContentType("text/plain; charset=utf-8")
		ctx.SetStatusCode(fasthttp.StatusNotFound)
		ctx.SetBodyString("Not Found\n")
		proxy.Discard(ctx)
		return
	}
	if g.serveOAuth(ctx, m, path) {
		proxy.Discard(ctx)
		return
	}
	s.proxied(ctx, g, m, path)
}

// proxied is the rest of the order, for a request that belongs to an API.
func (s *Server) proxied(ctx *fasthttp.RequestCtx, g *generation, m router.Match, path []byte) {
	api, view := &g.plan.APIs[m.API], &g.apis[m.API]

	// 5. The route's flags.
	ignoreAuth, allowed := false, !api.AllowList
	if id := g.router.Route(m, path, ctx.Method()); id != plan.None {
		r := &g.plan.Routes[id]
		if r.Block {
			refuse(ctx, fasthttp.StatusForbidden, "Requested endpoint is forbidden")
			return
		}
		ignoreAuth, allowed = r.IgnoreAuth, allowed || r.Allow || r.IgnoreAuth
	}
	if !allowed {
		refuse(ctx, fasthttp.StatusForbidden, "Requested endpoint is forbidden")
		return
	}
	// 6. The access token.
	if api.Auth != plan.AuthKeyless && !ignoreAuth {
		verdict, _, err := access.Check(s.lifetime, &ctx.Request, api, s.opt.Store, s.opt.Now())
		if verdict != access.Granted {
			s.denied(ctx, view, verdict, err)
			return
		}
	}
	// 7. The upstream.
	err := g.proxy.Forward(ctx, proxy.Request{
		API: api, Upstream: api.Upstream, Path: path, Rest: m.Rest, TLS: ctx.IsTLS(),
		DropHeader: view.dropHeader, DropQuery: view.dropQuery, DropCookie: view.dropCookie, MaxBody: s.opt.MaxBody,
	})
	if err != nil {
		s.undelivered(ctx, api, err)
	}
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
		refuse(ctx, fasthttp.StatusServiceUnavailable, "The access token cannot be checked at the moment")
		return
	}
	ctx.Response.Header.Set(fasthttp.HeaderWWWAuthenticate, challenge)
	refuse(ctx, status, text)
}

// undelivered answers a request that did not reach its upstream, or got nothing usable back.
func (s *Server) undelivered(ctx *fasthttp.RequestCtx, api *plan.API, err error) {
	switch {
	case errors.Is(err, proxy.ErrBody):
		refuse(ctx, fasthttp.StatusBadRequest, "Bad Request")
		ctx.SetConnectionClose()
	case errors.Is(err, proxy.ErrTooLarge):
		refuse(ctx, fasthttp.StatusRequestEntityTooLarge, "Request body is too large")
		ctx.SetConnectionClose()
	case errors.Is(err, proxy.ErrTimeout):
		s.opt.Logger.Warn("upstream timed out", "api", api.ID)
		refuse(ctx, fasthttp.StatusGatewayTimeout, "Upstream service reached hard timeout")
	case errors.Is(err, proxy.ErrBusy):
		s.opt.Logger.Warn("no free connection to upstream", "api", api.ID)
		ctx.Response.Header.Set(fasthttp.HeaderRetryAfter, "1")
		refuse(ctx, fasthttp.StatusServiceUnavailable, "Upstream is busy")
	default:
		s.opt.Logger.Warn("upstream cannot be reached", "api", api.ID, "error", err)
		refuse(ctx, fasthttp.StatusBadGateway, "There was a problem proxying the request")
	}
}

// refuse answers in place of the upstream and makes the connection safe for the next request.
func refuse(ctx *fasthttp.RequestCtx, status int, text string) {
	answer.Proxied(ctx, status, text)
	proxy.Discard(ctx)
}

// redirect sends the client to the cleaned path, as Tyk does for repeated slashes and dot segments.
func redirect(ctx *fasthttp.RequestCtx, path []byte) {
	location := append([]byte{}, path...)
	if query := ctx.URI().QueryString(); len(query) > 0 {
		location = append(append(location, '?'), query...)
	}
	ctx.Response.Header.SetBytesV(fasthttp.HeaderLocation, location)
	ctx.SetStatusCode(fasthttp.StatusMovedPermanently)
	proxy.Discard(ctx)
}

// rawPath returns the path as the client sent it: neither decoded nor cleaned, without the query. Of an absolute-form target (RFC 9112
// §3.2.2) it is the path alone; CheckHead has compared its authority with Host.
func rawPath(ctx *fasthttp.RequestCtx) []byte {
	target := ctx.Request.Header.RequestURI()
	if i := bytes.IndexByte(target, '?'); i >= 0 {
		target = target[:i]
	}
	if len(target) > 0 && target[0] == '/' {
		return target
	}
	if i := bytes.Index(target, []byte("://")); i >= 0 {
		rest := target[i+3:]
		if j := bytes.IndexByte(rest, '/'); j >= 0 {
			return rest[j:]
		}
		return []byte("/")
	}
	return target
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
	ctx.SetConnectionClose()
}
