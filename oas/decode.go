package oas

import (
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/source"
)

// decoder fills kin-openapi's types from the source tree. It gives what encoding/json gives with kin-openapi's UnmarshalJSON
// methods (a test compares them), but these read a value once for each level it is nested in, and stop at the first wrong type
// without saying where it is. The decoder reads it once, reports every wrong type and unknown field at its place, and goes on.
type decoder struct {
	l       *loading
	later   bool // OpenAPI 3.1: schemas take keywords they do not know
	shapes  map[reflect.Type]*shape
	readers map[reflect.Type]reader
	refs    references
	beside  []besideRef
	links   []link
	odd     []oddLink
	schemas []*openapi3.Schema // with OpenAPI 3.1

	rewrites []rewrite // of references that kin-openapi does not understand
	targets  []*target // in this file
	values   int       // decoded so far

	pathItems map[string]*openapi3.PathItem // those of components, for which kin-openapi has no field
	failed    []source.Pointer              // what has the wrong type; with any, the result is of no use to kin-openapi
}

// reader decodes one type.
type reader func(*decoder, source.Node, reflect.Value)

// decode is the OpenAPI part. It is incomplete when something has the wrong type.
func (d *decoder) decode() *openapi3.T {
	d.shapes = kinShapes()
	d.readers = kinReaders()
	t := &openapi3.T{}
	d.value(d.l.file.Root(), reflect.ValueOf(t).Elem())
	return t
}

// shape is what the decoder knows of a struct of kin-openapi.
type shape struct {
	fields     map[string]int // by JSON name
	extensions int            // the field that takes all other members; -1 for none
}

// kinShapes are the structs that a document of kin-openapi is made of.
var kinShapes = sync.OnceValue(func() map[reflect.Type]*shape {
	shapes := map[reflect.Type]*shape{}
	addShapes(shapes, reflect.TypeFor[openapi3.T]())
	return shapes
})

// addShapes adds the shapes of a type and of its parts.
func addShapes(shapes map[reflect.Type]*shape, t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || shapes[t] != nil {
		return
	}
	s := &shape{fields: map[string]int{}, extensions: -1}
	shapes[t] = s
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Name == "Extensions":
			s.extensions = i
		case !f.IsExported() || name == "-":
			continue
		case name != "":
			s.fields[name] = i
		}
		addShapes(shapes, f.Type)
	}
}

// value decodes a value. As in encoding/json, null leaves everything as it is.
func (d *decoder) value(n source.Node, v reflect.Value) {
	d.values++
	if n.Kind() == source.Null {
		return
	}
	if read := d.readers[v.Type()]; read != nil {
		read(d, n, v)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		d.value(n, p.Elem())
		v.Set(p)
	case reflect.Struct:
		d.object(n, v)
	case reflect.Map:
		d.members(n, v)
	case reflect.Slice:
		d.items(n, v)
	case reflect.Interface:
		if x := d.plain(n); x != nil {
			v.Set(reflect.ValueOf(x))
		}
	default:
		d.scalar(n, v)
	}
}

// object decodes the fields of a struct. A name in the wrong case is decoded too, as encoding/json does, and unknown.
func (d *decoder) object(n source.Node, v reflect.Value) {
	if n.Kind() != source.Object {
		d.wrongType(n, "an object")
		return
	}
	s := d.shapes[v.Type()]
	var others map[string]any
	for key, m := range n.Members() {
		i, ok := s.fields[key]
		if ok {
			d.value(m, v.Field(i))
			continue
		}
		if others == nil {
			others = map[string]any{}
		}
		others[key] = d.plain(m)
		switch {
		case strings.HasPrefix(key, "x-"):
			continue
		case d.later && key == "pathItems" && v.Type() == reflect.TypeFor[openapi3.Components]():
			d.value(m, reflect.ValueOf(&d.pathItems).Elem())
			continue
		}
		if exact := foldedField(s, key); exact != "" && !n.Get(exact).Exists() {
			d.value(m, v.Field(s.fields[exact]))
		}
		d.unknownField(m, key, s, v.Type())
	}
	if others != nil && s.extensions >= 0 {
		v.Field(s.extensions).Set(reflect.ValueOf(others))
	}
}

// foldedField is the field whose name differs from a key only by case, or "".
func foldedField(s *shape, key string) string {
	for name := range s.fields {
		if strings.EqualFold(name, key) {
			return name
		}
	}
	return ""
}

// members decodes an object with free names.
func (d *decoder) members(n source.Node, v reflect.Value) {
	if n.Kind() != source.Object {
		d.wrongType(n, "an object")
		return
	}
	m := reflect.MakeMapWithSize(v.Type(), n.Len())
	elem := v.Type().Elem()
	for key, child := range n.Members() {
		e := reflect.New(elem).Elem()
		d.element(child, e)
		m.SetMapIndex(reflect.ValueOf(key), e)
	}
	v.Set(m)
}

// items decodes a list.
func (d *decoder) items(n source.Node, v reflect.Value) {
	if n.Kind() != source.Array {
		d.wrongType(n, "a list")
		return
	}
	list := reflect.MakeSlice(v.Type(), n.Len(), n.Len())
	for i, child := range n.Items() {
		d.element(child, list.Index(i))
	}
	v.Set(list)
}

// element decodes a part of a map or list, where kin-openapi needs an object to be one.
func (d *decoder) element(n source.Node, v reflect.Value) {
	if n.Kind() == source.Null && isReference(v.Type()) {
		d.wrongType(n, "an object")
		return
	}
	d.value(n, v)
}

// scalar decodes a string, boolean or number.
func (d *decoder) scalar(n source.Node, v reflect.Value) {
	text := n.Text()
	switch v.Kind() {
	case reflect.String:
		if n.Kind() != source.String {
			d.wrongType(n, "a string")
			return
		}
		v.SetString(text)
	case reflect.Bool:
		if n.Kind() != source.Bool {
			d.wrongType(n, "a boolean")
			return
		}
		v.SetBool(n.Bool())
	case reflect.Float64:
		x, err := strconv.ParseFloat(text, 64)
		if n.Kind() != source.Number || err != nil {
			d.wrongType(n, "a number")
			return
		}
		v.SetFloat(x)
	case reflect.Uint64:
		x, err := strconv.ParseUint(text, 10, 64)
		if n.Kind() != source.Number || err != nil {
			d.wrongType(n, "a whole number that is not negative")
			return
		}
		v.SetUint(x)
	default:
		d.wrongType(n, v.Kind().String()) // a test checks that no type of kin-openapi gets here
	}
}

// plain is a value as encoding/json decodes it without knowing its type.
func (d *decoder) plain(n source.Node) any {
	d.values++
	switch n.Kind() {
	case source.Absent, source.Null:
	case source.Bool:
		return n.Bool()
	case source.String:
		return n.Text()
	case source.Number:
		x, err := strconv.ParseFloat(n.Text(), 64)
		if err != nil {
			d.wrongType(n, "a number that fits into 64 bits")
			return nil
		}
		return x
	case source.Array:
		list := make([]any, 0, n.Len())
		for _, item := range n.Items() {
			list = append(list, d.plain(item))
		}
		return list
	case source.Object:
		m := make(map[string]any, n.Len())
		for key, child := range n.Members() {
			m[key] = d.plain(child)
		}
		return m
	}
	return nil
}
