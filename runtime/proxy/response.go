package proxy

import (
	"bytes"
	"io"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/internal/unsafestr"
)

// inlineAnswer bounds the answers that are read before the client is written to: one write instead of several, and a failing upstream
// still gives a clean 502.
const inlineAnswer = 32 << 10

// relay makes ctx.Response, whose head was read, the answer to the client.
func (x *exchange) relay() error {
	resp := &x.ctx.Response
	h := &resp.Header
	if h.StatusCode() == fasthttp.StatusSwitchingProtocols {
		return x.switchProtocols()
	}
	length := h.ContentLength()
	keep := cleanAnswer(h, x.ctx.Response.Header.StatusCode() == fasthttp.StatusNoContent) && !x.unsent
	annotate(h, x.req.Answer)
	if x.pump != nil && !x.pump.read.Load() {
		h.SetConnectionClose() // the client is still sending; what it sends now will not be read
	}
	switch status := h.StatusCode(); {
	case x.ctx.IsHead(), status == fasthttp.StatusNoContent, status == fasthttp.StatusNotModified:
		resp.SkipBody = true
		x.finish(keep)
	case length == 0:
		h.SetContentLength(0)
		x.finish(keep)
	case length > 0 && length <= inlineAnswer && x.pump == nil:
		if err := readInto(resp, x.c, length); err != nil {
			return x.abort(err)
		}
		x.finish(keep)
	default:
		x.stream(length, keep)
	}
	return nil
}

// finish ends an exchange whose answer was read completely.
func (x *exchange) finish(keep bool) {
	if x.pump != nil {
		keep = x.pump.end() && keep
	}
	if keep {
		x.c.release()
	} else {
		x.c.discard()
	}
}

// readInto reads a body of known length into resp.
func readInto(resp *fasthttp.Response, c *conn, length int) error {
	for length > 0 {
		if _, err := c.br.Peek(1); err != nil {
			return unexpected(err)
		}
		b, _ := c.br.Peek(min(c.br.Buffered(), length))
		resp.AppendBody(b)
		_, _ = c.br.Discard(len(b))
		length -= len(b)
	}
	return nil
}

// stream hands the body to fasthttp, which reads it when it writes the answer.
func (x *exchange) stream(length int, keep bool) {
	resp, opt := &x.ctx.Response, &x.proxy.opt
	s := &stream{c: x.c, pump: x.pump, client: x.ctx.Conn(), keep: keep, timeout: opt.ReadTimeout, clientTimeout: opt.ServerWriteTimeout}
	if isEventStream(&resp.Header) {
		s.timeout = opt.StreamTimeout
		resp.ImmediateHeaderFlush = true
	}
	switch {
	case length > 0:
		s.left = int64(length)
		resp.SetBodyStream(s, length)
		return
	case length == -1:
		s.chunked = true
	default:
		s.identity, s.keep = true, false
	}
	if x.ctx.Request.Header.IsHTTP11() {
		resp.ImmediateHeaderFlush = resp.ImmediateHeaderFlush || x.c.br.Buffered() == 0
		resp.SetBodyStream(s, -1)
		return
	}
	// HTTP/1.0 knows no chunks: the body ends with the connection, which fasthttp cannot do.
	resp.Header.SetConnectionClose()
	x.ctx.HijackSetNoResponse(true)
	x.ctx.Hijack((&takeover{head: bytes.Clone(resp.Header.Header()), stream: s}).run)
}

func isEventStream(h *fasthttp.ResponseHeader) bool {
	mediaType, _, _ := bytes.Cut(h.ContentType(), semicolon)
	return equalFold(trim(mediaType), "text/event-stream")
}

// cleanAnswer removes from the head of an answer what was for the proxy alone, and reports whether the connection may be used again.
func cleanAnswer(h *fasthttp.ResponseHeader, noContent bool) (keep bool) {
	keep = !h.ConnectionClose()
	h.ResetConnectionClose()
	h.SetNoDefaultContentType(true)
	h.SetProtocol(protocol)
	if noContent {
		h.Del(fasthttp.HeaderContentLength) // RFC 9110 §8.6
	}
	// Names are compared first and removed afterwards: removing moves what PeekKeys returned.
	var found [len(answerHops)]bool
	dated, odd := false, false
	for _, key := range h.PeekKeys() {
		for i, name := range answerHops {
			found[i] = found[i] || len(key) == len(name) && string(key) == name
		}
		dated = dated || string(key) == fasthttp.HeaderDate
		odd = odd || bytes.IndexByte(key, ' ') >= 0
	}
	if found[0] {
		keep = dropNamed(h) && keep
	}
	for i, name := range answerHops {
		if found[i] {
			h.Del(name)
		}
	}
	if odd {
		dropOdd(h)
	}
	if !dated {
		SetDate(h, time.Now())
	}
	return keep
}

// annotate puts headers into an answer, in place of all of these names. Most upstreams send none of them.
func annotate(h *fasthttp.ResponseHeader, list []Header) {
	for i := range list {
		if name := list[i].Name; h.PeekBytes(name) != nil {
			h.DelBytes(name)
		}
	}
	for i := range list {
		h.SetCanonical(list[i].Name, list[i].Value)
	}
}

var protocol = []byte("HTTP/1.1")

// answerHops are the hop-by-hop headers of answers, as fasthttp spells them; Connection is the first.
var answerHops = [...]string{
	"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// dropNamed removes the headers which Connection names, except those that describe the body, and reports whether "close" is not among them.
func dropNamed(h *fasthttp.ResponseHeader) (keep bool) {
	keep = true
	for _, list := range h.PeekAll(fasthttp.HeaderConnection) {
		for len(list) > 0 {
			var option []byte
			option, list, _ = bytes.Cut(list, comma)
			option = trim(option)
			switch {
			case equalFold(option, "close"):
				keep = false
			case equalFold(option, "content-length"), equalFold(option, "content-type"), equalFold(option, "content-encoding"),
				equalFold(option, "connection"), len(option) == 0:
			default:
				h.DelBytes(option)
			}
		}
	}
	return keep
}

// dropOdd removes headers with a blank in their names, which fasthttp tolerates and RFC 9112 §5.1 does not.
func dropOdd(h *fasthttp.ResponseHeader) {
	for _, key := range h.PeekKeys() {
		if bytes.IndexByte(key, ' ') >= 0 {
			h.DelBytes(bytes.Clone(key))
			dropOdd(h)
			return
		}
	}
}

// SetDate gives an answer a Date (RFC 9110 §6.6.1) in a server with NoDefaultDate, which fasthttp's setters refuse to do: they ignore the
// name. So the header goes in under another name of the same length, which is then changed where it lies.
func SetDate(h *fasthttp.ResponseHeader, now time.Time) {
	var date [len(time.RFC1123) + 2]byte
	h.SetBytesV(datePlaceholder, fasthttp.AppendHTTPDate(date[:0], now))
	for _, key := range h.PeekKeys() {
		if string(key) == datePlaceholder {
			copy(key, fasthttp.HeaderDate)
		}
	}
}

const datePlaceholder = "Dat-"

// stream is the body of an answer on its way. fasthttp reads and closes it in the goroutine of the request, after the handler.
type stream struct {
	c             *conn // nil when closed
	pump          *pump
	client        interface{ SetWriteDeadline(time.Time) error }
	timeout       time.Duration // for each read of the upstream
	clientTimeout time.Duration // for each write to the client; 0: what the server armed
	left          int64         // octets of the body, or of this chunk
	chunked       bool
	identity      bool // to the end of the connection
	crlf          bool // a chunk's CRLF comes next
	keep          bool
	done          bool // the body was read to its end
}

// next returns the octets of the body that have arrived, and waits for the first; they are valid until taken. It reports io.EOF only
// after a complete body.
func (s *stream) next() ([]byte, error) {
	if s.done {
		return nil, io.EOF
	}
	if s.c == nil {
		return nil, io.ErrClosedPipe
	}
	if err := s.c.SetReadDeadline(time.Now().Add(s.timeout)); err != nil {
		return nil, err
	}
	if s.chunked && s.left == 0 {
		size, err := readChunkSize(s.c.br, s.crlf)
		if err != nil {
			return nil, err
		}
		if s.left, s.crlf = size, true; size == 0 {
			s.done = true
			return nil, io.EOF
		}
	}
	if _, err := s.c.br.Peek(1); err != nil {
		s.done = s.identity && err == io.EOF // anything but the bare end is a broken body
		if err == io.EOF && !s.done {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	n := s.c.br.Buffered()
	if !s.identity {
		n = int(min(int64(n), s.left))
	}
	return s.c.br.Peek(n)
}

// take removes n octets that next returned.
func (s *stream) take(n int) {
	_, _ = s.c.br.Discard(n)
	if s.identity {
		return
	}
	s.left -= int64(n)
	s.done = s.left == 0 && !s.chunked
}

// Read is there for io.Reader; fasthttp uses WriteTo.
func (s *stream) Read(p []byte) (int, error) {
	b, err := s.next()
	if err != nil {
		return 0, err
	}
	n := copy(p, b)
	s.take(n)
	return n, nil
}

// SupportsBodyWriteTo lets fasthttp write the body from the connection's buffer (fasthttp.BodyWriterTo).
func (s *stream) SupportsBodyWriteTo() bool { return true }

// WriteTo writes the body as it arrives. If the body is chunked or of unknown length, fasthttp makes a chunk of each write and flushes it.
func (s *stream) WriteTo(w io.Writer) (written int64, err error) {
	for {
		b, err := s.next()
		if err == io.EOF { //nolint:errorlint // next says exactly this
			return written, nil
		}
		if err != nil {
			return written, err
		}
		if s.clientTimeout > 0 {
			_ = s.client.SetWriteDeadline(time.Now().Add(s.clientTimeout))
		}
		n, err := w.Write(b)
		written += int64(n)
		if err != nil {
			return written, err
		}
		s.take(n)
	}
}

// Close ends the exchange. It may be called again.
func (s *stream) Close() error {
	c := s.c
	if c == nil {
		return nil
	}
	s.c = nil
	keep := s.keep && s.done
	if s.pump != nil {
		keep = s.pump.end() && keep
	}
	if keep {
		c.release()
	} else {
		c.discard()
	}
	return nil
}

// isUpgrade reports whether a request asks to be upgraded to WebSocket (RFC 6455 §4.1). No other protocol is let through: an upstream that
// switched to "h2c" would take requests which nobody has checked.
func isUpgrade(ctx *fasthttp.RequestCtx, s *head) bool {
	h := &ctx.Request.Header
	return len(s.upgrade) > 0 && equalFold(s.upgrade, "websocket") && s.names(unsafestr.Bytes("upgrade")) && h.IsGet() && h.IsHTTP11()
}
