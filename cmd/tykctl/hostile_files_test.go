//go:build unix

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"github.com/tykctl/tykctl/cmd/internal/exit"
)

// TestHostileFiles names things that are no files to be read: each is refused with a sentence on standard error and exit code 3, and nothing
// waits for the other end of a pipe or reads a device or a gigabyte.
func TestHostileFiles(t *testing.T) {
	for _, tt := range []struct {
		name, says string
		make       func(path string) error
		code       int
	}{
		{"a gigabyte that takes no room", "has 1073741824 bytes, more than the", func(path string) error {
			return errorsOf(os.WriteFile(path, nil, 0o600), os.Truncate(path, 1<<30))
		}, exit.Input},
		{"a link to itself", "too many levels of symbolic links", func(path string) error { return os.Symlink(filepath.Base(path), path) }, exit.Input},
		{"a link to nothing", "no such file", func(path string) error { return os.Symlink("nothing.yaml", path) }, exit.Input},
		{"a link to a device without end", "is not a regular file", func(path string) error { return os.Symlink("/dev/zero", path) }, exit.Input},
		{"a pipe", "is not a regular file", func(path string) error { return syscall.Mkfifo(path, 0o600) }, exit.Input},
		{"an empty directory with the name of a file", "no .json, .yaml or .yml file", func(path string) error { return os.Mkdir(path, 0o700) }, exit.Usage},
		{"a file that must not be read", "permission denied", func(path string) error { return os.WriteFile(path, []byte(yamlHead), 0) }, exit.Input},
		{"a file that is not there", "no such file", func(string) error { return nil }, exit.Input},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.says == "permission denied" && os.Getuid() == 0 {
				t.Skip("root may read everything")
			}
			dir := t.TempDir()
			t.Chdir(dir)
			if err := tt.make("x.yaml"); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile("ok.yaml", []byte(yamlHead), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"validate", "x.yaml"}, {"validate", "ok.yaml", "x.yaml"}, {"compile", "x.yaml", "-o", "x.plan"}} {
				got := tykctl(t, nil, args...)
				if got.code != tt.code || got.out != "" || !strings.Contains(got.err, tt.says) || strings.Count(got.err, "\n") > 2 {
					t.Errorf("%v: exit code %d, want %d and %q:\n%s\n%s", args, got.code, tt.code, tt.says, got.out, got.err)
				}
			}
		})
	}
}

// errorsOf is the first error.
func errorsOf(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestDirectoryHoldsHostileFiles: what is come across in a directory and cannot be read fails the run too; it is never "no problems".
func TestDirectoryHoldsHostileFiles(t *testing.T) {
	for name, make := range map[string]func() error{
		"a pipe":           func() error { return syscall.Mkfifo("x.yaml", 0o600) },
		"a link to itself": func() error { return os.Symlink("x.yaml", "x.yaml") },
		// Found, and gone when it is to be read, as a file that is deleted in between.
		"a link to nothing": func() error { return os.Symlink("nothing.yaml", "x.yaml") },
		"a device":          func() error { return os.Symlink("/dev/zero", "x.yaml") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := errorsOf(os.WriteFile("ok.yaml", []byte(yamlHead), 0o600), make()); err != nil {
				t.Fatal(err)
			}
			if got := tykctl(t, nil, "validate", "."); got.code != exit.Input || got.out != "" || !strings.Contains(got.err, "x.yaml") {
				t.Errorf("exit code %d:\n%s\n%s", got.code, got.out, got.err)
			}
		})
	}
	t.Run("a link to its own directory", func(t *testing.T) {
		t.Chdir(t.TempDir())
		if err := errorsOf(os.WriteFile("ok.yaml", []byte(yamlHead), 0o600), os.Symlink(".", "loop")); err != nil {
			t.Fatal(err)
		}
		if got := tykctl(t, nil, "validate", "."); got.code != exit.OK || got.out != "no problems in 1 file\n" {
			t.Errorf("exit code %d:\n%s\n%s", got.code, got.out, got.err)
		}
	})
}

// controls are what a terminal would obey, an XML document cannot hold, or a workflow command would end with.
const controls = "\x1b[2J\x1b]0;t\x07\u009b31m\x01\u202e]]>&<\"'\r\n::error::x%0A"

// TestHostileText puts control sequences wherever a document, or the name of its file, is quoted. None reaches a terminal, and every report stays
// what it is.
func TestHostileText(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	quoted, err := json.Marshal(controls)
	if err != nil {
		t.Fatal(err)
	}
	document := strings.NewReplacer("EVIL", strings.Trim(string(quoted), `"`)).Replace(`{"openapi": "3.0.3", "info": {"title": "EVIL", "version": "1"}, "EVIL": 1,
"paths": {"EVIL": {}, "/a/{EVIL}": {"get": {"operationId": "EVIL", "responses": {}}}, "/b": {"get": {"operationId": "EVIL", "responses": {"EVIL": {}}}}},
"components": {"schemas": {"s": {"type": "EVIL", "$ref": "EVIL"}}, "securitySchemes": {"EVIL": {"type": "EVIL"}}}, "security": [{"EVIL2": []}],
"x-tyk-api-gateway": {"info": {"id": "EVIL", "name": "EVIL", "state": {"active": true}, "EVIL": 1}, "EVIL": {"a": 1},
"server": {"listenPath": {"value": "EVIL"}, "customDomain": {"enabled": true, "name": "EVIL"},
"authentication": {"enabled": true, "securitySchemes": {"EVIL": {"enabled": true, "header": {"enabled": true, "name": "EVIL"}}}}},
"middleware": {"operations": {"EVIL": {"allow": {"enabled": true}}}}, "upstream": {"url": "EVIL"}}}`)
	raw := "openapi: 3.0.3\ninfo: {title: \"\\e[2J\", version: '1'}\n\"\\e[2J\": 1\npaths: {}\n# \u202e comment\n\"\\x9b31m\": 1 # \u202e comment\n"
	// A name on disk may hold anything but a slash and NUL.
	name := strings.ReplaceAll(controls, "/", "") + ".json"
	if err := errorsOf(os.WriteFile(name, []byte(document), 0o600), os.WriteFile("a\x1bc.yaml", []byte(raw), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		withReports(dir, "."),
		{"validate", "--format", "github", "."},
		{"validate", "missing\x1bc.yaml"},
		{"validate", "missing\x1bc*.yaml"},
		{"validate", "missing\x1b[.yaml"},
		{"validate", "--format", "\x1bc"},
		{"validate", "--\x1bc"},
		{"explain", "\x1bc"},
		{"\x1bc"},
		{"plan", "a\x1bc.yaml"},
		{"compile", name, "-o", "x.plan"},
		{"serve", name, "--store", "memory:", "--secret", testSecret},
	} {
		got := tykctl(t, nil, args...)
		if got.code == exit.OK || got.code == exit.Bug {
			t.Errorf("%q: exit code %d:\n%s", args, got.code, got.err)
		}
		if i := strings.IndexFunc(got.out+got.err, obeyed); i >= 0 {
			t.Errorf("%q: %.100q reaches the terminal", args, (got.out + got.err)[i:])
		}
	}
	for f, report := range readReports(t, dir) {
		if i := strings.IndexFunc(report, obeyed); i >= 0 && f != "json" && f != "sarif" && f != "gitlab" {
			t.Errorf("%.100q is in the %s report", report[i:], f)
		}
	}
	lines := strings.Count(readReports(t, dir)["github"], "\n::error::x")
	if lines > 0 {
		t.Errorf("the document wrote %d annotations of its own", lines)
	}
}

// obeyed reports whether a terminal takes a character for a command.
func obeyed(r rune) bool {
	return r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Bidi_Control)
}

// TestHostileNamesInPlans prints the plan of a definition that is in order but for a name that a terminal would obey.
func TestHostileNamesInPlans(t *testing.T) {
	t.Chdir(t.TempDir())
	document := strings.Replace(jsonHead+jsonTail, `"name": "N"`, `"name": "N\u001b[2J\u202e\u009b", "id": "n"`, 1)
	if err := os.WriteFile("n\x1bc.json", []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	got := tykctl(t, nil, "plan", "n\x1bc.json")
	if i := strings.IndexFunc(got.out+got.err, obeyed); i >= 0 || got.code != exit.OK || !strings.Contains(got.out, "api n ") {
		t.Errorf("exit code %d, %q", got.code, got.out+got.err)
	}
}
