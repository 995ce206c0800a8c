package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// names are those that a configuration file is found by.
var names = []string{".tykctl.yaml", ".tykctl.yml", ".tykctl.json"}

// Found is what a search for a configuration file came to.
type Found struct {
	Path string // seen from the directory in which the search began; empty when there is none
	Last string // the last directory that was looked at
	Why  string // why the search ended there, when nothing was found: "it holds .git"
}

// Find looks for a configuration file in a directory and in those above it. The directory that holds .git, the home directory and the
// root are the last ones looked at. Two configuration files in one directory are an *Error: neither can be meant to be unseen.
func Find(dir string) (Found, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return Found{}, err
	}
	home, _ := os.UserHomeDir() // where there is none, it ends no search
	for seen := dir; ; seen = filepath.Join(seen, "..") {
		path, err := configIn(absolute, seen)
		if path != "" || err != nil {
			return Found{Path: path, Last: seen}, err
		}
		parent := filepath.Dir(absolute)
		switch {
		case exists(filepath.Join(absolute, ".git")):
			return Found{Last: absolute, Why: "it holds .git"}, nil
		case home != "" && sameFile(absolute, home):
			return Found{Last: absolute, Why: "it is the home directory"}, nil
		case parent == absolute:
			return Found{Last: absolute, Why: "it is the root"}, nil
		}
		absolute = parent
	}
}

// configIn is the configuration file of one directory, named as the user sees it.
func configIn(absolute, seen string) (string, error) {
	found := ""
	for _, name := range names {
		_, err := os.Lstat(filepath.Join(absolute, name)) // a link that leads nowhere is to be complained of
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return "", fmt.Errorf("look for a configuration file: %w", err)
		case found != "":
			return "", &Error{List: diag.List{{
				Code: code, Severity: diag.Error, At: source.Range{File: filepath.ToSlash(filepath.Join(seen, name))},
				Message: fmt.Sprintf("the directory holds %s as well: only one of them can count", filepath.Base(found)),
				Hint:    "remove one of them, or choose with --config FILE",
			}}}
		default:
			found = filepath.Join(seen, name)
		}
	}
	return found, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}
