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

// Search says what counts as found. The zero value is good.
type Search struct {
	StdinName string                 // the name that standard input is reported by
	Ignored   func(path string) bool // what directories and patterns do not yield, besides what git ignores; nil: nothing
	Empty     bool                   // a directory may hold nothing

	git *gitIgnore
}

// Inputs turns arguments into files: each a file, a directory, a pattern, or "-". The list is sorted and names each file once. An argument that
// yields nothing is an error.
func (s Search) Inputs(arguments []string) ([]Input, error) {
	s.git = newGitIgnore()
	seen := map[string]bool{}
	var all []Input
	for _, arg := range arguments {
		found, err := s.one(arg)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 && (!s.Empty || !isDir(arg)) {
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

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func (s Search) one(arg string) ([]Input, error) {
	if arg == stdinArg {
		return []Input{{Name: s.StdinName}}, nil
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return s.walk(arg)
	case err == nil:
		return []Input{{Name: filepath.ToSlash(arg), Path: arg}}, nil
	case !errors.Is(err, fs.ErrNotExist) || !isPattern(arg):
		return nil, exit.Unread(err)
	}
	matches, err := doublestar.FilepathGlob(arg, doublestar.WithFilesOnly())
	if err != nil {
		return nil, exit.Usagef("pattern %q: %w", arg, err)
	}
	var found []Input
	for _, m := range matches {
		found = s.add(found, m)
	}
	return found, nil
}

func isPattern(arg string) bool { return strings.ContainsAny(arg, "*?[{") }

// add adds a file that was come across.
func (s Search) add(list []Input, path string) []Input {
	if !IsDocumentName(path) || s.Ignored != nil && s.Ignored(path) || s.git.ignored(path, false) {
		return list
	}
	return append(list, Input{Name: filepath.ToSlash(path), Path: path, Listed: true})
}

// IsDocumentName reports whether a file is named as documents are.
func IsDocumentName(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json", ".yaml", ".yml":
		return true
	default:
		return false
	}
}

// walk lists the documents below a directory. In one that git ignores itself, what it ignores is meant.
func (s Search) walk(dir string) ([]Input, error) {
	if s.git.ignored(dir, true) {
		s.git = nil
	}
	var found []Input
	err := walkDocuments(dir, func(path string, isDir bool) (enter bool) {
		if !isDir {
			found = s.add(found, path)
		}
		return !isDir || !s.git.ignored(path, true)
	})
	if err != nil {
		return nil, exit.Unread(err)
	}
	return found, nil
}

// walkDocuments visits a directory and all below it. Hidden directories, node_modules and vendor are not entered, links to directories not followed.
func walkDocuments(dir string, visit func(path string, isDir bool) (enter bool)) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != dir && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "vendor") {
			return filepath.SkipDir
		}
		if !visit(path, d.IsDir()) {
			return filepath.SkipDir
		}
		return nil
	})
}

// FindPolicies are the files of policies that a path names: a file, or the JSON files of a directory, as a gateway reads them.
func FindPolicies(path string) ([]Input, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, exit.Unread(err)
	case !info.IsDir():
		return []Input{{Name: filepath.ToSlash(path), Path: path}}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, exit.Unread(err)
	}
	var found []Input
	for _, e := range entries {
		if name := filepath.Join(path, e.Name()); filepath.Ext(name) == ".json" && !e.IsDir() {
			found = append(found, Input{Name: filepath.ToSlash(name), Path: name})
		}
	}
	if found == nil {
		return nil, exit.Usagef("%s: no .json file of policies is in it", path)
	}
	return found, nil
}

// Directories are those in which the files of arguments are, or may turn up.
func Directories(arguments []string) ([]string, error) {
	var dirs []string
	for _, arg := range arguments {
		base := arg
		if _, err := os.Stat(arg); err != nil && isPattern(arg) {
			base, _ = doublestar.SplitPattern(filepath.ToSlash(arg))
			base = filepath.FromSlash(base)
		}
		if info, err := os.Stat(base); err != nil || !info.IsDir() {
			dirs = append(dirs, filepath.Dir(base))
			continue
		}
		git := newGitIgnore()
		err := walkDocuments(base, func(path string, isDir bool) (enter bool) {
			if !isDir || path != base && git.ignored(path, true) {
				return !isDir
			}
			dirs = append(dirs, path)
			return true
		})
		if err != nil {
			return nil, exit.Unread(err)
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs), nil
}
