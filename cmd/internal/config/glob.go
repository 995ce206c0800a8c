package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/tykctl/tykctl/oas/source"
)

// Bounds of a pattern. Each alternative in braces may be tried at each place of a name, alternatives within one pattern multiply.
const (
	maxPattern      = 500
	maxAlternatives = 256
)

// root is a directory by its absolute path, and by the one it has without links.
type root struct{ dir, real string }

// newRoot is the directory of a path as the user sees it.
func newRoot(absolute string) root {
	real, err := filepath.EvalSymlinks(absolute)
	if err != nil {
		real = absolute
	}
	return root{absolute, real}
}

// parent is the directory above.
func (r root) parent() root { return root{filepath.Dir(r.dir), filepath.Dir(r.real)} }

// pattern says which files are meant.
type pattern struct {
	text    string // as it was written
	exclude bool   // begins with "!": these files are not meant
	base    root   // what glob is relative to
	glob    string
	literal bool // no wildcards: a file, or a directory and everything below it
	at      source.Range
}

// hintedError is what is wrong with a value, and what to do about it.
type hintedError struct{ message, hint string }

func (e *hintedError) Error() string { return e.message }

func hinted(hint, format string, args ...any) error {
	return &hintedError{fmt.Sprintf(format, args...), hint}
}

// hintOf is what to do about an error; empty where it does not say.
func hintOf(err error) string {
	var h *hintedError
	if errors.As(err, &h) {
		return h.hint
	}
	return ""
}

// newPattern reads a pattern that stands in a file of a directory.
func newPattern(dir root, text string, at source.Range) (pattern, error) {
	p := pattern{text: text, base: dir, at: at}
	p.glob, p.exclude = strings.CutPrefix(text, "!")
	switch {
	case p.glob == "":
		return p, hinted("write a pattern such as \"legacy/**/*.yaml\"", "the pattern %q names no file", text)
	case len(text) > maxPattern:
		return p, hinted("write several patterns", "the pattern has %d bytes, expected at most %d", len(text), maxPattern)
	case strings.Contains(p.glob, `\`):
		return p, hinted(`write "/" between directories, on Windows too, and [*] for a "*" in a name`, "the pattern %q holds a backslash", text)
	case strings.HasPrefix(p.glob, "/"), filepath.VolumeName(p.glob) != "":
		return p, hinted("patterns are relative to the directory of the configuration file", "the pattern %q is an absolute path", text)
	}
	p.climb()
	if err := p.checkSegments(); err != nil {
		return p, err
	}
	if strings.HasSuffix(p.glob, "/") {
		p.glob += "**"
	}
	if !doublestar.ValidatePattern(p.glob) {
		return p, hinted("close what \"[\" or \"{\" opens", "%q is no pattern", text)
	}
	if n := alternatives(p.glob); n > maxAlternatives {
		return p, hinted("write several patterns", "the pattern %q stands for more than %d others", text, maxAlternatives)
	}
	p.literal = !strings.ContainsAny(p.glob, "*?[{")
	return p, nil
}

// climb takes "./" and "../" at the beginning into the directory.
func (p *pattern) climb() {
	for {
		first, rest, more := strings.Cut(p.glob, "/")
		switch first {
		case ".":
		case "..":
			p.base = p.base.parent()
		default:
			return
		}
		p.glob = rest
		if !more {
			return
		}
	}
}

// checkSegments refuses what would silently match nothing, or less than it seems to.
func (p *pattern) checkSegments() error {
	segments := strings.Split(p.glob, "/")
	for i, s := range segments {
		switch {
		case s == "." || s == "..":
			return hinted("write .. at the beginning only", "the pattern %q holds %q", p.text, s)
		case s == "" && i < len(segments)-1:
			return hinted(`write one "/"`, `the pattern %q holds "//"`, p.text)
		case s != "**" && strings.Contains(s, "**") && !strings.Contains(p.glob, "{"):
			return hinted(fmt.Sprintf("did you mean %q?", strings.ReplaceAll(p.text, s, "**/"+strings.ReplaceAll(s, "**", "*"))),
				`the pattern %q holds %q: "**" stands for directories only where it stands alone between slashes`, p.text, s)
		}
	}
	return nil
}

// alternatives is how many patterns one with braces stands for, or an estimate of it.
func alternatives(glob string) int {
	total, commas := 1, []int(nil)
	for i := 0; i < len(glob) && total <= maxAlternatives; i++ {
		switch last := len(commas) - 1; glob[i] {
		case '{':
			commas = append(commas, 1)
		case ',':
			if last >= 0 {
				commas[last]++
			}
		case '}':
			if last >= 0 {
				total *= commas[last]
				commas = commas[:last]
			}
		}
	}
	return total
}

// matches reports whether a list of patterns means a file, and the pattern that decided: the last one that speaks of it.
func matches(list []pattern, file *place) (bool, *pattern) {
	for i, p := range slices.Backward(list) {
		if p.match(file) {
			return !p.exclude, &list[i]
		}
	}
	return false, nil
}

// match reports whether a file is one that the pattern speaks of.
func (p *pattern) match(file *place) bool {
	name, ok := file.below(p.base)
	if !ok {
		return false
	}
	if p.literal {
		return p.glob == "" || name == p.glob || strings.HasPrefix(name, p.glob+"/")
	}
	return doublestar.MatchUnvalidated(p.glob, name)
}

// place is a file by its absolute path.
type place struct {
	path string
	real string // without links; empty until it is asked for
}

// place is that of a file named as the user sees it.
func (c *Config) place(file string) *place {
	path := filepath.FromSlash(file)
	if filepath.IsAbs(path) {
		return &place{path: filepath.Clean(path)}
	}
	return &place{path: filepath.Join(c.cwd, path)}
}

// below is the path of the file from a directory, with slashes. A file that is outside by its name may be inside by the links that
// lead there.
func (f *place) below(dir root) (string, bool) {
	if name, ok := relative(dir.dir, f.path); ok {
		return name, true
	}
	if f.real == "" {
		f.real = newRoot(f.path).real
	}
	return relative(dir.real, f.real)
}

func relative(dir, file string) (string, bool) {
	name, err := filepath.Rel(dir, file)
	if err != nil || !filepath.IsLocal(name) {
		return "", false
	}
	return filepath.ToSlash(name), true
}
