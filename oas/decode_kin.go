package oas

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/source"
)

// bucketOf gives, for each type that a $ref may stand for, the member of components where such objects live.
var bucketOf = map[reflect.Type]string{
	reflect.TypeFor[openapi3.CallbackRef]():       "callbacks",
	reflect.TypeFor[openapi3.ExampleRef]():        "examples",
	reflect.TypeFor[openapi3.HeaderRef]():         "headers",
	reflect.TypeFor[openapi3.LinkRef]():           "links",
	reflect.TypeFor[openapi3.ParameterRef]():      "parameters",
	reflect.TypeFor[openapi3.RequestBodyRef]():    "requestBodies",
	reflect.TypeFor[openapi3.ResponseRef]():       "responses",
	reflect.TypeFor[openapi3.SchemaRef]():         "schemas",
	reflect.TypeFor[openapi3.SecuritySchemeRef](): "securitySchemes",
}

// kinReaders are the types of kin-openapi that are not decoded field by field.
func kinReaders() map[reflect.Type]reader {
	readers := map[reflect.Type]reader{
		reflect.TypeFor[openapi3.Schema]():         readSchema,
		reflect.TypeFor[openapi3.Header]():         readHeader,
		reflect.TypeFor[openapi3.Types]():          readTypes,
		reflect.TypeFor[openapi3.BoolSchema]():     readBoolSchema,
		reflect.TypeFor[openapi3.ExclusiveBound](): readExclusiveBound,
		reflect.TypeFor[openapi3.MappingRef]():     readMapping,
		reflect.TypeFor[openapi3.Operation]():      readOperation,
		reflect.TypeFor[openapi3.PathItem]():       readPathItem,
		reflect.TypeFor[openapi3.Paths]():          readPaths,
		reflect.TypeFor[openapi3.Responses]():      readResponses,
		reflect.TypeFor[openapi3.Callback]():       readCallback,
	}
	for t := range bucketOf {
		readers[t] = readReference
	}
	return readers
}

// isReference tells whether a type is a pointer to one of bucketOf.
func isReference(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer && bucketOf[t.Elem()] != ""
}

// readReference reads an object or the $ref that stands for it. One that is not followed is reported and becomes an empty object, so
// that the rest of the document can be looked at.
func readReference(d *decoder, n source.Node, v reflect.Value) {
	if !isRef(n) {
		d.value(n, v.FieldByName("Value"))
		return
	}
	ref := n.Get("$ref").Text()
	bucket := bucketOf[v.Type()]
	verdict, ok := d.reference(n, ref, bucket)
	if !ok {
		value := v.FieldByName("Value")
		value.Set(reflect.New(value.Type().Elem()))
		d.l.doc.markUnknown(value.Interface())
		return
	}
	if n.Len() == 1 {
		v.FieldByName("Ref").SetString(ref)
		d.links = append(d.links, link{v, bucket})
		d.rewrite(v, ref, verdict)
		return
	}
	if d.later && v.Type() == reflect.TypeFor[openapi3.SchemaRef]() {
		d.siblings(n)
	}
	// What stands beside a $ref goes into fields that only kin-openapi can set. Where it does not fit, kin-openapi takes the whole
	// for the object itself.
	if err := json.Unmarshal(n.JSON(), v.Addr().Interface()); err != nil || v.FieldByName("Ref").String() == "" {
		d.value(n, v.FieldByName("Value"))
		return
	}
	d.odd = append(d.odd, oddLink{link{v, bucket}, n})
	d.rewrite(v, ref, verdict)
}

// rewrite remembers an object with a reference that kin-openapi does not understand as it is written.
func (d *decoder) rewrite(v reflect.Value, ref string, verdict verdict) {
	if verdict.as != "" {
		d.rewrites = append(d.rewrites, rewrite{v, ref, verdict.as})
	}
}

// besideRef is the schema that stands beside a $ref in OpenAPI 3.1.
type besideRef struct {
	at     source.Pointer
	schema *openapi3.Schema
}

// siblings decodes the keywords beside a $ref, to look at them.
func (d *decoder) siblings(n source.Node) {
	schema := &openapi3.Schema{}
	s := d.shapes[reflect.TypeFor[openapi3.Schema]()]
	for key, m := range n.Members() {
		if i, ok := s.fields[key]; ok {
			d.value(m, reflect.ValueOf(schema).Elem().Field(i))
		}
	}
	d.beside = append(d.beside, besideRef{n.Pointer(), schema})
}

// readSchema reads a schema, which may be a mere boolean. Before OpenAPI 3.1 validation refuses that.
func readSchema(d *decoder, n source.Node, v reflect.Value) {
	if d.later {
		d.schemas = append(d.schemas, v.Addr().Interface().(*openapi3.Schema))
	}
	if n.Kind() == source.Bool {
		always := n.Bool()
		v.FieldByName("Always").Set(reflect.ValueOf(&always))
		return
	}
	d.object(n, v)
}

func readHeader(d *decoder, n source.Node, v reflect.Value) {
	d.value(n, v.FieldByName("Parameter"))
}

func readTypes(d *decoder, n source.Node, v reflect.Value) {
	var types openapi3.Types
	switch n.Kind() {
	case source.String:
		types = openapi3.Types{n.Text()}
	case source.Array:
		types = make(openapi3.Types, 0, n.Len())
		for _, item := range n.Items() {
			if item.Kind() != source.String && item.Kind() != source.Null {
				d.wrongType(item, "a string")
			}
			types = append(types, item.Text())
		}
	default:
		d.wrongType(n, "a string")
	}
	v.Set(reflect.ValueOf(types))
}

func readBoolSchema(d *decoder, n source.Node, v reflect.Value) {
	b := v.Addr().Interface().(*openapi3.BoolSchema)
	switch n.Kind() {
	case source.Bool:
		has := n.Bool()
		b.Has = &has
	case source.Object:
		d.value(n, reflect.ValueOf(&b.Schema).Elem())
	default:
		d.wrongType(n, "a boolean or a schema")
	}
}

func readExclusiveBound(d *decoder, n source.Node, v reflect.Value) {
	b := v.Addr().Interface().(*openapi3.ExclusiveBound)
	switch n.Kind() {
	case source.Bool:
		is := n.Bool()
		b.Bool = &is
	case source.Number:
		d.value(n, reflect.ValueOf(&b.Value).Elem())
	default:
		d.wrongType(n, "a boolean or a number")
	}
}

// readMapping reads the target of a discriminator value: a name or a reference, of which kin-openapi follows those that look
// like one.
func readMapping(d *decoder, n source.Node, v reflect.Value) {
	if n.Kind() != source.String {
		d.wrongType(n, "a string")
		return
	}
	text := n.Text()
	if strings.Contains(text, "/") && !strings.HasPrefix(text, "#") {
		verdict, ok := d.reference(n, text, "schemas")
		if !ok {
			return
		}
		v.FieldByName("Value").Set(reflect.ValueOf(d.l.outside().schema(verdict.last, d, n)))
	}
	v.FieldByName("Ref").SetString(text)
}

// readOperation leaves it to kin-openapi to remember that responses is null, which is not the same as absent.
func readOperation(d *decoder, n source.Node, v reflect.Value) {
	d.object(n, v)
	if n.Get("responses").Kind() == source.Null {
		var op openapi3.Operation
		if json.Unmarshal([]byte(`{"responses":null}`), &op) == nil {
			v.FieldByName("Responses").Set(reflect.ValueOf(op.Responses))
		}
	}
}

func readPathItem(d *decoder, n source.Node, v reflect.Value) {
	d.object(n, v)
	if !isRef(n) {
		return
	}
	ref := n.Get("$ref").Text()
	verdict, ok := d.reference(n, ref, pathItemBucket)
	if !ok {
		v.FieldByName("Ref").SetString("")
		d.l.doc.unknownItem = true
		return
	}
	d.odd = append(d.odd, oddLink{link{v, pathItemBucket}, n})
	d.rewrite(v, ref, verdict)
}

func readPaths(d *decoder, n source.Node, v reflect.Value) {
	paths := v.Addr().Interface().(*openapi3.Paths)
	*paths = *openapi3.NewPathsWithCapacity(n.Len() + 1)
	paths.Extensions = d.named(n, func(key string, child source.Node) {
		item := &openapi3.PathItem{}
		d.value(child, reflect.ValueOf(item).Elem())
		paths.Set(key, item)
	})
}

func readCallback(d *decoder, n source.Node, v reflect.Value) {
	callback := v.Addr().Interface().(*openapi3.Callback)
	*callback = *openapi3.NewCallbackWithCapacity(n.Len() + 1)
	callback.Extensions = d.named(n, func(key string, child source.Node) {
		item := &openapi3.PathItem{}
		d.value(child, reflect.ValueOf(item).Elem())
		callback.Set(key, item)
	})
}

func readResponses(d *decoder, n source.Node, v reflect.Value) {
	responses := v.Addr().Interface().(*openapi3.Responses)
	*responses = *openapi3.NewResponsesWithCapacity(n.Len() + 1)
	responses.Extensions = d.named(n, func(key string, child source.Node) {
		ref := &openapi3.ResponseRef{}
		d.element(child, reflect.ValueOf(&ref).Elem())
		responses.Set(key, ref)
	})
}

// named reads an object whose names are free except for extensions, which it returns.
func (d *decoder) named(n source.Node, add func(string, source.Node)) map[string]any {
	extensions := map[string]any{}
	if n.Kind() != source.Object {
		d.wrongType(n, "an object")
	}
	for key, child := range n.Members() {
		if strings.HasPrefix(key, "x-") {
			extensions[key] = d.plain(child)
		} else {
			add(key, child)
		}
	}
	return extensions
}
