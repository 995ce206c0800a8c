// Package admin is the admin API: Tyk Gateway's control API under /tyk/, as far as this gateway has what it controls, and the Dashboard's route for
// identity servers under /api/apis/oauth/. Every call proves itself with the gateway secret; answers have Tyk's shapes.
package admin

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/oauth"
	"github.com/tykctl/tykctl/runtime/store"
)

// SecretHeader carries the gateway secret. It is never forwarded to an upstream.
const SecretHeader = "X-Tyk-Authorization"

// bodyLimit bounds the body of every call, in bytes.
const bodyLimit = 1 << 20

// Options is what the admin API works on.
type Options struct {
	Secret string // the gateway secret; empty: every call is refused
	Store  store.Clients
	Now    func() time.Time
	Rand   io.Reader
	Logger *slog.Logger
	Reload func(ctx context.Context) error // nil: there is nothing to read again
}

// Handler is the admin API of one generation.
type Handler struct {
	opt     Options
	secret  [sha256.Size]byte
	context context.Context
	plan    *plan.Plan
	apis    map[string]plan.APIID
	oauth   []*oauth.Server // by plan.OAuthID
}

// New returns the admin API of a plan and its authorization servers. Store calls end when ctx does.
func New(ctx context.Context, p *plan.Plan, servers []*oauth.Server, opt Options) *Handler {
	h := &Handler{opt: opt, secret: sha256.Sum256([]byte(opt.Secret)), context: ctx, plan: p, oauth: servers, apis: make(map[string]plan.APIID, len(p.APIs))}
	for i := range p.APIs {
		h.apis[p.APIs[i].ID] = plan.APIID(i)
	}
	return h
}

var (
	gatewayPrefix   = []byte("/tyk/")
	dashboardPrefix = []byte("/api/apis/oauth/")
)

// Owns reports whether a canonical path belongs to the admin API. Such a path never reaches an upstream, whatever is behind it.
func Owns(path []byte) bool {
	return bytes.HasPrefix(path, gatewayPrefix) || bytes.HasPrefix(path, dashboardPrefix)
}

// Authorized reports whether a request carries the gateway secret, in constant time.
func (h *Handler) Authorized(ctx *fasthttp.RequestCtx) bool {
	return h.isSecret(ctx.Request.Header.Peek(SecretHeader))
}

func (h *Handler) isSecret(presented []byte) bool {
	sum := sha256.Sum256(presented)
	return subtle.ConstantTimeCompare(sum[:], h.secret[:]) == 1 && h.opt.Secret != ""
}

// Forbidden answers a call without the gateway secret, in Tyk's words.
func Forbidden(ctx *fasthttp.RequestCtx) {
	answer.Error(ctx, fasthttp.StatusForbidden, "Attempted administrative access with invalid or missing key!")
}

// Serve answers a call whose path Owns. One trailing slash is ignored, as in Tyk.
func (h *Handler) Serve(ctx *fasthttp.RequestCtx, path []byte) {
	if bytes.HasPrefix(path, dashboardPrefix) {
		h.dashboard(ctx, segments(path[len(dashboardPrefix):]))
		return
	}
	if !h.Authorized(ctx) {
		Forbidden(ctx)
		return
	}
	at := segments(path[len(gatewayPrefix):])
	switch {
	case len(at) >= 2 && at[0] == "oauth" && at[1] == "clients":
		h.clients(ctx, at[2:])
	case len(at) >= 1 && len(at) <= 2 && at[0] == "reload":
		h.reload(ctx)
	default:
		notFound(ctx)
	}
}

// dashboard serves the Dashboard's form of authorize-client: by API id, or by listen path without slashes around it.
func (h *Handler) dashboard(ctx *fasthttp.RequestCtx, at []string) {
	if !h.isSecret(ctx.Request.Header.Peek(fasthttp.HeaderAuthorization)) {
		Forbidden(ctx)
		return
	}
	if len(at) < 2 || at[len(at)-1] != "authorize-client" {
		notFound(ctx)
		return
	}
	server, found := h.oauthServer(strings.Join(at[:len(at)-1], "/"))
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

func (h *Handler) reload(ctx *fasthttp.RequestCtx) {
	switch {
	case !ctx.IsGet():
		answer.MethodNotAllowed(ctx, fasthttp.MethodGet)
	case h.opt.Reload == nil:
		answer.Error(ctx, fasthttp.StatusNotImplemented, "This gateway was started from a compiled plan, there is nothing to reload")
	default:
		if err := h.opt.Reload(h.context); err != nil {
			// What is wrong with which document is in the gateway's log; documents are nothing to send over the network.
			h.opt.Logger.Error("reload refused, the former definitions stay in force", "error", err)
			answer.Error(ctx, fasthttp.StatusUnprocessableEntity, "Reload refused, the former definitions stay in force; the gateway's log says why")
			return
		}
		answer.OK(ctx, "")
	}
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
