package lint

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// gitIgnore knows what the .gitignore files of repositories leave out (gitignore(5); not what a user or a clone leaves out besides, so that the
// result is the same everywhere). Outside of a repository they mean nothing.
type gitIgnore struct {
	tops  map[string]string    // of the repository that a directory is in; "" for none
	rules map[string][]gitRule // by directory
	known map[string]bool      // verdicts about directories
}

// gitRule is one line of a .gitignore file.
type gitRule struct {
	pattern string // for names below the directory of the file, with slashes
	keep    bool   // the line begins with !
	dirs    bool   // it is about directories alone
}

func newGitIgnore() *gitIgnore {
	return &gitIgnore{map[string]string{}, map[string][]gitRule{}, map[string]bool{}}
}

// ignored reports whether a file or directory is left out, or one that it lies in. Nil leaves nothing out.
func (g *gitIgnore) ignored(path string, isDir bool) bool {
	path, err := filepath.Abs(path)
	if err != nil || g == nil {
		return false
	}
	top := g.top(filepath.Dir(path))
	if top == "" || path == top {
		return false
	}
	return g.within(top, path, isDir)
}

func (g *gitIgnore) within(top, path string, isDir bool) bool {
	if verdict, ok := g.known[path]; ok && isDir {
		return verdict
	}
	dir := filepath.Dir(path)
	verdict := dir != top && g.within(top, dir, true)
	if !verdict {
		verdict = g.matches(top, path, isDir)
	}
	if isDir {
		g.known[path] = verdict
	}
	return verdict
}

// matches asks the files from the top of the repository down; the last line that matches decides.
func (g *gitIgnore) matches(top, path string, isDir bool) (out bool) {
	var dirs []string
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		dirs = append(dirs, dir)
		if dir == top {
			break
		}
	}
	for i := len(dirs) - 1; i >= 0; i-- {
		name, err := filepath.Rel(dirs[i], path)
		if err != nil {
			continue
		}
		for _, r := range g.lines(dirs[i]) {
			if hit, _ := doublestar.Match(r.pattern, filepath.ToSlash(name)); hit && (isDir || !r.dirs) {
				out = !r.keep
			}
		}
	}
	return out
}

// top is the directory with .git that a directory is in, or "".
func (g *gitIgnore) top(dir string) string {
	if top, ok := g.tops[dir]; ok {
		return top
	}
	top := ""
	if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
		top = dir
	} else if parent := filepath.Dir(dir); parent != dir {
		top = g.top(parent)
	}
	g.tops[dir] = top
	return top
}

// lines are those of the .gitignore file in a directory. One that cannot be read says nothing, as for git.
func (g *gitIgnore) lines(dir string) []gitRule {
	if rules, ok := g.rules[dir]; ok {
		return rules
	}
	var rules []gitRule
	data, _ := readIgnoreFile(filepath.Join(dir, ".gitignore"))
	for line := range strings.Lines(string(data)) {
		if r, ok := newGitRule(strings.TrimRight(line, "\r\n")); ok {
			rules = append(rules, r)
		}
	}
	g.rules[dir] = rules
	return rules
}

// maxIgnoreFile bounds a .gitignore file, in bytes.
const maxIgnoreFile = 1 << 20

func readIgnoreFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxIgnoreFile {
		return nil, err
	}
	return os.ReadFile(path)
}

// braces are plain characters for git.
var braces = strings.NewReplacer("{", `\{`, "}", `\}`)

func newGitRule(line string) (gitRule, bool) {
	if trimmed := strings.TrimRight(line, " \t"); !strings.HasSuffix(trimmed, `\`) {
		line = trimmed
	}
	if line == "" || line[0] == '#' {
		return gitRule{}, false
	}
	var r gitRule
	line, r.keep = strings.CutPrefix(line, "!")
	line, r.dirs = strings.CutSuffix(line, "/")
	if !strings.Contains(line, "/") {
		line = "**/" + line
	}
	r.pattern = braces.Replace(strings.TrimPrefix(line, "/"))
	return r, doublestar.ValidatePattern(r.pattern)
}
