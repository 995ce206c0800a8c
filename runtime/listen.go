package runtime

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/valyala/fasthttp"

	"github.com/tykctl/tykctl/runtime/admin"
	"github.com/tykctl/tykctl/runtime/proxy"
)

// headLimit bounds the head of a request, in bytes; a longer one is answered with 431.
const headLimit = 16 << 10

// newHTTP returns what accepts connections for a handler.
func newHTTP(handler fasthttp.RequestHandler, opt *Options) *fasthttp.Server {
	return &fasthttp.Server{
		Handler:                      handler,
		Name:                         "",
		NoDefaultServerHeader:        true,
		NoDefaultDate:                true, // the upstream's stays; our own answers get theirs in handle
		ReadBufferSize:               headLimit,
		ReadTimeout:                  opt.ReadTimeout,
		WriteTimeout:                 opt.WriteTimeout,
		IdleTimeout:                  opt.IdleTimeout,
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		CloseOnShutdown:              true,
		ErrorHandler:                 answerBroken,
		Logger:                       discardLogger{},
	}
}

// door is a listener and what answers behind it.
type door struct {
	http *fasthttp.Server
	ln   net.Listener
}

// doors are the listener of everybody and, where the admin API has one of its own, that.
func (s *Server) doors(ln net.Listener) []door {
	all := []door{{newHTTP(s.handle, &s.opt), ln}}
	if s.opt.Admin != nil {
		all = append(all, door{newHTTP(s.handleAdmin, &s.opt), s.opt.Admin})
	}
	return all
}

// open accepts connections at every door. The channel gets one value of each when it has closed, nil where that was asked for.
func open(doors []door) <-chan error {
	ended := make(chan error, len(doors))
	for _, d := range doors {
		go func() {
			err := d.http.Serve(d.ln)
			if err != nil {
				err = fmt.Errorf("serve %s: %w", d.ln.Addr(), err)
			}
			ended <- err
		}()
	}
	return ended
}

// shut closes every door at once and waits until nobody is inside, or ctx is done.
func shut(ctx context.Context, doors []door) error {
	closed := make(chan error, len(doors))
	for _, d := range doors {
		go func() { closed <- d.http.ShutdownWithContext(ctx) }()
	}
	var all []error
	for range doors {
		all = append(all, <-closed)
	}
	return errors.Join(all...)
}

// handleAdmin is the order of a request on the admin API's own listener: nothing else is behind it.
func (s *Server) handleAdmin(ctx *fasthttp.RequestCtx) {
	defer s.recoverPanic(ctx)
	if path, ok := target(ctx); ok && !s.health(ctx, path) {
		if admin.Owns(path) {
			s.generation.Load().admin.Serve(ctx, path)
		} else {
			notFound(ctx)
		}
	}
	proxy.SetDate(&ctx.Response.Header, s.opt.Now())
	proxy.Discard(ctx)
}

// notFound answers for a path that nothing is at.
func notFound(ctx *fasthttp.RequestCtx) {
	ctx.SetContentType("text/plain; charset=utf-8")
	ctx.SetStatusCode(fasthttp.StatusNotFound)
	ctx.SetBodyString("Not Found\n")
}
