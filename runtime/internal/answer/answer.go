// Package answer writes the answers that the gateway gives itself, in Tyk's shapes. None of them may be cached: they hold secrets,
// tokens, or the state of one moment.
package answer

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/valyala/fasthttp"
)

// Status is the body of Tyk's endpoints that answer with no more than an outcome.
type Status struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

// JSON answers with a JSON body and a line end, as Tyk does (RFC 6749 §5.1 asks for the headers). & < and > stand for themselves, so that scripts
// can cut a URL out of it.
func JSON(ctx *fasthttp.RequestCtx, status int, v any) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		status = fasthttp.StatusInternalServerError
		body.Reset()
		body.WriteString("{\"error\":\"server_error\"}\n")
	}
	h := &ctx.Response.Header
	h.Set(fasthttp.HeaderCacheControl, "no-store")
	h.Set(fasthttp.HeaderPragma, "no-cache")
	h.Set(fasthttp.HeaderXContentTypeOptions, "nosniff")
	ctx.SetContentType("application/json")
	ctx.SetStatusCode(status)
	ctx.SetBody(body.Bytes())
}

// Error answers with {"status":"error","message":…}.
func Error(ctx *fasthttp.RequestCtx, status int, message string) {
	JSON(ctx, status, Status{Status: "error", Message: message})
}

// OK answers 200 with {"status":"ok","message":…}.
func OK(ctx *fasthttp.RequestCtx, message string) {
	JSON(ctx, fasthttp.StatusOK, Status{Status: "ok", Message: message})
}

// MethodNotAllowed answers 405 in Tyk's words, and says what would be allowed (RFC 9110 §15.5.6).
func MethodNotAllowed(ctx *fasthttp.RequestCtx, allowed string) {
	ctx.Response.Header.Set(fasthttp.HeaderAllow, allowed)
	Error(ctx, fasthttp.StatusMethodNotAllowed, "Method not supported")
}

// PostOnly reports whether the request is a POST, and answers it otherwise: credentials in a URL end up in logs (RFC 6749 §3.2).
func PostOnly(ctx *fasthttp.RequestCtx) bool {
	if !ctx.IsPost() {
		MethodNotAllowed(ctx, fasthttp.MethodPost)
		return false
	}
	return true
}

// Proxied answers a proxied request in place of its upstream: the body is that of Tyk's gateway errors, without a line end, and XML where the
// request has been XML. Text must be plain.
func Proxied(ctx *fasthttp.RequestCtx, status int, text string) {
	ctx.Response.Header.Set(fasthttp.HeaderCacheControl, "no-store")
	ctx.SetStatusCode(status)
	mediaType, _, _ := bytes.Cut(ctx.Request.Header.ContentType(), []byte(";"))
	switch strings.ToLower(string(bytes.TrimSpace(mediaType))) {
	case "application/xml", "text/xml":
		ctx.SetContentType("application/xml")
		ctx.SetBodyString("<?xml version = \"1.0\" encoding = \"UTF-8\"?>\n<error>" + text + "</error>")
	default:
		ctx.SetContentType("application/json")
		ctx.SetBodyString("{\n    \"error\": \"" + text + "\"\n}")
	}
}
