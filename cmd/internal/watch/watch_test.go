package watch_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tykctl/tykctl/cmd/internal/watch"
)

// wait runs Wait until it returns, for ten seconds at most.
func wait(t *testing.T, w *watch.Watcher) <-chan error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	result := make(chan error, 1)
	go func() {
		defer cancel()
		result <- w.Wait(ctx, func(path string) bool { return strings.HasSuffix(path, ".yaml") })
	}()
	return result
}

func TestWait(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.yaml")
	write := func(path string) {
		t.Helper()
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w, err := watch.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	if err := w.Set([]string{dir, filepath.Join(dir, "missing")}); err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		name string
		do   func()
	}{
		{"a new file", func() { write(file) }},
		{"a written file", func() { write(file) }},
		{"a file put in its place", func() {
			write(filepath.Join(dir, "b.tmp"))
			if err := os.Rename(filepath.Join(dir, "b.tmp"), file); err != nil {
				t.Fatal(err)
			}
		}},
		{"a removed file", func() { os.Remove(file) }},
	}
	for _, s := range steps {
		s.do()
		if err := <-wait(t, w); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	w, err := watch.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	if err := w.Set([]string{dir}); err != nil {
		t.Fatal(err)
	}
	// Neither of them is of interest.
	for _, name := range []string{"notes.txt", ".tykctl-123.yaml"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := w.Wait(ctx, func(path string) bool { return strings.HasSuffix(path, ".yaml") }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait: %v, want the end of its context", err)
	}
}
