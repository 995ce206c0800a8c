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

// component is the name of the component that a reference leads to, if it does.
func (l link) component(ref string) (name string, ok bool) {
	name, ok = strings.CutPrefix(ref, "#/components/"+l.bucket+"/")
	return name, ok && !strings.ContainsAny(name, "/~%")
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
		name, ok := l.component(l.object.FieldByName("Ref").String())
		if !ok {
			continue
		}
		target := components.Field(fields[l.bucket]).MapIndex(reflect.ValueOf(name))
		if target.IsValid() && !target.IsNil() && target.Elem().FieldByName("Ref").String() == "" {
			l.object.FieldByName("Value").Set(target.Elem().FieldByName("Value"))
		}
	}
}
