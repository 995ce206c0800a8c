package fix

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/tykctl/tykctl/cmd/internal/atomicfile"
)

// ErrChanged says that a file is not any more what was read from it.
var ErrChanged = errors.New("the file has changed since it was read")

// Write puts a new text in the place of an old one, as a whole or not at all. A symbolic link stays one: what it leads to is written. The mode
// of the file is kept. If its text is not the old one any more, nothing is written and the error is ErrChanged.
func Write(path string, old, changed []byte) error {
	return atomicfile.Replace(path, changed, func(target string) error {
		now, err := os.ReadFile(target)
		if err == nil && !bytes.Equal(now, old) {
			err = fmt.Errorf("%s: %w", path, ErrChanged)
		}
		return err
	})
}
