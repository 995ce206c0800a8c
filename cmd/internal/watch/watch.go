// Package watch tells when files have changed.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// quiet is how long nothing must have happened before a change counts as complete: editors write a file in several steps.
const quiet = 100 * time.Millisecond

// Watcher sees changes in directories. They are watched rather than files, because editors put a new file in the place of the old one.
type Watcher struct {
	w *fsnotify.Watcher
}

// New watches nothing yet. Close must be called.
func New() (*Watcher, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch files: %w", err)
	}
	return &Watcher{w}, nil
}

// Close ends watching.
func (w *Watcher) Close() error { return w.w.Close() }

// Set watches these directories, and no others. One that does not exist, or does not exist any more, is left out.
func (w *Watcher) Set(dirs []string) error {
	wanted := map[string]bool{}
	for _, dir := range dirs {
		wanted[filepath.Clean(dir)] = true
	}
	for _, dir := range w.w.WatchList() {
		if !wanted[dir] {
			if err := w.w.Remove(dir); err != nil && !errors.Is(err, fsnotify.ErrNonExistentWatch) {
				return fmt.Errorf("watch %s: %w", dir, err)
			}
		}
		delete(wanted, dir)
	}
	for dir := range wanted {
		if err := w.w.Add(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("watch %s: %w", dir, err)
		}
	}
	return nil
}

// Wait returns when something has changed that is of interest, and nothing more happens for a moment; or with the context's error.
func (w *Watcher) Wait(ctx context.Context, interesting func(path string) bool) error {
	var done <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, open := <-w.w.Events:
			if !open {
				return fsnotify.ErrClosed
			}
			temporary := strings.HasPrefix(filepath.Base(e.Name), ".tykctl-")
			if e.Op != fsnotify.Chmod && !temporary && interesting(e.Name) {
				done = time.After(quiet)
			}
		case err := <-w.w.Errors:
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("watch files: %w", err)
			}
			done = time.After(quiet) // something was missed: look at everything
		case <-done:
			return nil
		}
	}
}
