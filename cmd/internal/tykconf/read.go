package tykconf

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/ownfile"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// reader reads one configuration.
type reader struct {
	environ []string
	values  map[string]value // by the name of the key: the file's, or the environment's
	parts   map[string]value // what the environment sets in sections, by the name of the section
	found   diag.List
}

func (r *reader) report(severity diag.Severity, at source.Range, hint, format string, args ...any) {
	r.found = append(r.found, diag.Diagnostic{Code: code, Severity: severity, Message: fmt.Sprintf(format, args...), Hint: hint, At: at})
}

func (r *reader) mistake(at source.Range, hint, format string, args ...any) {
	r.report(diag.Error, at, hint, format, args...)
}

func (r *reader) warn(at source.Range, hint, format string, args ...any) {
	r.report(diag.Warning, at, hint, format, args...)
}

func (r *reader) unreadable(path string, err error) {
	var syntax *source.SyntaxError
	if !errors.As(err, &syntax) {
		r.mistake(source.Range{File: path}, "", "%v", err)
		return
	}
	message := syntax.Message
	if i := strings.LastIndex(message, ", expected "); i >= 0 {
		message = message[i+len(", "):] // what was found instead may be a secret
	}
	r.mistake(syntax.At, "", "%s", message)
}

// problems reports what reading could get over. A byte order mark does no harm here, and of duplicate keys the last one counts, as in Tyk Gateway;
// but whoever wrote both may have meant the first.
func (r *reader) problems(file *source.File) {
	for _, p := range file.Problems() {
		switch p.Kind {
		case source.DuplicateKey:
			r.warn(p.At, "remove one of them", "%q is there twice; the last one counts", p.Key)
		case source.MoreDocuments:
			r.mistake(p.At, "remove it", "text after the end of the configuration")
		default:
			if message, hint, ok := ownfile.Notation(p.Kind); ok {
				r.mistake(p.At, hint, "%s", message)
			}
		}
	}
}

// object reads the members of the file, or of an object in it.
func (r *reader) object(n source.Node, name string) {
	for written, member := range n.Members() {
		full := written
		if name != "" {
			full = name + "." + written
		}
		key := find(full)
		switch {
		case key != nil:
			r.values[key.Name] = value{Node: member, at: member.KeyRange()}
			r.members(key, member)
		case len(below(full)) == 0:
			r.warn(member.KeyRange(), meant(name, written), "unknown key %q", full)
		case member.Kind() == source.Object:
			r.object(member, full)
		case member.Kind() != source.Null:
			r.mistake(member.KeyRange(), "write its keys in braces", "%s is %s, expected an object", full, ownfile.Phrase(member))
		}
	}
}

// members looks for misspelt names in a section.
func (r *reader) members(key *Key, n source.Node) {
	if !key.section() || key.members == "*" {
		return
	}
	known := below(key.Name)
	for written, member := range n.Members() {
		if !slices.ContainsFunc(known, func(name string) bool { return strings.EqualFold(name, written) }) {
			r.warn(member.KeyRange(), meant(key.Name, written), "unknown key %q", key.Name+"."+written)
		}
	}
}

// ignored warns of what is set and not honoured, once each.
func (r *reader) ignored() {
	for i := range keys {
		key := &keys[i]
		if key.Kind != Ignored {
			continue
		}
		v, set := r.values[key.Name]
		if !set || !key.says(v) {
			if v, set = r.parts[key.Name]; !set {
				continue
			}
		}
		hint := key.hint
		if hint == "" {
			hint = "remove the key if that is all right"
		}
		r.warn(v.at, hint, "%s is not honoured: %s", key.Name, key.Note)
	}
}

// says reports whether a value asks for anything but what is usual.
func (k *Key) says(v value) bool {
	if k.when != "" && v.Kind() == source.Object {
		for name, member := range v.Members() {
			if strings.EqualFold(name, k.when) {
				return !zero(member)
			}
		}
		return false
	}
	return !v.zero() && !slices.Contains(strings.Fields(k.usual), v.json())
}

// environment reads the variables of Tyk Gateway: a value beats that of the file.
func (r *reader) environment() {
	for _, entry := range slices.Sorted(slices.Values(r.environ)) { // in an order of its own, whatever the shell's
		name, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		v := value{env: true, text: text, at: source.Range{File: "environment variable " + name}}
		key, inside := byVariable(name)
		switch {
		case key == nil:
			r.warn(v.at, "write what it stands for into the file", "it is not read")
		case inside == "":
			r.values[key.Name] = v
		case !v.zero() && (key.when == "" || inside == plainVariable(key.when)):
			if _, before := r.parts[key.Name]; !before {
				r.parts[key.Name] = v
			}
		}
	}
}

// byVariable returns the key that a variable stands for, or the section that it stands for a part of, and which.
func byVariable(name string) (key *Key, inside string) {
	for i := range keys {
		key = &keys[i]
		if key.variable() == name {
			return key, ""
		}
		if rest, below := strings.CutPrefix(name, key.variable()+"_"); below && key.section() {
			return key, rest
		}
	}
	return nil, ""
}
