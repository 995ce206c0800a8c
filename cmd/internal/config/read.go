package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/ownfile"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// reader reads one file into the configuration.
type reader struct {
	*loader
	path    string // as the user sees it
	dir     root
	extends bool // the file extends another file
}

// field is a member that an object may have.
type field struct {
	name string
	read func(*reader, source.Node)
}

// fields are those of a configuration file. Their order is that in which they are read: what a file says comes after what those say that
// it extends.
func (c *Config) fields() []field {
	return []field{
		{"$schema", func(*reader, source.Node) {}}, // for editors
		{"extends", (*reader).presets},
		{"target", func(r *reader, n source.Node) { r.target(n, &c.general) }},
		{"rules", func(r *reader, n source.Node) { r.rules(n, &c.general) }},
		{"overrides", (*reader).overrides},
		{"ignore", (*reader).ignore},
		{"policies", func(r *reader, n source.Node) { r.pathTo(n, &c.Policies) }},
		{"baseline", func(r *reader, n source.Node) { r.pathTo(n, &c.Baseline) }},
		{"failOn", (*reader).failOn},
		{"maxWarnings", (*reader).maxWarnings},
	}
}

// problems reports what reading could get over. A byte order mark and odd keys do no harm here.
func (r *reader) problems(file *source.File) {
	for _, p := range file.Problems() {
		switch p.Kind {
		case source.DuplicateKey:
			r.mistake(p.At, "remove one of them", "duplicate key %q", p.Key)
			r.found[len(r.found)-1].Related = []diag.Related{{Message: "first given here", At: p.First}}
		case source.MoreDocuments:
			r.mistake(p.At, "remove it; a file holds one configuration", "text after the end of the first document")
		default:
			if message, hint, ok := ownfile.Notation(p.Kind); ok {
				r.mistake(p.At, hint, "%s", message)
			}
		}
	}
}

// document reads the whole file.
func (r *reader) document(root source.Node) {
	if root.Kind() == source.Object {
		r.object(root, r.c.fields(), "")
		return
	}
	r.mistake(root.File().Span(0, 0), "a configuration begins with a field such as rules", "the configuration is %s, expected an object", ownfile.Shown(root))
}

// object reads the members of an object in the order of its fields, and reports the others. Moved tells what to say of a
// field that is known elsewhere.
func (r *reader) object(n source.Node, fields []field, moved string) {
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
		if v := n.Get(f.name); v.Exists() {
			f.read(r, v)
		}
	}
	for name, member := range n.Members() {
		if slices.Contains(names, name) {
			continue
		}
		hint := didYouMean(name, names, "it may have "+listed(names))
		if moved != "" && r.atTop(name) {
			hint = moved
		}
		r.mistake(member.KeyRange(), hint, "unknown field %q", name)
	}
}

// atTop reports whether a field may stand at the top of a file.
func (r *reader) atTop(name string) bool {
	return slices.ContainsFunc(r.c.fields(), func(f field) bool { return f.name == name })
}

// presets reads extends: presets and paths of other files, later ones over earlier ones.
func (r *reader) presets(n source.Node) {
	if n.Kind() != source.Array {
		r.preset(n)
		return
	}
	if n.Len() == 0 {
		r.mistake(n.Range(), "remove it, or write recommended", "extends is empty")
	}
	for _, item := range n.Items() {
		r.preset(item)
	}
}

func (r *reader) preset(n source.Node) {
	text, ok := r.text(n, "extends")
	if !ok {
		return
	}
	const paths = "write recommended, strict, or the path of a configuration file from the directory of this one"
	version, isVersion := strings.CutPrefix(text, "gateway-")
	switch {
	case text == recommended || text == strict:
		r.c.preset = Value[string]{text, n.Range()}
	case isVersion && !isConfigName(text):
		r.mistake(n.Range(), fmt.Sprintf("write target: %q", version), "extends is %q; versions of Tyk Gateway are no presets", text)
	case strings.Contains(text, "://"):
		r.mistake(n.Range(), paths, "extends is %q; configurations are not fetched", text)
	case !isConfigName(text):
		r.mistake(n.Range(), didYouMean(text, []string{recommended, strict}, paths), "extends is %q, expected recommended, strict or a .yaml, .yml or .json file", text)
	case strings.Contains(text, `\`):
		r.mistake(n.Range(), `write "/" between directories, on Windows too`, "extends is %q, which holds a backslash", text)
	case strings.HasPrefix(text, "/"), filepath.VolumeName(text) != "":
		r.mistake(n.Range(), paths, "extends is %q, which is an absolute path", text)
	default:
		r.extends = true
		r.extend(r, text, n.Range())
	}
}

// isConfigName reports whether a text is the name of a file that may hold a configuration.
func isConfigName(text string) bool {
	switch filepath.Ext(text) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// target reads a version of Tyk Gateway. A number is understood where every reader sees in it the version that was written: 5.8 is
// itself, 5.10 is 5.1.
func (r *reader) target(n source.Node, s *settings) {
	text := n.Text()
	if n.Kind() == source.Number {
		value, err := strconv.ParseFloat(text, 64)
		if number := strconv.FormatFloat(value, 'f', -1, 64); err != nil || number != text {
			r.mistake(n.Range(), fmt.Sprintf("put it in quotes: target: %q; without them it is the number %s", text, number),
				"target is the number %s, expected a version in quotes", text)
			return
		}
	} else if _, ok := r.text(n, "target"); !ok {
		return
	}
	version, err := ParseTarget(text)
	if err != nil {
		r.mistake(n.Range(), "leave target out to check for any version", "target is %q, %v", text, err)
		return
	}
	s.target = Value[string]{version, n.Range()}
}

// rules reads severities by rule.
func (r *reader) rules(n source.Node, s *settings) {
	if n.Kind() == source.Null {
		return // every line of it is a comment
	}
	if n.Kind() != source.Object {
		r.wrong(n, "rules", "an object", "write one rule a line, such as TYK204: warning")
		return
	}
	first := map[diag.Code]source.Node{}
	for written, value := range n.Members() {
		severity, ok := r.severity(value, written)
		rule, hint := findRule(written)
		if rule == nil {
			r.mistake(value.KeyRange(), hint, "no rule has the code or name %q", written)
			continue
		}
		if before, twice := first[rule.Code]; twice {
			r.mistake(value.KeyRange(), "remove one of them", "%s has a severity already, as %q", rule.Code, before.Pointer().Last())
			r.found[len(r.found)-1].Related = []diag.Related{{Message: "first given here", At: before.KeyRange()}}
			continue
		}
		first[rule.Code] = value
		if why, isFixed := fixed[rule.Code]; ok && isFixed && severity != diag.Error {
			r.mistake(value.Range(), "remove the line; files that are no definitions can be left out with ignore",
				"%s is always an error: without it %s would pass", rule.Code, why)
			continue
		}
		if s.rules == nil {
			s.rules = map[diag.Code]setting{}
		}
		s.rules[rule.Code] = setting{severity, value.Range()}
	}
}

// severity reads the word for one.
func (r *reader) severity(n source.Node, rule string) (diag.Severity, bool) {
	var allowed []string
	for _, w := range words {
		if n.Kind() == source.String && n.Text() == w.word {
			return w.severity, true
		}
		allowed = append(allowed, w.word)
	}
	otherwise := "write one of them"
	if n.Kind() == source.Array || n.Kind() == source.Object {
		otherwise = "rules have no options; write the severity alone"
	}
	r.mistake(ownfile.Place(n), didYouMean(n.Text(), allowed, otherwise), "%s is %s, expected %s", rule, ownfile.Shown(n), listed(allowed))
	return Off, false
}

// overrides reads settings for some of the files.
func (r *reader) overrides(n source.Node) {
	if n.Kind() == source.Null {
		return
	}
	if n.Kind() != source.Array {
		r.wrong(n, "overrides", "a list", "begin each override with \"- files:\"")
		return
	}
	for _, item := range n.Items() {
		r.override(item)
	}
}

func (r *reader) override(n source.Node) {
	if n.Kind() != source.Object {
		r.wrong(n, "an override", "an object", "an override has files, and rules or target")
		return
	}
	var o override
	r.object(n, []field{
		{"files", func(r *reader, n source.Node) { o.files = r.patterns(n, "files", false) }},
		{"rules", func(r *reader, n source.Node) { r.rules(n, &o.settings) }},
		{"target", func(r *reader, n source.Node) { r.target(n, &o.settings) }},
	}, "an override has files, rules and target; this belongs to the top of the file")
	switch {
	case !n.Get("files").Exists():
		r.mistake(ownfile.Place(n), `say which files it is for: files: ["legacy/**"]`, "an override has no files")
	case !n.Get("rules").Exists() && !n.Get("target").Exists():
		r.mistake(ownfile.Place(n), "give it rules or a target, or remove it", "an override changes nothing")
	}
	if len(o.files) > 0 {
		r.c.overrides = append(r.c.overrides, o)
	}
}
