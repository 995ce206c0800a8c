package admin

import (
	"errors"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/internal/reqbody"
)

// definitionLimit bounds the body of a call that sends a definition, in bytes. It is that of a file of one.
const definitionLimit = 64 << 20

// Definitions keeps the API definitions that a gateway serves. Whoever owns documents implements it: here they are bytes. What a call has changed is
// on the disk and served when it returns; what it has refused is neither. Calls may come at the same time.
type Definitions interface {
	List() Reply
	Get(id string, public bool) Reply // public: without what is the gateway's
	Create(text []byte) Reply
	Update(id string, text []byte) Reply
	Patch(id string, text []byte, p ImportParams) Reply // takes a description into a definition
	Import(text []byte, p ImportParams) Reply           // makes a definition of a description
	Delete(id string) Reply
}

// Action is what a call has done to a definition.
type Action string

// The actions, in Tyk's words.
const (
	Added    Action = "added"
	Modified Action = "modified"
	Deleted  Action = "deleted"
)

// Reply is what a call about definitions comes to: a document, an action, or a refusal.
type Reply struct {
	Status   int
	Body     []byte    // JSON, of a document or a list of them
	ID       string    // of the API that an action was taken on
	Action   Action    // empty for none
	Message  string    // of a refusal
	Findings []Finding // of a refusal, what is wrong with the document; of an action, what is worth knowing about it
}

// Finding is something about a document that was sent. It has a pointer and no line: a document may be laid out anew before it is read.
type Finding struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
	Pointer  string `json:"pointer"`
}

// definitions routes /tyk/apis/oas and what is below it.
func (h *Handler) definitions(ctx *fasthttp.RequestCtx, at []string) {
	if h.opt.Definitions == nil {
		answer.Error(ctx, fasthttp.StatusNotImplemented, "This gateway keeps no API definitions")
		return
	}
	switch {
	case len(at) == 0 && ctx.IsGet():
		h.reply(ctx, h.opt.Definitions.List())
	case len(at) == 0 && ctx.IsPost():
		h.withDefinition(ctx, func(text []byte) Reply { return h.asTyk(h.opt.Definitions.Create(text)) })
	case len(at) == 0:
		answer.MethodNotAllowed(ctx, "GET, POST")
	case len(at) == 1 && at[0] == "import":
		h.importDefinition(ctx)
	case len(at) == 1:
		h.definition(ctx, at[0])
	case len(at) == 2 && at[1] == "export":
		h.exportDefinition(ctx, at[0])
	default:
		notFound(ctx)
	}
}

// definition answers /tyk/apis/oas/{id}.
func (h *Handler) definition(ctx *fasthttp.RequestCtx, id string) {
	switch {
	case ctx.IsGet():
		h.reply(ctx, h.opt.Definitions.Get(id, false))
	case ctx.IsPut():
		h.withDefinition(ctx, func(text []byte) Reply { return h.opt.Definitions.Update(id, text) })
	case ctx.IsPatch():
		h.patchDefinition(ctx, id)
	case ctx.IsDelete():
		h.reply(ctx, h.opt.Definitions.Delete(id))
	default:
		answer.MethodNotAllowed(ctx, "GET, PUT, PATCH, DELETE")
	}
}

// exportDefinition answers with a definition as a file to be saved.
func (h *Handler) exportDefinition(ctx *fasthttp.RequestCtx, id string) {
	if !ctx.IsGet() {
		answer.MethodNotAllowed(ctx, fasthttp.MethodGet)
		return
	}
	public := string(ctx.QueryArgs().Peek("mode")) == "public"
	r := h.opt.Definitions.Get(id, public)
	h.reply(ctx, r)
	if r.Body == nil {
		return
	}
	name := "TykOasApiDef-" + id + ".json"
	if public {
		name = "oas-" + id + ".json"
	}
	ctx.SetContentType("application/octet-stream")
	ctx.Response.Header.Set(fasthttp.HeaderContentDisposition, `attachment; filename="`+quotable(name)+`"`)
}

// quotable keeps of a text what can stand in a quoted-string (RFC 9110 §5.6.4) without escapes, and in the name of a file.
func quotable(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if c := s[i]; c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '/' {
			b = append(b, c)
		}
	}
	return string(b)
}

// withDefinition hands the body of a call over and answers.
func (h *Handler) withDefinition(ctx *fasthttp.RequestCtx, to func(text []byte) Reply) {
	text, err := reqbody.Read(ctx, definitionLimit)
	switch {
	case errors.Is(err, reqbody.ErrTooLarge):
		answer.Error(ctx, fasthttp.StatusRequestEntityTooLarge, "Request body is too large")
	case err != nil:
		answer.Error(ctx, fasthttp.StatusBadRequest, "Request body cannot be read")
	default:
		h.reply(ctx, to(text))
	}
}

// reply answers in Tyk's shapes. What else there is to say is in members that Tyk has not.
func (h *Handler) reply(ctx *fasthttp.RequestCtx, r Reply) {
	switch {
	case r.Body != nil:
		answer.JSON(ctx, r.Status, nil) // for its headers
		ctx.SetBody(r.Body)
	case r.Action != "":
		answer.JSON(ctx, r.Status, struct {
			Key      string    `json:"key"`
			Status   string    `json:"status"`
			Action   Action    `json:"action"`
			Warnings []Finding `json:"warnings,omitempty"`
		}{r.ID, "ok", r.Action, r.Findings})
	default:
		answer.JSON(ctx, r.Status, struct {
			answer.Status
			Diagnostics []Finding `json:"diagnostics,omitempty"`
		}{answer.Status{Status: "error", Message: r.Message}, r.Findings})
	}
}
