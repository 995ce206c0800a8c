package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tykctl/tykctl/compiler/check"
)

// converse is the command lsp of scripts: it starts `tykctl lsp` and sends it the messages of a file, one a line. After a request it waits for
// the answer, at a line "await METHOD" for a notification. What comes back becomes stdout, one message a line; ${WORK} stands for the directory.
func converse(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] lsp FILE")
	}
	work := ts.Getenv("WORK")
	cmd := exec.Command("tykctl", "lsp", "--stdio")
	cmd.Dir = work
	cmd.Stderr = ts.Stderr()
	in, err := cmd.StdinPipe()
	ts.Check(err)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	r := bufio.NewReader(out)
	receive := func(wanted func(map[string]any) bool) {
		for {
			message := map[string]any{}
			data := readMessage(ts, r)
			ts.Check(json.Unmarshal(data, &message))
			fmt.Fprintln(ts.Stdout(), strings.ReplaceAll(string(data), work, "${WORK}"))
			if wanted(message) {
				return
			}
		}
	}
	for line := range strings.Lines(strings.ReplaceAll(ts.ReadFile(args[0]), "${WORK}", work)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if method, ok := strings.CutPrefix(line, "await "); ok {
			receive(func(m map[string]any) bool { return m["method"] == method })
			continue
		}
		message := map[string]any{}
		ts.Check(json.Unmarshal([]byte(line), &message))
		_, err := fmt.Fprintf(in, "Content-Length: %d\r\n\r\n%s", len(line), line)
		ts.Check(err)
		if id, ok := message["id"]; ok {
			receive(func(m map[string]any) bool { return m["id"] == id })
		}
	}
	ts.Check(in.Close())
	rest, err := io.ReadAll(r)
	ts.Check(err)
	if len(bytes.TrimSpace(rest)) > 0 {
		fmt.Fprintf(ts.Stdout(), "%s\n", rest)
	}
	if failed := cmd.Wait() != nil; failed != neg {
		ts.Fatalf("exit code %d", cmd.ProcessState.ExitCode())
	}
	if neg && cmd.ProcessState.ExitCode() != 1 {
		ts.Fatalf("exit code %d, want 1", cmd.ProcessState.ExitCode())
	}
}

func readMessage(ts *testscript.TestScript, r *bufio.Reader) []byte {
	head, err := textproto.NewReader(r).ReadMIMEHeader()
	ts.Check(err)
	length, err := strconv.Atoi(head.Get("Content-Length"))
	ts.Check(err)
	data := make([]byte, length)
	_, err = io.ReadFull(r, data)
	ts.Check(err)
	return data
}

// TestEditorTags holds that the rules which editors show in a way of their own exist.
func TestEditorTags(t *testing.T) {
	for _, list := range [][]string{unneeded, outdated} {
		for _, name := range list {
			if check.Find(name) == nil {
				t.Errorf("no rule is called %q", name)
			}
		}
	}
}
