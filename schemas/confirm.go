package schemas

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// compiled is the schema as the validator has compiled it, on the first call, by definition; "" is the root.
var compiled = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	const url = "extension.schema.json"
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft7
	c.AssertFormat = true
	if err := c.AddResource(url, bytes.NewReader(extensionJSON)); err != nil {
		return nil, err
	}
	byDef := make(map[string]*jsonschema.Schema)
	for _, def := range append(SchemeKinds(), "") {
		at := url
		if def != "" {
			at += "#/$defs/" + def
		}
		s, err := c.Compile(at)
		if err != nil {
			return nil, err
		}
		byDef[def] = s
	}
	return byDef, nil
})

// confirm has the validator judge a value that the walk has passed.
func confirm(def string, v any) []Finding {
	by, err := compiled()
	if err != nil {
		return unusable(err)
	}
	if err := by[def].Validate(floats(v)); err != nil {
		return []Finding{{Kind: Other, Message: "does not match the schema: " + innermost(err.Error())}}
	}
	return nil
}

// floats copies v with its numbers as float64. The validator works out a json.Number exactly, and 1e999999999 has a billion digits. What
// is no float64 stands where anything may stand, or the walk would have refused it.
func floats(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[k] = floats(e)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, e := range v {
			l[i] = floats(e)
		}
		return l
	case json.Number:
		if f, err := v.Float64(); err == nil && !math.IsInf(f, 0) {
			return f
		}
		return 0.0
	default:
		return v
	}
}

// innermost is the last cause that a validation error of the library names.
func innermost(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
