package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// limits bound one configuration file.
var limits = source.Limits{Bytes: 1 << 20, Depth: 32, Nodes: 100_000, Aliases: 1000}

// Bounds of what a configuration may extend. Two files that both extend two others, and so on, soon are many.
const (
	maxDepth = 8
	maxFiles = 64
)

// Load reads a configuration file and those it extends. What is wrong with what they say is an *Error with every mistake; any other error
// means that the file itself could not be read.
func Load(path string) (*Config, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	return load(path, cwd, readFile)
}

// load is Load with a disk.
func load(path, cwd string, read func(string) ([]byte, error)) (*Config, error) {
	l := &loader{
		c:     &Config{Path: filepath.ToSlash(path), cwd: cwd},
		read:  read,
		files: map[string]*source.File{},
	}
	data, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	l.c.root = newRoot(filepath.Dir(l.c.place(path).path))
	l.file(path, data)
	if len(l.found) > 0 {
		return nil, &Error{l.found.Sort(), l.files}
	}
	return l.c, nil
}

// loader puts a configuration together from files.
type loader struct {
	c     *Config
	read  func(string) ([]byte, error)
	files map[string]*source.File // what was read, for excerpts
	open  []string                // the files that are being read, each extended by the one before it, as they are on disk
	reads int                     // of extended files, one that is read twice counted twice
	found diag.List
}

func (l *loader) mistake(at source.Range, hint, format string, args ...any) {
	l.found = append(l.found, diag.Diagnostic{
		Code: code, Severity: diag.Error, Message: fmt.Sprintf(format, args...), Hint: hint, At: at,
	})
}

// file reads one file into the configuration, after those it extends.
func (l *loader) file(path string, data []byte) {
	name := filepath.ToSlash(path)
	place := l.c.place(path)
	l.open = append(l.open, newRoot(place.path).real)
	defer func() { l.open = l.open[:len(l.open)-1] }()
	if !slices.Contains(l.c.Sources, name) {
		l.c.Sources = append(l.c.Sources, name)
	}
	if strings.TrimSpace(withoutComments(string(data))) == "" {
		return // nothing is set yet
	}
	file, err := source.IndexWith(name, data, limits)
	if err != nil {
		l.unreadable(name, err)
		return
	}
	l.files[name] = file
	r := &reader{loader: l, path: path, dir: newRoot(filepath.Dir(place.path))}
	r.problems(file)
	r.document(file.Root())
}

// withoutComments is a text without the lines that only YAML comments stand in, nor the line that begins a document.
func withoutComments(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimPrefix(text, "\uFEFF")) {
		if t := strings.TrimSpace(line); !strings.HasPrefix(t, "#") && t != "---" {
			b.WriteString(line)
		}
	}
	return b.String()
}

// unreadable reports a file that is no JSON or YAML.
func (l *loader) unreadable(name string, err error) {
	var syntax *source.SyntaxError
	if errors.As(err, &syntax) {
		l.mistake(syntax.At, syntax.Hint, "%s", syntax.Message)
		return
	}
	l.mistake(source.Range{File: name}, "", "%v", err)
}

// extend reads a file that the one at r extends.
func (l *loader) extend(r *reader, written string, at source.Range) {
	path := filepath.Join(filepath.Dir(r.path), filepath.FromSlash(written))
	onDisk := newRoot(l.c.place(path).path).real
	switch {
	case slices.Contains(l.open, onDisk):
		l.mistake(at, "remove one of the extends that lead back here", "%q extends this file, or is it", written)
		return
	case len(l.open) >= maxDepth:
		l.mistake(at, "extend fewer files", "files extend each other more than %d deep", maxDepth)
		return
	case l.reads >= maxFiles:
		l.mistake(at, "extend fewer files", "more than %d files are extended", maxFiles)
		return
	}
	l.reads++
	data, err := l.read(path)
	if err != nil {
		l.mistake(at, "the path is relative to the directory of this file", "%q cannot be read: %s", written, reason(err))
		return
	}
	l.file(path, data)
}

// reason is an error of the disk without the path, which is in the message already.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// readFile reads a file that is one, and not endless.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("it is not a regular file")}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, int64(limits.Bytes)+1)) // one more: the reader says that it is too long
}
