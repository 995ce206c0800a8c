package lsp

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/tykctl/tykctl/oas/diag"
)

// debounce is how long nothing must change before documents are checked: about the pause between two words.
const debounce = 150 * time.Millisecond

// scope is what is checked together: a folder of the workspace, or a document that is in none.
type scope struct {
	key  string // the folder, or the key of the document
	root bool   // it is a folder

	revision  int       // counts what happened to it
	due       time.Time // zero: nothing is to be done
	cancel    context.CancelFunc
	checked   chan struct{} // closed and replaced with each result
	result    *findings
	complaint string // why it could not be checked, as the author was told
}

// findings are the result of checking a scope at one revision, for the documents that were open.
type findings struct {
	revision int
	byDoc    map[*document]diag.List
}

// scopeOf is the scope that a document or file belongs to: the nearest folder above it, or itself. A file in no folder that is not open has
// none.
func (s *server) scopeOf(key string) *scope {
	nearest := ""
	if filepath.IsAbs(key) {
		for f := range s.folders {
			if len(f) > len(nearest) && within(f, key) {
				nearest = f
			}
		}
	}
	if nearest != "" {
		return s.scopeFor(nearest, true)
	}
	if s.docs[key] == nil {
		return s.scopes[key]
	}
	return s.scopeFor(key, false)
}

func (s *server) scopeFor(key string, root bool) *scope {
	sc := s.scopes[key]
	if sc == nil {
		sc = &scope{key: key, root: root, checked: make(chan struct{})}
		s.scopes[key] = sc
	}
	return sc
}

// touch says that something in a scope changed: what is being found out about it is out of date.
func (s *server) touch(sc *scope) {
	if sc == nil {
		return
	}
	sc.revision++
	sc.due = time.Now().Add(debounce)
	if sc.cancel != nil {
		sc.cancel()
	}
	s.wake()
}

// wake makes the check loop look again at what is due.
func (s *server) wake() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// alive tells whether there is still something to check in a scope.
func (s *server) alive(sc *scope) bool {
	if sc.root {
		return s.folders[sc.key]
	}
	return s.docs[sc.key] != nil && s.scopeOf(sc.key) == sc
}

// checkLoop checks what is due, one scope after the other, until the context ends.
func (s *server) checkLoop(ctx context.Context) {
	for ctx.Err() == nil {
		sc, wait := s.next()
		switch {
		case sc == nil && wait > 0:
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
			case <-s.kick:
			case <-ctx.Done():
			}
			timer.Stop()
		case sc == nil:
			select {
			case <-s.kick:
			case <-ctx.Done():
			}
		default:
			s.check(ctx, sc)
		}
	}
}

// next is the scope that is due longest, or how long it is until one will be; 0 when none will.
func (s *server) next() (*scope, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var first *scope
	for _, sc := range s.scopes {
		if !sc.due.IsZero() && (first == nil || sc.due.Before(first.due)) {
			first = sc
		}
	}
	if first == nil {
		return nil, 0
	}
	if wait := time.Until(first.due); wait > 0 {
		return nil, wait
	}
	return first, 0
}

// task is one run of the Checker: what it is given, and what the result is compared with.
type task struct {
	scope    *scope
	revision int
	docs     map[string]*document
	enc      encoding
	client   clientCapabilities
	alive    bool
}

// check runs the Checker for a scope, and publishes what it says unless something changed meanwhile.
func (s *server) check(ctx context.Context, sc *scope) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := s.start(sc, cancel)
	var result Result
	var err error
	if t.alive {
		err = s.guard("check", func() (err error) {
			result, err = s.opt.Check(ctx, t.root(), t.overlay())
			return err
		})
	}
	reports, byDoc := s.report(t, result)
	current, complaint := s.commit(t, byDoc, err)
	if complaint != "" {
		s.notify("window/showMessage", messageParams{Type: 1, Message: complaint})
	}
	if current && err == nil {
		s.publish(t, reports)
	}
}

// start takes down what a scope is now.
func (s *server) start(sc *scope, cancel context.CancelFunc) *task {
	s.mu.Lock()
	defer s.mu.Unlock()
	sc.due, sc.cancel = time.Time{}, cancel
	t := &task{scope: sc, revision: sc.revision, docs: map[string]*document{}, enc: s.enc, client: s.client, alive: s.alive(sc)}
	for key, doc := range s.docs {
		if s.scopeOf(key) == sc {
			t.docs[key] = doc
		}
	}
	return t
}

func (t *task) root() string {
	if t.scope.root {
		return t.scope.key
	}
	return ""
}

func (t *task) overlay() map[string][]byte {
	overlay := make(map[string][]byte, len(t.docs))
	for key, doc := range t.docs {
		overlay[key] = []byte(doc.text.data)
	}
	return overlay
}

// commit makes a result the current one, and tells whether it is: a newer change makes it worthless. Why a scope cannot be checked is told
// to the author once; what was found before stays where it is.
func (s *server) commit(t *task, byDoc map[*document]diag.List, failure error) (current bool, complaint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sc := t.scope
	sc.cancel = nil
	if sc.revision != t.revision {
		return false, ""
	}
	message := ""
	if failure != nil {
		message = fmt.Sprintf("tykctl: %v", failure)
	}
	if message != sc.complaint {
		complaint = message
	}
	sc.complaint = message
	sc.result = &findings{t.revision, byDoc}
	close(sc.checked)
	sc.checked = make(chan struct{})
	if !t.alive {
		delete(s.scopes, sc.key)
	}
	return true, complaint
}

// notify is for the check loop alone, which begins when there is something to check: after initialize.
func (s *server) notify(method string, params any) {
	s.mu.Lock()
	conn := s.conn
	s.mu.Unlock()
	if err := conn.Notify(context.Background(), method, params); err != nil && !errors.Is(err, jsonrpc2.ErrClosed) {
		s.log.Printf("%s: %v", method, err)
	}
}

// await returns what was found in a document as it is now, without waiting for a pause. A document that has been changed since has no findings
// that would fit it.
func (s *server) await(ctx context.Context, doc *document) (diag.List, error) {
	for {
		s.mu.Lock()
		sc := s.scopeOf(doc.key)
		if s.docs[doc.key] != doc || sc == nil {
			s.mu.Unlock()
			return nil, &jsonrpc2.Error{Code: codeContentModified, Message: "the document was changed"}
		}
		if r := sc.result; r != nil && r.revision == sc.revision {
			s.mu.Unlock()
			return r.byDoc[doc], nil
		}
		if !sc.due.IsZero() {
			sc.due = time.Now()
			s.wake()
		}
		checked := sc.checked
		s.mu.Unlock()
		select {
		case <-checked:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// latest returns what was found in a document as it is now, if that is known already.
func (s *server) latest(doc *document) diag.List {
	s.mu.Lock()
	defer s.mu.Unlock()
	sc := s.scopeOf(doc.key)
	if sc == nil || sc.result == nil {
		return nil
	}
	return sc.result.byDoc[doc]
}

// settings are what a request needs to know of the conversation.
func (s *server) settings() (encoding, clientCapabilities) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.enc, s.client
}
