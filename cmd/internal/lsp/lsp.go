// Package lsp is a language server: it tells an editor what tykctl has to say about the documents in it, over the Language Server Protocol
// 3.17. It knows the protocol and what an author points at; what is wrong with documents it asks of the Checker that it is given, so
// that an editor shows what the command line says.
//
// Who talks to whom:
//
//	read loop  → notifications, in order: they change documents and mark scopes as due
//	           → requests, each in a goroutine, with the document as it was on arrival
//	check loop → one Checker at a time, when a scope is due; publishes what changed
//
// A scope is what is checked together: a folder of the workspace, or one document that is in none. A document is immutable; an edit puts
// another one in its place.
package lsp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"sync"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// Checker tells what is wrong with the documents below root, an absolute path. The overlay holds documents as they are in the editor, by
// absolute path: they count instead of what is on disk, and though nothing is on disk. With an empty root the overlay alone is
// checked; a name in it may be a URI then, where the editor has no file. It is never called twice at once, and its result is of no
// interest once the context has ended.
type Checker func(ctx context.Context, root string, overlay map[string][]byte) (Result, error)

// Result is what a Checker has found. Names of files are absolute, or relative to the root.
type Result struct {
	Findings diag.List
	Files    map[string]*source.File // those that could be read, by name; it may hold fewer
}

// Rule is what is known of a rule besides its findings.
type Rule struct {
	Doc        string // Markdown; may be empty
	URL        string // where the same can be read; may be empty
	Deprecated bool   // it finds what should no longer be used,
	Unneeded   bool   // or what is of no effect
	Always     bool   // it cannot be ignored
}

// Options says what a server serves with.
type Options struct {
	Check   Checker
	Rule    func(diag.Code) Rule // the zero Rule for a code that is not known
	Version string               // of this program
	Log     io.Writer            // for what went wrong here; never for the author
}

// ErrAbandoned is a client that went without having said so: it closed the connection, or sent exit without shutdown.
var ErrAbandoned = errors.New("the editor left without a shutdown request")

// Serve speaks with one client until that sends exit, closes its end, or the context ends. The error is nil after an orderly shutdown and
// after the end of the context, ErrAbandoned otherwise.
func Serve(ctx context.Context, in io.Reader, out io.Writer, opt Options) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	logger := log.New(opt.Log, "tykctl: lsp: ", 0)
	s := newServer(opt, logger)
	conn := jsonrpc2.NewConn(ctx, newStream(in, out), s, jsonrpc2.SetLogger(logger))
	var checks sync.WaitGroup
	checks.Go(func() { s.checkLoop(ctx) })
	defer checks.Wait()
	defer s.stop()
	defer stop()
	select {
	case <-s.exit:
	case <-conn.DisconnectNotify():
	case <-ctx.Done():
		return nil
	}
	_ = conn.Close() // it may be closed already
	if s.isShut() {
		return nil
	}
	return ErrAbandoned
}

// guard makes an error of a panic: a bug in one answer leaves the editor with all the others.
func (s *server) guard(what string, step func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			s.logPanic(what, cause)
			err = fmt.Errorf("%s: internal error: %v", what, cause)
		}
	}()
	return step()
}
