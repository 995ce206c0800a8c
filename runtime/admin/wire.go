package admin

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/internal/reqbody"
)

// bodyLimit bounds the body of every call, in bytes.
const bodyLimit = 1 << 20

// problem is what is wrong with a call: a status and a message for the caller. The nil problem is none.
type problem struct {
	status  int
	message string
}

func bad(message string) *problem { return &problem{fasthttp.StatusBadRequest, message} }

func (p *problem) answer(ctx *fasthttp.RequestCtx) {
	p.retryAfter(ctx)
	answer.Error(ctx, p.status, p.message)
}

func (p *problem) retryAfter(ctx *fasthttp.RequestCtx) {
	if p.status == fasthttp.StatusServiceUnavailable {
		ctx.Response.Header.Set(fasthttp.HeaderRetryAfter, "1")
	}
}

// orTyk is the problem with the status that Tyk has for it, where that mode is asked for.
func (h *Handler) orTyk(p *problem, status int) *problem {
	if p != nil && h.opt.Compat == compat.Tyk {
		return &problem{status, p.message}
	}
	return p
}

// actionBody is Tyk's answer to what changes something.
type actionBody struct {
	Key     string `json:"key"`
	Status  string `json:"status"`
	Action  string `json:"action"`
	KeyHash string `json:"key_hash,omitempty"`
}

func answerAction(ctx *fasthttp.RequestCtx, key, action string) {
	answer.JSON(ctx, fasthttp.StatusOK, actionBody{Key: key, Status: "ok", Action: action})
}

// readJSON decodes the body, which must be one JSON object, into v. Unknown members are ignored, as Tyk does.
func (h *Handler) readJSON(ctx *fasthttp.RequestCtx, v any) *problem {
	body, p := readBody(ctx)
	if p != nil {
		return p
	}
	return h.orTyk(decode(body, v), fasthttp.StatusInternalServerError)
}

func readBody(ctx *fasthttp.RequestCtx) ([]byte, *problem) {
	body, err := reqbody.Read(ctx, bodyLimit)
	switch {
	case errors.Is(err, reqbody.ErrTooLarge):
		return nil, &problem{fasthttp.StatusRequestEntityTooLarge, "Request body is too large"}
	case err != nil:
		return nil, bad("Request body cannot be read")
	}
	return body, nil
}

func decode(body []byte, v any) *problem {
	dec := json.NewDecoder(bytes.NewReader(body))
	err := dec.Decode(v)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return bad("Unmarshalling failed: " + wrong.Field + " must not be a JSON " + wrong.Value)
	case err != nil:
		return bad("Unmarshalling failed: the request body is not a JSON object of the expected form")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return bad("Unmarshalling failed: the request body has text after the JSON object")
	}
	return nil
}

// readForm reads the parameters of a urlencoded body. JSON objects of texts are read too: the Dashboard takes those.
func (h *Handler) readForm(ctx *fasthttp.RequestCtx) (url.Values, *problem) {
	body, p := readBody(ctx)
	if p != nil {
		return nil, p
	}
	if bytes.HasPrefix(bytes.TrimSpace(ctx.Request.Header.ContentType()), []byte("application/json")) || bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		var members map[string]any
		if p := decode(body, &members); p != nil {
			return nil, p
		}
		form := url.Values{}
		for name, value := range members {
			if text, ok := value.(string); ok {
				form.Set(name, text)
			}
		}
		return form, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, bad("cannot parse form. Form malformed")
	}
	for name, values := range form {
		if len(values) > 1 {
			return nil, bad("parameter given more than once: " + clip(name))
		}
	}
	return form, nil
}

// clip bounds what is repeated of a caller's text in an answer.
func clip(text string) string {
	const most = 80
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// number returns a parameter of the query that is a number from least to most; fallback when it is absent.
func number(ctx *fasthttp.RequestCtx, name string, fallback, least, most int) (int, *problem) {
	text := string(ctx.QueryArgs().Peek(name))
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, bad(name + " must be a number from " + strconv.Itoa(least) + " to " + strconv.Itoa(most))
	}
	return n, nil
}

// segments splits the rest of a canonical path and decodes each part once.
func segments(rest []byte) []string {
	parts := strings.Split(strings.TrimSuffix(string(rest), "/"), "/")
	for i, p := range parts {
		if decoded, err := url.PathUnescape(p); err == nil {
			parts[i] = decoded
		}
	}
	return parts
}

func notFound(ctx *fasthttp.RequestCtx) {
	ctx.SetContentType("text/plain; charset=utf-8")
	ctx.SetStatusCode(fasthttp.StatusNotFound)
	ctx.SetBodyString("404 page not found\n")
}

// generate returns n random bytes in hexadecimal, which no client library has to escape.
func (h *Handler) generate(n int) (string, *problem) {
	b := make([]byte, n)
	if _, err := io.ReadFull(h.opt.Rand, b); err != nil {
		return "", h.failed("read random source", err)
	}
	return hex.EncodeToString(b), nil
}

// storeProblem logs the failure of a store: one that cannot be asked has said nothing about the record.
func (h *Handler) storeProblem(operation string, err error) *problem {
	h.opt.Logger.Error("store failed", "operation", operation, "error", err)
	return &problem{fasthttp.StatusServiceUnavailable, "The store cannot be reached; try again"}
}

// failed logs what cannot be, and says no more than that.
func (h *Handler) failed(operation string, err error) *problem {
	h.opt.Logger.Error("admin API failed; please report this", "operation", operation, "error", err)
	return &problem{fasthttp.StatusInternalServerError, "internal error"}
}
