// Package admin is the admin API: Tyk Gateway's control API under /tyk/, as far as this gateway has what it controls, and the Dashboard's OAuth routes
// under /api/apis/oauth/. Every call proves itself with the gateway secret; answers have Tyk's shapes. What is deliberately different
// stands in package compat.
//
//	/tyk/oauth/clients/…         client apps, their secrets and tokens
//	/tyk/oauth/…                 revocation, notifications that wait
//	/tyk/keys, /tyk/policies     keys and users, policies
//	/tyk/apis, /tyk/apis/oas     APIs, and their definitions
//	/tyk/reload                  reads definitions and policies again
//	/api/apis/oauth/…            client apps as the Dashboard has them, authorize-client
package admin

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/internal/answer"
	"github.com/tykctl/tykctl/runtime/limit"
	"github.com/tykctl/tykctl/runtime/oauth"
	"github.com/tykctl/tykctl/runtime/policy"
	"github.com/tykctl/tykctl/runtime/store"
)

// SecretHeader carries the gateway secret. It is never forwarded to an upstream.
const SecretHeader = "X-Tyk-Authorization"

// Store is what the admin API needs of the store.
type Store interface {
	store.Clients
	store.Tokens
	store.APIKeys
	store.Users
	store.Policies
	store.Counters
	store.Outbox
	Sweep(ctx context.Context, now time.Time, limit int) (int, error)
}

// Options is what the admin API works on.
type Options struct {
	Secret string // the gateway secret; empty: every call is refused
	Store  Store
	Now    func() time.Time
	Rand   io.Reader
	Logger *slog.Logger
	Compat compat.Mode
	Reload func(ctx context.Context) error // nil: there is nothing to read again

	// Definitions keeps the API definitions; nil: there are none, but a plan.
	Definitions Definitions

	Policies func() *policy.Set // those in force; nil: those of the plan
	Limits   *limit.Limiter     // nil: requests are counted in the store alone
	// PoliciesChanged takes over what the store has for policies now. It is called after each write; nil: nobody wants to know.
	PoliciesChanged func(ctx context.Context) error
	// RedirectURISeparator parts the redirect URIs of a client in Tyk's single member for them (oauth_redirect_uri_separator); empty: it
	// holds one.
	RedirectURISeparator string
}

// Handler is the admin API of one generation.
type Handler struct {
	opt     Options
	secret  [sha256.Size]byte
	context context.Context
	plan    *plan.Plan
	apis    map[string]plan.APIID
	oauth   []*oauth.Server // by plan.OAuthID
	users   sync.Mutex      // one write of a user at a time
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
	switch at[0] {
	case "apis":
		h.routeAPIs(ctx, at[1:])
	case "oauth":
		h.gatewayOAuth(ctx, at[1:])
	case "keys":
		h.keys(ctx, at[1:])
	case "policies":
		h.policies(ctx, at[1:])
	case "reload":
		if len(at) > 1 && (len(at) > 2 || at[1] != "group") {
			notFound(ctx)
			return
		}
		h.reload(ctx)
	default:
		notFound(ctx)
	}
}

// gatewayOAuth routes what is below /tyk/oauth/.
func (h *Handler) gatewayOAuth(ctx *fasthttp.RequestCtx, at []string) {
	name, rest := "", at
	if len(at) > 0 {
		name, rest = at[0], at[1:]
	}
	switch {
	case name == "clients" && len(rest) > 0:
		h.clients(ctx, rest)
	case name == "notifications":
		h.notices(ctx, rest)
	case name == "refresh" && len(rest) == 1:
		h.deleteRefresh(ctx, rest[0])
	case name == "revoke" && len(rest) == 0:
		h.postRevoke(ctx)
	case name == "revoke_all" && len(rest) == 0:
		h.postRevokeAll(ctx)
	case name == "tokens" && len(rest) == 0:
		h.deleteLapsed(ctx)
	default:
		notFound(ctx)
	}
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
