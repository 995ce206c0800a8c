package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/compiler/check"
)

// finding is what a JSON report says of one diagnostic.
type finding struct {
	Code, Severity, Message, Hint, File, Pointer, Fingerprint string

	Range struct {
		Start, End struct{ Line, Column, Offset int }
	}
}

// findings runs validate and reads its JSON report.
func findings(t *testing.T, args ...string) []finding {
	t.Helper()
	got := tykctl(t, nil, append([]string{"validate", "--format", "json"}, args...)...)
	var report struct{ Diagnostics []finding }
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || got.err != "" {
		t.Fatalf("%v: %v\n%.500s\n%s", args, err, got.out, got.err)
	}
	return report.Diagnostics
}

// writeFiles writes files of the working directory.
func writeFiles(t *testing.T, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if dir := filepath.Dir(name); dir != "." {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCleanRunIsQuiet: with nothing wrong every report is complete and empty, the exit code is 0, and standard error says nothing.
func TestCleanRunIsQuiet(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	writeFiles(t, map[string]string{"ok.yaml": yamlHead, "ok.json": jsonHead + strings.ReplaceAll(jsonTail, "/n/", "/m/")})
	got := tykctl(t, nil, withReports(dir, "ok.json", "ok.yaml")...)
	if got != (result{exit.OK, "no problems in 2 files\n", ""}) {
		t.Errorf("%+v", got)
	}
	reports := readReports(t, dir)
	for format, empty := range map[string]string{
		"json": `"diagnostics": []`, "sarif": `"results": []`, "gitlab": "[]\n", "junit": `failures="0"`, "checkstyle": `<file name="ok.json"></file>`,
	} {
		if !strings.Contains(reports[format], empty) {
			t.Errorf("the %s report has no %s:\n%s", format, empty, reports[format])
		}
	}
	if reports["github"] != "" {
		t.Errorf("annotations: %s", reports["github"])
	}
}

// TestNothingCheckedIsNotFine: whatever keeps the program from looking ends with a code of its own, and nothing says that all is well.
func TestNothingCheckedIsNotFine(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFiles(t, map[string]string{"ok.yaml": yamlHead, "broken.json": "{", "empty/README.md": "nothing", "other/a.json": `{"a": 1}`, "ref.yaml": yamlHead + "components: {schemas: {s: {$ref: 'missing.yaml'}}}\n"})
	for _, tt := range []struct {
		args string
		code int
	}{
		{"ok.yaml", exit.OK},
		{"nothing/**", exit.Usage},
		{"nothing/*.yaml ok.yaml", exit.Usage},
		{"empty", exit.Usage},
		{"other", exit.Usage},
		{"other/*.json", exit.Usage},
		{"missing.yaml", exit.Input},
		{"ok.yaml missing.yaml", exit.Input},
		{"missing.yaml ok.yaml --fail-on never", exit.Input},
		{"ref.yaml", exit.Problems},
		{"broken.json", exit.Problems},
		{"broken.json ok.yaml", exit.Problems},
		{"ok.yaml --format text=no/such/directory/x", exit.Input},
		{"ok.yaml --baseline missing.json", exit.Usage},
		{"ok.yaml --config missing.yaml", exit.Usage},
	} {
		got := tykctl(t, nil, append([]string{"validate"}, strings.Fields(tt.args)...)...)
		if got.code != tt.code {
			t.Errorf("validate %s: exit code %d, want %d:\n%s%s", tt.args, got.code, tt.code, got.out, got.err)
		}
		if tt.code != exit.OK && (strings.Contains(got.out+got.err, "no problems") || got.out+got.err == "") {
			t.Errorf("validate %s says:\n%s%s", tt.args, got.out, got.err)
		}
	}
}

// inJSON and inYAML are one definition with mistakes of many kinds, after characters that are wide, astral or escaped.
const inJSON = `{
  "openapi": "3.0.3",
  "info": {"title": "🐾 Pëts", "version": "1", "contact": {"🐾": "a/b", "url": "http://[bad/"}},
  "security": [{"oauth": []}],
  "paths": {
    "/pets/{id}": {
      "get": {"operationId": "pets", "responses": {"200": {"description": "🐾", "extra": "🐾/"}}}
    },
    "/other": {
      "get": {"operationId": "pets", "responses": {"200": {"description": "é"}}}
    }
  },
  "components": {
    "securitySchemes": {
      "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"x-🐾": "é", "tokenUrl": "https://elsewhere.example.com/é/🐾", "scopes": {}}}}
    }
  },
  "x-tyk-api-gateway": {
    "info": {"name": "🐾", "state": {"active": "yes 🐾"}},
    "server": {
      "höst": "🐾", "listenPath": {"value": "pets/🐾/"},
      "authentication": {"enabled": true, "securitySchemes": {"oauth": {"enabled": true}}}
    },
    "upstream": {"url": "not/a/🐾"}
  }
}
`

const inYAML = `openapi: 3.0.3
info:
  title: 🐾 Pëts
  version: "1"
  contact: {🐾: a/b, url: "http://[bad/"}
security:
  - oauth: []
paths:
  /pets/{id}:
    get:
      operationId: pets
      responses: {"200": {description: 🐾, extra: 🐾/}}
  "/other":
    get:
      operationId: 'pets'
      responses: {'200': {description: é}}
components:
  securitySchemes:
    oauth:
      type: oauth2
      flows: {clientCredentials: {x-🐾: é, tokenUrl: https://elsewhere.example.com/é/🐾, scopes: {}}}
x-tyk-api-gateway:
  info: {name: 🐾, state: {active: yes 🐾}}
  server:
    höst: 🐾
    listenPath: {value: pets/🐾/}
    authentication: {enabled: true, securitySchemes: {oauth: {enabled: true}}}
  upstream:
    url: not/a/🐾
`

// notations are the same definition as different programs would write it.
func notations(t *testing.T) map[string]string {
	t.Helper()
	var small bytes.Buffer
	if err := json.Compact(&small, []byte(inJSON)); err != nil {
		t.Fatal(err)
	}
	tabs := strings.ReplaceAll(inJSON, "  ", "\t")
	ascii := strings.Trim(strconv.QuoteToASCII("🐾ëéö"), `"`)
	if strings.Count(ascii, `\`) != 4 {
		t.Fatal(ascii)
	}
	escapes := strings.NewReplacer("🐾", `\ud83d\udc3e`, "ë", `\u00eb`, "é", `\u00e9`, "ö", `\u00F6`, "/", `\/`)
	return map[string]string{
		"plain.json":   inJSON,
		"small.json":   small.String(),
		"tabs.json":    tabs,
		"crlf.json":    strings.ReplaceAll(inJSON, "\n", "\r\n"),
		"cr.json":      strings.ReplaceAll(inJSON, "\n", "\r"),
		"bom.json":     "\ufeff" + inJSON,
		"escaped.json": escapes.Replace(inJSON),
		"all.json":     "\ufeff" + strings.ReplaceAll(escapes.Replace(tabs), "\n", "\r\n"),
		"flow.yaml":    inJSON,
		"plain.yaml":   inYAML,
		"crlf.yaml":    strings.ReplaceAll(inYAML, "\n", "\r\n"),
		"bom.yaml":     "\ufeff" + inYAML,
	}
}

// TestNotationsAgree: a definition gets the same findings however it is written, each at the same part of it.
func TestNotationsAgree(t *testing.T) {
	t.Chdir(t.TempDir())
	files := notations(t)
	writeFiles(t, files)
	var want []string
	for _, name := range append([]string{"plain.json"}, slices.Sorted(maps.Keys(files))...) {
		var got []string
		for _, f := range findings(t, name) {
			if f.Code == "TYK103" { // the byte order mark itself
				continue
			}
			got = append(got, fmt.Sprintf("%s %s %s %q hint %q at %s", f.Severity, f.Code, f.Pointer, f.Message, f.Hint, marked(t, files[name], f)))
		}
		slices.Sort(got)
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-plain.json +%s):\n%s", name, name, diff)
		}
	}
	if len(want) < 10 {
		t.Errorf("only %d findings to compare: %q", len(want), want)
	}
}

// marked is the value of the part of a text that line and column of a finding stand for. For what is not a scalar it is the pointer's last part.
func marked(t *testing.T, text string, f finding) string {
	t.Helper()
	lines := regexp.MustCompile("\r\n|\r|\n").Split(strings.TrimPrefix(text, "\ufeff"), -1)
	r := f.Range
	if r.Start.Line != r.End.Line {
		return "several lines"
	}
	runes := []rune(lines[r.Start.Line-1])
	part := string(runes[r.Start.Column-1 : r.End.Column-1])
	if byOffset := text[r.Start.Offset:r.End.Offset]; byOffset != part {
		t.Errorf("%s: columns mark %q, offsets %q", f.File, part, byOffset)
	}
	var value string
	if json.Unmarshal([]byte(part), &value) == nil {
		return value
	}
	return strings.Trim(part, "'")
}

// TestManyDocumentsOneReport: the reports of many documents do not depend on how many are read at once, nor on the order in which they are named.
func TestManyDocumentsOneReport(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	n := min(scale(t)*10, 10_000)
	if raceDetector {
		n = 200
	}
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("api-%d.%s", i, []string{"json", "yaml"}[i%2])
		writeFiles(t, map[string]string{names[i]: manyth(i)})
	}
	var want map[string]string
	for jobs := 1; jobs <= 8; jobs++ {
		rand.Shuffle(n, func(i, j int) { names[i], names[j] = names[j], names[i] })
		args := append([]string{"-j", strconv.Itoa(jobs)}, names...)
		if jobs == 8 {
			args = []string{"-j", "8", "."}
		}
		got := tykctl(t, nil, append([]string{"validate", "--format", "text", "--format", "json=r.out", "--format", "sarif=s.out"}, args...)...)
		reports := map[string]string{"text": got.out, "errors": got.err}
		for _, name := range []string{"r.out", "s.out"} {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			reports[name] = string(data)
		}
		if want == nil {
			want = reports
		}
		for name, text := range reports {
			if text != want[name] {
				t.Fatalf("-j %d: %s is not what it was with one at a time", jobs, name)
			}
		}
	}
	if !strings.HasSuffix(want["text"], fmt.Sprintf(" in %d files\n", n)) || strings.Count(want["text"], "[TYK303]") < n/20 {
		t.Errorf("%d documents: %s", n, want["text"][max(0, len(want["text"])-200):])
	}
}

// manyth is one of many small definitions: some are wrong by themselves, some quarrel with others.
func manyth(i int) string {
	listenPath := fmt.Sprintf("/api-%d/", i)
	if i%10 == 0 {
		listenPath = fmt.Sprintf("/shared-%d/", i/100)
	}
	extra := []string{"", "", "", `"nothing": 1, `, `"protocol": "gopher", `}[i%5]
	return fmt.Sprintf(`{"openapi": "3.0.3", "info": {"title": "API", "version": "1"},
 "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {"description": "fine"}}}}},
 "x-tyk-api-gateway": {"info": {"id": "id-%d", "name": "API", "state": {"active": true}},
  "server": {%s"listenPath": {"value": %q}}, "upstream": {"url": "http://127.0.0.1:1/"}}}
`, i/2*2, extra, listenPath)
}

// TestFingerprintsSurviveMovedLines: what a service or a baseline knows a finding by does not change when lines are added above it, nor do the
// findings; and the SARIF log of a real run is what the standard's schema says.
func TestFingerprintsSurviveMovedLines(t *testing.T) {
	schema, err := jsonschema.Compile(filepath.Join("..", "..", "testdata", "format", "sarif-schema-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	prints := func(text string) []string {
		writeFiles(t, map[string]string{"api.yaml": text, "twin.yaml": strings.Replace(yamlHead, "/n/", "/m/", 1) + "unknown: 1\n"})
		got := tykctl(t, nil, "validate", "--format", "sarif", ".")
		var log any
		if err := json.Unmarshal([]byte(got.out), &log); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(log); err != nil {
			t.Errorf("not SARIF: %#v", err)
		}
		var list []string
		for _, m := range regexp.MustCompile(`"tykctl/v1": "([0-9a-f]+)"`).FindAllStringSubmatch(got.out, -1) {
			list = append(list, m[1])
		}
		return list
	}
	before := prints(inYAML)
	after := prints(strings.Repeat("# a line more\n", 100) + inYAML)
	if len(before) < 10 || !slices.Equal(before, after) {
		t.Errorf("%d fingerprints\n%v\nbecame\n%v", len(before), before, after)
	}
}

// TestHostileReferences: a reference that leads into the network, out of the directory or to something that is no file is a finding, and nothing is
// asked or read: not the server, not the pipe, which would never answer.
func TestHostileReferences(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(server.Close)
	outside := t.TempDir()
	writeFiles(t, map[string]string{filepath.Join(outside, "canary.yaml"): "description: [the canary sings]\n"})
	dir := t.TempDir()
	t.Chdir(dir)
	toCanary, err := filepath.Rel(dir, filepath.Join(outside, "canary.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "canary.yaml"), "link.yaml"); err != nil {
		t.Skip(err)
	}
	writeFiles(t, map[string]string{"giga.yaml": ""})
	if err := os.Truncate("giga.yaml", 1<<30); err != nil {
		t.Fatal(err)
	}
	slashed := filepath.ToSlash(toCanary)
	for _, ref := range []string{
		server.URL + "/x.yaml", strings.Replace(server.URL, "http:", "", 1) + "/x.yaml", strings.ToUpper(server.URL[:4]) + server.URL[4:],
		"http://169.254.169.254/latest/meta-data/", "https://[fd00:ec2::254]/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "file:" + slashed, "file://localhost/etc/passwd",
		"../../etc/passwd", "/etc/passwd", slashed, filepath.ToSlash(filepath.Join(outside, "canary.yaml")), "%2e%2e/%2e%2e/etc/passwd", "./../x.yaml", "a/../../x.yaml",
		`..\..\etc\passwd`, `C:\Windows\win.ini`, "link.yaml", "giga.yaml", "/dev/zero", "/proc/self/environ", ".", "", "#", "?", "data:text/yaml,a", "\u0000",
	} {
		quoted, err := json.Marshal(ref + "#/x")
		if err != nil {
			t.Fatal(err)
		}
		writeFiles(t, map[string]string{"api.json": fmt.Sprintf(`%s"components": {"responses": {"r": {"$ref": %s}}}, %s`, jsonHead, quoted, jsonTail)})
		got := tykctl(t, nil, "validate", "api.json")
		if got.code != exit.Problems || !strings.Contains(got.out, "[TYK112]") || got.err != "" {
			t.Errorf("%q: exit code %d\n%s%s", ref, got.code, got.out, got.err)
		}
		if strings.Contains(got.out, "canary sings") || strings.Contains(got.out, "root:") {
			t.Errorf("%q was read:\n%s", ref, got.out)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

// TestEveryCodeIsExplained: whatever code an output can hold, explain knows it; and there are as many rules as documents of rules and sections of
// the reference.
func TestEveryCodeIsExplained(t *testing.T) {
	root := filepath.Join("..", "..")
	code := regexp.MustCompile(`"TYK\d{3}"`)
	codes := map[string]bool{}
	documents := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if strings.HasPrefix(d.Name(), ".") && path != root {
				return filepath.SkipDir
			}
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			data, err := os.ReadFile(path)
			for _, c := range code.FindAllString(string(data), -1) {
				codes[strings.Trim(c, `"`)] = true
			}
			return err
		case filepath.Base(filepath.Dir(path)) == "check" && strings.HasSuffix(path, ".md"):
			documents++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for c := range codes {
		if got := tykctl(t, nil, "explain", c); got.code != exit.OK || !strings.HasPrefix(got.out, "# "+c+" ") || !strings.Contains(got.out, "\n## What to do\n") {
			t.Errorf("explain %s: exit code %d\n%s%s", c, got.code, got.out, got.err)
		}
	}
	reference, err := os.ReadFile(filepath.Join(root, "docs", "rules.md"))
	if err != nil {
		t.Fatal(err)
	}
	rules := len(check.Rules())
	sections := strings.Count(string(reference), "\n## TYK")
	listed := strings.Count(tykctl(t, nil, "rules").out, "\nTYK") + 1
	if len(codes) != rules || documents != rules || sections != rules || listed != rules {
		t.Errorf("%d codes, %d rules, %d listed, %d documents, %d sections of docs/rules.md", len(codes), rules, listed, documents, sections)
	}
}
