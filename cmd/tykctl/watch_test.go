package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tykctl/tykctl/cmd/internal/exit"
)

// shared is a buffer that one goroutine writes and another reads.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

// await returns when the text has been written, and forgets what was written up to its end.
func (s *shared) await(t *testing.T, text string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		s.mu.Lock()
		i := strings.Index(s.b.String(), text)
		if i >= 0 {
			s.b.Next(i + len(text))
		}
		s.mu.Unlock()
		if i >= 0 {
			return
		}
	}
	t.Fatalf("%q was not written, but\n%s", text, s.b.String())
}

// Watching shows what is wrong now, after every change of a definition or of the configuration, and outlives all that can be mended.
func TestWatch(t *testing.T) {
	good, err := os.ReadFile(filepath.Join("..", "..", "testdata", "rules", "TYK101", "ok.json"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	write := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("api.json", good)
	ctx, cancel := context.WithCancel(t.Context())
	var out, said shared
	ended := make(chan int)
	go func() { ended <- run(ctx, stdio{nil, &out, &said}, []string{"validate", "--watch", "."}) }()

	out.await(t, "no problems in 1 file")
	said.await(t, "watching .")
	write("api.json", bytes.Replace(good, []byte(`}`), []byte(`,}`), 1))
	out.await(t, "TYK101")
	said.await(t, "watching .")
	write(".tykctl.yaml", []byte("rulez: {}\n"))
	said.await(t, "the configuration has 1 mistake")
	write(".tykctl.yaml", []byte("rules: {TYK101: off}\n"))
	out.await(t, "no problems in 1 file")
	said.await(t, "watching .")
	if err := os.Remove("api.json"); err != nil {
		t.Fatal(err)
	}
	said.await(t, "no file holds an OpenAPI document")
	if err := os.MkdirAll("below", 0o700); err != nil {
		t.Fatal(err)
	}
	said.await(t, "watching .")
	write("below/api.json", good)
	out.await(t, "no problems in 1 file")
	cancel()
	if code := <-ended; code != exit.OK {
		t.Errorf("exit code %d, want %d", code, exit.OK)
	}
}
