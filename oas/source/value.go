package source

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// Value is a value to be written: it belongs to no file, and may be changed.
type Value struct {
	Kind    Kind
	Text    string   // of a string its text, of a number or a boolean what JSON writes
	Members []Member // of an object, in order
	Items   []*Value // of an array
}

// Member is a member of an object to be written.
type Member struct {
	Key   string
	Value *Value
}

// StringValue is a string to be written.
func StringValue(text string) *Value { return &Value{Kind: String, Text: text} }

// Value is a copy of a value that can be changed and written.
func (n Node) Value() *Value {
	v := &Value{Kind: n.Kind(), Text: n.Text()}
	for key, m := range n.Members() {
		v.Members = append(v.Members, Member{key, m.Value()})
	}
	for _, item := range n.Items() {
		v.Items = append(v.Items, item.Value())
	}
	return v
}

// Get is the member of an object with that key; nil when there is none.
func (v *Value) Get(key string) *Value {
	if i := v.index(key); i >= 0 {
		return v.Members[i].Value
	}
	return nil
}

// Set gives an object a member, in the place of that with its key or as the last one.
func (v *Value) Set(key string, m *Value) {
	if i := v.index(key); i >= 0 {
		v.Members[i].Value = m
		return
	}
	v.Members = append(v.Members, Member{key, m})
}

// Child is the member of an object with that key, which is made as an object where there is none.
func (v *Value) Child(key string) *Value {
	if v.Get(key) == nil {
		v.Set(key, &Value{Kind: Object})
	}
	return v.Get(key)
}

// Part is the member or item that a token of a pointer names; nil when there is none.
func (v *Value) Part(token string) *Value {
	if i, ok := itemIndex(token); ok && v.Kind == Array {
		if i < len(v.Items) {
			return v.Items[i]
		}
		return nil
	}
	return v.Get(token)
}

func (v *Value) index(key string) int {
	return slices.IndexFunc(v.Members, func(m Member) bool { return m.Key == key })
}

// Equal reports whether a value of a document is this one, whatever the order of members.
func (v *Value) Equal(n Node) bool {
	if n.Kind() != v.Kind || n.Len() != len(v.Members)+len(v.Items) || n.Text() != v.Text {
		return false
	}
	for _, m := range v.Members {
		if !m.Value.Equal(n.Get(m.Key)) {
			return false
		}
	}
	for i, item := range n.Items() {
		if !v.Items[i].Equal(item) {
			return false
		}
	}
	return true
}

// ErrNotYAML says that a value cannot be written as YAML: one of its keys is longer than YAML allows.
var ErrNotYAML = errors.New("a key is longer than the 1000 bytes that YAML takes in one line")

// Document is a value as the text of a whole file, indented by two spaces.
func (v *Value) Document(format Format) ([]byte, error) {
	if format == JSON {
		return append(v.appendIndented(nil, "", "  "), '\n'), nil
	}
	if v.longKey() {
		return nil, ErrNotYAML
	}
	w := yamlWriter{f: &File{format: YAML}}
	switch {
	case v.isBlock():
		w.block(v, 0, "", false)
	default:
		w.b.WriteString(w.scalar(v, 0, false) + "\n")
	}
	return w.b.Bytes(), nil
}

// longKey reports whether a key is too long for YAML.
func (v *Value) longKey() bool {
	return slices.ContainsFunc(v.Members, func(m Member) bool { return len(m.Key) > maxKey/8 || m.Value.longKey() }) ||
		slices.ContainsFunc(v.Items, (*Value).longKey)
}

// isBlock reports whether a value takes lines of its own in YAML.
func (v *Value) isBlock() bool { return len(v.Members)+len(v.Items) > 0 }

// Line is a value as JSON on one line.
func (v *Value) Line() string {
	var b bytes.Buffer
	switch v.Kind {
	case Object:
		for i, m := range v.Members {
			b.WriteString(strings.Repeat(",", min(i, 1)))
			b.Write(appendString(nil, m.Key))
			b.WriteString(":" + m.Value.Line())
		}
		return "{" + b.String() + "}"
	case Array:
		for i, item := range v.Items {
			b.WriteString(strings.Repeat(",", min(i, 1)) + item.Line())
		}
		return "[" + b.String() + "]"
	case String:
		return string(appendString(nil, v.Text))
	case Bool, Number:
		return v.Text
	case Absent, Null:
	}
	return "null"
}

// appendIndented writes JSON over lines, each but the first after a prefix.
func (v *Value) appendIndented(dst []byte, prefix, unit string) []byte {
	if !v.isBlock() {
		return append(dst, v.Line()...)
	}
	inner := prefix + unit
	open, shut := byte('{'), byte('}')
	if v.Kind == Array {
		open, shut = '[', ']'
	}
	dst = append(dst, open)
	for i, m := range v.Members {
		dst = append(separated(dst, i, inner), appendString(nil, m.Key)...)
		dst = m.Value.appendIndented(append(dst, ": "...), inner, unit)
	}
	for i, item := range v.Items {
		dst = item.appendIndented(separated(dst, i, inner), inner, unit)
	}
	return append(append(append(dst, '\n'), prefix...), shut)
}

// separated begins the line of a member or an item.
func separated(dst []byte, i int, prefix string) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	return append(append(dst, '\n'), prefix...)
}

// yamlWriter writes values in the block style of YAML. Its file stands for the notation.
type yamlWriter struct {
	f *File
	b bytes.Buffer
}

// block writes the lines of an object or array. The first begins with what is given, the others with spaces. With keepEnd the last line holds
// nothing that would take up what follows it.
func (w *yamlWriter) block(v *Value, column int, first string, keepEnd bool) {
	indent := strings.Repeat(" ", column)
	for i, m := range v.Members {
		w.b.WriteString(first + w.key(m.Key) + ":")
		w.under(m.Value, column, keepEnd && i == len(v.Members)-1)
		first = indent
	}
	for i, item := range v.Items {
		last := keepEnd && i == len(v.Items)-1
		if item.isBlock() {
			w.block(item, column+2, first+"- ", last)
		} else {
			w.b.WriteString(first + "- " + w.scalar(item, column, last) + "\n")
		}
		first = indent
	}
}

// under writes the value of a member behind its colon.
func (w *yamlWriter) under(v *Value, column int, keepEnd bool) {
	if !v.isBlock() {
		w.b.WriteString(" " + w.scalar(v, column, keepEnd) + "\n")
		return
	}
	w.b.WriteByte('\n')
	w.block(v, column+2, strings.Repeat(" ", column+2), keepEnd)
}

// proseText is text that can stand without quotes in a block, besides what isPlain knows.
var proseText = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9,._/()'-]*(?: [A-Za-z0-9,._/()'-]+)*|[0-9]+\.[0-9]+\.[0-9]+)$`)

// plainKey is what can be a key in a block without quotes.
var plainKey = regexp.MustCompile(`^[A-Za-z_$/][A-Za-z0-9_$./{}+~-]*$`)

func (w *yamlWriter) key(key string) string {
	if plainKey.MatchString(key) && !notText.MatchString(key) {
		return key
	}
	return w.f.styled(key, '\'', false, true)
}

// scalar writes a scalar or an empty collection. A text of several lines becomes a literal block scalar where that holds it exactly.
func (w *yamlWriter) scalar(v *Value, column int, keepEnd bool) string {
	switch {
	case v.Kind != String:
		return v.Line()
	case !keepEnd && isLiteral(v.Text):
		text, header := v.Text, "|-"
		if strings.HasSuffix(text, "\n") {
			text, header = strings.TrimSuffix(text, "\n"), "|"
		}
		indent := "\n" + strings.Repeat(" ", column+2)
		var b strings.Builder
		b.WriteString(header)
		for _, line := range strings.Split(text, "\n") {
			if line == "" {
				b.WriteByte('\n')
			} else {
				b.WriteString(indent + line)
			}
		}
		return b.String()
	case proseText.MatchString(v.Text) && !notText.MatchString(v.Text) && len(v.Text) <= maxKey:
		return v.Text
	}
	if isPlain(v.Text, false, false) {
		return v.Text
	}
	return w.f.styled(v.Text, '\'', false, false)
}

// isLiteral reports whether a text is one of several lines that a literal block scalar holds as it is.
func isLiteral(text string) bool {
	if !strings.Contains(text, "\n") || strings.HasSuffix(text, "\n\n") || strings.IndexByte(" \t\n", text[0]) >= 0 {
		return false
	}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.ContainsFunc(line, odd) || line != "" && strings.Trim(line, " ") == "" {
			return false
		}
	}
	return true
}
