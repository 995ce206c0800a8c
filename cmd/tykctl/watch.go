package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/cmd/internal/watch"
)

// watchFiles checks, and checks again whenever one of the files, or what they are checked with, has changed. It ends when it is interrupted.
func (v *validation) watchFiles(ctx context.Context) error {
	w, err := watch.New()
	if err != nil {
		return exit.Unread(err)
	}
	defer func() { _ = w.Close() }() // there is nothing that could still be lost
	for {
		others := []string{v.baseline, v.policies}
		others = append(others, v.config.Sources...)
		dirs, err := lint.Directories(v.paths)
		if err != nil {
			return err
		}
		for _, path := range others {
			if path != "" {
				dirs = append(dirs, filepath.Dir(path))
			}
		}
		if err := w.Set(dirs); err != nil {
			return exit.Unread(err)
		}
		// Watching has begun: what changes from here on is seen.
		v.round(ctx)
		err = w.Wait(ctx, func(path string) bool {
			// A name without an extension may be a directory that has come or gone.
			return lint.IsDocumentName(path) || filepath.Ext(path) == "" || slices.Contains(others, filepath.Clean(path))
		})
		switch {
		case errors.Is(err, context.Canceled):
			return nil
		case err != nil:
			return exit.Unread(err)
		}
		v.reconfigure()
	}
}

// round checks once. Whatever is wrong is printed, and may be mended.
func (v *validation) round(ctx context.Context) {
	if isTerminal(v.std.Out) {
		fmt.Fprint(v.std.Out, "\x1b[H\x1b[2J\x1b[3J")
	}
	err := v.run(ctx)
	var e *exit.Error
	if err != nil && (!errors.As(err, &e) || e.Err != nil) {
		fmt.Fprintf(v.std.Err, "tykctl: %v\n", err)
	}
	fmt.Fprintf(v.std.Err, "[%s] watching %s; stop with Ctrl-C\n", time.Now().Format(time.TimeOnly), strings.Join(v.paths, " "))
}

// reconfigure reads the configuration again. One with mistakes, which are printed, leaves the former.
func (v *validation) reconfigure() {
	again, err := newValidation(v.std, v.given)
	if err != nil {
		var e *exit.Error
		if !errors.As(err, &e) || e.Err != nil {
			fmt.Fprintf(v.std.Err, "tykctl: %v\n", err)
		}
		return
	}
	*v = *again
}
