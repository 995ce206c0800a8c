package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tykctl/tykctl/cmd/internal/exit"
)

// await returns when the text has been written, and forgets what was written up to its end.
func await(t *testing.T, l *lockedBuffer, text string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		l.mu.Lock()
		i := strings.Index(l.b.String(), text)
		if i >= 0 {
			l.b.Next(i + len(text))
		}
		l.mu.Unlock()
		if i >= 0 {
			return
		}
	}
	t.Fatalf("%q was not written, but\n%s", text, l.String())
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
	var out, said lockedBuffer
	ended := make(chan int)
	go func() { ended <- run(ctx, stdio{nil, &out, &said}, []string{"validate", "--watch", "."}) }()

	await(t, &out, "no problems in 1 file")
	await(t, &said, "watching .")
	write("api.json", bytes.Replace(good, []byte(`}`), []byte(`,}`), 1))
	await(t, &out, "TYK101")
	await(t, &said, "watching .")
	write(".tykctl.yaml", []byte("rulez: {}\n"))
	await(t, &said, "the configuration has 1 mistake")
	write(".tykctl.yaml", []byte("rules: {TYK101: off}\n"))
	await(t, &out, "no problems in 1 file")
	await(t, &said, "watching .")
	if err := os.Remove("api.json"); err != nil {
		t.Fatal(err)
	}
	await(t, &said, "no file holds an OpenAPI document")
	if err := os.MkdirAll("below", 0o700); err != nil {
		t.Fatal(err)
	}
	await(t, &said, "watching .")
	write("below/api.json", good)
	await(t, &out, "no problems in 1 file")
	cancel()
	if code := <-ended; code != exit.OK {
		t.Errorf("exit code %d, want %d", code, exit.OK)
	}
}
