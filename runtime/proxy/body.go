package proxy

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	inlineBody = 64 << 10 // request bodies up to this are read before a connection is taken and sent with the head
	copyBuffer = 32 << 10
	drainLimit = 256 << 10 // what Discard reads to save a connection

	// lastWrite is how long an upstream that has answered completely may take to accept the end of the request.
	lastWrite = 250 * time.Millisecond
)

// body is the body of a request: bytes, or a stream that a pump sends.
type body struct {
	bytes  []byte
	stream io.Reader // nil: bytes is all
	length int64     // -1: not known
	buf    *[]byte   // holds bytes; goes back to inlineBuffers
}

var inlineBuffers = sync.Pool{New: func() any { return new([]byte) }}

// takeBody finds the body of a request and reads it if it is small. PostBody is never used on a stream: it returns the text of a read error
// as if it were the body.
func takeBody(ctx *fasthttp.RequestCtx, limit int64) (body, error) {
	stream := ctx.RequestBodyStream()
	if stream == nil {
		b := ctx.Request.Body()
		if limit > 0 && int64(len(b)) > limit {
			return body{}, ErrTooLarge
		}
		return body{bytes: b, length: int64(len(b))}, nil
	}
	n := int64(ctx.Request.Header.ContentLength())
	switch {
	case n == 0:
		return body{}, nil
	case limit > 0 && n > limit:
		return body{}, ErrTooLarge
	case n < 0 || n > inlineBody:
		return body{stream: stream, length: max(n, -1)}, nil
	}
	buf := inlineBuffers.Get().(*[]byte) //nolint:forcetypeassert // its New says so
	if int64(cap(*buf)) < n {
		*buf = make([]byte, n)
	}
	b := body{bytes: (*buf)[:n], length: n, buf: buf}
	if _, err := io.ReadFull(stream, b.bytes); err != nil {
		b.free()
		giveUp(ctx)
		return body{}, &failure{ErrBody, err}
	}
	return b, nil
}

// free gives the buffer back.
func (b *body) free() {
	if b.buf != nil {
		inlineBuffers.Put(b.buf)
		b.buf, b.bytes = nil, nil
	}
}

// giveUp notes that nothing sensible can be read from the client any more, where it outlives a reset of the response.
func giveUp(ctx *fasthttp.RequestCtx) {
	ctx.Request.SetConnectionClose()
}

// Discard makes the client's connection safe for an answer that Forward did not make. It is called when the answer is complete: fasthttp
// does not read the rest of a streamed body and would take it for the next request. What is left is read if it is little and comes at once;
// otherwise the connection is closed after the answer.
func Discard(ctx *fasthttp.RequestCtx) {
	if ctx.Request.ConnectionClose() {
		ctx.SetConnectionClose() // also after a broken chunk: what follows it may look like the end of the body
		return
	}
	stream := ctx.RequestBodyStream()
	if stream == nil {
		return
	}
	_ = ctx.Conn().SetReadDeadline(time.Now().Add(time.Second))
	if _, err := io.CopyN(io.Discard, stream, drainLimit+1); !errors.Is(err, io.EOF) {
		ctx.SetConnectionClose()
	}
	_ = ctx.Conn().SetReadDeadline(time.Time{})
}

// pump sends a request body that is large or of unknown length, in a goroutine of its own, so that an upstream may answer while it reads.
// The goroutine that made the pump owns the connection and must not leave the request before done is closed.
type pump struct {
	c      *conn
	client net.Conn
	stream io.Reader
	length int64 // -1: chunked
	limit  int64 // 0: none

	read   atomic.Bool   // the client's body was read to its end: its connection stays usable
	failed atomic.Bool   // err is the client's doing
	done   chan struct{} // closed at the end; err and broken may be read then
	err    error         // of the client; the connection to the upstream was closed, so that it sees a broken request
	broken bool          // a write failed: the upstream listens no longer, but may have answered
}

var copyBuffers = sync.Pool{New: func() any {
	b := make([]byte, copyBuffer)
	return &b
}}

const (
	chunkFront = 8 // room before a chunk for its size and CRLF: copyBuffer has five hex digits at most
	chunkBack  = 7 // room behind it for CRLF and the last chunk
)

func (p *pump) run() {
	defer close(p.done)
	buf := copyBuffers.Get().(*[]byte) //nolint:forcetypeassert // its New says so
	defer copyBuffers.Put(buf)
	opt := p.c.server.opt
	data := (*buf)[chunkFront : len(*buf)-chunkBack]
	total := int64(0)
	for !p.read.Load() {
		if opt.ServerReadTimeout > 0 {
			_ = p.client.SetReadDeadline(time.Now().Add(opt.ServerReadTimeout))
		}
		n, err := p.stream.Read(data)
		total += int64(n)
		if err := p.check(total, err); err != nil {
			p.err = err
			p.failed.Store(true)
			_ = p.c.Close()
			return
		}
		last := errors.Is(err, io.EOF) || total == p.length
		_ = p.c.SetWriteDeadline(time.Now().Add(opt.WriteTimeout))
		p.read.Store(last) // after the deadline, which end may then make shorter
		if _, err := p.c.Write(p.frame(*buf, n, last)); err != nil {
			p.broken = true
			return
		}
	}
	_ = p.c.SetReadDeadline(time.Now().Add(opt.ReadTimeout))
}

// check finds what is wrong with the body so far.
func (p *pump) check(total int64, err error) error {
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return &failure{ErrBody, err}
	case err != nil && p.cut(total):
		return &failure{ErrBody, io.ErrUnexpectedEOF}
	case p.limit > 0 && total > p.limit:
		return ErrTooLarge
	}
	return nil
}

// cut reports whether a stream that has ended was broken off, which fasthttp's does not tell: it reports io.EOF for the end of the body and
// for that of the connection. After the last chunk it does so for ever without reading; otherwise it reads again, and meets the deadline.
func (p *pump) cut(total int64) bool {
	if p.length >= 0 {
		return total != p.length
	}
	_ = p.client.SetReadDeadline(longAgo)
	_, err := p.stream.Read(make([]byte, 1))
	_ = p.client.SetReadDeadline(time.Time{})
	return !errors.Is(err, io.EOF)
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// frame returns the n bytes of data in buf as they are written: as they are, or as a chunk (RFC 9112 §7.1).
func (p *pump) frame(buf []byte, n int, last bool) []byte {
	start, end := chunkFront, chunkFront+n
	if p.length >= 0 {
		return buf[start:end]
	}
	if n > 0 {
		end += copy(buf[end:], "\r\n")
		start -= 2
		copy(buf[start:], "\r\n")
		for size := n; size > 0; size >>= 4 {
			start--
			buf[start] = "0123456789abcdef"[size&15]
		}
	}
	if last {
		end += copy(buf[end:], "0\r\n\r\n")
	}
	return buf[start:end]
}

// end waits for the pump, which it stops if the client has not sent everything, and reports whether the request was sent completely.
func (p *pump) end() bool {
	if !p.read.Load() {
		_ = p.c.Close()
		_ = p.client.SetReadDeadline(longAgo)
		<-p.done
		_ = p.client.SetReadDeadline(time.Time{})
		return false
	}
	_ = p.c.SetWriteDeadline(time.Now().Add(lastWrite))
	<-p.done
	return p.err == nil && !p.broken
}
