// Package atomicfile writes files as a whole or not at all.
package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
)

// Write gives a file a new content. It is in another file until it is complete and on the disk; ready, where there is one, is asked as late as can be
// whether it may take its place.
func Write(path string, data []byte, mode os.FileMode, ready func() error) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tykctl-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails once the file has its new name
	_, err = tmp.Write(data)
	for _, step := range []func() error{func() error { return tmp.Chmod(mode) }, tmp.Sync, tmp.Close} {
		if e := step(); err == nil {
			err = e
		}
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if ready != nil {
		if err := ready(); err != nil {
			return err
		}
	}
	return os.Rename(tmp.Name(), path)
}

// Replace gives a file that exists a new content, as Write does. A symbolic link stays one: what it leads to is written. The mode of the file is kept.
// ready is given the file that is written.
func Replace(path string, data []byte, ready func(target string) error) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", path)
	}
	return Write(target, data, info.Mode().Perm(), func() error { return ready(target) })
}
