// Package oauth is the authorization server of an API (RFC 6749) with the endpoints of Tyk Gateway. A Server serves one API of one
// generation; it keeps no state of its own, everything that must last is in the store.
//
// What differs from Tyk on the wire follows the RFCs: statuses and error codes of RFC 6749 §5.2, exact redirect URIs and single use of
// codes and refresh tokens as RFC 9700 wants them, PKCE (RFC 7636), authenticated revocation (RFC 7009), and endpoints that Tyk does not have:
// introspection (RFC 7662), metadata (RFC 8414). Success answers have Tyk's members. Options.Compat brings Tyk's statuses and bodies back, never what
// is insecure about them; package compat lists every difference.
//
// The package authenticates clients, and users only for the password grant. For authorization codes that is the identity server's work, which
// proves itself with the gateway secret before AuthorizeClient is called.
package oauth

import (
	"context"
	"io"
	"log/slog"
	"net/netip"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/store"
)

// Lifetimes when Options leaves them zero; they are Tyk's.
const (
	DefaultAccessTTL  = time.Hour
	DefaultRefreshTTL = 14 * 24 * time.Hour
	DefaultCodeTTL    = 250 * time.Second
)

// DefaultRefreshGrace is what a gateway should set Options.RefreshGrace to: clients repeat a request whose answer they have not got.
const DefaultRefreshGrace = 10 * time.Second

// bodyLimit bounds the form of every endpoint, in bytes.
const bodyLimit = 64 << 10

// Store is what an authorization server needs of the store.
type Store interface {
	store.Clients
	store.Codes
	store.Tokens
}

// Options is what the servers of a gateway share.
type Options struct {
	Store  Store
	Users  store.Users      // of the password grant; nil: there are none
	Now    func() time.Time // required
	Rand   io.Reader        // required; a cryptographic source
	Logger *slog.Logger     // required

	AccessTTL  time.Duration // of access tokens of APIs that do not say; DefaultAccessTTL
	RefreshTTL time.Duration // DefaultRefreshTTL, counted anew with each rotation
	CodeTTL    time.Duration // DefaultCodeTTL
	FamilyTTL  time.Duration // of a token family, from its authorization code on, however often it is refreshed; 0: no end

	// RefreshGrace is how long a refresh token that was used may be presented again, by a client that has missed the answer: it gets the same
	// answer. 0: never. It needs Key.
	RefreshGrace time.Duration
	Key          []byte // secret, of this installation, from which the answer is derived; it must outlive a restart

	Compat    compat.Mode
	TykStatus int // of every error in the mode compat.Tyk, as Tyk's oauth_error_status_code; 403

	Noticed        func()               // called when a notice has been stored; nil: nobody waits for it
	PolicyExists   func(id string) bool // nil: every policy does
	Throttle       *Throttle            // nil: nothing is bounded
	PublicURLs     []string             // where the gateway is reached from outside, the usual one first; CheckPublicURL says what they may be
	CORSOrigins    []string             // of pages that may call the token, revocation, introspection and metadata endpoints
	TrustedProxies []netip.Prefix       // whose X-Forwarded-For says who the client is
}

func (o *Options) setDefaults() {
	if o.AccessTTL == 0 {
		o.AccessTTL = DefaultAccessTTL
	}
	if o.RefreshTTL == 0 {
		o.RefreshTTL = DefaultRefreshTTL
	}
	if o.CodeTTL == 0 {
		o.CodeTTL = DefaultCodeTTL
	}
	if o.TykStatus == 0 {
		o.TykStatus = fasthttp.StatusForbidden
	}
}

// Server is the authorization server of one API. It is safe for concurrent use.
type Server struct {
	api        *plan.API
	apiID      string
	conf       *plan.OAuth2
	opt        Options
	accessTTL  time.Duration
	publicURLs []publicURL
	grants     []Grant // those that the definition allows
	context    context.Context
}

// New returns the authorization server of an API. Store calls end when ctx does. The plan is shared, not copied.
func New(ctx context.Context, api *plan.API, conf *plan.OAuth2, opt Options) *Server {
	opt.setDefaults()
	s := &Server{api: api, apiID: api.ID, conf: conf, opt: opt, accessTTL: opt.AccessTTL, context: ctx}
	if conf.AccessTTL > 0 {
		s.accessTTL = time.Duration(conf.AccessTTL) * time.Second
	}
	s.publicURLs = parsePublicURLs(opt.PublicURLs)
	s.grants = s.allowedGrants()
	return s
}
