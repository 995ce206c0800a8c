package git

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"time"
)

// FS is a directory of the working tree as it was at the commit. It knows files and directories, and does not list them; a symbolic link is a file
// that holds where it leads to. It is good until Close.
func (t *Tree) FS(dir string) (fs.FS, error) {
	name, err := t.name(dir)
	if err != nil {
		return nil, err
	}
	return treeFS{t, name}, nil
}

type treeFS struct {
	tree *Tree
	dir  string
}

func (f treeFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	kind, data, err := f.tree.object(path.Join(f.dir, name))
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	o := object{name: path.Base(name), dir: kind != "blob", size: int64(len(data))}
	return &file{bytes.NewReader(data), o}, nil
}

// file is an opened object.
type file struct {
	r    *bytes.Reader
	info object
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Close() error               { return nil }

func (f *file) Read(p []byte) (int, error) {
	if f.info.dir {
		return 0, &fs.PathError{Op: "read", Path: f.info.name, Err: io.ErrUnexpectedEOF}
	}
	return f.r.Read(p)
}

// object is what is known of a file or directory.
type object struct {
	name string
	dir  bool
	size int64
}

func (o object) Name() string       { return o.name }
func (o object) Size() int64        { return o.size }
func (o object) ModTime() time.Time { return time.Time{} }
func (o object) IsDir() bool        { return o.dir }
func (o object) Sys() any           { return nil }

func (o object) Mode() fs.FileMode {
	if o.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}
