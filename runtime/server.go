// Package runtime serves a plan: it routes, protects and forwards requests, and answers the OAuth endpoints and the admin API itself.
// It never sees a document; whatever it must know is in the plan.
//
// A plan made live is a generation. Generations are built completely before they are swapped in, and never change:
//
//	Swap:     plan → generation → (atomic pointer)
//	request:  (atomic pointer) → generation → router → access → limit → proxy → upstream
//
// A request ends in the generation in which it began.
package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/admin"
	"github.com/tykctl/tykctl/runtime/compat"
	"github.com/tykctl/tykctl/runtime/identity"
	"github.com/tykctl/tykctl/runtime/limit"
	"github.com/tykctl/tykctl/runtime/notify"
	"github.com/tykctl/tykctl/runtime/oauth"
	"github.com/tykctl/tykctl/runtime/proxy"
	"github.com/tykctl/tykctl/runtime/store"
)

// Options of a server. A zero value has the default named beside it.
type Options struct {
	Store  store.Store                     // required; the caller closes it after Serve has returned
	Secret string                          // the gateway secret; empty: the admin API refuses every call
	Admin  net.Listener                    // of the admin API, which is nowhere else then; nil: it is where the APIs are
	Now    func() time.Time                // time.Now
	Rand   io.Reader                       // required; a cryptographic source
	Logger *slog.Logger                    // slog.Default()
	Reload func(ctx context.Context) error // called by /tyk/reload; nil: there is nothing to read again
	Login  *identity.Server                // for development: in the place of the login pages that definitions name; nil: those

	// Definitions is what /tyk/apis/oas works on; nil: there are no definitions, but a plan.
	Definitions admin.Definitions

	AccessTTL  time.Duration // of access tokens; 1 h
	RefreshTTL time.Duration // of refresh tokens; 14 days
	CodeTTL    time.Duration // of authorization codes; 250 s

	// What the authorization servers share, with the meaning of oauth.Options.
	Key            []byte // of this installation, secret
	RefreshGrace   time.Duration
	FamilyTTL      time.Duration
	Compat         compat.Mode
	TykStatus      int
	Throttle       *oauth.Throttle
	PublicURLs     []string
	CORSOrigins    []string
	TrustedProxies []netip.Prefix

	RedirectURISeparator string // of admin.Options

	// Receivers sends notifications; nil: a client that follows no redirect and waits ten seconds.
	Receivers *http.Client

	// Resolve returns the secret that a definition names by a reference; what is none is returned as it is. Nil: everything is.
	Resolve func(written string) (string, error)

	Upstream     proxy.Options
	MaxBody      int64         // of a proxied request, in bytes; 0: no limit
	ReadTimeout  time.Duration // silence of a client while it sends; 60 s
	WriteTimeout time.Duration // silence of a client while it receives; 60 s
	IdleTimeout  time.Duration // of a kept connection; 90 s
	DrainTimeout time.Duration // how long requests may take to end when the server stops; 20 s
}

func (o *Options) setDefaults() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	for _, d := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{{&o.ReadTimeout, time.Minute}, {&o.WriteTimeout, time.Minute}, {&o.IdleTimeout, 90 * time.Second}, {&o.DrainTimeout, 20 * time.Second}} {
		if *d.value == 0 {
			*d.value = d.fallback
		}
	}
	o.Upstream.ServerReadTimeout, o.Upstream.ServerWriteTimeout = o.ReadTimeout, o.WriteTimeout
}

// Server serves one plan after another.
type Server struct {
	opt         Options
	generation  atomic.Pointer[generation]
	swapping    sync.Mutex // held while a generation is built and swapped in, or its policies are
	limits      *limit.Limiter
	numbers     sync.Pool // of *numbers
	stopping    atomic.Bool
	storeHealth storeHealth
	sender      *notify.Sender

	draining chan struct{} // closed when the server begins to stop

	// lifetime ends when the server has drained: store calls made for requests end with it.
	lifetime context.Context
	end      context.CancelFunc
}

// New returns a server for a plan. It listens to nothing yet.
func New(p *plan.Plan, opt Options) (*Server, error) {
	if opt.Store == nil || opt.Rand == nil {
		return nil, errors.New("a server needs a store and a random source")
	}
	opt.setDefaults()
	s := &Server{opt: opt, draining: make(chan struct{})}
	s.limits = limit.New(limit.Options{Counters: opt.Store, Now: opt.Now, Logger: opt.Logger, Stop: s.draining})
	s.numbers.New = func() any { return new(numbers) }
	s.sender = s.newSender()
	s.lifetime, s.end = context.WithCancel(context.Background())
	g, err := s.newGeneration(p)
	if err != nil {
		s.end()
		return nil, err
	}
	s.generation.Store(g)
	return s, nil
}

// Swap makes another plan live: all of it, or nothing when it returns an error. No request fails because of it.
func (s *Server) Swap(p *plan.Plan) error {
	s.swapping.Lock()
	defer s.swapping.Unlock()
	g, err := s.newGeneration(p)
	if err != nil {
		return err
	}
	old := s.generation.Swap(g)
	old.proxy.Close()
	return nil
}

// Serve accepts connections until ctx is done, then lets the requests under way end, for DrainTimeout at most. It owns the
// listener, and that of the admin API. It returns nil after a stop that was asked for.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	defer s.end()
	defer s.limits.Close(s.lifetime) // what was borrowed of quotas goes back when the last request is done
	var background sync.WaitGroup
	background.Go(func() { s.sweep(ctx) })
	background.Go(func() { s.sender.Run(ctx) })
	doors := s.doors(ln)
	ended := open(doors)
	select {
	case err := <-ended:
		for _, d := range doors {
			_ = d.ln.Close() // one may be open still
		}
		return err
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	close(s.draining)
	drain, cancel := context.WithTimeout(context.Background(), s.opt.DrainTimeout)
	defer cancel()
	err := shut(drain, doors)
	background.Wait()
	s.generation.Load().proxy.Close()
	if errors.Is(err, context.DeadlineExceeded) {
		s.opt.Logger.Warn("stopped with requests under way", "after", s.opt.DrainTimeout)
		return nil
	}
	if err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	for range doors {
		err = errors.Join(err, <-ended)
	}
	return err
}

// The sweeper's pace: small bites, so that it never holds up a token.
const (
	sweepInterval = time.Minute
	sweepBite     = 1000
)

// sweep removes expired records from the store, and idle ones from the limiter, until ctx is done.
func (s *Server) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.limits.Sweep(s.lifetime)
		for ctx.Err() == nil {
			n, err := s.opt.Store.Sweep(ctx, s.opt.Now(), sweepBite)
			if err != nil && ctx.Err() == nil {
				s.opt.Logger.Error("sweep of expired records failed", "error", err)
			}
			if err != nil || n < sweepBite {
				break
			}
		}
	}
}

// discardLogger silences fasthttp's own log, which would print what strangers send.
type discardLogger struct{}

func (discardLogger) Printf(string, ...any) {}
