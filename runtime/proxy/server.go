package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"github.com/tykctl/tykctl/compiler/plan"
)

const (
	readBuffer  = 16 << 10 // of a connection: bounds the head of a response
	keptScratch = 16 << 10 // scratch that is larger is not kept with an idle connection
)

// server is where upstreams of one scheme, host and port are reached: a stack of idle connections, so that those which are not needed grow
// old and are closed. A connection belongs to one request from acquire to release or discard.
type server struct {
	addr string
	tls  *tls.Config // nil: plain
	opt  *Options

	mu     sync.Mutex
	idle   []*conn
	count  int // idle and in use
	closed bool
}

// conn is a connection to a server.
type conn struct {
	net.Conn
	server *server
	br     *bufio.Reader
	buf    []byte    // scratch for what is written
	probe  *probe    // nil: the connection cannot be asked whether it is alive
	reused bool      // it has served a request
	since  time.Time // idle since
}

func newServer(u *plan.Upstream, opt *Options) (*server, error) {
	addr, name, err := address(u)
	if err != nil {
		return nil, err
	}
	s := &server{addr: addr, opt: opt}
	if u.Scheme == "https" {
		s.tls = &tls.Config{
			ServerName:         name,
			RootCAs:            opt.RootCAs,
			InsecureSkipVerify: u.InsecureSkipVerify, //nolint:gosec // the author of the document asked for it, and a rule warns
			MinVersion:         tls.VersionTLS12,
			NextProtos:         []string{"http/1.1"},
			ClientSessionCache: tls.NewLRUClientSessionCache(0),
		}
	}
	return s, nil
}

// acquire returns an idle connection, or a new one. A request that cannot be sent twice is given an idle connection only if the server has
// not closed it yet; with fresh, a new one is dialled in any case.
func (s *server) acquire(once, fresh bool) (*conn, error) {
	for {
		c, err := s.take(fresh)
		if err != nil {
			return nil, err
		}
		if c == nil {
			return s.dial()
		}
		if fresh || time.Since(c.since) > s.opt.MaxIdleConn || once && c.probe != nil && !c.probe.alive() {
			c.discard()
			continue
		}
		return c, nil
	}
}

// take pops an idle connection. It returns none and counts a new one if there is room for that: always when there is no idle one.
func (s *server) take(fresh bool) (*conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	room := s.count < s.opt.MaxConnsPerHost
	n := len(s.idle) - 1
	switch {
	case room && (fresh || n < 0):
		s.count++
		return nil, nil
	case n < 0:
		return nil, ErrBusy
	}
	c := s.idle[n]
	s.idle[n] = nil
	s.idle = s.idle[:n]
	return c, nil
}

// dial makes the connection that take counted.
func (s *server) dial() (*conn, error) {
	nc, err := s.connect()
	if err != nil {
		s.forget()
		return nil, failed(err)
	}
	return &conn{Conn: nc, server: s, br: bufio.NewReaderSize(nc, readBuffer), probe: newProbe(nc)}, nil
}

func (s *server) connect() (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.opt.DialTimeout)
	defer cancel()
	var nc net.Conn
	var err error
	if s.opt.Dial != nil {
		nc, err = s.opt.Dial(s.addr)
	} else {
		nc, err = new(net.Dialer).DialContext(ctx, "tcp", s.addr)
	}
	if err != nil || s.tls == nil {
		return nc, err
	}
	tc := tls.Client(nc, s.tls)
	if err := tc.HandshakeContext(ctx); err != nil {
		_ = nc.Close()
		return nil, err
	}
	return tc, nil
}

// forget uncounts a connection that is no more.
func (s *server) forget() {
	s.mu.Lock()
	s.count--
	s.mu.Unlock()
}

// release gives the connection back after a complete exchange. One with unread bytes is closed: what an upstream says unasked must not
// become the answer to the next request.
func (c *conn) release() {
	if c.br.Buffered() > 0 {
		c.discard()
		return
	}
	c.reused = true
	c.since = time.Now()
	if cap(c.buf) > keptScratch {
		c.buf = nil
	}
	s := c.server
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		c.discard()
		return
	}
	s.idle = append(s.idle, c)
	s.mu.Unlock()
}

// discard closes the connection.
func (c *conn) discard() {
	_ = c.Close()
	c.server.forget()
}

// expire closes connections that were idle since before limit. The oldest are at the bottom of the stack.
func (s *server) expire(limit time.Time) {
	s.mu.Lock()
	n := 0
	for n < len(s.idle) && s.idle[n].since.Before(limit) {
		n++
	}
	old := append([]*conn(nil), s.idle[:n]...)
	kept := copy(s.idle, s.idle[n:])
	clear(s.idle[kept:])
	s.idle = s.idle[:kept]
	s.mu.Unlock()
	for _, c := range old {
		c.discard()
	}
}

// close closes idle connections now and the others when they are released.
func (s *server) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.expire(time.Now().Add(time.Hour))
}
