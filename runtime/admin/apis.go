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

func newAPIBody(a *plan.API) apiBody {
	return apiBody{
		ID: a.ID, OrgID: a.OrgID, Name: a.Name, Active: a.Active, OAS: true, OAuth: a.OAuth != plan.None, Domain: a.Domain,
		Proxy: apiProxyBody{ListenPath: a.ListenPath, Strip: a.Strip},
	}
}

// routeAPIs routes /tyk/apis and what is below it.
func (h *Handler) routeAPIs(ctx *fasthttp.RequestCtx, at []string) {
	switch {
	case len(at) == 0 && ctx.IsGet():
		list := make([]apiBody, len(h.plan.APIs))
		for i := range h.plan.APIs {
			list[i] = newAPIBody(&h.plan.APIs[i])
		}
		answer.JSON(ctx, fasthttp.StatusOK, list)
	case len(at) == 0 && ctx.IsPost():
		answer.Error(ctx, fasthttp.StatusBadRequest, "Tyk Classic definitions are not served: convert this one with tykctl import --from classic, and send the result to /tyk/apis/oas")
	case len(at) == 0:
		answer.MethodNotAllowed(ctx, fasthttp.MethodGet)
	case at[0] == "oas":
		h.definitions(ctx, at[1:])
	case len(at) == 1:
		h.api(ctx, at[0])
	default:
		notFound(ctx)
	}
}

// api answers /tyk/apis/{id}, the classic view of an API. There is little to tell: a plan has no documents.
func (h *Handler) api(ctx *fasthttp.RequestCtx, id string) {
	of, found := h.apis[id]
	switch {
	case !found:
		answer.Error(ctx, fasthttp.StatusNotFound, "API not found")
	case ctx.IsGet():
		answer.JSON(ctx, fasthttp.StatusOK, newAPIBody(&h.plan.APIs[of]))
	case ctx.IsPut(), ctx.IsDelete():
		answer.Error(ctx, fasthttp.StatusBadRequest, "this API endpoint only supports Tyk Classic APIs; please use the appropriate Tyk OAS API endpoint")
	default:
		answer.MethodNotAllowed(ctx, fasthttp.MethodGet)
	}
}
