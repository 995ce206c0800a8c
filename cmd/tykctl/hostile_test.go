package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/cmd/internal/exit"
)

// scale is how much work the tests of scale do: how many documents, and hundreds of members. CI sets TYKCTL_SCALE to 10000.
func scale(t *testing.T) int {
	t.Helper()
	text := os.Getenv("TYKCTL_SCALE")
	switch n, err := strconv.Atoi(text); {
	case text == "":
		return 100
	case err != nil || n < 100:
		t.Fatalf("TYKCTL_SCALE is %q, want a number from 100 on", text)
		return 0
	default:
		return n
	}
}

// result is what a command left.
type result struct {
	code     int
	out, err string
}

// tykctl runs the program in this process.
func tykctl(t *testing.T, stdin io.Reader, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), stdio{stdin, &out, &errs}, args)
	return result{code, out.String(), errs.String()}
}

// reportFormats are the formats for programs.
var reportFormats = []string{"json", "sarif", "junit", "github", "gitlab", "checkstyle"}

// withReports are arguments of validate for the text on standard output and every other report in a file of dir.
func withReports(dir string, args ...string) []string {
	list := []string{"validate", "--format", "text"}
	for _, f := range reportFormats {
		list = append(list, "--format", f+"="+filepath.Join(dir, "report."+f))
	}
	return append(list, args...)
}

// readReports returns the reports that withReports asked for. Each must be readable for the programs it is for.
func readReports(t *testing.T, dir string) map[string]string {
	t.Helper()
	reports := map[string]string{}
	for _, f := range reportFormats {
		data, err := os.ReadFile(filepath.Join(dir, "report."+f))
		if err != nil {
			t.Error(err)
			continue
		}
		reports[f] = string(data)
		switch f {
		case "json", "sarif", "gitlab":
			if !json.Valid(data) {
				t.Errorf("the %s report is no JSON: %.300s", f, data)
			}
		case "junit", "checkstyle":
			var v struct{ XMLName xml.Name }
			if err := xml.Unmarshal(data, &v); err != nil {
				t.Errorf("the %s report is no XML: %v: %.300s", f, err, data)
			}
		case "github":
			for line := range strings.Lines(string(data)) {
				if !annotation.MatchString(line) {
					t.Errorf("no annotation: %.300q", line)
				}
			}
		}
	}
	return reports
}

var annotation = regexp.MustCompile(`^::(error|warning|notice) (file=[^,:]+(,\w+=[^,:]*)+|title=tykctl)::[^\r\n]+\n$`)

// The bounds of what is printed, whatever a document holds.
const (
	maxText   = 2 << 20
	maxReport = 16 << 20
)

// hostile is a document made to cost much or to break something, and what is said of it.
type hostile struct {
	name, file string
	text       func(scale int) string
	says       string // a pattern; in the text output
}

func repeated(parts ...string) func(int) string {
	return func(n int) string { return parts[0] + strings.Repeat(parts[1], n*100) + strings.Join(parts[2:], "") }
}

func counted(before, format, after string) func(int) string {
	return func(n int) string {
		var b strings.Builder
		b.WriteString(before)
		for i := range n * 100 {
			fmt.Fprintf(&b, format, i)
		}
		b.WriteString(after)
		return b.String()
	}
}

func text(s string) func(int) string { return func(int) string { return s } }

// bomb is a YAML document of a few lines that are aliases of each other.
func bomb(line string) func(int) string {
	return func(int) string {
		var b strings.Builder
		b.WriteString("openapi: 3.0.3\na0: &a0 {k: v}\n")
		for i := 1; i <= 12; i++ {
			fmt.Fprintf(&b, line, i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9)+fmt.Sprintf("*a%d", i-1))
		}
		return b.String()
	}
}

const (
	jsonHead = `{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {}, `
	jsonTail = `"x-tyk-api-gateway": {"info": {"name": "N", "state": {"active": true}}, "server": {"listenPath": {"value": "/n/"}}, "upstream": {"url": "http://127.0.0.1:1/"}}}`
	yamlHead = "openapi: 3.0.3\ninfo: {title: T, version: \"1\"}\npaths: {}\nx-tyk-api-gateway:\n  info: {name: N, state: {active: true}}\n  server: {listenPath: {value: /n/}}\n  upstream: {url: http://127.0.0.1:1/}\n"
)

// longLine is a line of ten megabytes, or a million bytes: ten thousand bytes a unit of scale.
func longLine(n int) string { return strings.Repeat("x", n*1000) }

var hostileDocuments = []hostile{
	{"NUL bytes", "a.yaml", text("openapi: 3.0.3\x00\ninfo: {}\n"), `a\.yaml:1:15: error: found a NUL byte.*TYK100`},
	{"invalid UTF-8", "a.json", text(jsonHead + "\"x-a\": \"\xff\xfe\xc0\x80\", " + jsonTail), `TYK103`},
	{"UTF-16", "a.json", text("\xff\xfe{\x00}\x00"), `the file is UTF-16, expected UTF-8.*TYK100`},
	{"empty", "a.yaml", text(""), `the file is empty.*TYK100`},
	{"blanks alone", "a.json", text(" \n\t\r\n"), `the file is empty.*TYK100`},
	{"billion laughs", "a.yaml", bomb("a%d: &a%d [%s]\n"), `aliases more than 10000 times.*TYK100`},
	{"billion merges", "a.yaml", bomb("a%d: &a%d {<<: [%s]}\n"), `aliases more than 10000 times.*TYK100`},
	{"an anchor that holds itself", "a.yaml", text("openapi: &a [*a]\n"), `TYK100`},
	{"nested brackets", "a.json", repeated("", "[", ""), `nested more than 512 deep.*TYK100`},
	{"nested and closed", "a.json", func(n int) string {
		return jsonHead + `"x-a": ` + strings.Repeat("[", n*100) + strings.Repeat("]", n*100) + `, ` + jsonTail
	}, `nested more than 512 deep.*TYK100`},
	{"nested brackets in YAML", "a.yaml", repeated("openapi: "+strings.Repeat("[", 10_000), "[", ""), `nested more than \d+ deep.*TYK100`},
	{"nested objects", "a.json", repeated("", `{"openapi":`, ""), `nested more than 512 deep.*TYK100`},
	{"one long line", "a.json", func(n int) string {
		return `{"openapi": "3.0.3", "unknown": 1, "x-pad": "` + longLine(n) + `", "info": {"title": "T", "version": 1}, "paths": {}, ` + jsonTail
	}, `(?s)unknown field "unknown".*TYK111.*version`},
	{"one long line of YAML", "a.yaml", func(n int) string { return yamlHead + "unknown: [a, " + longLine(n) + "]\n" }, `unknown field "unknown".*TYK111`},
	{"a long key", "a.json", func(n int) string { return jsonHead + `"` + longLine(n) + `": 1, ` + jsonTail }, `1 error in 1 file`},
	{"a long file of one bad token", "a.json", func(n int) string { return jsonHead + longLine(n) }, `TYK100`},
	{"many unknown fields of the extension", "a.json", counted(jsonHead+`"x-tyk-api-gateway": {`, `"k%d": 1, `, `"info": {}}}`), `TYK106`},
	{"many unknown fields of OpenAPI", "a.json", counted(jsonHead, `"k%d": 1, `, jsonTail), `TYK106`},
	{"many unknown fields in YAML", "a.yaml", counted(yamlHead, "k%d: 1\n", ""), `TYK106`},
	{"many paths with a mistake", "a.json", counted(`{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {`, `"/k%d/{x}": {"get": {}},`, `"/": {}}, `+jsonTail), `TYK106`},
	{"duplicate keys", "a.json", repeated(jsonHead, `"x-a": 0, `, jsonTail), `TYK102`},
	{"duplicate keys in YAML", "a.yaml", repeated(yamlHead, "x-a: 0\n", ""), `TYK102`},
	{"a number beyond any type", "a.json", text(jsonHead + `"components": {"schemas": {"s": {"minimum": 1e999999999}}}, ` + jsonTail), `the number 1e999999999, expected a number.*TYK111`},
	{"a number of many digits", "a.json", func(n int) string {
		return jsonHead + `"components": {"schemas": {"s": {"minLength": ` + strings.Repeat("9", n*100) + `}}}, ` + jsonTail
	}, `TYK111`},
	{"a number of many digits in YAML", "a.yaml", func(n int) string {
		return yamlHead + "components: {schemas: {s: {minLength: " + strings.Repeat("9", n*100) + "}}}\n"
	}, `TYK111`},
	{"64 megabytes of brackets", "a.json", func(n int) string { return strings.Repeat("[", min(n, 6710)*10_000) }, `nested more than 512 deep.*TYK100`},
	{"64 megabytes of dashes", "a.yaml", func(n int) string { return strings.Repeat("- ", min(n, 3355)*10_000) }, `(more than 8000000 values|nested more than \d+ deep).*TYK100`},
}

// TestHostileDocuments gives the program documents made to cost much: each is refused with a finding at its place, in every format, and what is
// printed stays short. That nothing here takes long, or much memory, is by construction of what is tested; a regression is felt as a test
// that does not end.
func TestHostileDocuments(t *testing.T) {
	if raceDetector {
		t.Skip("one document at a time has no races, and takes ten times as long with the detector")
	}
	n := scale(t)
	for _, tt := range hostileDocuments {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			if err := os.WriteFile(tt.file, []byte(tt.text(n)), 0o600); err != nil {
				t.Fatal(err)
			}
			got := tykctl(t, nil, withReports(dir, tt.file)...)
			if got.code != exit.Problems || got.err != "" || !regexp.MustCompile(tt.says).MatchString(got.out) {
				t.Errorf("exit code %d, want %q and %d:\n%.600s\n%.600s", got.code, tt.says, exit.Problems, got.out, got.err)
			}
			if len(got.out) > maxText {
				t.Errorf("the text has %d bytes", len(got.out))
			}
			for line := range strings.Lines(got.out) {
				if len(line) > 5000 {
					t.Errorf("a line of %d bytes: %.200s", len(line), line)
				}
			}
			for f, report := range readReports(t, dir) {
				if len(report) > maxReport {
					t.Errorf("the %s report has %d bytes", f, len(report))
				}
			}
		})
	}
}
