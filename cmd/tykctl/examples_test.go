package main

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestExamplesRun runs each example's run.sh: the very steps that its README speaks of, on ports of the test's own. The script ends with an error when an
// answer is not the one it promises. curl is a small one in Go, so that the test needs no other program than a shell.
func TestExamplesRun(t *testing.T) {
	if raceDetector {
		t.Skip("starts hundreds of programs, one after the other: nothing races, everything is slow")
	}
	scripts, err := filepath.Glob("../../examples/*/run.sh")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin+string(filepath.Separator), "./examples/...")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	tykctl, err := exec.LookPath("tykctl") // this program by another name, as curl is
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(tykctl, filepath.Join(bin, "tykctl")); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, script := range scripts {
		name := filepath.Base(filepath.Dir(script))
		if name == "my-oauth-api" { // it goes on until it is stopped; .ci/example does what it says
			continue
		}
		ran++
		t.Run(name, func(t *testing.T) { t.Parallel(); runExample(t, bin, name) })
	}
	if ran < 6 {
		t.Errorf("%d examples", ran)
	}
}

func runExample(t *testing.T, bin, name string) {
	dir := t.TempDir()
	examples := filepath.Join(dir, "examples")
	ports := freePorts(t, map[string]string{"127.0.0.1:8080": "", "127.0.0.1:8081": "", "127.0.0.1:8082": ""})
	copyText(t, filepath.Join("../../examples", name), filepath.Join(examples, name), ports)
	copyText(t, "../../examples", examples, ports)
	cmd := exec.CommandContext(t.Context(), "sh", filepath.Join(examples, name, "run.sh"))
	cmd.Env = append(os.Environ(), "BIN="+bin, "DATA="+filepath.Join(dir, "data"))
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.HasSuffix(out, []byte(name+": ok\n")) {
		t.Errorf("%v\n%s", err, out)
	}
	log, err := os.ReadFile(filepath.Join(dir, "data", "gateway.log"))
	if err != nil || bytes.Contains(log, []byte("panic")) {
		t.Errorf("%v\n%s", err, log)
	}
}

// freePorts gives each address a free port, below those that the system hands out: nothing but an example listens there.
func freePorts(t *testing.T, addresses map[string]string) map[string]string {
	t.Helper()
	for address := range addresses {
		for tries := 0; addresses[address] == "" && tries < 100; tries++ {
			free := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
			if ln, err := net.Listen("tcp", free); err == nil {
				_ = ln.Close()
				addresses[address] = free
			}
		}
	}
	return addresses
}

// copyText copies the files of a folder, with some text replaced.
func copyText(t *testing.T, from, to string, replace map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for old, now := range replace {
			data = bytes.ReplaceAll(data, []byte(old), []byte(now))
		}
		if err := os.WriteFile(filepath.Join(to, e.Name()), data, 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

// curlMain is as much of curl as the examples use.
func curlMain() {
	if err := curl(os.Args[1:]); err != nil {
		if !slices.Contains(os.Args, "-s") {
			fmt.Fprintln(os.Stderr, "curl:", err)
		}
		os.Exit(7)
	}
}

// listFlag is a flag that may be repeated.
type listFlag []string

func (l *listFlag) String() string     { return strings.Join(*l, ", ") }
func (l *listFlag) Set(s string) error { *l = append(*l, s); return nil }

func curl(args []string) error {
	var headers, data listFlag
	f := flag.NewFlagSet("curl", flag.ContinueOnError)
	method, user, out, format := f.String("X", "", ""), f.String("u", "", ""), f.String("o", "", ""), f.String("w", "", "")
	get, head := f.Bool("G", false, ""), f.Bool("i", false, "")
	f.Bool("s", false, "")
	f.Bool("sS", false, "")
	f.Var(&headers, "H", "")
	f.Var(&data, "d", "")
	f.Func("data-urlencode", "", func(s string) error {
		name, value, _ := strings.Cut(s, "=")
		return data.Set(name + "=" + url.QueryEscape(value))
	})
	var target string
	for len(args) > 0 { // flags may follow the URL
		if err := f.Parse(args); err != nil {
			return err
		}
		if args = f.Args(); len(args) > 0 {
			target, args = args[0], args[1:]
		}
	}
	req, err := curlRequest(target, *method, strings.Join(data, "&"), *get)
	if err != nil {
		return err
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	if *user != "" {
		req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(*user)))
	}
	return curlAnswer(req, *out, *format, *head)
}

func curlRequest(target, method, data string, get bool) (*http.Request, error) {
	if method == "" {
		method = http.MethodGet
		if data != "" && !get {
			method = http.MethodPost
		}
	}
	if get {
		target, data = target+"?"+data, ""
	}
	req, err := http.NewRequest(method, target, strings.NewReader(data)) //nolint:noctx // the program ends with it
	if err == nil && data != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, err
}

func curlAnswer(req *http.Request, out, format string, head bool) error {
	client := http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var answer bytes.Buffer
	if head {
		fmt.Fprintf(&answer, "%s %s\r\n", resp.Proto, resp.Status)
		_ = resp.Header.Write(&answer)
		answer.WriteString("\r\n")
	}
	if _, err := io.Copy(&answer, resp.Body); err != nil {
		return err
	}
	fmt.Print(strings.ReplaceAll(format, "%{http_code}", fmt.Sprint(resp.StatusCode)))
	if out == "" {
		_, err = os.Stdout.Write(answer.Bytes())
		return err
	}
	if out == os.DevNull {
		return nil
	}
	return os.WriteFile(out, answer.Bytes(), 0o600)
}
