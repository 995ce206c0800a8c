// Package keyfile keeps the key of an installation: random bytes in a file of their own, from which the gateway derives what must outlast
// the process and must not lie beside the data, such as the encryption of notifications that wait.
package keyfile

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strings"
)

// Size is the length of a key in bytes. The file has it in hexadecimal, so that it survives editors and secret stores.
const Size = 32

// fileMax bounds what is read of a file that is none of ours.
const fileMax = 4096

// Load returns the key in the file, and makes the file when there is none. A file that others may read is refused: what they have read
// they know.
func Load(path string) ([]byte, error) {
	key, err := read(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := create(path); err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	return read(path) // it may be that of another first start
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("key file %s: it is no regular file", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && goruntime.GOOS != "windows" {
		return nil, fmt.Errorf("key file %s: it has mode %04o, so others than its owner may read or write it; `chmod 600 %s`, "+
			"and if others may have read it, delete it and let the next start make another", path, mode, path)
	}
	text := make([]byte, fileMax)
	n, err := f.Read(text)
	if err != nil && n == 0 && info.Size() > 0 {
		return nil, fmt.Errorf("key file: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text[:n])))
	if err != nil || len(key) != Size {
		return nil, fmt.Errorf("key file %s: it does not hold %d hexadecimal digits; restore it, or delete it and let the next start make another",
			path, 2*Size)
	}
	return key, nil
}

// create makes the file with a new key, durably, for its owner only. It appears complete or not at all; when another process was
// faster, its file stays.
func create(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	key := make([]byte, Size)
	_, err = rand.Read(key)
	if err == nil {
		_, err = tmp.WriteString(hex.EncodeToString(key) + "\n")
	}
	if err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// syncDir makes the name of a new file durable. Windows has no such call, and needs none.
func syncDir(dir string) error {
	if goruntime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
