package source

import (
	"regexp"
	"strings"
)

// Write is a value as a document of its own: indented by two, with a line break at its end.
func (v Draft) Write(format Format) []byte {
	var w writer
	switch format {
	case YAML:
		w = writer{lineBreak: "\n", unit: 2, dashes: true, literal: true}
		w.yaml(v, 0)
	default:
		w = writer{lineBreak: "\n", indent: "  "}
		w.json(v, "")
	}
	return append(w.out, '\n')
}

// writer writes values over several lines.
type writer struct {
	out       []byte
	lineBreak string
	indent    string // JSON: of one level; "": all on one line
	unit      int    // YAML: of one level
	dashes    bool   // YAML: a list is further in than its key
	literal   bool   // YAML: text of several lines may be written as such
}

// json writes a value as JSON. The lines after the first begin with prefix.
func (w *writer) json(v Draft, prefix string) {
	switch {
	case v.kind == Object && v.Len() > 0:
		w.out = append(w.out, '{')
		sep := ""
		for key, m := range v.Members() {
			w.out = append(w.out, sep...)
			sep = ","
			w.jsonLine(prefix + w.indent)
			w.out = append(appendString(w.out, key), ':')
			if w.indent != "" {
				w.out = append(w.out, ' ')
			}
			w.json(m, prefix+w.indent)
		}
		w.jsonLine(prefix)
		w.out = append(w.out, '}')
	case v.kind == Array && v.Len() > 0:
		w.out = append(w.out, '[')
		for i, item := range v.Items() {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			w.jsonLine(prefix + w.indent)
			w.json(item, prefix+w.indent)
		}
		w.jsonLine(prefix)
		w.out = append(w.out, ']')
	default:
		w.out = v.appendScalar(w.out)
	}
}

// jsonLine begins a line, if there are lines.
func (w *writer) jsonLine(prefix string) {
	if w.indent != "" {
		w.out = append(append(w.out, w.lineBreak...), prefix...)
	}
}

// appendScalar writes a scalar, or what is empty, as JSON.
func (v Draft) appendScalar(dst []byte) []byte {
	switch v.kind {
	case Object:
		return append(dst, "{}"...)
	case Array:
		return append(dst, "[]"...)
	case String:
		return appendString(dst, v.Text())
	case Bool, Number:
		return append(dst, v.Text()...)
	case Absent, Null:
	}
	return append(dst, "null"...)
}

// line begins a line of YAML.
func (w *writer) line(column int) {
	w.out = append(append(w.out, w.lineBreak...), strings.Repeat(" ", column)...)
}

// yaml writes a value in YAML's block style. What has lines begins where the writer is, which must be that column.
func (w *writer) yaml(v Draft, column int) {
	switch {
	case v.kind == Object && v.Len() > 0:
		first := true
		for key, m := range v.Members() {
			if !first {
				w.line(column)
			}
			first = false
			w.yamlKey(key, column)
			w.yamlMember(m, column)
		}
	case v.kind == Array && v.Len() > 0:
		for i, item := range v.Items() {
			if i > 0 {
				w.line(column)
			}
			w.out = append(w.out, "- "...)
			w.yaml(item, column+2)
		}
	case v.kind == String:
		w.yamlText(v.Text(), column)
	default:
		w.out = v.appendScalar(w.out)
	}
}

// yamlKey writes a key and its colon.
func (w *writer) yamlKey(key string, column int) {
	text := styledYAML(key, true)
	if len(text) > maxKey {
		w.out = append(append(w.out, "? "...), text...)
		w.line(column)
	} else {
		w.out = append(w.out, text...)
	}
	w.out = append(w.out, ':')
}

// yamlMember writes what comes after the colon of a key that stands in a column.
func (w *writer) yamlMember(v Draft, column int) {
	switch {
	case v.kind == Object && v.Len() > 0:
		column += w.unit
		w.line(column)
	case v.kind == Array && v.Len() > 0:
		if w.dashes {
			column += w.unit
		}
		w.line(column)
	default:
		column += w.unit
		w.out = append(w.out, ' ')
	}
	w.yaml(v, column)
}

// yamlText writes a string: over several lines, indented by column, where that reads best and nothing is lost.
func (w *writer) yamlText(s string, column int) {
	body := strings.TrimSuffix(s, "\n")
	if !w.literal || column == 0 || !strings.Contains(body, "\n") || !fitsLiteral(body) {
		w.out = append(w.out, styledYAML(s, false)...)
		return
	}
	w.out = append(w.out, '|')
	if body == s {
		w.out = append(w.out, '-')
	}
	for line := range strings.SplitSeq(body, "\n") {
		if line == "" {
			w.out = append(w.out, w.lineBreak...)
			continue
		}
		w.line(column)
		w.out = append(w.out, line...)
	}
}

// fitsLiteral reports whether the lines of a text can stand as they are below a "|".
func fitsLiteral(body string) bool {
	if body == "" || strings.ContainsAny(body[:1], " \t\n") || strings.HasSuffix(body, "\n") {
		return false
	}
	for line := range strings.SplitSeq(body, "\n") {
		if strings.ContainsFunc(strings.ReplaceAll(line, "\t", ""), odd) || strings.TrimRight(line, " \t") != line {
			return false
		}
	}
	return true
}

// styledYAML writes a string in YAML's block style, with as few quotes as can be.
func styledYAML(s string, key bool) string {
	if isPlainSentence(s) && !key || key && isPlainPath(s) {
		return s
	}
	f := File{format: YAML}
	return f.styled(s, 0, key, key)
}

// plainPath is what isPlain takes for a key, with the braces that are no indicators within a word of block style.
var plainPath = regexp.MustCompile(`^[A-Za-z/$_][A-Za-z0-9_/.~%+=@&$*(){}-]*$`)

// isPlainPath is isPlain for a key in block style.
func isPlainPath(s string) bool {
	return len(s) <= maxKey && plainPath.MatchString(s) && !notText.MatchString(s)
}

// sentence is what isPlain takes, and words between which there are single blanks.
var sentence = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_/.~%+=@:?&$*(),;'-]*( [A-Za-z0-9_/.~%+=@:?&$*(),;'-]+)*$`)

// isPlainSentence is isPlain for text that is the value of a member or an item in block style.
func isPlainSentence(s string) bool {
	return len(s) <= maxKey && sentence.MatchString(s) && !notText.MatchString(s) && !strings.Contains(s, ": ") && !strings.HasSuffix(s, ":")
}
