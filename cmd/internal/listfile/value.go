package listfile

import (
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/ownfile"
	"github.com/tykctl/tykctl/oas/source"
)

// Text is the string that a member of an object must be, where it is there. It is not empty, and of one line without blanks at its ends.
func (r *Reader) Text(object source.Node, name string) (string, bool) {
	n := object.Get(name)
	if !n.Exists() {
		return "", false
	}
	return r.text(n, name)
}

// Required is Text of a member that must be there. Hint says what to write.
func (r *Reader) Required(object source.Node, name, hint string) (string, bool) {
	if !object.Get(name).Exists() {
		r.Mistake(Begin(object), hint, "%s is missing", name)
		return "", false
	}
	return r.Text(object, name)
}

func (r *Reader) text(n source.Node, name string) (string, bool) {
	text := n.Text()
	switch {
	case n.Kind() != source.String:
		hint := ""
		if n.Kind() == source.Number || n.Kind() == source.Bool {
			hint = "put it in quotes"
		}
		r.wrong(n, name, "a string", hint)
		return "", false
	case strings.TrimSpace(text) == "":
		r.Mistake(n.Range(), "write a value, or remove it", "%s is empty", name)
		return "", false
	case text != strings.TrimSpace(text), strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }):
		// Not quoted: it may be a secret that somebody has written here.
		r.Mistake(n.Range(), "remove it", "%s has blanks at an end or a control character", name)
		return "", false
	}
	return text, true
}

// Texts is a member that is a list of strings, each with its place. A single string is a list of one.
func (r *Reader) Texts(object source.Node, name string) []Text {
	n := object.Get(name)
	switch n.Kind() {
	case source.Absent:
		return nil
	case source.String:
		if text, ok := r.text(n, name); ok {
			return []Text{{text, n.Range()}}
		}
		return nil
	case source.Array:
	default:
		r.wrong(n, name, "a list of strings", `write it in brackets, such as ["https://app.example.com/callback"]`)
		return nil
	}
	var list []Text
	for _, item := range n.Items() {
		if text, ok := r.text(item, "an item of "+name); ok {
			list = append(list, Text{text, item.Range()})
		}
	}
	return list
}

// Text is a string of a file.
type Text struct {
	Value string
	At    source.Range
}

// Bool is a member that is true or false; false where it is not there.
func (r *Reader) Bool(object source.Node, name string) bool {
	n := object.Get(name)
	if n.Exists() && n.Kind() != source.Bool {
		r.wrong(n, name, "true or false", "")
	}
	return n.Bool()
}

// Object is a member that is an object, as JSON; nil where it is not there, or null.
func (r *Reader) Object(object source.Node, name string) []byte {
	n := object.Get(name)
	switch n.Kind() {
	case source.Absent, source.Null:
		return nil
	case source.Object:
		return n.JSON()
	default:
		r.wrong(n, name, "an object", "")
		return nil
	}
}

// wrong reports a value of another type than it must have.
func (r *Reader) wrong(n source.Node, name, wanted, hint string) {
	r.Mistake(ownfile.Place(n), hint, "%s is %s, expected %s", name, ownfile.Phrase(n), wanted)
}

// Begin is the place that stands for a whole object: its first key, or its beginning.
func Begin(n source.Node) source.Range {
	for _, member := range n.Members() {
		return member.KeyRange()
	}
	return ownfile.Place(n)
}
