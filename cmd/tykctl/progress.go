package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progressDelay is how long work takes before anybody wants to hear of it.
const progressDelay = 500 * time.Millisecond

// progress says on a terminal what takes long. It says nothing anywhere else, and nothing of what is quick.
type progress struct {
	w io.Writer

	mu    sync.Mutex
	what  string
	shown bool
	over  bool
	timer *time.Timer // nil where nobody would see
}

// newProgress begins with the first step.
func newProgress(w io.Writer, terminal bool, after time.Duration, what string) *progress {
	p := &progress{w: w, what: what}
	if terminal {
		p.mu.Lock() // the function must not run before it can see its timer
		defer p.mu.Unlock()
		p.timer = time.AfterFunc(after, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.shown = !p.over
			p.print()
		})
	}
	return p
}

// step is what is being done from now on.
func (p *progress) step(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.what = what
	p.print()
}

// print writes over what was said before.
func (p *progress) print() {
	if p.shown {
		fmt.Fprintf(p.w, "\r\x1b[K%s…", p.what)
	}
}

// stop takes away what was said. It may be called several times.
func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if p.timer != nil {
		p.timer.Stop()
	}
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	p.shown = false
}
