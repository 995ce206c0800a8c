package runtime

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/admin"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/internal/unsafestr"
	"github.com/tykctl/tykctl/runtime/oauth"
	"github.com/tykctl/tykctl/runtime/router"
)

// oauthOptions are the settings of a generation's authorization servers.
func (s *Server) oauthOptions(p *policies) oauth.Options {
	return oauth.Options{
		Store: s.opt.Store, Users: s.opt.Store, Now: s.opt.Now, Rand: s.opt.Rand, Logger: s.opt.Logger,
		AccessTTL: s.opt.AccessTTL, RefreshTTL: s.opt.RefreshTTL, CodeTTL: s.opt.CodeTTL, FamilyTTL: s.opt.FamilyTTL,
		RefreshGrace: s.opt.RefreshGrace, Key: s.opt.Key, Compat: s.opt.Compat, TykStatus: s.opt.TykStatus,
		Throttle: s.opt.Throttle, PublicURLs: s.opt.PublicURLs, CORSOrigins: s.opt.CORSOrigins, TrustedProxies: s.opt.TrustedProxies,
		PolicyExists: p.exists, Noticed: s.sender.Wake,
	}
}

// serveOAuth answers the OAuth endpoints below the listen path, with and without a trailing slash, and reports whether the request was for one.
// They need no access token; none of their paths is ever forwarded.
func (g *generation) serveOAuth(ctx *fasthttp.RequestCtx, m router.Match, path []byte) bool {
	id := g.plan.APIs[m.API].OAuth
	if id == plan.None {
		return false
	}
	rest := path[m.Rest:]
	if len(rest) > 0 && rest[0] == '/' {
		rest = rest[1:]
	}
	server := g.oauth[id]
	switch unsafestr.String(rest) {
	case "oauth/authorize", "oauth/authorize/":
		server.Authorize(ctx)
	case "oauth/token", "oauth/token/":
		server.Token(ctx)
	case "oauth/revoke", "oauth/revoke/":
		server.Revoke(ctx)
	case "oauth/revoke_all", "oauth/revoke_all/":
		server.RevokeAll(ctx)
	case "oauth/introspect", "oauth/introspect/":
		server.Introspect(ctx)
	case wellKnown[1:]:
		server.Metadata(ctx)
	case "tyk/oauth/authorize-client", "tyk/oauth/authorize-client/":
		if !g.admin.Authorized(ctx) {
			admin.Forbidden(ctx)
			break
		}
		server.AuthorizeClient(ctx)
	default:
		return false
	}
	return true
}

// wellKnown is where the metadata of an authorization server is found: below its listen path, and in front of it (RFC 8414 §3.1).
const wellKnown = "/.well-known/oauth-authorization-server"

// serveWellKnown answers for the second of these places, and reports whether there is an authorization server at the path that follows. Where there
// is none the request may be an API's.
func (g *generation) serveWellKnown(ctx *fasthttp.RequestCtx, path []byte) bool {
	if !bytes.HasPrefix(path, []byte(wellKnown)) {
		return false
	}
	rest := path[len(wellKnown):]
	if len(rest) > 0 && rest[0] != '/' {
		return false
	}
	if len(rest) == 0 || rest[len(rest)-1] != '/' {
		rest = append(bytes.Clone(rest), '/')
	}
	m, found := g.router.API(ctx.Request.Header.Host(), rest)
	if !found || m.Rest < len(rest)-1 || !g.plan.APIs[m.API].Active || g.plan.APIs[m.API].OAuth == plan.None {
		return false
	}
	g.oauth[g.plan.APIs[m.API].OAuth].Metadata(ctx)
	return true
}

// A ping writes to the store, and anybody may ask for the health: the store is asked once a second at most, and for pingTimeout at most.
const (
	pingInterval = time.Second
	pingTimeout  = 2 * time.Second
)

// storeHealth is what the store said when it was last asked.
type storeHealth struct {
	mu    sync.Mutex
	asked time.Time
	good  bool
}

func (s *Server) storeIsGood() bool {
	h := &s.storeHealth
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := time.Now(); h.asked.IsZero() || now.Sub(h.asked) >= pingInterval {
		ping, cancel := context.WithTimeout(s.lifetime, pingTimeout)
		defer cancel()
		err := s.opt.Store.Ping(ping)
		if err != nil {
			s.opt.Logger.Error("store failed", "operation", "ping", "error", err)
		}
		h.asked, h.good = now, err == nil
	}
	return h.good
}

type healthBody struct {
	Status      string                  `json:"status"`
	Description string                  `json:"description"`
	Details     map[string]healthDetail `json:"details,omitempty"`
}

type healthDetail struct {
	Status        string `json:"status"`
	ComponentType string `json:"componentType"`
}

// health answers /hello as Tyk does, and the probes of an orchestrator. It reports whether the request was for one of them.
func (s *Server) health(ctx *fasthttp.RequestCtx, path []byte) bool {
	switch unsafestr.String(path) {
	case "/hello":
		answer.JSON(ctx, fasthttp.StatusOK, s.healthBody())
	case "/livez":
		answer.JSON(ctx, fasthttp.StatusOK, healthBody{Status: "pass", Description: "tykctl is running"})
	case "/readyz":
		body := s.healthBody()
		status := fasthttp.StatusOK
		if body.Status != "pass" {
			status = fasthttp.StatusServiceUnavailable
		}
		answer.JSON(ctx, status, body)
	default:
		return false
	}
	return true
}

func (s *Server) healthBody() healthBody {
	if s.stopping.Load() {
		return healthBody{Status: "fail", Description: "tykctl is stopping"}
	}
	state := "pass"
	if !s.storeIsGood() {
		state = "fail"
	}
	return healthBody{
		Status: state, Description: "tykctl",
		Details: map[string]healthDetail{"store": {Status: state, ComponentType: "datastore"}},
	}
}
