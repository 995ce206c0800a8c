package admin

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"regexp"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/internal/reqbody"
	"github.com/tykctl/tykctl/runtime/store"
)

// clientBody is a client app on the wire, members in Tyk's order. The secret is in the answer to its creation and in no other: the store
// has only its hash.
type clientBody struct {
	ClientID    string          `json:"client_id"`
	RedirectURI string          `json:"redirect_uri"`
	APIID       string          `json:"api_id,omitempty"`
	PolicyID    string          `json:"policy_id,omitempty"`
	Secret      string          `json:"secret,omitempty"`
	MetaData    json.RawMessage `json:"meta_data"`
	Description string          `json:"description"`
}

// clients routes what is below /tyk/oauth/clients/.
func (h *Handler) clients(ctx *fasthttp.RequestCtx, at []string) {
	switch {
	case len(at) == 1 && at[0] == "create":
		h.createClient(ctx)
	case len(at) == 1 && at[0] != "":
		h.listClients(ctx, at[0])
	case len(at) == 2 && ctx.IsGet():
		h.getClient(ctx, at[0], at[1])
	case len(at) == 2 && ctx.IsDelete():
		h.deleteClient(ctx, at[0], at[1])
	case len(at) == 2:
		answer.MethodNotAllowed(ctx, "GET, DELETE")
	default:
		notFound(ctx)
	}
}

func (h *Handler) createClient(ctx *fasthttp.RequestCtx) {
	if !answer.PostOnly(ctx) {
		return
	}
	var asked clientBody
	if problem := readJSON(ctx, &asked); problem != "" {
		answer.Error(ctx, fasthttp.StatusBadRequest, problem)
		return
	}
	if problem := h.checkClient(&asked); problem != "" {
		answer.Error(ctx, fasthttp.StatusBadRequest, problem)
		return
	}
	if err := h.generate(&asked.ClientID, 16); err != nil {
		h.failed(ctx, "random source failed", err)
		return
	}
	if err := h.generate(&asked.Secret, 32); err != nil {
		h.failed(ctx, "random source failed", err)
		return
	}
	err := h.opt.Store.CreateClient(h.context, newClient(&asked, h))
	switch {
	case errors.Is(err, store.ErrExists):
		answer.Error(ctx, fasthttp.StatusConflict, "OAuth Client ID exists already; delete it first")
	case err != nil:
		h.storeFailed(ctx, "create client", err)
	default:
		answer.JSON(ctx, fasthttp.StatusOK, &asked)
	}
}

func newClient(asked *clientBody, h *Handler) *store.Client {
	c := &store.Client{
		ID: asked.ClientID, APIID: asked.APIID, Secrets: []store.Secret{{Key: store.KeyOf(asked.Secret)}},
		MetaData: asked.MetaData, Description: asked.Description, CreatedAt: h.opt.Now(),
	}
	if asked.RedirectURI != "" {
		c.RedirectURIs = []string{asked.RedirectURI}
	}
	return c
}

// readJSON decodes the body and returns what is wrong with it, if anything.
func readJSON(ctx *fasthttp.RequestCtx, v any) string {
	body, err := reqbody.Read(ctx, bodyLimit)
	if err != nil {
		return "Request body cannot be read or is too large"
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if err := dec.Decode(v); err != nil {
		return "Request body is not a JSON object of the expected form"
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return "Request body has text after the JSON object"
	}
	return ""
}

// minSecret is the shortest secret that a caller may choose, in characters: it is stored as a plain hash, which only long secrets bear.
const minSecret = 32

var clientID = regexp.MustCompile(`^[A-Za-z0-9._~@+=-]{1,128}$`)

// checkClient returns what is wrong with a client to be created, if anything.
func (h *Handler) checkClient(c *clientBody) string {
	id, exists := h.apis[c.APIID]
	switch {
	case c.PolicyID != "", c.APIID == "":
		return "Policy doesn't exist"
	case !exists:
		return "API doesn't exist"
	case h.plan.APIs[id].OAuth == plan.None:
		return "API is not OAuth2"
	case c.ClientID != "" && !clientID.MatchString(c.ClientID):
		return "client_id may hold letters, digits and . _ ~ @ + = - only, at most 128 of them"
	case c.Secret != "" && len(c.Secret) < minSecret:
		return "secret must have at least 32 characters; leave it out to have one generated"
	case c.RedirectURI != "" && !validRedirectURI(c.RedirectURI):
		return "redirect_uri must be an absolute URI without a fragment"
	case len(c.MetaData) > 0 && !isObjectOrNull(c.MetaData):
		return "meta_data must be a JSON object"
	}
	return ""
}

// validRedirectURI follows RFC 6749 §3.1.2. Schemes that make a browser run or show the URI itself are refused.
func validRedirectURI(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || !u.IsAbs() || u.Fragment != "" || bytes.ContainsAny([]byte(uri), "#\\ \"<>") {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return u.Host != ""
	case "javascript", "data", "vbscript", "file", "about", "blob":
		return false
	default:
		return true // a private-use scheme of a native app (RFC 8252 §7.1)
	}
}

func isObjectOrNull(raw json.RawMessage) bool {
	text := bytes.TrimSpace(raw)
	return len(text) > 0 && text[0] == '{' || bytes.Equal(text, []byte("null"))
}

// generate fills an empty text with n random bytes in hexadecimal, which no client library has to escape.
func (h *Handler) generate(text *string, n int) error {
	if *text != "" {
		return nil
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(h.opt.Rand, b); err != nil {
		return err
	}
	*text = hex.EncodeToString(b)
	return nil
}

func (h *Handler) listClients(ctx *fasthttp.RequestCtx, apiID string) {
	if !ctx.IsGet() {
		answer.MethodNotAllowed(ctx, fasthttp.MethodGet)
		return
	}
	if _, exists := h.apis[apiID]; !exists {
		answer.Error(ctx, fasthttp.StatusNotFound, "API doesn't exist")
		return
	}
	clients, err := h.opt.Store.Clients(h.context, apiID)
	if err != nil {
		h.storeFailed(ctx, "list clients", err)
		return
	}
	list := make([]clientBody, len(clients))
	for i, c := range clients {
		list[i] = shown(c)
	}
	answer.JSON(ctx, fasthttp.StatusOK, list)
}

func (h *Handler) getClient(ctx *fasthttp.RequestCtx, apiID, id string) {
	c, err := h.opt.Store.Client(h.context, apiID, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		answer.Error(ctx, fasthttp.StatusNotFound, "OAuth Client ID not found")
	case err != nil:
		h.storeFailed(ctx, "read client", err)
	default:
		answer.JSON(ctx, fasthttp.StatusOK, shown(c))
	}
}

func (h *Handler) deleteClient(ctx *fasthttp.RequestCtx, apiID, id string) {
	err := h.opt.Store.DeleteClient(h.context, apiID, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		answer.Error(ctx, fasthttp.StatusNotFound, "OAuth Client ID not found")
	case err != nil:
		h.storeFailed(ctx, "delete client", err)
	default:
		answer.JSON(ctx, fasthttp.StatusOK, actionBody{Key: id, Status: "ok", Action: "deleted"})
	}
}

type actionBody struct {
	Key    string `json:"key"`
	Status string `json:"status"`
	Action string `json:"action"`
}

func shown(c *store.Client) clientBody {
	b := clientBody{ClientID: c.ID, APIID: c.APIID, PolicyID: c.PolicyID, MetaData: c.MetaData, Description: c.Description}
	if len(c.RedirectURIs) > 0 {
		b.RedirectURI = c.RedirectURIs[0]
	}
	if len(b.MetaData) == 0 {
		b.MetaData = json.RawMessage("null")
	}
	return b
}

func (h *Handler) storeFailed(ctx *fasthttp.RequestCtx, operation string, err error) {
	h.opt.Logger.Error("store failed", "operation", operation, "error", err)
	ctx.Response.Header.Set(fasthttp.HeaderRetryAfter, "1")
	answer.Error(ctx, fasthttp.StatusServiceUnavailable, "The store cannot be reached; try again")
}

func (h *Handler) failed(ctx *fasthttp.RequestCtx, what string, err error) {
	h.opt.Logger.Error(what, "error", err)
	answer.Error(ctx, fasthttp.StatusInternalServerError, "internal error")
}
