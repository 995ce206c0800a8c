package compare

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// schemaPair is a comparison that has been made, or is being made.
type schemaPair struct {
	a, b    *openapi3.Schema
	request bool
}

// component is the name of the component that a reference leads to.
func component(ref string) string {
	name, _ := strings.CutPrefix(ref, "#/components/schemas/")
	if strings.ContainsAny(name, "/#") {
		return ""
	}
	return name
}

// schema compares two schemas: of what clients send, or of what they get. A component is compared once, not wherever it is used.
func (o *operations) schema(what string, a, b *openapi3.SchemaRef, request bool) {
	var x, y *openapi3.Schema
	if a != nil {
		x = a.Value
	}
	if b != nil {
		y = b.Value
	}
	switch {
	case x == nil && y == nil:
		return
	case x == nil:
		o.say(classOf(request), Added, what+": schema", "", "")
		return
	case y == nil:
		o.say(classOf(!request), Removed, what+": schema", "", "")
		return
	}
	key := schemaPair{x, y, request}
	if o.seen[key] {
		return
	}
	o.seen[key] = true
	if name := component(a.Ref); name != "" && name == component(b.Ref) {
		defer func(outer string) { o.within = outer }(o.within)
		o.within = name
		what = "schema " + name + map[bool]string{true: " (sent by clients)", false: " (sent to clients)"}[request]
	}
	o.keywords(what, x, y, request)
	o.properties(what, x, y, request)
	o.schema(what+": items", x.Items, y.Items, request)
	o.schema(what+": additional properties", x.AdditionalProperties.Schema, y.AdditionalProperties.Schema, request)
	o.schema(what+": not", x.Not, y.Not, !request)
	o.alternatives(what+": allOf", x.AllOf, y.AllOf, request)
	o.alternatives(what+": oneOf", x.OneOf, y.OneOf, request)
	o.alternatives(what+": anyOf", x.AnyOf, y.AnyOf, request)
}

// classOf is the class of what can make a difference to clients only on one way: of a bound that is narrower for what they send.
func classOf(breaks bool) Class {
	if breaks {
		return Breaking
	}
	return Operational
}

// keywords compares what a schema says by itself.
func (o *operations) keywords(what string, a, b *openapi3.Schema, request bool) {
	if old, now := types(a), types(b); old != now {
		widened := request && old == "integer" && now == "number" || !request && old == "number" && now == "integer"
		o.say(classOf(!widened), Changed, what+": type", old, now)
	}
	if a.Nullable != b.Nullable {
		o.say(classOf(b.Nullable != request), Changed, what+": nullable", fmt.Sprint(a.Nullable), fmt.Sprint(b.Nullable))
	}
	o.enum(what, a.Enum, b.Enum, request)
	for _, k := range []struct {
		name string
		a, b any
	}{
		{"format", a.Format, b.Format},
		{"pattern", a.Pattern, b.Pattern},
		{"minimum", a.Min, b.Min},
		{"maximum", a.Max, b.Max},
		{"exclusiveMinimum", a.ExclusiveMin, b.ExclusiveMin},
		{"exclusiveMaximum", a.ExclusiveMax, b.ExclusiveMax},
		{"multipleOf", a.MultipleOf, b.MultipleOf},
		{"minLength", a.MinLength, b.MinLength},
		{"maxLength", a.MaxLength, b.MaxLength},
		{"minItems", a.MinItems, b.MinItems},
		{"maxItems", a.MaxItems, b.MaxItems},
		{"minProperties", a.MinProps, b.MinProps},
		{"maxProperties", a.MaxProps, b.MaxProps},
		{"uniqueItems", a.UniqueItems, b.UniqueItems},
		{"const", a.Const, b.Const},
	} {
		o.bound(what+": "+k.name, written(k.a), written(k.b), request)
	}
	o.text(Operational, what+": default", written(a.Default), written(b.Default))
	o.text(Cosmetic, what+": description", a.Description, b.Description)
	o.text(Cosmetic, what+": title", a.Title, b.Title)
	o.text(Cosmetic, what+": example", written(a.Example), written(b.Example))
}

// bound compares a bound of values. One that is new or another one may refuse what was sent before; one that is gone may let pass what
// clients do not expect.
func (o *operations) bound(what, a, b string, request bool) {
	switch {
	case a == b:
	case a == "":
		o.say(classOf(request), Added, what, a, b)
	case b == "":
		o.say(Operational, Removed, what, a, b)
	default:
		o.say(classOf(request && !wider(what, a, b)), Changed, what, a, b)
	}
}

// wider tells whether a bound that is a number lets more pass than before.
func wider(what, a, b string) bool {
	var x, y float64
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	word := what[strings.LastIndexByte(what, ' ')+1:]
	switch {
	case strings.HasPrefix(word, "min"):
		return y < x
	case strings.HasPrefix(word, "max"):
		return y > x
	}
	return false
}

// written is a value as JSON, or nothing for one that says nothing.
func written(v any) string {
	text, err := json.Marshal(v)
	switch string(text) {
	case "null", `""`, "0", "false", "{}":
		return ""
	}
	if err != nil {
		return ""
	}
	return string(text)
}

func types(s *openapi3.Schema) string {
	if s.Type == nil || len(*s.Type) == 0 {
		return "any"
	}
	list := slices.Clone(*s.Type)
	slices.Sort(list)
	return strings.Join(list, " or ")
}

func (o *operations) enum(what string, a, b []any, request bool) {
	values := func(list []any) (out []string) {
		for _, v := range list {
			text, err := json.Marshal(v)
			if err == nil {
				out = append(out, string(text))
			}
		}
		slices.Sort(out)
		return out
	}
	before, after := values(a), values(b)
	switch {
	case slices.Equal(before, after):
		return
	case len(before) == 0 || len(after) == 0:
		o.bound(what+": enum", strings.Join(before, " "), strings.Join(after, " "), request)
		return
	}
	for _, v := range before {
		if !slices.Contains(after, v) {
			o.say(classOf(request), Removed, what+": value", v, "")
		}
	}
	for _, v := range after {
		if !slices.Contains(before, v) {
			o.say(Operational, Added, what+": value", "", v)
		}
	}
}

func (o *operations) properties(what string, a, b *openapi3.Schema, request bool) {
	closed := b.AdditionalProperties.Has != nil && !*b.AdditionalProperties.Has
	for _, name := range slices.Sorted(maps.Keys(a.Properties)) {
		inner := what + ": property " + name
		if b.Properties[name] == nil {
			o.say(classOf(!request || closed), Removed, inner, "", "")
			continue
		}
		was, is := slices.Contains(a.Required, name), slices.Contains(b.Required, name)
		switch {
		case !was && is:
			o.say(classOf(request), Changed, inner, "optional", "required")
		case was && !is:
			o.say(classOf(!request), Changed, inner, "required", "optional")
		}
		o.schema(inner, a.Properties[name], b.Properties[name], request)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Properties)) {
		if a.Properties[name] != nil {
			continue
		}
		kind := "optional"
		if slices.Contains(b.Required, name) {
			kind = "required"
		}
		o.say(classOf(request && kind == "required"), Added, what+": property "+name, "", kind)
	}
}

func (o *operations) alternatives(what string, a, b openapi3.SchemaRefs, request bool) {
	if len(a) != len(b) {
		o.say(Breaking, Changed, what, fmt.Sprintf("%d schemas", len(a)), fmt.Sprintf("%d schemas", len(b)))
		return
	}
	for i := range a {
		o.schema(fmt.Sprintf("%s %d", what, i+1), a[i], b[i], request)
	}
}
