package tykconf

import (
	"strconv"
	"strings"
	"time"

	"github.com/tykctl/tykctl/cmd/internal/ownfile"
	"github.com/tykctl/tykctl/oas/source"
)

// value is what a key is set to, in the file or by a variable.
type value struct {
	source.Node // of the file

	env  bool
	text string       // of the variable
	at   source.Range // the key, or the variable
}

// zero reports whether the value is as good as none.
func (v value) zero() bool {
	if v.env {
		return v.text == "" || v.text == "false" || v.text == "0"
	}
	return zero(v.Node)
}

func zero(n source.Node) bool {
	switch n.Kind() {
	case source.Bool:
		return !n.Bool()
	case source.Number:
		number, err := strconv.ParseFloat(n.Text(), 64)
		return err == nil && number == 0
	case source.String:
		return n.Text() == ""
	case source.Object:
		for _, member := range n.Members() {
			if !zero(member) {
				return false
			}
		}
	case source.Array:
		return n.Len() == 0
	case source.Absent, source.Null:
	}
	return true
}

// json is the value as JSON, for being compared. One of a variable has the type that it looks like.
func (v value) json() string {
	if !v.env {
		return string(v.JSON())
	}
	if _, err := strconv.ParseFloat(v.text, 64); err == nil {
		return v.text
	}
	return strconv.Quote(v.text)
}

// string returns a text that a key is set to; "" where it is not.
func (r *reader) string(key string) string {
	v, set := r.values[key]
	text := v.text
	if !v.env {
		text = v.Text()
	}
	switch {
	case !set || v.zero() && v.Kind() != source.Number && v.Kind() != source.Bool:
		return ""
	case !v.env && v.Kind() != source.String:
		r.wrong(v, key, "a string")
		return ""
	case text != strings.TrimSpace(text), strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }):
		// Not quoted: it may be a secret.
		r.mistake(v.at, "remove it", "%s has blanks at an end or a control character", key)
		return ""
	}
	return text
}

// word returns one of several words; "" where none is written.
func (r *reader) word(key string, words ...string) string {
	text := r.string(key)
	if text == "" {
		return ""
	}
	for _, w := range words {
		if strings.EqualFold(w, text) {
			return w
		}
	}
	r.mistake(r.values[key].at, "write one of them", "%s is %q, expected %s", key, text, strings.Join(words, ", "))
	return ""
}

// number returns a number within bounds; 0 where none is written.
func (r *reader) number(key string, least, most float64) float64 {
	v, set := r.values[key]
	if !set || v.zero() && v.Kind() != source.String && v.Kind() != source.Bool {
		return 0
	}
	text := v.text
	if !v.env {
		text = v.Text()
	}
	number, err := strconv.ParseFloat(text, 64)
	if !v.env && v.Kind() != source.Number || err != nil {
		r.wrong(v, key, "a number")
		return 0
	}
	if number < least || number > most {
		r.mistake(v.at, "", "%s is %s, expected a number from %s to %s", key, text, plain(least), plain(most))
		return 0
	}
	return number
}

func plain(number float64) string { return strconv.FormatFloat(number, 'f', -1, 64) }

// integer is number for what has no fractions.
func (r *reader) integer(key string, least, most int64) int64 {
	number := r.number(key, float64(least), float64(most))
	if number != float64(int64(number)) {
		r.mistake(r.values[key].at, "", "%s is %s, expected a whole number", key, plain(number))
		return 0
	}
	return int64(number)
}

// longest is the longest time that is believed to be meant, in seconds: ten years.
const longest = 10 * 365 * 24 * 60 * 60

// seconds returns a time; 0 where none is written. A fraction of a second is one.
func (r *reader) seconds(key string) time.Duration {
	number := r.number(key, 0, longest)
	if number > 0 && number < 1 {
		number = 1
	}
	return time.Duration(number * float64(time.Second))
}

// isTrue reports whether a key is set to true.
func (r *reader) isTrue(key string) bool {
	v, set := r.values[key]
	if !set || v.Kind() == source.Null {
		return false
	}
	if v.env {
		on, err := strconv.ParseBool(v.text)
		if err != nil && v.text != "" {
			r.wrong(v, key, "true or false")
		}
		return on
	}
	if v.Kind() != source.Bool && v.Kind() != source.Absent {
		r.wrong(v, key, "true or false")
	}
	return v.Bool()
}

// wrong reports a value of another type than it must have. Texts are not shown: one may be a secret.
func (r *reader) wrong(v value, key, wanted string) {
	is := "a text that is not"
	if !v.env {
		is = ownfile.Phrase(v.Node)
	}
	r.mistake(v.at, "Tyk Gateway does not start with it either", "%s is %s, expected %s", key, is, wanted)
}

// plainVariable is how a member's name stands in the name of a variable.
func plainVariable(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "_", "")) }
