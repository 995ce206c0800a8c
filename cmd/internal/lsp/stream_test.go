package lsp

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

func frame(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }

func TestStream(t *testing.T) {
	var out bytes.Buffer
	in := strings.NewReader(
		"content-length:7\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n{\"a\":1}" +
			frame(`{"a":2} `+"\n") + frame(`{"a":`) + frame(`{"a":"x"}`) + frame(`{"a":3}`) + "Content-Length: 9\r\n\r\n{")
	s := newStream(in, &out)
	for want := 1; want <= 3; want++ {
		var v struct{ A int }
		if err := s.ReadObject(&v); err != nil || v.A != want {
			t.Fatalf("got %d, %v; want %d", v.A, err, want)
		}
	}
	var v any
	if err := s.ReadObject(&v); err != io.ErrUnexpectedEOF { //nolint:errorlint // it is not wrapped
		t.Errorf("a message that ends too early: got %v", err)
	}
	if n := strings.Count(out.String(), `"id":null`); n != 2 || strings.Count(out.String(), "-32700") != 2 {
		t.Errorf("two messages are not to be understood, answered was %q", out.String())
	}
}

// TestStreamLimit holds that a message that is too long is answered and passed over, not kept in memory.
func TestStreamLimit(t *testing.T) {
	var out bytes.Buffer
	in := io.MultiReader(
		strings.NewReader(fmt.Sprintf("Content-Length: %d\r\n\r\n", maxMessage+1)),
		io.LimitReader(spaces{}, maxMessage+1),
		strings.NewReader(frame(`{"a":1}`)),
	)
	var v struct{ A int }
	if err := newStream(in, &out).ReadObject(&v); err != nil || v.A != 1 {
		t.Errorf("got %v, %v; want the next message", v, err)
	}
	if !strings.Contains(out.String(), "-32600") {
		t.Errorf("answered was %q", out.String())
	}
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) { return len(p), nil }

func TestStreamHeaders(t *testing.T) {
	for name, head := range map[string]string{
		"no length":       "Content-Type: x\r\n\r\n",
		"no number":       "Content-Length: many\r\n\r\n",
		"negative":        "Content-Length: -1\r\n\r\n",
		"an endless line": strings.Repeat("x", 2*maxHeader),
	} {
		var v any
		if err := newStream(strings.NewReader(head+"{}"), io.Discard).ReadObject(&v); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestURIs(t *testing.T) {
	for uri, want := range map[string]string{
		"file:///a/b%20c/%E7%8A%AC.yaml": "/a/b c/犬.yaml",
		"file:///a/./b/../c.yaml":        "/a/c.yaml",
		"file:///a%3Ab.yaml":             "/a:b.yaml",
		"untitled:Untitled-1":            "untitled:Untitled-1",
		"vscode-vfs://github/a.yaml":     "vscode-vfs://github/a.yaml",
		"file:":                          "file:",
		"%":                              "%",
	} {
		if got := keyOf(uri); got != want {
			t.Errorf("%s: got %q, want %q", uri, got, want)
		}
		if again := keyOf(uriOf(want)); again != want {
			t.Errorf("%s: there and back it is %q, want %q", uri, again, want)
		}
	}
}
