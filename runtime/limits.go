package runtime

import (
	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/access"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/internal/unsafestr"
	"github.com/tykctl/tykctl/runtime/limit"
	"github.com/tykctl/tykctl/runtime/router"
)

// limitsBody is the answer of tyk/rate-limits, in Tyk's shape. A quota of -1 is none.
type limitsBody struct {
	Quota struct {
		Max       int64 `json:"quota_max"`
		Remaining int64 `json:"quota_remaining"`
		Renews    int64 `json:"quota_renews"`
	} `json:"quota"`
	Rate struct {
		Requests float64 `json:"requests"`
		Per      float64 `json:"per_unit"`
	} `json:"rate_limit"`
}

// serveLimits tells a credential its own limits, below the listen path of an API that is not keyless, and reports whether the request was for that. It
// counts nothing.
func (s *Server) serveLimits(ctx *fasthttp.RequestCtx, g *generation, m router.Match, path []byte) bool {
	api := &g.plan.APIs[m.API]
	switch unsafestr.String(path[m.Rest:]) {
	case "tyk/rate-limits", "tyk/rate-limits/", "/tyk/rate-limits", "/tyk/rate-limits/":
	default:
		return false
	}
	if api.Auth == plan.AuthKeyless {
		return false
	}
	now := s.opt.Now()
	asked := access.Asked{HTTP: &ctx.Request, API: api, ID: m.API}
	verdict, grant, err := access.Check(s.lifetime, s.opt.Store, g.policies.sessions(), &asked, now)
	if verdict != access.Granted {
		s.denied(ctx, api, &g.apis[m.API], verdict, &grant, err)
		return true
	}
	lim := &grant.Right.Limit
	r, err := s.limits.Look(s.lifetime, grant.Credential, grant.Right.Scope, lim, now)
	if r.Outcome == limit.Unavailable {
		s.unavailable(ctx, "read quota", "The quota cannot be checked at the moment", err)
		return true
	}
	var body limitsBody
	body.Quota.Max, body.Quota.Remaining = -1, -1
	if lim.QuotaMax > 0 {
		body.Quota.Max, body.Quota.Remaining, body.Quota.Renews = r.Quota.Max, r.Quota.Remaining, renewal(r.Quota)
	}
	body.Rate.Requests, body.Rate.Per = lim.Rate, lim.Per
	answer.JSON(ctx, fasthttp.StatusOK, &body)
	return true
}
