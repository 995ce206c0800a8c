// Package project opens documents that are spread over many files: beside one file, in a directory, in a ZIP archive or on standard input. It finds
// the main file where none is named. Nothing is ever written, and an archive is read within bounds.
package project

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/source"
)

// Project is a document and what it may refer to.
type Project struct {
	Name    string // of the main file, as it is shown
	Data    []byte
	Options oas.Options // to load it with

	close func()
}

// Close gives back what has been opened.
func (p *Project) Close() { p.close() }

// Search says what is meant by an argument.
type Search struct {
	Stdin     io.Reader
	StdinName string // what standard input is called, if it is a document
	Main      string // the main file within a directory or an archive; "" to look for it
}

// Open opens a file, a directory, a ZIP archive, or standard input, "-", which may hold a document or an archive.
func (s Search) Open(arg string) (*Project, error) {
	in := lint.Input{Name: filepath.ToSlash(arg), Path: arg}
	if arg == "-" {
		in = lint.Input{Name: s.StdinName}
	} else if info, err := os.Stat(arg); err != nil {
		return nil, exit.Unread(err)
	} else if info.IsDir() {
		return s.directory(arg)
	}
	data, err := lint.ReadFile(in, s.Stdin)
	if err != nil {
		return nil, exit.Unread(err)
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06")) {
		archive, err := openArchive(in.Name, data)
		if err != nil {
			return nil, exit.Unread(err)
		}
		return s.within(archive, in.Name+"!/", oas.NewFiles(archive, in.Name+"!/"))
	}
	if s.Main != "" {
		return nil, exit.Usagef("--main names a file within a directory or an archive; %s is a file", in.Name)
	}
	opt, done := lint.References(in)
	return &Project{Name: in.Name, Data: data, Options: opt, close: done}, nil
}

func (s Search) directory(dir string) (*Project, error) {
	shown := filepath.ToSlash(filepath.Clean(dir)) + "/"
	if shown == "./" {
		shown = ""
	}
	files, err := oas.OpenFiles(dir, shown)
	if err != nil {
		return nil, exit.Unread(err)
	}
	p, err := s.within(os.DirFS(dir), shown, files)
	if err != nil {
		_ = files.Close() // it was only read
	}
	return p, err
}

// within opens the main file of a file system.
func (s Search) within(fsys fs.FS, shown string, files *oas.Files) (*Project, error) {
	name := path.Clean(filepath.ToSlash(s.Main))
	if s.Main == "" {
		var err error
		if name, err = findMain(fsys, shown); err != nil {
			return nil, err
		}
	}
	data, err := readFile(fsys, name)
	if err != nil {
		return nil, exit.Unread(fmt.Errorf("%s%s: %w", shown, name, err))
	}
	return &Project{
		Name: shown + name, Data: data, Options: oas.Options{Files: files, Path: name},
		close: func() { _ = files.Close() },
	}, nil
}

// The bounds of looking for the main file.
const (
	maxEntries = 10_000
	maxFile    = 64 << 20
	maxTotal   = 256 << 20
)

// usual are the names of a main file, best first, where several files hold OpenAPI.
var usual = []string{"openapi", "index", "main", "api", "swagger"}

// findMain is the one file that holds an OpenAPI document; of several the one that lies highest, or has a usual name.
func findMain(fsys fs.FS, shown string) (string, error) {
	found, err := documents(fsys)
	if err != nil {
		return "", exit.Unread(err)
	}
	if len(found) == 0 {
		return "", exit.Usagef("%s: no .json, .yaml or .yml file holds an OpenAPI document", strings.TrimSuffix(shown, "/"))
	}
	depth := func(name string) int { return strings.Count(name, "/") }
	highest := depth(slices.MinFunc(found, func(a, b string) int { return depth(a) - depth(b) }))
	found = slices.DeleteFunc(found, func(name string) bool { return depth(name) > highest })
	if len(found) == 1 {
		return found[0], nil
	}
	for _, stem := range usual {
		var named []string
		for _, name := range found {
			if strings.EqualFold(strings.TrimSuffix(path.Base(name), path.Ext(name)), stem) {
				named = append(named, name)
			}
		}
		if len(named) == 1 {
			return named[0], nil
		}
	}
	return "", exit.Usagef("%s: several files hold an OpenAPI document; name one with --main: %s", strings.TrimSuffix(shown, "/"), strings.Join(found, ", "))
}

var openAPIKey = regexp.MustCompile(`["']?openapi["']?\s*:`)

// documents are the files that hold an OpenAPI document.
func documents(fsys fs.FS) ([]string, error) {
	var found []string
	entries, total := 0, 0
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		switch entries++; {
		case entries > maxEntries:
			return fmt.Errorf("there are more than %d files; name the main one with --main", maxEntries)
		case d.IsDir() && name != "." && (base[0] == '.' || base == "node_modules" || base == "__MACOSX"):
			return fs.SkipDir
		case !d.Type().IsRegular() || base[0] == '.' || !lint.IsDocumentName(name):
			return nil
		}
		data, err := readFile(fsys, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if total += len(data); total > maxTotal {
			return fmt.Errorf("the files hold more than %d bytes; name the main one with --main", maxTotal)
		}
		if openAPIKey.Match(data) && holdsOpenAPI(name, data) {
			found = append(found, name)
		}
		return nil
	})
	return found, err
}

// holdsOpenAPI reports whether a file says of itself that it is an OpenAPI document. One that cannot be read may be one.
func holdsOpenAPI(name string, data []byte) bool {
	f, err := source.Index(name, data)
	return err != nil || f.Root().Get("openapi").Exists()
}

// readFile reads a regular file of a file system, within bounds, whatever it says about its size.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		var inPath *fs.PathError
		if errors.As(err, &inPath) {
			err = inPath.Err
		}
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("more than the %d bytes that are read", maxFile)
	}
	return data, nil
}
