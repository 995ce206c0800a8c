package proxy

import (
	"bytes"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// takeover writes an answer past fasthttp: it is run with the client's connection after the handler, which has set no other answer.
type takeover struct {
	head   []byte
	stream *stream // the body, to the end of which the connection lives; nil: tunnel
	tunnel *tunnel
}

func (t *takeover) run(client net.Conn) {
	if t.tunnel != nil {
		t.tunnel.run(client, t.head)
		return
	}
	defer t.stream.Close() //nolint:errcheck // it has none
	if t.stream.clientTimeout > 0 {
		_ = client.SetWriteDeadline(time.Now().Add(t.stream.clientTimeout))
	}
	if _, err := client.Write(t.head); err == nil {
		_, _ = t.stream.WriteTo(client)
	}
}

// switchProtocols answers 101 and joins the two connections (RFC 9110 §7.8).
func (x *exchange) switchProtocols() error {
	h := &x.ctx.Response.Header
	if !equalFold(h.Peek("Upgrade"), "websocket") {
		return x.abort(errSwitched)
	}
	cleanAnswer(h, true)
	annotate(h, x.req.Answer)
	h.Set("Connection", "Upgrade")
	h.Set("Upgrade", "websocket")
	t := &tunnel{upstream: x.c, idle: x.proxy.opt.StreamTimeout, write: x.proxy.opt.WriteTimeout}
	x.ctx.HijackSetNoResponse(true)
	x.ctx.Hijack((&takeover{head: bytes.Clone(h.Header()), tunnel: t}).run)
	return nil
}

// tunnel copies between a client and an upstream until both have ended, one has broken, or nothing came from either for idle. When one
// side ends its direction, the other is told and may go on talking.
//
//	client ──▶ up   ──▶ upstream      in a goroutine
//	client ◀── down ◀── upstream      in the goroutine of the hijack, which ends last
type tunnel struct {
	upstream *conn
	idle     time.Duration
	write    time.Duration
	active   atomic.Int64 // when something last came, in nanoseconds
	broken   atomic.Bool  // both directions are to end
}

func (t *tunnel) run(client net.Conn, head []byte) {
	defer t.upstream.discard()
	_ = client.SetWriteDeadline(time.Now().Add(t.write))
	if _, err := client.Write(head); err != nil {
		return
	}
	t.active.Store(time.Now().UnixNano())
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.copy(t.upstream.Conn, client, client)
	}()
	t.copy(client, t.upstream.Conn, t.upstream.br)
	<-done
}

// copy moves one direction. After a clean end of src only that direction is closed; after anything else both connections are done for.
func (t *tunnel) copy(dst, src net.Conn, from io.Reader) {
	buf := copyBuffers.Get().(*[]byte) //nolint:forcetypeassert // its New says so
	defer copyBuffers.Put(buf)
	for {
		_ = src.SetReadDeadline(time.Now().Add(t.idle))
		if t.broken.Load() { // asked after the deadline was set: breakOff sets one that has passed
			return
		}
		n, err := from.Read(*buf)
		if n > 0 {
			t.active.Store(time.Now().UnixNano())
			_ = dst.SetWriteDeadline(time.Now().Add(t.write))
			if _, werr := dst.Write((*buf)[:n]); werr != nil {
				t.breakOff(dst, src)
				return
			}
		}
		switch {
		case err == nil:
		case err == io.EOF && closeWrite(dst): // anything but the bare end is a broken connection
			return
		case isTimeout(err) && time.Since(time.Unix(0, t.active.Load())) < t.idle:
		default:
			t.breakOff(dst, src)
			return
		}
	}
}

// breakOff makes the other direction end as well. The connections are closed by their owners, when both have ended.
func (t *tunnel) breakOff(a, b net.Conn) {
	t.broken.Store(true)
	_ = a.SetDeadline(longAgo)
	_ = b.SetDeadline(longAgo)
}

// closeWrite ends one direction of a connection, if that can be done to it.
func closeWrite(nc net.Conn) bool {
	if hijacked, ok := nc.(interface{ UnsafeConn() net.Conn }); ok {
		nc = hijacked.UnsafeConn()
	}
	half, ok := nc.(interface{ CloseWrite() error })
	return ok && half.CloseWrite() == nil
}
