package runtime

import (
	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/identity"
)

// login answers for the built-in identity server, where there is one, and reports whether the request was for it. Its paths never reach an upstream.
func (s *Server) login(ctx *fasthttp.RequestCtx, g *generation, path []byte) bool {
	if s.opt.Login == nil {
		return false
	}
	id, ok := identity.Owns(path)
	if !ok {
		return false
	}
	for i := range g.plan.APIs {
		api := &g.plan.APIs[i]
		if api.ID == id && api.Active && api.OAuth != plan.None {
			s.opt.Login.Serve(ctx, s.lifetime, api, g.oauth[api.OAuth])
			return true
		}
	}
	identity.NotFound(ctx)
	return true
}

// withLogin is the settings of an API's authorization server, with the built-in identity server in the place of the definition's login page, where there
// is one.
func (s *Server) withLogin(api *plan.API, conf *plan.OAuth2) *plan.OAuth2 {
	if s.opt.Login == nil {
		return conf
	}
	c := *conf
	c.LoginRedirect = identity.LoginPath(api.ID)
	return &c
}
