package oauth

import (
	"slices"

	"github.com/valyala/fasthttp"
)

// crossOrigin lets the pages of allowed origins read the answer, and answers their preflight requests (Fetch standard, "CORS protocol"); then it
// reports true. No cookie is ever looked at here, so none is asked for.
func (s *Server) crossOrigin(ctx *fasthttp.RequestCtx, methods string) (answered bool) {
	if len(s.opt.CORSOrigins) == 0 {
		return false
	}
	h := &ctx.Response.Header
	h.Add(fasthttp.HeaderVary, fasthttp.HeaderOrigin)
	origin := string(ctx.Request.Header.Peek(fasthttp.HeaderOrigin))
	if origin == "" || !slices.Contains(s.opt.CORSOrigins, origin) {
		return false
	}
	h.Set(fasthttp.HeaderAccessControlAllowOrigin, origin)
	if !ctx.IsOptions() || len(ctx.Request.Header.Peek(fasthttp.HeaderAccessControlRequestMethod)) == 0 {
		h.Set(fasthttp.HeaderAccessControlExposeHeaders, "Retry-After, WWW-Authenticate")
		return false
	}
	h.Set(fasthttp.HeaderAccessControlAllowMethods, methods)
	h.Set(fasthttp.HeaderAccessControlAllowHeaders, "Authorization, Content-Type")
	h.Set(fasthttp.HeaderAccessControlMaxAge, "600")
	ctx.SetStatusCode(fasthttp.StatusNoContent)
	return true
}
