package lint

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/tykctl/tykctl/oas"
)

// references opens what the references of documents may lead to: the files of the repository or below the working directory, or, for a document that
// does not lie there, those below its own directory.
type references struct {
	allow []string                        // see oas.Options.AllowRefs
	at    func(dir string) (fs.FS, error) // the directory at another time; nil: now, on the disk

	once       sync.Once
	top, shown string // of workingRoot

	mu    sync.Mutex
	known map[string]*oas.Files // by directory
}

// References says how the document of an input is loaded: what it may refer to. Done gives that back.
func References(in Input) (opt oas.Options, done func()) {
	r := &references{}
	return r.options(in), r.close
}

// options says how a document is loaded. Where its directory cannot be opened no reference is followed, and each is a finding.
func (r *references) options(in Input) oas.Options {
	opt := oas.Options{AllowRefs: r.allow}
	path := in.Path
	if path == "" {
		path = in.Name // standard input speaks from the working directory
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return opt
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		abs = filepath.Join(dir, filepath.Base(abs))
	}
	root, shown := filepath.Dir(abs), strings.TrimSuffix(in.Name, filepath.Base(in.Name))
	r.once.Do(func() { r.top, r.shown = workingRoot() })
	if inside, err := filepath.Rel(r.top, abs); r.top != "" && err == nil && filepath.IsLocal(inside) {
		root, shown = r.top, r.shown
	}
	inside, err := filepath.Rel(root, abs)
	if err != nil {
		return opt
	}
	opt.Files, opt.Path = r.files(root, shown), filepath.ToSlash(inside)
	return opt
}

// workingRoot is the directory that no reference leaves, and how names below it begin for somebody in the working directory: the repository, so that
// it does not matter where in it the command runs, or the working directory.
func workingRoot() (dir, shown string) {
	cwd, err := os.Getwd()
	if err != nil {
		return "", ""
	}
	if real, err := filepath.EvalSymlinks(cwd); err == nil {
		cwd = real
	}
	top := newGitIgnore().top(cwd)
	if top == "" || top == cwd {
		return cwd, ""
	}
	up, err := filepath.Rel(cwd, top)
	if err != nil {
		return cwd, ""
	}
	return top, filepath.ToSlash(up) + "/"
}

// files are those below a directory, opened once.
func (r *references) files(dir, shown string) *oas.Files {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f, ok := r.known[dir]; ok {
		return f
	}
	var f *oas.Files
	if r.at != nil {
		if then, err := r.at(dir); err == nil {
			f = oas.NewFiles(then, shown)
		}
	} else if now, err := oas.OpenFiles(dir, shown); err == nil {
		f = now
	}
	if r.known == nil {
		r.known = map[string]*oas.Files{}
	}
	r.known[dir] = f
	return f
}

func (r *references) close() {
	for _, f := range r.known {
		if f != nil {
			_ = f.Close() // it was only read
		}
	}
}
