package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	goruntime "runtime"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// format is the version of the layout. A file of a later one is refused; one of format 1 becomes one of format 2 when it is opened.
const format = 2

// lockWait is how long Open waits for another process to let go of the file, as in a restart.
const lockWait = time.Second

var (
	errInUse    = errors.New("the file is in use by another process")
	errNotStore = errors.New("the file is not a tykctl store, or is damaged")
)

func openFile(path string) (*bbolt.DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	_, err := os.Stat(path)
	created := errors.Is(err, fs.ErrNotExist)
	db, err := openBolt(path)
	if err != nil {
		return nil, err
	}
	if err := prepare(db); err != nil {
		_ = db.Close()
		return nil, err
	}
	if created {
		if err := syncDir(filepath.Dir(path)); err != nil {
			_ = db.Close()
			return nil, err
		}
	}
	return db, nil
}

// openBolt turns what bbolt does with a file it cannot read into an error: it panics on pages that are not what they should be, and
// a file that was cut short faults where the mapping has no file behind it. After a panic the file stays mapped, and so locked, until
// the process ends: a store that is damaged is not opened twice.
func openBolt(path string) (db *bbolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			db, err = nil, fmt.Errorf("%w: %v", errNotStore, p)
		}
	}()
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:      lockWait,
		FreelistType: bbolt.FreelistMapType, // the array type slows down as the file fragments
		NoStatistics: true,
	})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, errInUse
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return nil, fmt.Errorf("%w: %w", errNotStore, err)
	}
	return db, err
}

// prepare lays out a new file, adds to a former one what it lacks, and refuses one that is foreign, later or cut short.
func prepare(db *bbolt.DB) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errNotStore, p)
		}
	}()
	complete := false
	err = db.View(func(tx *bbolt.Tx) error {
		complete, err = checkFormat(tx)
		return err
	})
	if err != nil || complete {
		return err
	}
	return db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketMeta).Put(formatKey, []byte{format})
	})
}

// checkFormat reports whether the file has all that this version puts into it. It has not when it is new and empty, or of a former format.
func checkFormat(tx *bbolt.Tx) (complete bool, err error) {
	info, err := os.Stat(tx.DB().Path())
	if err != nil {
		return false, err
	}
	if info.Size() < tx.Size() {
		return false, fmt.Errorf("%w: it has %d bytes of %d", errNotStore, info.Size(), tx.Size())
	}
	if first, _ := tx.Cursor().First(); first == nil {
		return false, nil
	}
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return false, errNotStore
	}
	version := meta.Get(formatKey)
	if len(version) != 1 {
		return false, errNotStore
	}
	wanted := buckets
	switch version[0] {
	case format:
	case 1:
		wanted = buckets1
	default:
		return false, fmt.Errorf("the file has format %d, this version of tykctl reads formats up to %d", version[0], format)
	}
	for _, name := range wanted {
		if tx.Bucket(name) == nil {
			return false, fmt.Errorf("%w: bucket %q is missing", errNotStore, name)
		}
	}
	return version[0] == format, nil
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
	err = d.Sync()
	if closeErr := d.Close(); err == nil {
		err = closeErr
	}
	return err
}
