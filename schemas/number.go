package schemas

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// oddNumber is a number that a gateway cannot hold, and on which the JSON Schema library would spend unbounded time or fail.
type oddNumber struct {
	path []string
	text string
}

// tameNumbers returns v with every odd number replaced by 0, and those numbers. v itself is not changed; it is returned
// as it is when there is none, which is nearly always.
func tameNumbers(v any) (any, []oddNumber) {
	if !holdsOdd(v) {
		return v, nil
	}
	var odd []oddNumber
	return tame(v, nil, &odd), odd
}

func holdsOdd(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, m := range v {
			if holdsOdd(m) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, holdsOdd)
	case json.Number:
		return isOdd(string(v))
	}
	return false
}

func tame(v any, path []string, odd *[]oddNumber) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, m := range v {
			out[k] = tame(m, append(path, k), odd)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, m := range v {
			out[i] = tame(m, append(path, strconv.Itoa(i)), odd)
		}
		return out
	case json.Number:
		if isOdd(string(v)) {
			*odd = append(*odd, oddNumber{path: slices.Clone(path), text: string(v)})
			return json.Number("0")
		}
	}
	return v
}

// isOdd reports whether a number in JSON's notation does not fit into 64 bits: an integer beyond int64, or a number that
// float64 cannot hold, or one with so many digits or so large an exponent that nobody means it.
func isOdd(s string) bool {
	if !strings.ContainsAny(s, ".eE") {
		if len(s) < 19 {
			return false
		}
		_, err := strconv.ParseInt(s, 10, 64)
		return err != nil
	}
	if len(s) > 400 {
		return true
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		if exp, err := strconv.Atoi(s[i+1:]); err != nil || exp > 400 || exp < -400 {
			return true
		}
	}
	_, err := strconv.ParseFloat(s, 64)
	return err != nil
}

// outOfRange reports the odd numbers where a number is wanted. Elsewhere they are free data, or of the wrong type anyway.
func (s *schema) outOfRange(def string, odd []oddNumber) []Finding {
	var out []Finding
	for _, o := range odd {
		switch s.at(s.def(def), o.path).text("type") {
		case "integer", "number":
			out = append(out, Finding{
				Kind: OutOfRange, Path: o.path,
				Message: fmt.Sprintf("must fit into 64 bits, found %s", shorten(o.text)),
			})
		}
	}
	return out
}

// withoutRange drops what the library says about the range of a number that was replaced.
func withoutRange(list []Finding, odd []oddNumber) []Finding {
	return slices.DeleteFunc(list, func(f Finding) bool {
		return f.Kind == OutOfRange && slices.ContainsFunc(odd, func(o oddNumber) bool { return slices.Equal(o.path, f.Path) })
	})
}
