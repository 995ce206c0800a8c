package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// maxFile bounds one input file, in bytes. Longer ones are refused before they are read.
const maxFile = 64 << 20

// input is one file to be read.
type input struct {
	name   string // as it is shown
	path   string // on disk; empty for standard input
	listed bool   // found in a directory or by a pattern: it may turn out to be no OpenAPI document at all
}

// stdinArg stands for standard input.
const stdinArg = "-"

// findInputs turns arguments into files: each a file, a directory, a pattern, or "-". The list is sorted and names each file once.
func findInputs(arguments []string, stdinName string) ([]input, error) {
	seen := map[string]bool{}
	var all []input
	for _, arg := range arguments {
		found, err := findInput(arg, stdinName)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, exit.Usagef("%s: no .json, .yaml or .yml file matches", arg)
		}
		for _, in := range found {
			if !seen[in.name] {
				seen[in.name] = true
				all = append(all, in)
			}
		}
	}
	slices.SortFunc(all, func(a, b input) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

func findInput(arg, stdinName string) ([]input, error) {
	if arg == stdinArg {
		return []input{{name: stdinName}}, nil
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return walk(arg)
	case err == nil:
		return []input{{name: filepath.ToSlash(arg), path: arg}}, nil
	case !errors.Is(err, fs.ErrNotExist) || !strings.ContainsAny(arg, "*?[{"):
		return nil, exit.Unread(err)
	}
	matches, err := doublestar.FilepathGlob(arg, doublestar.WithFilesOnly())
	if err != nil {
		return nil, exit.Usagef("pattern %q: %w", arg, err)
	}
	var found []input
	for _, m := range matches {
		if isDocumentName(m) {
			found = append(found, input{name: filepath.ToSlash(m), path: m, listed: true})
		}
	}
	return found, nil
}

func isDocumentName(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json", ".yaml", ".yml":
		return true
	default:
		return false
	}
}

// walk lists the documents below a directory. Hidden directories, node_modules and vendor are not entered, links to directories not followed.
func walk(dir string) ([]input, error) {
	var found []input
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			name := d.Name()
			if path != dir && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "vendor") {
				return filepath.SkipDir
			}
			return nil
		}
		if isDocumentName(path) {
			found = append(found, input{name: filepath.ToSlash(path), path: path, listed: true})
		}
		return nil
	})
	if err != nil {
		return nil, exit.Unread(err)
	}
	return found, nil
}

// loaded is what has been read of a set of inputs.
type loaded struct {
	docs  []*oas.Document
	found diag.List // what loading had to say
	files int       // how many were OpenAPI documents, or were named
}

// load reads and loads files side by side; the result has the order of the inputs. Files that were merely come across and are no OpenAPI
// documents are passed over.
func load(inputs []input, stdin io.Reader, jobs int) (*loaded, error) {
	type one struct {
		doc   *oas.Document
		list  diag.List
		other bool // no OpenAPI document
		err   error
	}
	results := make([]one, len(inputs))
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(jobs, len(inputs)) {
		wg.Go(func() {
			for i := range next {
				r := &results[i]
				var data []byte
				if data, r.err = read(inputs[i], stdin); r.err == nil {
					r.doc, r.list = oas.Load(inputs[i].name, data)
					r.other = !isOpenAPI(r.doc, data)
				}
			}
		})
	}
	for i := range inputs {
		next <- i
	}
	close(next)
	wg.Wait()

	all := &loaded{}
	for i, r := range results {
		if r.err != nil {
			return nil, exit.Unread(r.err)
		}
		if inputs[i].listed && r.other {
			continue
		}
		all.files++
		all.found = append(all.found, r.list...)
		if r.doc != nil {
			all.docs = append(all.docs, r.doc)
		}
	}
	return all, nil
}

// isOpenAPI reports whether a file that could be read says of itself that it is an OpenAPI document. One that could not be read may be
// one, unless it has none of the words that one begins with, as a template of Helm: better a finding too many than a definition that is never checked.
func isOpenAPI(doc *oas.Document, data []byte) bool {
	words := []string{"openapi", "swagger", "x-tyk-api-gateway"}
	if doc == nil {
		text := bytes.ReplaceAll(bytes.TrimSpace(data), []byte{0}, nil) // it may be UTF-16
		return len(text) == 0 || slices.ContainsFunc(words, func(w string) bool { return bytes.Contains(text, []byte(w)) })
	}
	root := doc.File.Root()
	return slices.ContainsFunc(words, func(w string) bool { return root.Get(w).Exists() })
}

func read(in input, stdin io.Reader) ([]byte, error) {
	if in.path == "" {
		return readBounded(stdin, in.name)
	}
	f, err := os.Open(in.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", in.path)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has %d bytes, more than the %d that are read", in.path, info.Size(), maxFile)
	}
	return readBounded(f, in.path)
}

func readBounded(r io.Reader, name string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s has more than the %d bytes that are read", name, maxFile)
	}
	return data, nil
}

// texts gives writers the lines that diagnostics speak of.
func (l *loaded) texts() diag.Texts {
	files := make(map[string]*source.File, len(l.docs))
	for _, d := range l.docs {
		files[d.File.Name] = d.File
	}
	return func(name string) *source.File { return files[name] }
}
