package config

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// page is YAML text with a comment behind each line, in a column of their own.
type page struct {
	lines [][2]string
}

// column is how wide a line is that still decides where comments begin.
const column = 60

func (p *page) add(comment, format string, args ...any) {
	p.lines = append(p.lines, [2]string{fmt.Sprintf(format, args...), comment})
}

func (p *page) write(w io.Writer) error {
	width := 0
	for _, l := range p.lines {
		if n := utf8.RuneCountInString(l[0]); n <= column && l[1] != "" {
			width = max(width, n)
		}
	}
	var b strings.Builder
	for _, l := range p.lines {
		text, comment := l[0], printable(l[1])
		switch {
		case text == "":
			text = "# " + comment
		case comment != "":
			text += strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text))) + " # " + comment
		}
		b.WriteString(text + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// printable keeps the name of a file from ending the comment that it stands in.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// WriteYAML writes what the configuration says, those it extends included, as one that says the same by itself from the same directory. A
// comment tells where each line comes from.
func (c *Config) WriteYAML(w io.Writer) error {
	p := &page{}
	for i, s := range c.Sources {
		if i == 0 {
			p.add("from "+s, "")
		} else {
			p.add("extends "+s, "")
		}
	}
	p.add(origin(c.preset.At), "extends: %s", c.presetName())
	p.settings(&c.general, "")
	if len(c.overrides) > 0 {
		p.add("", "overrides:")
	}
	for i := range c.overrides {
		o := &c.overrides[i]
		p.add("", "  - files:")
		for _, f := range o.files {
			p.add(origin(f.at), "      - %s", strconv.Quote(c.seen(&f)))
		}
		p.settings(&o.settings, "    ")
	}
	if len(c.ignore) > 0 {
		p.add("", "ignore:")
	}
	for _, f := range c.ignore {
		p.add(origin(f.at), "  - %s", strconv.Quote(c.seen(&f)))
	}
	if c.Policies.Set() {
		p.add(origin(c.Policies.At), "policies: %s", strconv.Quote(c.fromHere(c.Policies.V)))
	}
	if c.Baseline.Set() {
		p.add(origin(c.Baseline.At), "baseline: %s", strconv.Quote(c.fromHere(c.Baseline.V)))
	}
	p.add(origin(c.FailOn.At), "failOn: %s", c.failOn())
	if c.MaxWarnings.Set() {
		p.add(origin(c.MaxWarnings.At), "maxWarnings: %d", c.MaxWarnings.V)
	}
	return p.write(w)
}

// settings adds what may differ between files.
func (p *page) settings(s *settings, indent string) {
	if s.target.Set() {
		p.add(origin(s.target.At), "%starget: %s", indent, strconv.Quote(s.target.V))
	}
	if len(s.rules) > 0 {
		p.add("", "%srules:", indent)
	}
	for _, code := range slices.Sorted(maps.Keys(s.rules)) {
		v := s.rules[code]
		p.add(ruleName(code)+", "+origin(v.At), "%s  %s: %s", indent, code, word(v.V))
	}
}

// WriteFileYAML writes the settings in force for files, one YAML document each.
func (c *Config) WriteFileYAML(w io.Writer, files []string) error {
	p := &page{}
	for _, file := range files {
		s := c.settings(file)
		p.add("", "---")
		p.add("", "file: %s", strconv.Quote(file))
		ignored, by := matches(c.ignore, c.place(file))
		comment := ""
		if by != nil {
			comment = origin(by.at)
		}
		p.add(comment, "ignored: %t", ignored)
		if s.target.Set() {
			p.add(origin(s.target.At), "target: %s", strconv.Quote(s.target.V))
		}
		p.add("", "rules:")
		for _, r := range check.Rules() {
			severity, from, at := c.inForce(r, file)
			if from == fromFile {
				from = origin(at)
			}
			p.add(r.Name+", "+from, "  %s: %s", r.Code, word(severity))
		}
	}
	return p.write(w)
}

// Where a severity may come from besides a place in a file.
const (
	fromDefault = "default"
	fromStrict  = "strict"
	fromFile    = "file"
)

// inForce is the severity of a rule in a file, and where it comes from.
func (c *Config) inForce(r *check.Rule, file string) (diag.Severity, string, source.Range) {
	severity, _ := c.Severity(r.Code, file, r.Severity)
	if v, given := c.settings(file).rules[r.Code]; given {
		return severity, fromFile, v.At
	}
	if severity != r.Severity {
		return severity, fromStrict, c.preset.At
	}
	return severity, fromDefault, source.Range{}
}

// origin is a place, or what says that there is none.
func origin(at source.Range) string {
	if at.IsZero() {
		return fromDefault
	}
	return at.String()
}

func (c *Config) presetName() string {
	if c.preset.Set() {
		return c.preset.V
	}
	return recommended
}

func (c *Config) failOn() string {
	if c.FailOn.Set() {
		return c.FailOn.V
	}
	return "error"
}

func ruleName(code diag.Code) string {
	if r := check.Find(string(code)); r != nil {
		return r.Name
	}
	return ""
}

// fromHere is a path as the configuration file itself would write it.
func (c *Config) fromHere(path string) string {
	short, err := filepath.Rel(c.root.dir, c.place(path).path)
	if err != nil || filepath.IsAbs(path) && !filepath.IsLocal(short) {
		short = path
	}
	return filepath.ToSlash(short)
}

// literally makes wildcards in the name of a directory stand for themselves.
var literally = strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]", "{", "[{]")

// seen is a pattern as the configuration file itself would write it.
func (c *Config) seen(p *pattern) string {
	dir, err := filepath.Rel(c.root.dir, p.base.dir)
	if err != nil || filepath.IsAbs(dir) {
		return p.text // on another disk
	}
	dir = filepath.ToSlash(dir)
	text := p.glob
	switch prefix := literally.Replace(dir); {
	case dir == "." && text == "":
		text = "."
	case dir == ".":
	case prefix != dir && p.literal:
		text = strings.TrimSuffix(prefix+"/"+text, "/") + "{,/**}"
	default:
		text = strings.TrimSuffix(prefix+"/"+text, "/")
	}
	if p.exclude {
		return "!" + text
	}
	return text
}
