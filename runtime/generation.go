package runtime

import (
	"fmt"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/admin"
	"github.com/tykctl/tykctl/runtime/notify"
	"github.com/tykctl/tykctl/runtime/oauth"
	"github.com/tykctl/tykctl/runtime/proxy"
	"github.com/tykctl/tykctl/runtime/router"
)

// generation is a plan made live. Nothing in it changes after newGeneration, but for the policies of the store.
type generation struct {
	plan   *plan.Plan
	router *router.Router
	proxy  *proxy.Proxy
	admin  *admin.Handler
	oauth  []*oauth.Server // by plan.OAuthID
	apis   []served        // by plan.APIID

	policies  policies
	receivers map[string]notify.Target // of notices, by API id
}

// served is what the runtime works out about an API once, not with every request.
type served struct {
	challenge  string // of RFC 6750 §3, up to the error
	dropHeader string // credentials that are not forwarded
	dropQuery  string
	dropCookie string
}

func (s *Server) newGeneration(p *plan.Plan) (*generation, error) {
	r, err := router.New(p)
	if err != nil {
		return nil, fmt.Errorf("build router: %w", err)
	}
	forward, err := proxy.New(p.Upstreams, s.opt.Upstream)
	if err != nil {
		return nil, fmt.Errorf("build proxy: %w", err)
	}
	g := &generation{plan: p, router: r, proxy: forward, oauth: make([]*oauth.Server, len(p.OAuth)), apis: make([]served, len(p.APIs))}
	if err := s.loadPolicies(s.lifetime, &g.policies, p); err != nil {
		forward.Close()
		return nil, err
	}
	if g.receivers, err = s.receivers(p); err != nil {
		forward.Close()
		return nil, err
	}
	opt := s.oauthOptions(&g.policies)
	for i := range p.APIs {
		api := &p.APIs[i]
		if api.OAuth != plan.None {
			g.oauth[api.OAuth] = oauth.New(s.lifetime, api, s.withLogin(api, &p.OAuth[api.OAuth]), opt)
		}
		g.apis[i] = newServed(api)
	}
	g.admin = admin.New(s.lifetime, p, g.oauth, admin.Options{
		Secret: s.opt.Secret, Store: s.opt.Store, Now: s.opt.Now, Rand: s.opt.Rand, Logger: s.opt.Logger, Reload: s.opt.Reload, Definitions: s.opt.Definitions,
		Compat: s.opt.Compat, Policies: g.policies.current, Limits: s.limits, PoliciesChanged: s.policiesChanged, RedirectURISeparator: s.opt.RedirectURISeparator,
	})
	return g, nil
}

func newServed(api *plan.API) served {
	v := served{challenge: `Bearer realm="` + quotable(api.ListenPath) + `"`}
	if !api.StripAuth {
		return v
	}
	for _, src := range api.Sources {
		switch src.Kind {
		case plan.SourceHeader:
			v.dropHeader = src.Name
		case plan.SourceQuery:
			v.dropQuery = src.Name
		case plan.SourceCookie:
			v.dropCookie = src.Name
		}
	}
	return v
}

// quotable keeps what can stand in a quoted-string (RFC 9110 §5.6.4) without escapes.
func quotable(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if c := s[i]; c >= ' ' && c < 0x7f && c != '"' && c != '\\' {
			b = append(b, c)
		}
	}
	return string(b)
}
