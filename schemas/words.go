package schemas

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tykctl/tykctl/oas/typo"
)

// shownLength is how much of a value a message repeats, in code points.
const shownLength = 60

// listed is how many allowed values a message names; more of them go into the hint.
const listed = 10

// wrongType words that v has not the type of r.
func wrongType(r *rule, v any) Finding {
	return Finding{
		Kind:    WrongType,
		Message: fmt.Sprintf("must be %s, found %s", article(r.typ), foundType(r.typ, v)),
		Hint:    typeHint(r, v),
		Instead: Instead{Value: rightType(r, v)},
	}
}

// notListed words that s is not among the values of r.
func notListed(r *rule, s string) Finding {
	f := Finding{Kind: BadValue, Message: fmt.Sprintf("%s is not one of %s", quoteShort(s), quoteAll(r.enum))}
	if len(r.enum) > listed {
		f.Message = fmt.Sprintf("%s is not one of the %d values allowed", quoteShort(s), len(r.enum))
		f.Hint = "use one of " + quoteAll(r.enum)
	}
	if near := typo.Meant(s, r.enum); near != "" {
		f.Hint, f.Instead = didYouMean(near), Instead{Value: quoteJSON(near)}
	}
	return f
}

func didYouMean(name string) string { return "did you mean " + strconv.Quote(name) + "?" }

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

// foundType names the type of a value that has another one than it should.
func foundType(want string, v any) string {
	switch v := v.(type) {
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
		if want == "integer" {
			return shorten(v.String())
		}
		return "a number"
	default:
		return fmt.Sprintf("a Go %T, which is no JSON", v)
	}
}

// typeHint says how to write a value of the wrong type, where one can tell.
func typeHint(r *rule, v any) string {
	switch v := v.(type) {
	case nil:
		return "leave the field out, or give it a value"
	case string:
		return unquoteHint(r.typ, v)
	case bool:
		if r.typ == "object" && r.props["enabled"] != nil {
			return "write {\"enabled\": " + strconv.FormatBool(v) + "}"
		}
		return quoteHint(r, strconv.FormatBool(v))
	case json.Number:
		if r.typ == "string" && r.what == "a duration" {
			return "write it with a unit and in quotes, such as \"" + shorten(v.String()) + "s\""
		}
		return quoteHint(r, shorten(v.String()))
	}
	return ""
}

func unquoteHint(want, s string) string {
	bare := strings.TrimSpace(s)
	switch want {
	case "boolean":
		if strings.EqualFold(bare, "true") || strings.EqualFold(bare, "false") {
			return "write " + strings.ToLower(bare) + " without quotes"
		}
	case "integer", "number":
		if bare != "" && strings.IndexByte("-0123456789", bare[0]) >= 0 && json.Valid([]byte(bare)) {
			return "write " + shorten(bare) + " without quotes"
		}
	case "array":
		return "write a list: [" + quoteShort(s) + "]"
	}
	return ""
}

func quoteHint(r *rule, text string) string {
	switch r.typ {
	case "string":
		return "write it in quotes: \"" + text + "\""
	case "array":
		return "write a list: [" + text + "]"
	}
	return ""
}

func items(n int) string {
	if n == 1 {
		return "1 item"
	}
	return strconv.Itoa(n) + " items"
}

func foundItems(n int) string {
	if n == 0 {
		return "none"
	}
	return strconv.Itoa(n)
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

// rightType is the JSON of a value in the type that it should have, where typeHint says how to write it; "" elsewhere.
func rightType(r *rule, v any) string {
	switch v := v.(type) {
	case bool:
		switch {
		case r.typ == "object" && r.props["enabled"] != nil:
			return "{\"enabled\": " + strconv.FormatBool(v) + "}"
		case r.typ == "string":
			return quoteJSON(strconv.FormatBool(v))
		}
	case json.Number:
		if r.typ == "string" && r.what != "a duration" {
			return quoteJSON(v.String())
		}
	case string:
		bare := strings.TrimSpace(v)
		switch {
		case r.typ == "array" && r.items != nil && r.items.typ == "string":
			return "[" + quoteJSON(v) + "]"
		case unquoteHint(r.typ, v) != "" && r.typ == "boolean":
			return strings.ToLower(bare)
		case unquoteHint(r.typ, v) != "" && (r.typ == "number" || r.typ == "integer" && !strings.ContainsAny(bare, ".eE")):
			return bare
		}
	}
	return ""
}

func quoteJSON(s string) string {
	data, err := json.Marshal(s)
	if err != nil {
		return "" // never: every string can be written
	}
	return string(data)
}
