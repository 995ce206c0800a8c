package project_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/project"
	"github.com/tykctl/tykctl/oas"
)

const document = "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {/a: {$ref: parts/a.yaml}}\n"

// archive is a ZIP archive of names and texts.
func archive(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: files[i], Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// opened opens an archive as it comes on standard input.
func opened(t *testing.T, main string, data []byte) (*project.Project, error) {
	t.Helper()
	p, err := project.Search{Stdin: bytes.NewReader(data), StdinName: "stdin", Main: main}.Open("-")
	if err == nil {
		t.Cleanup(p.Close)
	}
	return p, err
}

func TestMainFile(t *testing.T) {
	for _, test := range []struct {
		name, main string
		files      []string
		want       string // the file, or a part of the error
	}{
		{"the only one", "", []string{"x/a.yaml", document, "x/b.yaml", "type: string"}, "stdin!/x/a.yaml"},
		{"what systems leave behind", "", []string{"__MACOSX/._a.yaml", "openapi: x", ".git/a.yaml", document, "a.yaml", document}, "stdin!/a.yaml"},
		{"the highest", "", []string{"x/a.yaml", document, "b.yaml", document}, "stdin!/b.yaml"},
		{"the usual name", "", []string{"a.yaml", document, "openapi.yaml", document}, "stdin!/openapi.yaml"},
		{"named", "x/../a.yaml", []string{"a.yaml", document, "openapi.yaml", document}, "stdin!/a.yaml"},
		{"unclear", "", []string{"a.yaml", document, "b.yaml", document}, "name one with --main: a.yaml, b.yaml"},
		{"none", "", []string{"a.yaml", "a: b"}, "holds an OpenAPI document"},
		{"named and missing", "b.yaml", []string{"a.yaml", document}, "stdin!/b.yaml: file does not exist"},
		{"outside", "../b.yaml", []string{"a.yaml", document}, "invalid argument"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := opened(t, test.main, archive(t, test.files...))
			if err != nil {
				if !strings.Contains(err.Error(), test.want) {
					t.Error(err)
				}
				return
			}
			if p.Name != test.want {
				t.Errorf("found %s", p.Name)
			}
		})
	}
}

// TestHostileArchives: none of these is read, and none does harm.
func TestHostileArchives(t *testing.T) {
	bomb := strings.Repeat("a: b\n", 14<<20) // 70 MiB
	many := make([]string, 0, 20_002)
	for i := range 10_001 {
		many = append(many, strings.Repeat("x", i%7+1)+string(rune('a'+i%26))+strings.Repeat("y", i/1000)+".txt", "")
	}
	lying := archive(t, "a.yaml", document, "bomb.yaml", "openapi: "+bomb)
	at := bytes.LastIndex(lying, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(lying[at+24:], 10) // the size that the directory gives
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"a name with dots":      {archive(t, "a.yaml", document, "../../etc/cron.d/x", "x"), "leads elsewhere"},
		"an absolute name":      {archive(t, "a.yaml", document, "/etc/passwd", "x"), "leads elsewhere"},
		"a name of Windows":     {archive(t, "a.yaml", document, `..\x`, "x"), "leads elsewhere"},
		"a drive":               {archive(t, "a.yaml", document, `c:x`, "x"), "leads elsewhere"},
		"twice":                 {archive(t, "a.yaml", document, "a.yaml", "x"), "twice"},
		"a bomb":                {archive(t, "a.yaml", document, "bomb.yaml", bomb), "more than the 67108864 bytes"},
		"a bomb that lies":      {lying, "bomb.yaml: "},
		"too many":              {archive(t, many...), "more than 10000 files"},
		"cut off":               {archive(t, "a.yaml", document)[:60], "not a valid zip file"},
		"nothing of an archive": {[]byte("PK\x03\x04 and nothing else"), "not a valid zip file"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := opened(t, "", test.data)
			if err == nil || !strings.Contains(err.Error(), test.want) || exit.Code(err) != exit.Input {
				t.Errorf("exit %d: %v", exit.Code(err), err)
			}
		})
	}
}

// TestHostileParts: what a reference leads to is bounded as well, and a link in an archive is not followed.
func TestHostileParts(t *testing.T) {
	p, err := opened(t, "a.yaml", archive(t, "a.yaml", document, "parts/a.yaml", "get: {}\n#"+strings.Repeat("x", 70<<20)))
	if err != nil {
		t.Fatal(err)
	}
	if _, found := oas.LoadWith(p.Name, p.Data, p.Options); !strings.Contains(found[1].Message, "more than the 67108864 bytes") {
		t.Error(found)
	}

	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range map[string]string{"a.yaml": document, "parts/a.yaml": "/etc/passwd"} {
		h := &zip.FileHeader{Name: name}
		if name != "a.yaml" {
			h.SetMode(os.ModeSymlink | 0o777)
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if p, err = opened(t, "", b.Bytes()); err != nil {
		t.Fatal(err)
	}
	if _, found := oas.LoadWith(p.Name, p.Data, p.Options); !strings.Contains(found[1].Message, "symbolic link") {
		t.Error(found)
	}
}

func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"api/openapi.yaml": document, "api/parts/a.yaml": "get: {responses: {'200': {description: a}}}", "secret.yaml": "x: y"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := project.Search{}.Open(filepath.Join(dir, "api"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	doc, found := oas.LoadWith(p.Name, p.Data, p.Options)
	if doc.OpenAPI == nil || doc.OpenAPI.Paths.Value("/a").Get == nil {
		t.Error(found)
	}
	if _, err := (project.Search{Main: "a.yaml"}).Open(filepath.Join(dir, "secret.yaml")); exit.Code(err) != exit.Usage {
		t.Error(err)
	}
}
