package fix

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tykctl/tykctl/cmd/internal/atomicfile"
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
	return atomicfile.Write(target, changed, info.Mode().Perm(), func() error {
		now, err := os.ReadFile(target)
		if err == nil && !bytes.Equal(now, old) {
			err = fmt.Errorf("%s: %w", path, ErrChanged)
		}
		return err
	})
}
