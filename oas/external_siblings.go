package oas

import (
	"encoding/json"
	"reflect"

	"github.com/getkin/kin-openapi/openapi3"
)

// In OpenAPI 3.1 keywords may stand beside the $ref of a schema. kin-openapi decodes and merges them, and keeps to itself what it needs for it.

// mixesSchemas tells whether keywords stand beside the $ref of a schema.
func (d *decoder) mixesSchemas() bool {
	if d.later {
		for _, odd := range d.odd {
			if odd.bucket == "schemas" {
				return true
			}
		}
	}
	return false
}

// linkSiblings decodes anew what stands beside a $ref and holds references that kin-openapi cannot follow as they are written.
func (d *decoder) linkSiblings() {
	if !d.mixesSchemas() {
		return
	}
	for _, odd := range d.odd {
		members, ok := odd.n.Any().(map[string]any)
		if odd.bucket != "schemas" || !ok {
			continue
		}
		changed := false
		for key, member := range members {
			members[key] = d.reachable(member, &changed)
		}
		if !changed {
			continue
		}
		members["$ref"] = odd.object.FieldByName("Ref").String()
		fresh := reflect.New(odd.object.Type())
		if text, err := json.Marshal(members); err == nil && json.Unmarshal(text, fresh.Interface()) == nil {
			odd.object.Set(fresh.Elem())
		}
	}
}

// reachable is a value with references that kin-openapi can follow.
func (d *decoder) reachable(value any, changed *bool) any {
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = d.reachable(value[i], changed)
		}
	case map[string]any:
		if ref, ok := value["$ref"].(string); ok {
			switch v := d.refs.verdicts[reference{ref, "schemas"}]; {
			case v.message != "":
				*changed = true
				return map[string]any{}
			case v.as != "":
				*changed = true
				value["$ref"] = v.as
			}
		}
		for key, member := range value {
			value[key] = d.reachable(member, changed)
		}
	}
	return value
}

// markSchemas keeps kin-openapi from going round in circles for ever: before it merges keywords beside a $ref it asks whether they say anything,
// and looks for that in the schemas that they lead to, unless these have a keyword of their own. So for a while each has one. What markSchemas
// returns takes it away, from the copies that were made as well.
func (o *outside) markSchemas() (unmark func()) {
	mixes := false
	o.eachDecoder(func(d *decoder) { mixes = mixes || d.mixesSchemas() })
	if !mixes {
		return func() {}
	}
	var marked []*openapi3.Schema
	o.eachDecoder(func(d *decoder) {
		for _, s := range d.schemas {
			if !s.UniqueItems {
				s.UniqueItems = true
				marked = append(marked, s)
			}
		}
	})
	return func() {
		for _, s := range marked {
			s.UniqueItems = false
		}
		o.eachDecoder(func(d *decoder) {
			for _, l := range d.links {
				d.unmark(l)
			}
			for _, odd := range d.odd {
				d.unmark(odd.link)
			}
		})
	}
}

// unmark gives the copy of a schema the keyword of the schema that it is a copy of.
func (d *decoder) unmark(l link) {
	ref, ok := l.object.Addr().Interface().(*openapi3.SchemaRef)
	if ok && ref.Value != nil {
		ref.Value.UniqueItems = d.refs.verdicts[reference{ref.Ref, l.bucket}].last.Get("uniqueItems").Bool()
	}
}
