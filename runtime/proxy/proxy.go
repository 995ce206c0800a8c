// Package proxy forwards a request to its upstream.
package proxy

import (
	"crypto/x509"
	"errors"
	"net"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
)

// What Forward reports. After any of these nothing usable was written and the caller answers.
var (
	ErrUnreachable = errors.New("upstream unreachable")            // 502
	ErrTimeout     = errors.New("upstream timed out")              // 504
	ErrBusy        = errors.New("no free connection to upstream")  // 503
	ErrBody        = errors.New("malformed or broken-off request") // 400, and the connection is closed
	ErrTooLarge    = errors.New("request body too large")          // 413, and the connection is closed
)

// Options of a proxy. A zero value has the default named beside it.
type Options struct {
	DialTimeout     time.Duration // connecting, and as long again for TLS; 5 s
	ReadTimeout     time.Duration // wait for the head of a response, and between two reads of its body; 60 s
	WriteTimeout    time.Duration // one write to the upstream; 30 s
	StreamTimeout   time.Duration // silence on an event stream or an upgraded connection; 10 min
	MaxIdleConn     time.Duration // an unused connection is closed after this; 30 s
	MaxConnsPerHost int           // connections to one upstream, in use and idle; 1024

	// ServerReadTimeout and ServerWriteTimeout are those of the fasthttp.Server, which arms them once per request. When set,
	// streamed bodies re-arm them at every read and write, so that they bound silence and not the length of a transfer.
	ServerReadTimeout  time.Duration
	ServerWriteTimeout time.Duration

	RootCAs *x509.CertPool                      // nil: those of the system
	Dial    func(addr string) (net.Conn, error) // nil: TCP
}

// Proxy holds the connections to the upstreams of one generation.
type Proxy struct{}

// Request is what the caller found out about the request in ctx.
type Request struct {
	API      *plan.API
	Upstream plan.UpstreamID
	Path     []byte // canonical, whole
	Rest     int    // Path[:Rest] is the listen path
	TLS      bool   // the client came by TLS

	// Credentials that are not forwarded; empty: none.
	DropHeader string
	DropQuery  string
	DropCookie string

	MaxBody int64 // of the request, in bytes; 0: no limit
}

// New makes the clients of a plan's upstreams. Nothing is dialled.
func New(_ []plan.Upstream, _ Options) (*Proxy, error) { return &Proxy{}, nil }

// Forward sends the request upstream and makes ctx.Response the answer, replacing whatever was in it.
func (p *Proxy) Forward(_ *fasthttp.RequestCtx, _ *Request) error { return ErrUnreachable }

// Close closes idle connections, and those in use when their request ends.
func (p *Proxy) Close() {}

// CheckHead reports whether the head of the request may be served at all.
func CheckHead(_ *fasthttp.RequestCtx) bool { return true }

// Discard makes the connection safe for an answer that does not forward.
func Discard(_ *fasthttp.RequestCtx) {}
