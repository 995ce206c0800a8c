package oas

import (
	"reflect"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// link is an object of kin-openapi that holds a $ref and nothing else.
type link struct {
	object reflect.Value
	bucket string
}

// link gives the references to components their values, as kin-openapi does; what it leaves alone is for kin-openapi. That walks
// through the whole target of each reference it follows, so that many references to one large component would take minutes.
func (d *decoder) link(t *openapi3.T) {
	if t.Components == nil {
		return
	}
	components := reflect.ValueOf(t.Components).Elem()
	fields := d.shapes[components.Type()].fields
	for _, l := range d.links {
		name, ok := strings.CutPrefix(l.object.FieldByName("Ref").String(), "#/components/"+l.bucket+"/")
		if !ok || strings.ContainsAny(name, "/~%") {
			continue
		}
		target := components.Field(fields[l.bucket]).MapIndex(reflect.ValueOf(name))
		if target.IsValid() && !target.IsNil() && target.Elem().FieldByName("Ref").String() == "" {
			l.object.FieldByName("Value").Set(target.Elem().FieldByName("Value"))
		}
	}
}
