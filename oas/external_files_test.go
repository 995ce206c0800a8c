package oas_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/source"
)

// referring is a document with one reference.
func referring(ref string) []byte {
	return []byte(head + "paths: {/p: {get: {responses: {'200': {$ref: '" + ref + "'}}}}}" + extension)
}

// TestHostileFiles holds that nothing outside the root and nothing but a regular file is read, and that it is said at the $ref.
func TestHostileFiles(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	for name, data := range map[string]string{
		"secret.yaml": "description: secret", "root/real/fine.yaml": "description: fine", "root/nul.yaml": "a: \x00b", "root/big.yaml": "",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"out.yaml": "../secret.yaml", "in.yaml": "real/fine.yaml", "dir": "real", "up": "..", "circle": "circle", "zero": "/dev/zero"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Truncate(filepath.Join(root, "big.yaml"), 1<<30); err != nil {
		t.Fatal(err)
	}
	files, err := oas.OpenFiles(root, "shown/")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	tests := []struct{ ref, want string }{
		{"real/fine.yaml", ""},
		{"real/../real/fine.yaml", ""},
		{"../secret.yaml", "only files below the root directory are read"},
		{"real/../../secret.yaml", "only files below the root directory are read"},
		{"out.yaml", `"shown/out.yaml" is a symbolic link`},
		{"in.yaml", `"shown/in.yaml" is a symbolic link`},
		{"dir/fine.yaml", `"shown/dir" is a symbolic link`},
		{"up/secret.yaml", `"shown/up" is a symbolic link`},
		{"circle", "is a symbolic link"},
		{"zero", "is a symbolic link"},
		{"/dev/zero", "only files below the root directory are read"},
		{"real", "is a directory"},
		{"real/", "is a directory"},
		{"big.yaml", "has more than the 67108864 bytes that are read"},
		{"nul.yaml", "found a NUL byte"},
		{strings.Repeat("a", 5000), "cannot be read"},
	}
	for _, tt := range tests {
		_, list := oas.LoadWith("shown/a.yaml", referring(tt.ref), oas.Options{Files: files})
		d := list[0]
		if tt.want == "" {
			if len(list) != 1 || d.Code != oas.CodeOutside {
				t.Errorf("%s: %v", tt.ref, list)
			}
			continue
		}
		if d.Code != oas.CodeReference || d.At.File != "shown/a.yaml" || d.Pointer != "/paths/~1p/get/responses/200" || !strings.Contains(d.Message, tt.want) {
			t.Errorf("%.40s: got %v, want %q", tt.ref, list, tt.want)
		}
	}
	if _, err := oas.OpenFiles(filepath.Join(dir, "none"), ""); err == nil {
		t.Error("a directory that does not exist is opened")
	}
}

// watched notes what is opened.
type watched struct {
	fs.FS

	opened atomic.Int32
}

func (w *watched) Open(name string) (fs.File, error) {
	w.opened.Add(1)
	return w.FS.Open(name)
}

// TestFilesAreReadOnce holds that documents share what they refer to, even when they are loaded side by side.
func TestFilesAreReadOnce(t *testing.T) {
	w := &watched{FS: fstest.MapFS{"common.yaml": {Data: []byte("R: {description: a}\nS: {description: 1}")}}}
	files := oas.NewFiles(w, "")
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			doc, list := oas.LoadWith(fmt.Sprintf("%d.yaml", i), referring("common.yaml#/R"), oas.Options{Files: files})
			if len(list) != 1 || len(doc.Others) != 1 || doc.Others[0].Name != "common.yaml" {
				t.Errorf("%v", list)
			}
			if *doc.OpenAPI.Paths.Value("/p").Get.Responses.Value("200").Value.Description != "a" {
				t.Error("the response is another one")
			}
		})
	}
	wg.Wait()
	// fs.Lstat opens a file of a file system that has no Lstat.
	if n := w.opened.Load(); n != 2 {
		t.Errorf("opened %d times", n)
	}
	if files.Close() != nil {
		t.Error("closing nothing fails")
	}
}

// TestPath holds that references start from where the document lies, whatever it is called.
func TestPath(t *testing.T) {
	files := oas.NewFiles(fstest.MapFS{"apis/b.yaml": {Data: []byte("description: a")}}, "/work/")
	for _, tt := range []struct{ name, path, want string }{
		{"/work/apis/a.yaml", "", ""},
		{"stdin", "apis/a.yaml", ""},
		{"stdin", "", `reference "b.yaml" leads to "/work/b.yaml", which does not exist`},
		{"../apis/a.yaml", "", `reference "b.yaml" leads to "/work/b.yaml", which does not exist`},
	} {
		_, list := oas.LoadWith(tt.name, referring("b.yaml"), oas.Options{Files: files, Path: tt.path})
		if (tt.want == "") != (list[0].Code == oas.CodeOutside) || tt.want != "" && list[0].Message != tt.want {
			t.Errorf("%s: %v", tt.name, list)
		}
	}
}

// TestOutsideBounds holds that a document cannot ask for any number of files, nor for the same values again and again.
func TestOutsideBounds(t *testing.T) {
	_, list := oas.LoadWith("a.yaml", referring("b.yaml"), oas.Options{Files: limited(fstest.MapFS{"b.yaml": {Data: []byte("description: aaaaaaaaaa")}})})
	if len(list) != 1 || !strings.Contains(list[0].Message, "has more than the 20 bytes") {
		t.Errorf("a long file: %v", list)
	}

	var refs strings.Builder
	there := fstest.MapFS{}
	for i := range 10_001 {
		fmt.Fprintf(&refs, "    s%d: {$ref: '%d.yaml'}\n", i, i)
		there[fmt.Sprintf("%d.yaml", i)] = &fstest.MapFile{Data: []byte("description: a")}
	}
	many := head + "paths: {}\ncomponents:\n  schemas:\n" + refs.String() + extension
	_, list = oas.LoadWith("a.yaml", []byte(many), oas.Options{Files: oas.NewFiles(there, "")})
	if len(list) == 0 || !strings.Contains(list[len(list)-1].Message, "10000 files have been asked for") {
		t.Errorf("many files: %d findings, %v", len(list), list[max(0, len(list)-1):])
	}

	// Each schema holds all that come after it.
	deep, refs := "{}", strings.Builder{}
	for i := range 400 {
		deep = fmt.Sprintf(`{"items": %s, "enum": [%s0]}`, deep, strings.Repeat("1,", 40))
		fmt.Fprintf(&refs, "    s%d: {$ref: 'b.json#%s'}\n", i, strings.Repeat("/items", i))
	}
	wide := head + "paths: {}\ncomponents:\n  schemas:\n" + refs.String() + extension
	files := oas.NewFiles(fstest.MapFS{"b.json": {Data: []byte(deep)}}, "")
	_, list = oas.LoadWith("a.yaml", []byte(wide), oas.Options{Files: files})
	full := 0
	for _, d := range list {
		if strings.Contains(d.Message, "values would be taken") {
			full++
		}
	}
	if full != 1 {
		t.Errorf("it is said %d times that there is too much", full)
	}
}

func limited(fsys fs.FS) *oas.Files {
	files := oas.NewFiles(fsys, "")
	files.Limits = source.Limits{Bytes: 20}
	return files
}
