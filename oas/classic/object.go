package classic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
)

// object is a JSON object that is to be written, its members in order.
type object []member

type member struct {
	key   string
	value any
	must  bool // there also when it is empty
}

// always is a member that is written whatever its value; some one that is left out when it says nothing.
func always(key string, value any) member { return member{key, value, true} }

func some(key string, value any) member { return member{key, value, false} }

// filled is the object without what says nothing.
func (o object) filled() object {
	out := object{}
	for _, m := range o {
		if m.must || !empty(m.value) {
			out = append(out, m)
		}
	}
	return out
}

// empty reports whether a value says nothing; an object does not when none of its members does.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case object:
		for _, m := range v {
			if !empty(m.value) {
				return false
			}
		}
		return true
	case source.Node:
		return !says(v)
	case json.Number:
		return v == ""
	}
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Slice {
		return r.Len() == 0
	}
	return r.IsZero()
}

// on is a switch that has nothing but itself.
func on(enabled bool) object { return object{always("enabled", enabled)} }

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range o.filled() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, plain(m.key)...), ':')
		b = append(b, plain(m.value)...)
	}
	return append(b, '}'), nil
}

// plain is a value as JSON without escapes that only HTML needs.
func plain(v any) []byte {
	switch v := v.(type) {
	case source.Node:
		return v.JSON()
	case json.Number:
		if v == "" {
			return []byte("0")
		}
		return []byte(v)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("classic: encode %T: %v", v, err)) // only strings, numbers, booleans, lists and objects are put together here
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// encode writes a document over several lines.
func encode(o object) []byte {
	var b bytes.Buffer
	if err := json.Indent(&b, plain(o), "", "  "); err != nil {
		panic(fmt.Sprintf("classic: indent: %v", err)) // what plain writes is JSON
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// duration is a number of seconds as Tyk writes durations: 1h30m15s.
func duration(seconds int64) string {
	if seconds <= 0 {
		return "0s"
	}
	var b strings.Builder
	for _, unit := range []struct {
		name    string
		seconds int64
	}{{"h", 3600}, {"m", 60}, {"s", 1}} {
		if n := seconds / unit.seconds; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, unit.name)
			seconds -= n * unit.seconds
		}
	}
	return b.String()
}
