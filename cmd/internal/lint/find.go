// Package lint turns arguments into findings: which files are meant, what is wrong with them and between them, what its author wants to hear of it.
// It knows nothing of how findings are printed, and no command line.
package lint

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/tykctl/tykctl/cmd/internal/exit"
)

// Input is one file to be read.
type Input struct {
	Name   string // as it is shown, with slashes
	Path   string // on disk; empty for standard input
	Listed bool   // found in a directory or by a pattern: it may turn out to be no OpenAPI document at all
}

// stdinArg stands for standard input.
const stdinArg = "-"

// FindInputs turns arguments into files: each a file, a directory, a pattern, or "-". The list is sorted and names each file once.
func FindInputs(arguments []string, stdinName string) ([]Input, error) {
	seen := map[string]bool{}
	var all []Input
	for _, arg := range arguments {
		found, err := findInput(arg, stdinName)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, exit.Usagef("%s: no .json, .yaml or .yml file matches", arg)
		}
		for _, in := range found {
			if !seen[in.Name] {
				seen[in.Name] = true
				all = append(all, in)
			}
		}
	}
	slices.SortFunc(all, func(a, b Input) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

func findInput(arg, stdinName string) ([]Input, error) {
	if arg == stdinArg {
		return []Input{{Name: stdinName}}, nil
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return walk(arg)
	case err == nil:
		return []Input{{Name: filepath.ToSlash(arg), Path: arg}}, nil
	case !errors.Is(err, fs.ErrNotExist) || !strings.ContainsAny(arg, "*?[{"):
		return nil, exit.Unread(err)
	}
	matches, err := doublestar.FilepathGlob(arg, doublestar.WithFilesOnly())
	if err != nil {
		return nil, exit.Usagef("pattern %q: %w", arg, err)
	}
	var found []Input
	for _, m := range matches {
		if isDocumentName(m) {
			found = append(found, Input{Name: filepath.ToSlash(m), Path: m, Listed: true})
		}
	}
	return found, nil
}

func isDocumentName(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json", ".yaml", ".yml":
		return true
	default:
		return false
	}
}

// walk lists the documents below a directory. Hidden directories, node_modules and vendor are not entered, links to directories not followed.
func walk(dir string) ([]Input, error) {
	var found []Input
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			name := d.Name()
			if path != dir && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "vendor") {
				return filepath.SkipDir
			}
			return nil
		}
		if isDocumentName(path) {
			found = append(found, Input{Name: filepath.ToSlash(path), Path: path, Listed: true})
		}
		return nil
	})
	if err != nil {
		return nil, exit.Unread(err)
	}
	return found, nil
}
