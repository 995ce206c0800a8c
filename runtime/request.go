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
	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/limit"
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
	path, ok := target(ctx)
	if !ok {
		return false
	}
	// 3. What the gateway serves itself.
	if s.health(ctx, path) || s.login(ctx, g, path) || g.serveWellKnown(ctx, path) {
		return false
	}
	if admin.Owns(path) {
		if s.opt.Admin != nil {
			notFound(ctx)
			return false
		}
		g.admin.Serve(ctx, path)
		return false
	}
	// 4. The API.
	m, found := g.router.API(ctx.Request.Header.Host(), path)
	if !found || !g.plan.APIs[m.API].Active {
		notFound(ctx)
		return false
	}
	if g.serveOAuth(ctx, m, path) || s.serveLimits(ctx, g, m, path) {
		return false
	}
	return s.proxied(ctx, g, m, path)
}

// target is the canonical path of a request, unless there is none to act upon; then the request has its answer.
func target(ctx *fasthttp.RequestCtx) (path []byte, ok bool) {
	// 1. One reading of the head: what could be read in two ways is refused.
	if !proxy.CheckHead(ctx) {
		answer.Proxied(ctx, fasthttp.StatusBadRequest, "Bad Request")
		ctx.SetConnectionClose()
		return nil, false
	}
	// 2. One form of the path: it is routed, authorised and forwarded as this.
	raw, query := proxy.Target(ctx)
	path, verdict := router.Canonical(nil, raw)
	switch verdict {
	case router.Clean, router.Cleaned:
	case router.Refuse:
		answer.Proxied(ctx, fasthttp.StatusBadRequest, "Bad Request")
		return nil, false
	case router.Redirect:
		redirect(ctx, path, query)
		return nil, false
	}
	return path, true
}

// proxied is the rest of the order, for a request that is meant for an API's upstream.
func (s *Server) proxied(ctx *fasthttp.RequestCtx, g *generation, m router.Match, path []byte) (forwarded bool) {
	api, view := &g.plan.APIs[m.API], &g.apis[m.API]
	forward := proxy.Request{
		API: api, Upstream: api.Upstream, Path: path, Rest: m.Rest, TLS: ctx.IsTLS(),
		DropHeader: view.dropHeader, DropQuery: view.dropQuery, DropCookie: view.dropCookie, MaxBody: s.opt.MaxBody, Answer: unlimited,
	}
	// 5. The route's flags, in both readings of the path.
	asked := access.Asked{HTTP: &ctx.Request, API: api, ID: m.API, Paths: [2][]byte{path, router.Liberal(path, m.Rest)}}
	ignoreAuth, allowed := g.routes(m, &asked)
	if !allowed {
		answer.Proxied(ctx, fasthttp.StatusForbidden, "Requested endpoint is forbidden")
		return false
	}
	// 6. The credential and what it may do, its limits.
	if api.Auth != plan.AuthKeyless && !ignoreAuth {
		now := s.opt.Now()
		verdict, grant, err := access.Check(s.lifetime, s.opt.Store, g.policies.sessions(), &asked, now)
		if verdict != access.Granted {
			s.denied(ctx, api, view, verdict, &grant, err)
			return false
		}
		if lim := &grant.Right.Limit; *lim != (plan.Limit{}) {
			n := s.numbers.Get().(*numbers) //nolint:forcetypeassert // its New says so
			defer s.numbers.Put(n)
			result, err := s.limits.Take(s.lifetime, grant.Credential, grant.Right.Scope, lim, now)
			if result.Outcome != limit.Passed {
				s.limited(ctx, n, &result, err)
				return false
			}
			forward.Answer = n.of(&result)
		}
	}
	// 7. The upstream.
	if err := g.proxy.Forward(ctx, forward); err != nil {
		s.undelivered(ctx, api, err)
		return false
	}
	return true
}

// routes finds what is said of the operation in every reading of the path: whether it is open without a credential and whether it is open at
// all, in all of them, and which scopes it needs.
func (g *generation) routes(m router.Match, asked *access.Asked) (ignoreAuth, allowed bool) {
	ignoreAuth, allowed = true, true
	for i, path := range asked.Paths {
		if path == nil {
			continue
		}
		open, may, scopes := g.admits(m, path, asked.HTTP.Header.Method())
		ignoreAuth, allowed = ignoreAuth && open, allowed && may
		asked.Scopes[i] = scopes
	}
	return ignoreAuth, allowed
}

// admits tells what the route of a path says: whether the path is open without a credential, whether it is open at all, and which scopes it needs.
func (g *generation) admits(m router.Match, path, method []byte) (ignoreAuth, allowed bool, scopes []string) {
	api := &g.plan.APIs[m.API]
	if api.RouteCount == 0 {
		return false, !api.AllowList, api.Scopes
	}
	id := g.router.Route(m, path, method)
	if id == plan.None {
		return g.admitsSlash(m, path, method)
	}
	r := &g.plan.Routes[id]
	return r.IgnoreAuth, !r.Block && (!api.AllowList || r.Allow || r.IgnoreAuth), r.Scopes
}

// admitsSlash is admits for a path that no route covers. Many upstreams take /orders/ for /orders: a slash at the end must not lead around what the
// route without it demands, and opens nothing either.
func (g *generation) admitsSlash(m router.Match, path, method []byte) (ignoreAuth, allowed bool, scopes []string) {
	api := &g.plan.APIs[m.API]
	allowed, scopes = !api.AllowList, api.Scopes
	if last := len(path) - 1; last > m.Rest && path[last] == '/' {
		if id := g.router.Route(m, path[:last], method); id != plan.None {
			r := &g.plan.Routes[id]
			allowed = allowed && !r.Block
			if len(r.Scopes) > 0 {
				scopes = r.Scopes
			}
		}
	}
	return false, allowed, scopes
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
		status := fasthttp.StatusBadGateway
		if s.opt.Compat == compat.Tyk {
			status = fasthttp.StatusInternalServerError
		}
		answer.Proxied(ctx, status, "There was a problem proxying the request")
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
