package fix

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrChanged says that a file is not any more what was read from it.
var ErrChanged = errors.New("the file has changed since it was read")

// Write puts a new text in the place of an old one, as a whole or not at all. A symbolic link stays one: what it leads to is written. The mode
// of the file is kept. If its text is not the old one any more, nothing is written and the error is ErrChanged.
func Write(path string, old, changed []byte) error {
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
	tmp, err := os.CreateTemp(filepath.Dir(target), ".tykctl-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails once the file has its new name
	_, err = tmp.Write(changed)
	for _, step := range []func() error{func() error { return tmp.Chmod(info.Mode().Perm()) }, tmp.Sync, tmp.Close} {
		if e := step(); err == nil {
			err = e
		}
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	now, err := os.ReadFile(target) // as late as can be
	if err != nil {
		return err
	}
	if !bytes.Equal(now, old) {
		return fmt.Errorf("%s: %w", path, ErrChanged)
	}
	return os.Rename(tmp.Name(), target)
}
