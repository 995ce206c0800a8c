package source

import (
	"strconv"

	"gopkg.in/yaml.v3"
)

// scalar reads node i from a scalar, with the type that yaml.v3 gives it. Timestamps, binaries and unknown tags are text, and
// so are .nan and .inf, which JSON does not have.
func (r *yamlReader) scalar(i int32, n *yaml.Node) bool {
	e := &r.f.nodes[i]
	text := n.Value
	e.kind = String
	switch n.ShortTag() {
	case "!!null", "!!bool", "!!int", "!!float":
		var v any
		if err := n.Decode(&v); err != nil {
			return r.failf(n.Line, n.Column, "", "found %q, expected a value of the type %s", shorten(n.Value), n.ShortTag())
		}
		e.kind, text = yamlValue(v, text)
	}
	if e.kind != Null {
		e.value = r.keep(text)
	}
	return true
}

// yamlValue is the kind of a decoded scalar, and its text as JSON writes it. A number that JSON can write as it stands is kept so:
// 1.10 stays 1.10.
func yamlValue(v any, literal string) (Kind, string) {
	var number string
	switch v := v.(type) {
	case nil:
		return Null, ""
	case bool:
		return Bool, strconv.FormatBool(v)
	case int:
		number = strconv.Itoa(v)
	case int64:
		number = strconv.FormatInt(v, 10)
	case uint64:
		number = strconv.FormatUint(v, 10)
	case float64:
		number = strconv.FormatFloat(v, 'g', -1, 64) // NaN and Inf are no numbers in JSON either
	}
	switch {
	case isNumber(literal):
		return Number, literal
	case isNumber(number):
		return Number, number
	}
	return String, literal
}

// isNumber reports whether the whole text is a number as RFC 8259 §6 has it.
func isNumber(text string) bool {
	r := jsonReader{f: &File{text: text}, s: text}
	c := r.peek()
	return (c == '-' || '0' <= c && c <= '9') && r.number() && r.pos == len(text)
}
