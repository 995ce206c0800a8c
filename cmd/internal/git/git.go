// Package git reads files as they were at a commit, through the git program.
package git

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/tykctl/tykctl/cmd/internal/exit"
)

// maxBlob bounds one file, in bytes.
const maxBlob = 64 << 20

// Tree is a commit of the repository that a directory lies in. It may be used by several goroutines.
type Tree struct {
	top    string // of the working tree
	commit string

	mu  sync.Mutex // one question and its answer at a time
	cat *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// Open finds the commit that ref names, seen from dir. Close must be called.
func Open(ctx context.Context, dir, ref string) (*Tree, error) {
	top, err := run(ctx, dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, exit.Unread(err)
	}
	commit, err := run(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		return nil, exit.Usagef("git knows no commit %q here; a clone made by CI may have to fetch more of the history", ref)
	}
	if top, err = filepath.EvalSymlinks(top); err != nil {
		return nil, exit.Unread(err)
	}
	t := &Tree{top: top, commit: commit}
	t.cat = exec.CommandContext(ctx, "git", "-C", top, "cat-file", "--batch") // #nosec G204 -- top is git's own answer
	if t.in, err = t.cat.StdinPipe(); err != nil {
		return nil, exit.Unread(err)
	}
	out, err := t.cat.StdoutPipe()
	if err != nil {
		return nil, exit.Unread(err)
	}
	t.out = bufio.NewReader(out)
	if err := t.cat.Start(); err != nil {
		return nil, exit.Unread(err)
	}
	return t, nil
}

// run is what a git command prints, without the line end.
func run(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...) // #nosec G204 -- a ref is an argument behind --end-of-options
	cmd.Dir = dir
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("git is needed to read files as they were, and is not installed")
	case err != nil:
		return "", fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(said.String()))
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(out), "\n"), "\r"), nil
}

// Close ends the program that reads.
func (t *Tree) Close() error {
	err := t.in.Close()
	if e := t.cat.Wait(); err == nil {
		err = e
	}
	return err
}

// Read returns a file of the working tree as it was at the commit. One that was not there is fs.ErrNotExist.
func (t *Tree) Read(path string) ([]byte, error) {
	name, err := t.name(path)
	if err != nil {
		return nil, err
	}
	kind, data, err := t.object(name)
	if err == nil && kind != "blob" {
		err = fmt.Errorf("%s at %s: %w", path, t.commit, fs.ErrNotExist)
	}
	return data, err
}

// object asks git for what a name from the top on was at the commit. Only of files the bytes are returned.
func (t *Tree) object(name string) (kind string, data []byte, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, err := fmt.Fprintf(t.in, "%s:%s\n", t.commit, name); err != nil {
		return "", nil, fmt.Errorf("ask git for %s: %w", name, err)
	}
	head, err := t.out.ReadString('\n')
	if err != nil {
		return "", nil, fmt.Errorf("ask git for %s: %w", name, err)
	}
	fields := strings.Fields(head)
	if len(fields) != 3 || len(fields[0]) != len(t.commit) {
		return "", nil, fmt.Errorf("%s at %s: %w", name, t.commit, fs.ErrNotExist) // "… missing"
	}
	size, err := strconv.Atoi(fields[2])
	if err != nil {
		return "", nil, fmt.Errorf("git says of %s: %q", name, head)
	}
	if size > maxBlob || fields[1] != "blob" {
		if _, err := io.CopyN(io.Discard, t.out, int64(size)+1); err != nil {
			return "", nil, fmt.Errorf("read %s from git: %w", name, err)
		}
		if fields[1] == "blob" {
			return "", nil, fmt.Errorf("%s at %s: %w", name, t.commit, fs.ErrNotExist) // as good as: nobody could have read it
		}
		return fields[1], nil, nil
	}
	data = make([]byte, size+1) // and a line end
	if _, err := io.ReadFull(t.out, data); err != nil {
		return "", nil, fmt.Errorf("read %s from git: %w", name, err)
	}
	return "blob", data[:size], nil
}

// name is a path as git knows it: from the top of the working tree on.
func (t *Tree) name(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if err != nil {
		return "", err
	}
	inside, err := filepath.Rel(t.top, filepath.Join(dir, filepath.Base(abs)))
	if err != nil || !filepath.IsLocal(inside) || strings.ContainsAny(inside, "\n\r") {
		return "", fmt.Errorf("%s is not in the repository %s: %w", path, t.top, fs.ErrNotExist)
	}
	return filepath.ToSlash(inside), nil
}
