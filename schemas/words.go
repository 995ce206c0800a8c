package schemas

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shownLength is how much of a value a message repeats, in code points.
const shownLength = 60

// listed is how many allowed values a message names; more of them go into the hint.
const listed = 10

// sentence words a violated keyword about a single value.
func sentence(l leaf) Finding {
	f := Finding{Path: l.path, Hint: l.holder.text("x-hint")}
	switch l.keyword {
	case "type":
		f.Kind = WrongType
		f.Message = fmt.Sprintf("must be %s, found %s", article(l.schema.text("type")), foundType(l))
		f.Hint = typeHint(l)
	case "enum", "const":
		allowed := l.schema.texts("enum")
		f.Kind = BadValue
		f.Message = fmt.Sprintf("%s is not one of %s", shown(l.value), quoteAll(allowed))
		if len(allowed) > listed {
			f.Message = fmt.Sprintf("%s is not one of the %d values allowed", shown(l.value), len(allowed))
			f.Hint = "use one of " + quoteAll(allowed)
		}
		if near := nearestText(l.value, allowed); near != "" {
			f.Hint = didYouMean(near)
		}
	case "pattern", "format":
		f.Kind = BadFormat
		f.Message = l.holder.text("x-message")
		if f.Message == "" {
			f.Message = fmt.Sprintf("%s is not %s", shown(l.value), wanted(l.holder))
		}
	case "minimum":
		f.Kind = OutOfRange
		f.Message = fmt.Sprintf("must be at least %v, found %s", l.schema["minimum"], shown(l.value))
	case "maximum":
		f.Kind = OutOfRange
		f.Message = fmt.Sprintf("must be at most %v, found %s", l.schema["maximum"], shown(l.value))
	case "minItems":
		f.Kind = OutOfRange
		f.Message = fmt.Sprintf("must hold at least %v, found %s", count(l.schema["minItems"]), foundItems(l.value))
	default:
		f.Message = l.message
	}
	return f
}

func wanted(n node) string {
	if what := n.text("x-what"); what != "" {
		return what
	}
	return "of the form " + n.text("pattern")
}

func article(jsonType string) string {
	switch jsonType {
	case "object", "integer":
		return "an " + jsonType
	case "array":
		return "a list"
	default:
		return "a " + jsonType
	}
}

// foundType names the type of a value that has the wrong one.
func foundType(l leaf) string {
	switch v := l.value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	case json.Number:
		if l.schema.text("type") == "integer" {
			return v.String()
		}
	case float64:
		if l.schema.text("type") == "integer" {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
	}
	return "a number"
}

// typeHint says how to write a value of the wrong type, where one can tell.
func typeHint(l leaf) string {
	want := l.schema.text("type")
	text := shown(l.value)
	switch v := l.value.(type) {
	case nil:
		return "leave the field out, or give it a value"
	case string:
		bare := strings.TrimSpace(v)
		switch want {
		case "boolean":
			if strings.EqualFold(bare, "true") || strings.EqualFold(bare, "false") {
				return "write " + strings.ToLower(bare) + " without quotes"
			}
		case "integer", "number":
			if json.Valid([]byte(bare)) && bare != "" && (bare[0] == '-' || bare[0] >= '0' && bare[0] <= '9') {
				return "write " + shorten(bare) + " without quotes"
			}
		case "array":
			return "write a list: [" + text + "]"
		}
	case []any, map[string]any:
		return ""
	case bool:
		if _, ok := l.schema.child("properties")["enabled"]; ok && want == "object" {
			return "write {\"enabled\": " + text + "}"
		}
		return scalarHint(want, text, "")
	default:
		return scalarHint(want, text, l.schema.text("x-what"))
	}
	return ""
}

func scalarHint(want, text, what string) string {
	switch {
	case want == "string" && what == "a duration":
		return "write it with a unit and in quotes, such as \"" + text + "s\""
	case want == "string":
		return "write it in quotes: \"" + text + "\""
	case want == "array":
		return "write a list: [" + text + "]"
	}
	return ""
}

func count(n any) string {
	if f, ok := n.(float64); ok && f == 1 {
		return "1 item"
	}
	return fmt.Sprintf("%v items", n)
}

func foundItems(v any) string {
	list, _ := v.([]any)
	if len(list) == 0 {
		return "none"
	}
	return strconv.Itoa(len(list))
}

// shown is a value as a message repeats it: JSON, shortened.
func shown(v any) string {
	if s, ok := v.(string); ok {
		return quoteShort(s)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return "it"
	}
	return shorten(string(data))
}

func quoteShort(s string) string { return strconv.Quote(shorten(s)) }

func shorten(s string) string {
	if utf8.RuneCountInString(s) <= shownLength {
		return s
	}
	return string([]rune(s)[:shownLength]) + "…"
}

func quoteAll(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = strconv.Quote(s)
	}
	return strings.Join(quoted, ", ")
}

// nearestText returns the allowed text that v is likely to mean, or "".
func nearestText(v any, allowed []string) string {
	s, ok := v.(string)
	if !ok || s == "" {
		return ""
	}
	best, cost := "", -1
	for _, a := range allowed {
		if d := distance(plain(s), plain(a)); d <= tolerance(a) && d < len(a) && (cost < 0 || d < cost) {
			best, cost = a, d
		}
	}
	return best
}

// plain removes what people vary in names: case, underscores, hyphens and blanks.
func plain(s string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(shorten(s)))
}

// tolerance is the number of typing errors in a name of this length that still leaves it recognisable.
func tolerance(name string) int {
	switch n := len(name); {
	case n < 5:
		return 1
	case n < 10:
		return 2
	default:
		return 3
	}
}

// distance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b.
func distance(a, b string) int {
	before, last, row := []int(nil), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, make([]int, len(b)+1)
	}
	return last[len(b)]
}
