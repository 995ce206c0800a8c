package admin

import (
	"strconv"
	"strings"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/internal/answer"
)

// ImportParams are the parameters of import and patch. Of those that are pointers three states matter: nil leaves a thing out, false writes it
// switched off.
type ImportParams struct {
	UpstreamURL  string
	ListenPath   string
	CustomDomain string
	APIID        string

	Authentication  *bool
	AllowList       *bool
	ValidateRequest *bool
	MockResponse    *bool
}

// notTaken are parameters of Tyk's for what this gateway has not.
var notTaken = []string{"base_api_id", "base_api_version_name", "new_version_name", "set_default", "securityProcessingMode"}

// importParams reads the parameters of a call from its query.
func (h *Handler) importParams(ctx *fasthttp.RequestCtx) (*ImportParams, *problem) {
	query := ctx.QueryArgs()
	for _, name := range notTaken {
		if query.Has(name) {
			return nil, bad("This gateway does not serve API versions and has one way to process security: " + name + " is not taken")
		}
	}
	p := &ImportParams{}
	for name, to := range map[string]*string{"upstreamURL": &p.UpstreamURL, "listenPath": &p.ListenPath, "customDomain": &p.CustomDomain, "apiID": &p.APIID} {
		*to = strings.TrimSpace(string(query.Peek(name)))
	}
	for _, s := range []struct {
		name string
		to   **bool
	}{{"authentication", &p.Authentication}, {"allowList", &p.AllowList}, {"validateRequest", &p.ValidateRequest}, {"mockResponse", &p.MockResponse}} {
		text := strings.TrimSpace(string(query.Peek(s.name)))
		on, err := strconv.ParseBool(text)
		switch {
		case err == nil:
			*s.to = &on
		case text != "" && h.opt.Compat != compat.Tyk:
			return nil, bad(s.name + " must be true or false")
		}
	}
	return p, nil
}

// importDefinition answers POST /tyk/apis/oas/import: a description becomes a definition.
func (h *Handler) importDefinition(ctx *fasthttp.RequestCtx) {
	if !answer.PostOnly(ctx) {
		return
	}
	p, wrong := h.importParams(ctx)
	if wrong != nil {
		wrong.answer(ctx)
		return
	}
	h.withDefinition(ctx, func(text []byte) Reply { return h.asTyk(h.opt.Definitions.Import(text, *p)) })
}

// patchDefinition answers PATCH: another description, the same settings of the gateway.
func (h *Handler) patchDefinition(ctx *fasthttp.RequestCtx, id string) {
	p, wrong := h.importParams(ctx)
	if wrong != nil {
		wrong.answer(ctx)
		return
	}
	h.withDefinition(ctx, func(text []byte) Reply { return h.opt.Definitions.Patch(id, text, *p) })
}

// asTyk says added of what was replaced, in that mode.
func (h *Handler) asTyk(r Reply) Reply {
	if r.Action == Modified && h.opt.Compat == compat.Tyk {
		r.Action = Added
	}
	return r
}
