package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/cmd/internal/watch"
)

// watching is a watch over files. It begins when it is made: what changes before somebody attends to it is not missed.
type watching struct {
	w           *watch.Watcher
	dirs        func() []string
	interesting func(path string) bool
}

// startWatching watches the directories that dirs returns, of which there may be others after each change.
func startWatching(dirs func() []string, interesting func(path string) bool) (*watching, error) {
	w, err := watch.New()
	if err != nil {
		return nil, exit.Unread(err)
	}
	if err := w.Set(dirs()); err != nil {
		_ = w.Close() // nothing was seen yet
		return nil, exit.Unread(err)
	}
	return &watching{w, dirs, interesting}, nil
}

// attend calls changed after each change, until the returned function is called. What changes during a call is seen after it. A nil watch sees nothing.
func (w *watching) attend(ctx context.Context, logger *slog.Logger, changed func(context.Context)) (stop func()) {
	if w == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			err := w.w.Wait(ctx, w.interesting)
			if err == nil {
				err = w.w.Set(w.dirs())
			}
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				logger.Error("files are watched no longer; send SIGHUP after each change, or start the gateway again", "error", err)
				return
			}
			changed(ctx)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// close ends the watch.
func (w *watching) close() {
	if w != nil {
		_ = w.w.Close() // nobody asks what it has seen
	}
}

// watch watches the files of definitions, policies and users.
func (r *reloader) watch() (*watching, error) {
	named := slices.Concat(r.paths, r.policies)
	if r.users != "" {
		named = append(named, r.users)
	}
	var last []string
	dirs := func() []string {
		list, err := lint.Directories(named)
		if err == nil { // else one has gone this moment, and the next change tells
			last = list
		}
		return last
	}
	return startWatching(dirs, func(path string) bool {
		// A name without an extension may be a directory that has come or gone.
		return lint.IsDocumentName(path) || filepath.Ext(path) == "" || slices.ContainsFunc(named, func(n string) bool { return filepath.Clean(n) == filepath.Clean(path) })
	})
}

// reloadAndLog reads again, for whoever has nobody else to tell what came of it.
func (r *reloader) reloadAndLog(ctx context.Context) {
	if err := r.reload(ctx); err != nil {
		r.logger.Error("reload refused, the former definitions stay in force", "error", err)
	}
}
