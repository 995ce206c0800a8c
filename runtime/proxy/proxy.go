// Package proxy forwards requests to their upstreams, after RFC 9110 §7.6 and RFC 9112 and, where those leave a choice, as Tyk does
// ("Forwarding rules" of its OAuth behaviour reference). It has its own connections instead of a fasthttp.HostClient, which retries
// PUT, hides whether a connection was reused, cannot upload and download at once and closes over every streamed response.
//
//	raw head of the client ── appendHead ──▶ conn ──▶ upstream
//	body of the client ── at once, or pump (a goroutine) ──▶ conn
//	client ◀── ctx.Response, or stream read by fasthttp, or tunnel after a hijack ── conn ◀── upstream
//
// A connection is used by one request at a time and is reused only after an exchange which both sides ended cleanly. A request is sent
// a second time only if it is safe, has no body, and the server had closed the reused connection before any octet of an answer.
//
// The fasthttp.Server must have DisablePreParseMultipartForm set, or form bodies are rewritten, and should have StreamRequestBody (bodies are
// not held in memory) and NoDefaultDate (the upstream's Date is kept; SetDate gives one to the gateway's own answers). Trailers are dropped.
package proxy

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/compiler/plan"
)

// What Forward reports, to be found with errors.Is. The text of an error may name addresses: it is for the log.
var (
	ErrUnreachable = errors.New("upstream unreachable")              // 502
	ErrTimeout     = errors.New("upstream timed out")                // 504
	ErrBusy        = errors.New("no free connection to upstream")    // 503
	ErrBody        = errors.New("request malformed or broken off")   // 400
	ErrTooLarge    = errors.New("request body larger than accepted") // 413
)

// Options of a proxy. A zero value has the default named beside it.
type Options struct {
	DialTimeout     time.Duration // connecting, with TLS; 5 s
	ReadTimeout     time.Duration // wait for the head of a response, and for each further part of its body; 60 s
	WriteTimeout    time.Duration // each write of a request body; 30 s
	StreamTimeout   time.Duration // silence on an event stream or an upgraded connection; 10 min
	MaxIdleConn     time.Duration // an unused connection is closed after this; 30 s
	MaxConnsPerHost int           // connections to one upstream: in use, upgraded and idle; 1024

	// ServerReadTimeout and ServerWriteTimeout are those of the fasthttp.Server, which arms them once per request. When set,
	// streamed bodies arm them again at every read and write, so that they bound silence and not the length of a transfer.
	ServerReadTimeout  time.Duration
	ServerWriteTimeout time.Duration

	RootCAs *x509.CertPool                      // nil: those of the system
	Dial    func(addr string) (net.Conn, error) // nil: TCP
}

func (o *Options) setDefaults() {
	for _, d := range [...]struct {
		field *time.Duration
		value time.Duration
	}{
		{&o.DialTimeout, 5 * time.Second},
		{&o.ReadTimeout, time.Minute},
		{&o.WriteTimeout, 30 * time.Second},
		{&o.StreamTimeout, 10 * time.Minute},
		{&o.MaxIdleConn, 30 * time.Second},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if o.MaxConnsPerHost <= 0 {
		o.MaxConnsPerHost = 1024
	}
}

// Proxy holds the connections to the upstreams of one generation.
type Proxy struct {
	opt       Options
	upstreams []upstream
	servers   []*server
	stop      chan struct{}
	stopped   sync.WaitGroup
}

// Request is what the caller found out about the request in ctx.
type Request struct {
	API      *plan.API
	Upstream plan.UpstreamID
	Path     []byte // canonical, whole
	Rest     int    // Path[:Rest] is the listen path
	TLS      bool   // the client came by TLS

	// Credentials that are not forwarded; empty: none. Header names are compared without regard to case, the others exactly.
	DropHeader string
	DropQuery  string
	DropCookie string

	MaxBody int64 // of the request, in bytes; 0: no limit

	// Answer is put into the head of the answer in place of headers of these names that the upstream has sent. It is copied.
	Answer []Header
}

// Header is a line of a head. The name is spelled as fasthttp does: "X-Ratelimit-Reset".
type Header struct{ Name, Value []byte }

// New makes the clients of a plan's upstreams; those with the same scheme, host and TLS settings share connections. Nothing is dialled.
func New(ups []plan.Upstream, opt Options) (*Proxy, error) {
	opt.setDefaults()
	p := &Proxy{opt: opt, stop: make(chan struct{})}
	type key struct {
		scheme, host string
		insecure     bool
	}
	servers := make(map[key]*server)
	for i := range ups {
		u := &ups[i]
		up, err := newUpstream(u)
		if err != nil {
			return nil, fmt.Errorf("upstream %d: %w", i, err)
		}
		k := key{u.Scheme, u.Host, u.InsecureSkipVerify}
		if servers[k] == nil {
			if servers[k], err = newServer(u, &p.opt); err != nil {
				return nil, fmt.Errorf("upstream %d: %w", i, err)
			}
			p.servers = append(p.servers, servers[k])
		}
		up.server = servers[k]
		p.upstreams = append(p.upstreams, up)
	}
	p.stopped.Add(1)
	go p.expire()
	return p, nil
}

// expire closes idle connections as they grow old, until Close.
func (p *Proxy) expire() {
	defer p.stopped.Done()
	tick := time.NewTicker(p.opt.MaxIdleConn/2 + time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case now := <-tick.C:
			for _, s := range p.servers {
				s.expire(now.Add(-p.opt.MaxIdleConn))
			}
		}
	}
}

// Close closes idle connections now and the others when their request ends. It is called once; requests which are under way may go on, and
// upgraded connections live until one side ends them.
func (p *Proxy) Close() {
	close(p.stop)
	p.stopped.Wait()
	for _, s := range p.servers {
		s.close()
	}
}

// Forward sends the request upstream and makes ctx.Response the answer, replacing what was in it. What must be in an upgraded or
// streamed answer, too, is given in Answer. After an error the caller makes the answer, and calls Discard. CheckHead must have been true.
//
// From entry to the write of a request without body nothing is allocated.
func (p *Proxy) Forward(ctx *fasthttp.RequestCtx, req Request) error {
	x := exchange{proxy: p, ctx: ctx, up: &p.upstreams[req.Upstream], req: req}
	if !x.head.scan(ctx.Request.Header.RawHeaders(), req.DropHeader) {
		return ErrBody
	}
	var err error
	if x.body, err = takeBody(ctx, req.MaxBody); err != nil {
		return err
	}
	x.upgrade = x.body.length == 0 && isUpgrade(ctx, &x.head)
	err = x.do()
	x.body.free()
	return err
}
