package lint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/source"
)

// maxFile bounds one input file, in bytes. Longer ones are refused before they are read.
const maxFile = 64 << 20

// Loader reads documents side by side.
type Loader struct {
	Stdin io.Reader
	Jobs  int                                       // files read at the same time; 0: one a processor
	Read  func(in Input) ([]byte, error)            // nil: from disk, or from Stdin
	Each  func(doc *oas.Document) (diag.List, bool) // called by the reading goroutines; false: its OpenAPI part is not needed any more

	refs *references // nil: one of its own
}

// Set is what has been read.
type Set struct {
	Docs     []*oas.Document
	Policies []*policies.File
	Found    diag.List // what is wrong
	Files    int       // how many documents there are: files that hold OpenAPI, or were named
}

// one is the outcome of one input.
type one struct {
	doc   *oas.Document
	found diag.List
	other bool // no OpenAPI document
	err   error
}

// Load reads inputs; the result has their order, whichever was read first. Files that were merely come across and are no OpenAPI
// documents are passed over. Several inputs that cannot be read are all named.
func (l *Loader) Load(inputs []Input) (*Set, error) {
	if l.refs == nil {
		own := *l
		own.refs = &references{}
		defer own.refs.close()
		l = &own
	}
	results := make([]one, len(inputs))
	jobs := l.Jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(jobs, len(inputs)) {
		wg.Go(func() {
			for i := range next {
				results[i] = l.one(inputs[i])
			}
		})
	}
	for i := range inputs {
		next <- i
	}
	close(next)
	wg.Wait()

	set := &Set{}
	var unread []error
	for i, r := range results {
		switch {
		case r.err != nil:
			unread = append(unread, r.err)
			continue
		case inputs[i].Listed && r.other:
			continue
		}
		set.Files++
		set.Found = append(set.Found, r.found...)
		if r.doc != nil {
			set.Docs = append(set.Docs, r.doc)
		}
	}
	if unread != nil {
		return nil, exit.Unread(errors.Join(unread...))
	}
	return set, nil
}

func (l *Loader) one(in Input) (r one) {
	read := l.Read
	if read == nil {
		read = func(in Input) ([]byte, error) { return ReadFile(in, l.Stdin) }
	}
	var data []byte
	if data, r.err = read(in); r.err != nil {
		return r
	}
	r.doc, r.found = oas.LoadWith(in.Name, data, l.refs.options(in))
	r.other = !isOpenAPI(r.doc, data)
	if unchecked(r.doc) {
		final(r.found)
	}
	if l.Each == nil || r.doc == nil || in.Listed && r.other {
		return r
	}
	found, keep := l.Each(r.doc)
	r.found = append(r.found, found...)
	if !keep {
		r.doc = r.doc.WithoutOpenAPI()
	}
	return r
}

// unchecked reports whether a document could not be handed to the rules because of what is wrong with it. A plain OpenAPI document is fine.
func unchecked(doc *oas.Document) bool {
	return doc == nil || doc.OpenAPI == nil || doc.Tyk == nil && doc.File.Root().Get("x-tyk-api-gateway").Exists()
}

// final marks the errors among findings: whoever ignored them would ignore what has not been looked for.
func final(l diag.List) {
	for i := range l {
		l[i].Final = l[i].Severity == diag.Error
	}
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

// ReadFile reads an input, within bounds, and nothing that is no regular file.
func ReadFile(in Input, stdin io.Reader) ([]byte, error) {
	if in.Path == "" {
		return readBounded(stdin, in.Name, 0)
	}
	info, err := os.Stat(in.Path) // before it is opened: a pipe would wait for its other end
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", in.Path)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has %d bytes, more than the %d that are read", in.Path, info.Size(), maxFile)
	}
	f, err := os.Open(in.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readBounded(f, in.Path, int(info.Size()))
}

// readBounded reads all there is, about size bytes.
func readBounded(r io.Reader, name string, size int) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(size + bytes.MinRead) // as much as ReadFrom wants to see the end
	if _, err := b.ReadFrom(io.LimitReader(r, maxFile+1)); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if b.Len() > maxFile {
		return nil, fmt.Errorf("%s has more than the %d bytes that are read", name, maxFile)
	}
	return b.Bytes(), nil
}

// sources are the texts that could be read.
func (s *Set) sources() []*source.File {
	var files []*source.File
	for _, d := range s.Docs {
		files = append(append(files, d.File), d.Others...)
	}
	for _, p := range s.Policies {
		if p.Source != nil {
			files = append(files, p.Source)
		}
	}
	slices.SortStableFunc(files, func(a, b *source.File) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(files, func(a, b *source.File) bool { return a.Name == b.Name }) // documents share others
}

// Texts gives writers the lines that diagnostics speak of.
func (s *Set) Texts() diag.Texts {
	files := map[string]*source.File{}
	for _, f := range s.sources() {
		files[f.Name] = f
	}
	return func(name string) *source.File { return files[name] }
}

// Names are those of the files that were checked, sorted: one that could not be read at all is known by what was found in it.
func (s *Set) Names() []string {
	var names []string
	for _, f := range s.sources() {
		names = append(names, f.Name)
	}
	for i := range s.Found {
		names = append(names, s.Found[i].At.File)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
