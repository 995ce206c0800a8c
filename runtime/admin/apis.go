package admin

import (
	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/internal/answer"
)

// apiBody is what is told of an API: the members of Tyk's classic definition that name it and say where it is.
type apiBody struct {
	ID     string       `json:"api_id"`
	OrgID  string       `json:"org_id"`
	Name   string       `json:"name"`
	Active bool         `json:"active"`
	OAS    bool         `json:"is_oas"`
	OAuth  bool         `json:"use_oauth2"`
	Domain string       `json:"domain"`
	Proxy  apiProxyBody `json:"proxy"`
}

type apiProxyBody struct {
	ListenPath string `json:"listen_path"`
	Strip      bool   `json:"strip_listen_path"`
}

// listAPIs answers GET /tyk/apis. There is no more to tell: a plan has no documents.
func (h *Handler) listAPIs(ctx *fasthttp.RequestCtx) {
	if !ctx.IsGet() {
		answer.MethodNotAllowed(ctx, fasthttp.MethodGet)
		return
	}
	list := make([]apiBody, len(h.plan.APIs))
	for i := range h.plan.APIs {
		a := &h.plan.APIs[i]
		list[i] = apiBody{
			ID: a.ID, OrgID: a.OrgID, Name: a.Name, Active: a.Active, OAS: true, OAuth: a.OAuth != plan.None, Domain: a.Domain,
			Proxy: apiProxyBody{ListenPath: a.ListenPath, Strip: a.Strip},
		}
	}
	answer.JSON(ctx, fasthttp.StatusOK, list)
}
