package oas

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// Bounds of what one document may take from other files.
const (
	maxOutsideFiles  = 10_000
	maxOutsideBytes  = 128 << 20
	maxOutsideValues = 2_000_000 // a value counts once for each object that it is part of and that something refers to
)

// outside is what a document takes from other files. There is none until its first reference leads out of it.
type outside struct {
	main  *loading          // of the document itself
	files map[string]*other // by their path below the root
	bytes int

	loadings map[*source.File]*loading
	decoders map[*source.File]*decoder
	order    []*decoder // those of other files, as they came
	targets  map[targetKey]*target
	queue    []*target // not decoded yet
	values   int       // decoded so far
	full     bool      // it has been said that there are too many
	warned   bool      // it has been said that the gateway does not follow such references
}

// other is a file that a reference leads to.
type other struct {
	l    *loading // nil when the file cannot be read
	bad  unreadable
	once bool // to be said of one reference only
	said bool
}

// outside is what the document of a file takes from other files.
func (l *loading) outside() *outside {
	if l.out == nil {
		l.out = &outside{
			main: l, files: map[string]*other{}, targets: map[targetKey]*target{},
			loadings: map[*source.File]*loading{l.file: l}, decoders: map[*source.File]*decoder{},
		}
	}
	return l.out
}

// document is the loading of the document that has led to this file.
func (l *loading) document() *loading {
	if l.out == nil {
		return l
	}
	return l.out.main
}

// path is where the file lies below the root of Options.Files.
func (l *loading) path() string {
	if l.at != "" {
		return l.at
	}
	name := path.Clean(l.file.Name)
	if l.opt.Files != nil {
		name = path.Clean(strings.TrimPrefix(l.file.Name, l.opt.Files.shown))
	}
	if !fs.ValidPath(name) {
		return path.Base(name)
	}
	return name
}

// locate finds the file and the path within it that a reference names. Without a file the verdict says why.
func (l *loading) locate(ref string) (in *loading, tokens []string, bad verdict) {
	if ref == "#" && l != l.document() {
		return l, nil, verdict{} // the whole of another file
	}
	if strings.HasPrefix(ref, "#") {
		if tokens, ok := fragment(ref); ok {
			return l, tokens, verdict{}
		}
		return nil, nil, verdict{message: fmt.Sprintf("reference %q is not a path into the document", ref)}
	}
	u, err := url.Parse(ref)
	if err != nil || u.RawQuery != "" || u.ForceQuery || ref == "" {
		return nil, nil, verdict{
			message: fmt.Sprintf("reference %q names no file", ref),
			hint:    "write a path such as \"schemas/pet.yaml#/Pet\", with %3F for a question mark and %25 for a percent sign",
		}
	}
	name, inside := l.resolvePath(u)
	if !inside {
		return nil, nil, l.refused(ref, u, name)
	}
	if u.Fragment != "" && u.Fragment[0] != '/' {
		file, _, _ := strings.Cut(ref, "#")
		return nil, nil, verdict{
			message: fmt.Sprintf("reference %q is not a path into a file", ref), hint: fmt.Sprintf("write a path such as %q", file+"#/Name"),
		}
	}
	in, bad = l.outside().open(name, ref)
	return in, source.Pointer(u.Fragment).Tokens(), bad
}

// resolvePath is the path below the root that a reference names, or what takes its place in Options.AllowRefs, and whether it can be read
// at all.
func (l *loading) resolvePath(u *url.URL) (name string, inside bool) {
	switch {
	case u.Scheme != "" || u.Host != "" || u.Opaque != "":
		plain := *u
		plain.Fragment, plain.RawFragment = "", ""
		return plain.JoinPath().String(), false
	case strings.HasPrefix(u.Path, "/"):
		return path.Clean(u.Path), false
	}
	name = path.Join(path.Dir(l.path()), u.Path)
	// A backslash separates names on some systems, and must not do so behind our back.
	return name, l.opt.Files != nil && fs.ValidPath(name) && !strings.ContainsAny(name, "\\\x00")
}

// refused is the verdict on a reference that is not followed.
func (l *loading) refused(ref string, u *url.URL, name string) verdict {
	if tolerated(l.opt.AllowRefs, name) {
		return verdict{
			message:  fmt.Sprintf("reference %q is not followed: what it leads to is not checked", ref),
			hint:     "a Tyk Gateway does not follow it either: bring what it leads to into the document before it is deployed",
			severity: diag.Info,
		}
	}
	v := verdict{hint: "put what it leads to below components, and refer to it with #/components/…"}
	switch {
	case l.opt.Files == nil:
		v.message = fmt.Sprintf("reference %q leads outside: outside references are not followed", ref)
	case u.Scheme != "" || u.Host != "" || u.Opaque != "":
		v.message = fmt.Sprintf("reference %q leads outside: only files are read, nothing is fetched", ref)
		v.hint = "put what it leads to into a file beside the document, or below components"
	default:
		v.message = fmt.Sprintf("reference %q leads outside: only files below the root directory are read", ref)
	}
	if _, ok := l.file.Lookup(source.Pointer(u.Path)); ok && strings.HasPrefix(u.Path, "/") {
		return v.meaning("#" + u.Path)
	}
	return v
}

// tolerated tells whether an address, or something that it lies below, is in a list. An entry with a star at its end stands for everything
// that begins like it.
func tolerated(list []string, address string) bool {
	for _, entry := range list {
		start, open := strings.CutSuffix(entry, "*")
		switch {
		case open && strings.HasPrefix(address, start), entry == address:
			return true
		case !open && entry != "" && strings.HasPrefix(address, strings.TrimSuffix(entry, "/")+"/"):
			return true
		}
	}
	return false
}

// open is a file below the root, or what stands against reading it. It is read when it is asked for first.
func (o *outside) open(name, ref string) (*loading, verdict) {
	if name == o.main.path() {
		return o.main, verdict{}
	}
	f := o.files[name]
	if f == nil {
		f = o.read(name)
		o.files[name] = f
	}
	if f.l != nil {
		return f.l, verdict{}
	}
	shown := o.main.opt.Files.shown + name
	return nil, verdict{message: fmt.Sprintf("reference %q leads to %q, %s", ref, shown, f.bad.message), hint: f.bad.hint, file: f}
}

// read is a file that has not been asked for yet.
func (o *outside) read(name string) *other {
	if len(o.files) >= maxOutsideFiles {
		return &other{bad: unreadable{message: fmt.Sprintf("but %d files have been asked for already", maxOutsideFiles)}}
	}
	got := o.main.opt.Files.get(name)
	if got.err != nil {
		return o.unread(name, got.err)
	}
	if o.bytes += got.size; o.bytes > maxOutsideBytes {
		return &other{bad: unreadable{message: fmt.Sprintf("with which more than %d bytes would be read", maxOutsideBytes)}}
	}
	l := &loading{file: got.file, doc: o.main.doc, opt: o.main.opt, at: name, out: o, found: Findings{File: got.file}}
	o.loadings[got.file] = l
	l.problems()
	o.main.doc.Others = append(o.main.doc.Others, got.file)
	return &other{l: l}
}

// unread is a file that cannot be read. What is wrong with its text is said at its place, and of one reference to it.
func (o *outside) unread(name string, err error) *other {
	files := o.main.opt.Files
	var syntax *source.SyntaxError
	if errors.As(err, &syntax) {
		d := syntaxError(files.shown+name, syntax)
		o.main.found.Add(&d)
		return &other{bad: unreadable{message: "which cannot be read: " + syntax.Message, hint: "mend that file first"}, once: true}
	}
	var why *unreadable
	if !errors.As(err, &why) {
		return &other{bad: unreadable{message: "which cannot be read: " + err.Error()}}
	}
	bad := *why
	if bad.missing != "" && o.main.maySearch() {
		if near := files.near(bad.missing); near != "" {
			bad.hint = fmt.Sprintf("there is %q", files.shown+near)
		}
	}
	return &other{bad: bad}
}
