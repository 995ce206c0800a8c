package proxy

import (
	"errors"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"
)

// maxInterim bounds the 1xx answers before the one that counts.
const maxInterim = 16

// failure is one of the errors of this package, and why.
type failure struct{ kind, cause error }

func (f *failure) Error() string   { return f.kind.Error() + ": " + f.cause.Error() }
func (f *failure) Unwrap() []error { return []error{f.kind, f.cause} }

// failed says which error of this package an error is.
func failed(err error) error {
	if isTimeout(err) {
		return &failure{ErrTimeout, err}
	}
	return &failure{ErrUnreachable, err}
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.Is(err, fasthttp.ErrTimeout) || errors.As(err, &ne) && ne.Timeout()
}

var (
	errInterim  = errors.New("too many interim responses")
	errStatus   = errors.New("impossible status")
	errSwitched = errors.New("the upstream switched protocols unasked")
)

// exchange is one request and its answer.
type exchange struct {
	proxy   *Proxy
	ctx     *fasthttp.RequestCtx
	up      *upstream
	req     Request // by value, like head: what a pointer here points to would be allocated
	head    head
	body    body
	upgrade bool

	c      *conn
	pump   *pump // nil: the request was sent at once
	unsent bool  // not all of the request was sent: c is not used again
}

// do makes the exchange, a second time on a new connection if the first turned out to be closed.
func (x *exchange) do() error {
	repeatable := x.body.length == 0 && isSafe(&x.ctx.Request.Header)
	var err error
	for try := range 2 {
		if x.c, err = x.up.server.acquire(!repeatable, try > 0); err != nil {
			return err
		}
		if err = x.send(); err == nil {
			err = x.readHead()
		} else {
			err = x.answeredEarly(err)
		}
		if err == nil {
			return x.relay()
		}
		stale := repeatable && x.c.reused && isClosed(err)
		err = x.abort(err)
		if !stale {
			break
		}
	}
	return err
}

// isSafe is for the methods of RFC 9110 §9.2.1.
func isSafe(h *fasthttp.RequestHeader) bool {
	return h.IsGet() || h.IsHead() || h.IsOptions() || h.IsTrace()
}

// closedError marks an error after which it is certain that no octet of an answer was read.
type closedError struct{ error }

func isClosed(err error) bool {
	_, ok := err.(closedError) //nolint:errorlint // never wrapped
	return ok
}

// send writes the head and a small body, or starts the pump for a large one.
func (x *exchange) send() error {
	c, h := x.c, &x.ctx.Request.Header
	c.buf = x.up.appendHead(c.buf[:0], x.ctx, &x.req, &x.head, x.upgrade)
	switch {
	case x.body.length > 0:
		c.buf = append(c.buf, "Content-Length: "...)
		c.buf = strconv.AppendInt(c.buf, x.body.length, 10)
		c.buf = append(c.buf, "\r\n\r\n"...)
	case x.body.length < 0:
		c.buf = append(c.buf, "Transfer-Encoding: chunked\r\n\r\n"...)
	case x.head.length || x.head.coding || h.IsPost() || h.IsPut() || h.IsPatch(): // RFC 9110 §8.6
		c.buf = append(c.buf, "Content-Length: 0\r\n\r\n"...)
	default:
		c.buf = append(c.buf, "\r\n"...)
	}
	c.buf = append(c.buf, x.body.bytes...)
	if err := c.SetDeadline(time.Now().Add(x.proxy.opt.ReadTimeout)); err != nil {
		return err
	}
	if _, err := c.Write(c.buf); err != nil {
		return err
	}
	if x.body.stream == nil {
		return nil
	}
	// The wait for the answer begins when the pump has sent the body, which may take long.
	if err := c.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	x.pump = &pump{
		c: c, client: x.ctx.Conn(), stream: x.body.stream, length: x.body.length, limit: x.req.MaxBody, done: make(chan struct{}),
	}
	go x.pump.run()
	return nil
}

// answeredEarly reads the answer of an upstream that did not want to read the whole request, if there is one.
func (x *exchange) answeredEarly(sendErr error) error {
	if len(x.body.bytes) > 0 && x.readHead() == nil {
		x.unsent = true
		return nil
	}
	return closedError{sendErr}
}

// readHead reads the head of the answer into ctx.Response, past interim responses, which the client has had from the server or not asked for.
func (x *exchange) readHead() error {
	resp := &x.ctx.Response
	resp.ResetBody()
	h := &resp.Header
	for i := range maxInterim {
		err := h.Read(x.c.br)
		switch {
		case i == 0 && err == io.EOF: //nolint:errorlint // Read says exactly this when it has read nothing
			return closedError{io.ErrUnexpectedEOF}
		case err != nil:
			return err
		}
		switch status := h.StatusCode(); {
		case status >= fasthttp.StatusOK:
			return nil
		case status == fasthttp.StatusSwitchingProtocols && x.upgrade:
			return nil
		case status == fasthttp.StatusSwitchingProtocols:
			return errSwitched
		case status < 100:
			return errStatus
		}
	}
	return errInterim
}

// abort ends an exchange without an answer.
func (x *exchange) abort(err error) error {
	x.ctx.Response.Header.Reset()
	if x.pump == nil {
		x.c.discard()
		return failed(err)
	}
	clients := x.pump.failed.Load() // before the pump is told to stop, which looks the same
	_ = x.c.Close()
	if !x.pump.end() && !x.pump.read.Load() {
		giveUp(x.ctx)
	}
	x.c.discard()
	if clients {
		return x.pump.err
	}
	return failed(err)
}

// unexpected makes the end of a connection an error where more was to come.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
