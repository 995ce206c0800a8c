// Package baseline remembers findings that are known already, so that a team can begin with the new ones. A finding is known by its
// file and its fingerprint, which has no line in it.
package baseline

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/atomicfile"
	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas/diag"
)

// version is the version of the file's form.
const version = 1

// Baseline is what one file remembers.
type Baseline struct {
	path  string
	known map[string][]entry // by the name of the file, relative to the directory of the baseline, with slashes
}

// entry is one finding. All but the fingerprint is for whoever reads the file.
type entry struct {
	Fingerprint string    `json:"fingerprint"`
	Code        diag.Code `json:"code"`
	Pointer     string    `json:"pointer"`
	Message     string    `json:"message"`
}

type content struct {
	Version int                `json:"version"`
	Files   map[string][]entry `json:"files"`
}

// Load reads a baseline. One that does not exist is empty, if it may be missing.
func Load(path string, mayBeMissing bool) (*Baseline, error) {
	b := &Baseline{path: path, known: map[string][]entry{}}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && mayBeMissing:
		return b, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("baseline %s does not exist; --update-baseline writes it", path)
	case err != nil:
		return nil, err
	}
	var c content
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("baseline %s: %w", path, err)
	}
	if c.Version != version {
		return nil, fmt.Errorf("baseline %s has version %d, expected %d; --update-baseline on a new file writes one that can be read", path, c.Version, version)
	}
	for name, list := range c.Files {
		b.known[name] = list
	}
	return b, nil
}

// New returns the findings that the baseline does not know, how many it knows, and how many of its entries about the checked files are not found any more.
// What says that something could not be checked is never known.
func (b *Baseline) New(found diag.List, checked []string) (fresh diag.List, known, stale int) {
	left := map[key]bool{}
	for _, name := range checked {
		here := b.name(name)
		for _, e := range b.known[here] {
			left[key{here, e.Fingerprint}] = true
		}
	}
	entries := len(left)
	prints := diag.Fingerprints(found)
	for i, d := range found {
		k := key{b.name(d.At.File), prints[i]}
		if left[k] && acceptable(&d) {
			known++
			delete(left, k)
			continue
		}
		fresh = append(fresh, d)
	}
	return fresh, known, entries - known
}

type key struct{ file, fingerprint string }

// Update makes the findings of the checked files known, and forgets what is not found any more, there and in files that are gone. Entries of other
// files stay. It reports whether the baseline has changed.
func (b *Baseline) Update(found diag.List, checked []string) (changed bool) {
	before := encode(b.known)
	for _, name := range checked {
		delete(b.known, b.name(name))
	}
	for name := range b.known {
		if _, err := os.Stat(filepath.Join(filepath.Dir(b.path), filepath.FromSlash(name))); errors.Is(err, fs.ErrNotExist) {
			delete(b.known, name)
		}
	}
	prints := diag.Fingerprints(found)
	for i, d := range found {
		if acceptable(&d) {
			name := b.name(d.At.File)
			b.known[name] = append(b.known[name], entry{prints[i], d.Code, string(d.Pointer), d.Message})
		}
	}
	for _, list := range b.known {
		slices.SortFunc(list, func(x, y entry) int {
			return cmp.Or(cmp.Compare(x.Code, y.Code), cmp.Compare(x.Pointer, y.Pointer), cmp.Compare(x.Fingerprint, y.Fingerprint))
		})
	}
	return string(before) != string(encode(b.known))
}

// Write replaces the file.
func (b *Baseline) Write() error {
	return atomicfile.Write(b.path, encode(b.known), 0o644, nil)
}

// Count is the number of entries.
func (b *Baseline) Count() int {
	n := 0
	for _, list := range b.known {
		n += len(list)
	}
	return n
}

// acceptable reports whether a finding can be lived with.
func acceptable(d *diag.Diagnostic) bool {
	r := check.Find(string(d.Code))
	return r != nil && !r.Always && !d.Final
}

// name is the name of a file from the directory of the baseline on: the same wherever the command runs.
func (b *Baseline) name(file string) string {
	abs, err := filepath.Abs(filepath.FromSlash(file))
	if err != nil {
		return file
	}
	dir, err := filepath.Abs(filepath.Dir(b.path))
	if err != nil {
		return file
	}
	inside, err := filepath.Rel(dir, abs)
	if err != nil {
		return file
	}
	return filepath.ToSlash(inside)
}

func encode(known map[string][]entry) []byte {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(content{version, known}); err != nil {
		return nil // strings and numbers can always be written
	}
	return []byte(out.String())
}
