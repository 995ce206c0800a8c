// Package oauth is the authorization server of an API (RFC 6749) with the endpoints of Tyk Gateway. A Server serves one API of one
// generation; it keeps no state of its own, everything that must last is in the store.
//
// What differs from Tyk on the wire follows the RFCs: statuses and error codes of RFC 6749 §5.2, exact redirect URIs and single use of
// codes and refresh tokens as RFC 9700 wants them, PKCE (RFC 7636), authenticated revocation (RFC 7009). Success answers
// have Tyk's members.
//
// The package authenticates clients, never users: that is the identity server's work, which proves itself with the gateway
// secret before AuthorizeClient is called.
package oauth

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/store"
)

// Lifetimes when Options leaves them zero; they are Tyk's.
const (
	DefaultAccessTTL  = time.Hour
	DefaultRefreshTTL = 14 * 24 * time.Hour
	DefaultCodeTTL    = 250 * time.Second
)

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
	Store      Store
	Now        func() time.Time // required
	Rand       io.Reader        // required; a cryptographic source
	Logger     *slog.Logger     // required
	AccessTTL  time.Duration
	RefreshTTL time.Duration
	CodeTTL    time.Duration
}

// Server is the authorization server of one API. It is safe for concurrent use.
type Server struct {
	apiID   string
	conf    *plan.OAuth2
	opt     Options
	grants  []Grant // those that the definition allows
	context context.Context
}

// New returns the authorization server of an API. Store calls end when ctx does. The plan is shared, not copied.
func New(ctx context.Context, api *plan.API, conf *plan.OAuth2, opt Options) *Server {
	if opt.AccessTTL == 0 {
		opt.AccessTTL = DefaultAccessTTL
	}
	if opt.RefreshTTL == 0 {
		opt.RefreshTTL = DefaultRefreshTTL
	}
	if opt.CodeTTL == 0 {
		opt.CodeTTL = DefaultCodeTTL
	}
	s := &Server{apiID: api.ID, conf: conf, opt: opt, context: ctx}
	s.grants = s.allowedGrants()
	return s
}
