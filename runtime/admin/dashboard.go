package admin

import (
	"bytes"
	"strings"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/oauth"
)

// dashboardBody is the Dashboard's answer to what has no other.
type dashboardBody struct {
	Status  string
	Message string
	Meta    any
}

func dashboardOK(ctx *fasthttp.RequestCtx, message string) {
	answer.JSON(ctx, fasthttp.StatusOK, dashboardBody{Status: "OK", Message: message})
}

func (p *problem) answerDashboard(ctx *fasthttp.RequestCtx) {
	p.retryAfter(ctx)
	answer.JSON(ctx, p.status, dashboardBody{Status: "Error", Message: p.message})
}

func dashboardNotAllowed(ctx *fasthttp.RequestCtx, allowed string) {
	ctx.Response.Header.Set(fasthttp.HeaderAllow, allowed)
	(&problem{fasthttp.StatusMethodNotAllowed, "Method not supported"}).answerDashboard(ctx)
}

// dashboard serves the Dashboard's routes below /api/apis/oauth/. An API is named by its id or, where nothing else follows in the path, by its listen path
// without the slashes around it.
func (h *Handler) dashboard(ctx *fasthttp.RequestCtx, at []string) {
	if !h.isDashboardSecret(ctx.Request.Header.Peek(fasthttp.HeaderAuthorization)) {
		Forbidden(ctx)
		return
	}
	last := at[len(at)-1]
	switch {
	case last == "":
		notFound(ctx)
	case len(at) >= 2 && last == "authorize-client":
		h.authorizeClient(ctx, strings.Join(at[:len(at)-1], "/"))
	case len(at) == 1:
		h.dashboardClients(ctx, at[0])
	case len(at) == 2 && ctx.IsPost() && last == "revoke":
		h.dashboardRevoke(ctx, at[0])
	case len(at) == 2 && ctx.IsPost() && last == "revoke_all":
		h.dashboardRevokeAll(ctx, at[0])
	case len(at) == 2:
		h.dashboardClient(ctx, at[0], at[1])
	case len(at) == 3 && last == "tokens":
		h.dashboardTokens(ctx, at[0], at[1])
	default:
		notFound(ctx)
	}
}

var bearer = []byte("Bearer ")

// isDashboardSecret takes the secret as the Dashboard does: bare, or as a bearer token.
func (h *Handler) isDashboardSecret(header []byte) bool {
	return h.isSecret(bytes.TrimPrefix(header, bearer))
}

// authorizeClient is the Dashboard's form of the identity server's request for a code.
func (h *Handler) authorizeClient(ctx *fasthttp.RequestCtx, api string) {
	server, found := h.oauthServer(api)
	if !found {
		answer.Error(ctx, fasthttp.StatusNotFound, "API doesn't exist or is not OAuth2")
		return
	}
	server.AuthorizeClient(ctx)
}

func (h *Handler) oauthServer(idOrListenPath string) (*oauth.Server, bool) {
	id, found := h.apis[idOrListenPath]
	for i := 0; !found && i < len(h.plan.APIs); i++ {
		if strings.Trim(h.plan.APIs[i].ListenPath, "/") == idOrListenPath {
			id, found = plan.APIID(i), true
		}
	}
	if !found || h.plan.APIs[id].OAuth == plan.None || !h.plan.APIs[id].Active {
		return nil, false
	}
	return h.oauth[h.plan.APIs[id].OAuth], true
}

// appsBody is the Dashboard's list of client apps. There is one page.
type appsBody struct {
	Apps  []*clientBody `json:"apps"`
	Pages int           `json:"pages"`
}

func (h *Handler) dashboardClients(ctx *fasthttp.RequestCtx, apiID string) {
	switch {
	case ctx.IsGet():
		list, p := h.listClients(apiID)
		h.respondDashboard(ctx, func() any { return appsBody{Apps: list} }, p)
	case ctx.IsPost():
		var asked clientBody
		p := h.readJSON(ctx, &asked)
		if p == nil && asked.APIID != "" && asked.APIID != apiID {
			p = bad("api_id contradicts the path")
		}
		if p == nil {
			asked.APIID = apiID
			p = h.createClient(&asked)
		}
		h.respondDashboard(ctx, func() any { return &asked }, p)
	default:
		dashboardNotAllowed(ctx, "GET, POST")
	}
}

func (h *Handler) respondDashboard(ctx *fasthttp.RequestCtx, value func() any, p *problem) {
	if p != nil {
		p.answerDashboard(ctx)
		return
	}
	answer.JSON(ctx, fasthttp.StatusOK, value())
}

func (h *Handler) dashboardClient(ctx *fasthttp.RequestCtx, apiID, id string) {
	switch {
	case ctx.IsGet():
		c, p := h.findClient(apiID, id)
		h.respondDashboard(ctx, func() any { return h.shown(c) }, p)
	case ctx.IsDelete():
		if p := h.removeClient(apiID, id); p != nil {
			p.answerDashboard(ctx)
			return
		}
		dashboardOK(ctx, "OAuth Client deleted successfully")
	default:
		dashboardNotAllowed(ctx, "GET, DELETE")
	}
}

func (h *Handler) dashboardTokens(ctx *fasthttp.RequestCtx, apiID, id string) {
	if !ctx.IsGet() {
		dashboardNotAllowed(ctx, fasthttp.MethodGet)
		return
	}
	list, p := h.listTokens(apiID, id)
	h.respondDashboard(ctx, func() any { return paged(list, ctx.QueryArgs()) }, p)
}

// dashboardRevoke ends one token. The client in the path is the one that counts.
func (h *Handler) dashboardRevoke(ctx *fasthttp.RequestCtx, clientID string) {
	form, p := h.readForm(ctx)
	if p == nil {
		p = h.revoke(form, clientID)
	}
	if p != nil {
		p.answerDashboard(ctx)
		return
	}
	dashboardOK(ctx, "token revoked successfully")
}

func (h *Handler) dashboardRevokeAll(ctx *fasthttp.RequestCtx, clientID string) {
	form, p := h.readForm(ctx)
	if p == nil {
		p = h.revokeAll(form, clientID)
	}
	if p != nil {
		p.answerDashboard(ctx)
		return
	}
	dashboardOK(ctx, "tokens revoked successfully")
}
