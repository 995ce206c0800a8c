package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tykctl": main, "curl": curlMain})
}

// TestScripts runs testdata/script: what a person types, and what comes back. Besides testscript's own commands there are
//
//	serve ARG...                    start `tykctl serve` on a free port; sets $URL
//	reload                          send it SIGHUP and wait until it says what came of it
//	[!] logged PATTERN              wait until a line that the gateway has said since its start matches, for capture too; with !, none must have
//	kill                            kill -9 the gateway; `serve` may start it again
//	upstream                        start an upstream that answers with what it was sent; sets $UPSTREAM
//	http [!] STATUS METHOD URL [-H NAME: VALUE]... [-d BODY | -D FILE]
//	                                send a request, want the status; the answer becomes stdout, head first
//	expand FILE                     replace ${VAR} in a file
//	[!] lsp FILE                    send the messages of a file to `tykctl lsp`; what it says becomes stdout
//	capture VAR PATTERN             set $VAR from the first group of a pattern in the last answer
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			g := &served{dir: env.WorkDir}
			env.Values[gatewayKey{}] = g
			env.Defer(g.kill)
			root, err := filepath.Abs(filepath.Join("..", ".."))
			env.Setenv("ROOT", root)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": func(ts *testscript.TestScript, _ bool, args []string) {
				g := ts.Value(gatewayKey{}).(*served)
				g.dir = ts.MkAbs(".")
				ts.Setenv("URL", g.start(ts, args))
			},
			"kill":   func(ts *testscript.TestScript, _ bool, _ []string) { ts.Value(gatewayKey{}).(*served).kill() },
			"reload": func(ts *testscript.TestScript, _ bool, _ []string) { ts.Value(gatewayKey{}).(*served).reload(ts) },
			"logged": func(ts *testscript.TestScript, neg bool, args []string) {
				ts.Value(gatewayKey{}).(*served).logged(ts, neg, args)
			},
			"upstream": startUpstream,
			"http":     sendHTTP,
			"expand":   expandFile,
			"capture":  capture,
			"lsp":      converse,
		},
	})
}

type gatewayKey struct{}

// served is a `tykctl serve` process of a script.
type served struct {
	dir string
	cmd *exec.Cmd

	mu  sync.Mutex
	log []string // since the last call of await
	all []string // since the start
}

var servingLine = regexp.MustCompile(`serving .* on (https?://\S+)`)

func (g *served) start(ts *testscript.TestScript, args []string) string {
	g.kill()
	g.mu.Lock()
	g.log, g.all = nil, nil
	g.mu.Unlock()
	g.cmd = exec.Command("tykctl", append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	g.cmd.Dir = g.dir
	g.cmd.Env = append(os.Environ(), "TYKCTL_SECRET="+testSecret)
	stderr, err := g.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(g.cmd.Start())
	go func() {
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			g.mu.Lock()
			g.log = append(g.log, lines.Text())
			g.all = append(g.all, lines.Text())
			g.mu.Unlock()
		}
	}()
	line := g.await(ts, servingLine)
	return servingLine.FindStringSubmatch(line)[1]
}

// testSecret is the gateway secret of every script.
const testSecret = "script-gateway-secret"

// await returns the first logged line since the last call that matches.
func (g *served) await(ts *testscript.TestScript, pattern *regexp.Regexp) string {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		g.mu.Lock()
		for i, line := range g.log {
			if pattern.MatchString(line) {
				g.log = g.log[i+1:]
				g.mu.Unlock()
				return line
			}
		}
		g.mu.Unlock()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	ts.Fatalf("the gateway did not say %s:\n%s", pattern, strings.Join(g.log, "\n"))
	return ""
}

// logged waits for a line, or wants that there is none.
func (g *served) logged(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] logged PATTERN")
	}
	pattern := regexp.MustCompile(args[0])
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		g.mu.Lock()
		i := slices.IndexFunc(g.all, pattern.MatchString)
		text := strings.Join(g.all, "\n")
		if i >= 0 {
			ts.Setenv("ANSWER", g.all[i])
		}
		g.mu.Unlock()
		switch {
		case neg && i >= 0:
			ts.Fatalf("the gateway has said %s:\n%s", pattern, text)
		case neg || i >= 0:
			return
		case time.Now().After(deadline):
			ts.Fatalf("the gateway has not said %s:\n%s", pattern, text)
		}
	}
}

func (g *served) reload(ts *testscript.TestScript) {
	ts.Check(g.cmd.Process.Signal(syscall.SIGHUP))
	line := g.await(ts, regexp.MustCompile(`reload`))
	fmt.Fprintln(ts.Stdout(), line)
}

func (g *served) kill() {
	if g.cmd == nil {
		return
	}
	_ = g.cmd.Process.Kill()
	_ = g.cmd.Wait()
	g.cmd = nil
}

// startUpstream starts a server that answers with the request line and the headers it got.
func startUpstream(ts *testscript.TestScript, _ bool, _ []string) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "upstream got %s %s\n", r.Method, r.RequestURI)
		_ = r.Header.Write(w)
		fmt.Fprintf(w, "\n%s\n", body)
	}))
	ts.Defer(server.Close)
	ts.Setenv("UPSTREAM", server.URL)
}

func sendHTTP(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: http STATUS METHOD URL [-H HEADER] [-d BODY | -D FILE]")
	}
	status, method, url, rest := args[0], args[1], args[2], args[3:]
	var body io.Reader
	header := http.Header{}
	for ; len(rest) >= 2; rest = rest[2:] {
		switch rest[0] {
		case "-H":
			name, value, _ := strings.Cut(rest[1], ": ")
			header.Add(name, value)
		case "-d":
			body = strings.NewReader(rest[1])
			if header.Get("Content-Type") == "" {
				header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
		case "-D":
			body = strings.NewReader(ts.ReadFile(rest[1]))
			header.Set("Content-Type", "application/json")
		case "-u":
			id, secret, _ := strings.Cut(rest[1], ":")
			r := http.Request{Header: header}
			r.SetBasicAuth(id, secret)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	ts.Check(err)
	req.Header = header
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n", resp.Status)
	_ = resp.Header.Write(&out)
	out.WriteString("\n")
	_, err = io.Copy(&out, resp.Body)
	ts.Check(err)
	answer := strings.ReplaceAll(out.String(), "\r", "")
	fmt.Fprint(ts.Stdout(), answer)
	ts.Setenv("ANSWER", answer)
	if got := fmt.Sprint(resp.StatusCode); got != status {
		ts.Fatalf("%s %s: status %s, want %s", method, url, got, status)
	}
}

func expandFile(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		data := os.Expand(ts.ReadFile(name), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(data), 0o600))
	}
}

func capture(ts *testscript.TestScript, _ bool, args []string) {
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.Getenv("ANSWER"))
	if len(m) < 2 {
		ts.Fatalf("no %s in the last answer", args[1])
	}
	ts.Setenv(args[0], m[1])
}
