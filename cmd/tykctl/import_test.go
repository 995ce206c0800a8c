package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/oas/source"
)

// faulty are descriptions that are no OpenAPI, each with the code that says so.
var faulty = map[string]string{"31-openai.yaml": "TYK111", "schema-types.json": "TYK111"}

// changeLines match what an update says of operations.
var changeLines = regexp.MustCompile(`(?m)^(added|removed|changed|moved) `)

// TestImportRoundTripCorpus imports each description, twice with the same bytes, updates it with itself, which changes nothing, validates all definitions, serves them at once and calls an operation
// of each: it reaches the upstream.
func TestImportRoundTripCorpus(t *testing.T) {
	corpus := os.Getenv("TYKCTL_CORPUS")
	if corpus == "" {
		t.Skip("TYKCTL_CORPUS is not set")
	}
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Method, " ", r.URL.Path) }))
	t.Cleanup(upstream.Close)
	files, err := filepath.Glob(filepath.Join(corpus, "openapi", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal("no descriptions", err)
	}
	t.Chdir(t.TempDir())
	if err := os.Mkdir("apis", 0o755); err != nil {
		t.Fatal(err)
	}
	calls := map[string]string{} // request line at the gateway: at the upstream
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".gz")
		writeFiles(t, map[string]string{name: unpacked(t, path)})
		importDescription(t, name, upstream.URL, calls)
	}
	if code, out := command(t, "validate", "apis"); code != exit.OK {
		t.Errorf("validate ended with %d:\n%s", code, out)
	}
	s := serve(t, "apis", "--store", "memory:")
	for call, want := range calls {
		method, path, _ := strings.Cut(call, " ")
		if status, body := s.send(t, method, path, ""); status != http.StatusOK || method != http.MethodHead && body != want {
			t.Errorf("%s: %d %s, want %q", call, status, body, want)
		}
	}
	t.Logf("%d descriptions imported, validated, served and called; %d refused, which are no OpenAPI", len(files)-len(faulty), len(faulty))
}

// importDescription imports a description into apis, and notes a call of one of its operations.
func importDescription(t *testing.T, name, upstream string, calls map[string]string) {
	t.Helper()
	listen := "/" + strings.ReplaceAll(name, ".", "-") + "/"
	out := filepath.Join("apis", name)
	args := []string{"import", name, "--upstream-url", upstream, "--listen-path", listen, "--allow-list"}
	code, said := command(t, append(args, "-o", out)...)
	if faulty[name] != "" {
		if code != exit.Problems || !strings.Contains(said, faulty[name]) {
			t.Errorf("%s: %d\n%s", name, code, said)
		}
		return
	}
	if code != exit.OK {
		t.Errorf("%s: %d\n%s", name, code, said)
		return
	}
	first, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var again, errs bytes.Buffer
	if code := run(t.Context(), stdio{nil, &again, &errs}, args); code != exit.OK || !bytes.Equal(first, again.Bytes()) {
		t.Errorf("%s: imported again it is another", name)
	}
	if code, said := command(t, "import", name, "--update", out); code != exit.OK || changeLines.MatchString(said) {
		t.Errorf("%s: updated with itself: %d\n%s", name, code, said)
	}
	f, err := source.Index(name, first)
	if updated, errRead := os.ReadFile(out); err != nil || errRead != nil || !bytes.Equal(updated, first) {
		t.Errorf("%s: updated with itself it is another: %v, %v", name, err, errRead)
	}
	for path, item := range f.Root().Get("paths").Members() {
		for _, method := range []string{"get", "post", "put", "delete"} {
			if item.Get(method).Exists() && !strings.ContainsAny(path, "{%~?") {
				calls[strings.ToUpper(method)+" "+strings.TrimSuffix(listen, "/")+path] = strings.ToUpper(method) + " " + path
				return
			}
		}
	}
}

func command(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	code := run(t.Context(), stdio{strings.NewReader(""), &out, &out}, args)
	return code, out.String()
}

func unpacked(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil && strings.HasSuffix(path, ".gz") {
		var r *gzip.Reader
		if r, err = gzip.NewReader(bytes.NewReader(data)); err == nil {
			data, err = io.ReadAll(r)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestProgress: work that takes long is spoken of on a terminal, what was said is taken away, and elsewhere nothing is said.
func TestProgress(t *testing.T) {
	var out lockedBuffer
	p := newProgress(&out, true, 0, "reading")
	for deadline := time.Now().Add(10 * time.Second); out.String() == ""; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing was said")
		}
	}
	p.step("checking")
	p.stop()
	p.stop()
	p.step("over")
	if want := "\r\x1b[Kreading…\r\x1b[Kchecking…\r\x1b[K"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
	var quiet lockedBuffer
	p = newProgress(&quiet, false, 0, "reading")
	p.step("checking")
	p.stop()
	p = newProgress(&quiet, true, time.Hour, "reading")
	p.step("checking")
	p.stop()
	if quiet.String() != "" {
		t.Errorf("%q", quiet.String())
	}
}
