package oas

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"

	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/typo"
)

// Files are the files below one root that documents may refer to. Each is read once, whatever the number of documents that refer to
// it. Only regular files are read, none through a symbolic link, and none that is larger than its limit. Files may be used by several
// goroutines.
type Files struct {
	Limits source.Limits // of each file; to be set before the first use

	fsys   fs.FS
	shown  string
	closer io.Closer

	mu    sync.Mutex
	known map[string]*fileOnce
}

// fileOnce is a file, or why it cannot be read.
type fileOnce struct {
	once sync.Once
	file *source.File
	size int // in bytes, whether it could be understood or not
	err  error
}

// NewFiles returns the files of a file system. Shown is what messages put before the name of a file.
func NewFiles(fsys fs.FS, shown string) *Files {
	return &Files{fsys: fsys, shown: shown, known: map[string]*fileOnce{}}
}

// OpenFiles returns the files below a directory, which no name leaves, neither by dots nor by links. Shown is what messages put before
// the name of a file: nothing for the working directory, otherwise the directory and a slash.
func OpenFiles(dir, shown string) (*Files, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	f := NewFiles(root.FS(), shown)
	f.closer = root
	return f, nil
}

// Close gives the directory back. What has been read can be used further.
func (f *Files) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// get is the file of a name, read when it is asked for first.
func (f *Files) get(name string) *fileOnce {
	f.mu.Lock()
	o := f.known[name]
	if o == nil {
		o = &fileOnce{}
		f.known[name] = o
	}
	f.mu.Unlock()
	o.once.Do(func() {
		var data []byte
		if data, o.err = f.read(name); o.err == nil {
			o.size = len(data)
			o.file, o.err = source.IndexWith(f.shown+name, data, f.Limits)
		}
	})
	return o
}

// unreadable is why a file is not read. The message goes on from "reference %q leads to %q, "; missing is the part of the path that does
// not exist.
type unreadable struct{ message, hint, missing string }

func (u *unreadable) Error() string { return u.message }

// maxFileBytes bounds a file when Files.Limits does not.
const maxFileBytes = 64 << 20

// read returns the bytes of a regular file. Its kind and size are looked at before it is opened: a pipe would never end, nor a device.
func (f *Files) read(name string) ([]byte, error) {
	most := int64(f.Limits.Bytes)
	if most <= 0 {
		most = maxFileBytes
	}
	if err := f.inspect(name, most); err != nil {
		return nil, err
	}
	file, err := f.fsys.Open(name)
	if err != nil {
		return nil, failure(name, err)
	}
	defer file.Close() //nolint:errcheck // of what was only read
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, failure(name, err)
	}
	if int64(len(data)) > most {
		return nil, tooLarge(most)
	}
	return data, nil
}

// inspect goes down the path of a file and says what stands against reading it.
func (f *Files) inspect(name string, most int64) error {
	for end := 0; end < len(name); {
		if i := strings.IndexByte(name[end+1:], '/'); i >= 0 {
			end += 1 + i
		} else {
			end = len(name)
		}
		info, err := fs.Lstat(f.fsys, name[:end])
		last := end == len(name)
		switch {
		case err != nil:
			return failure(name[:end], err)
		case info.Mode()&fs.ModeSymlink != 0:
			return &unreadable{
				message: fmt.Sprintf("and %q is a symbolic link, which is not followed", f.shown+name[:end]),
				hint:    "refer to the file itself",
			}
		case !last && !info.IsDir():
			return failure(name, fs.ErrNotExist)
		case last && info.IsDir():
			return &unreadable{message: "which is a directory", hint: "write the name of a file"}
		case last && !info.Mode().IsRegular():
			return &unreadable{message: "which is no regular file"}
		case last && info.Size() > most:
			return tooLarge(most)
		}
	}
	return nil
}

func tooLarge(most int64) error {
	return &unreadable{message: fmt.Sprintf("which has more than the %d bytes that are read", most), hint: "split it"}
}

// failure words an error of the file system.
func failure(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &unreadable{message: "which does not exist", missing: name}
	}
	var inPath *fs.PathError
	if errors.As(err, &inPath) {
		err = inPath.Err
	}
	return &unreadable{message: fmt.Sprintf("which cannot be read: %v", err)}
}

// maxNear bounds how many names of a directory are compared with one that does not exist.
const maxNear = 1000

// near is the file or directory beside one that does not exist which may be meant, or "".
func (f *Files) near(name string) string {
	dir, base := path.Split(name)
	opened, err := f.fsys.Open(path.Clean("./" + dir))
	if err != nil {
		return ""
	}
	defer opened.Close() //nolint:errcheck // of what was only read
	list, ok := opened.(fs.ReadDirFile)
	if !ok {
		return ""
	}
	entries, err := list.ReadDir(maxNear)
	if err != nil {
		return ""
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	if near := typo.Meant(base, names); near != "" {
		return dir + near
	}
	return ""
}
