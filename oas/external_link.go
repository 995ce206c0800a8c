package oas

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// What references lead to in other files is decoded into components of the document, for as long as kin-openapi resolves references: to
// it they are local then, circles and all. Afterwards the components are gone, and each $ref says again what is written.

// pathItemBucket is the member of components that kin-openapi has no field for.
const pathItemBucket = "pathItems"

// targetKey is an object in a file, and what kind of object it must be. One object may be needed as several kinds.
type targetKey struct {
	n      source.Node
	bucket string
}

// target is an object that references lead to.
type target struct {
	targetKey

	by     *decoder      // of the object with the first reference to it
	at     source.Node   // that object
	object reflect.Value // a pointer to one of the types of bucketOf, or to a path item
	name   string        // while it is a component
}

// ref is how kin-openapi finds the target.
func (t *target) ref() string {
	if t.bucket == pathItemBucket {
		return "#/paths/" + t.name
	}
	return "#/components/" + t.bucket + "/" + t.name
}

// rewrite is an object whose $ref is another one while kin-openapi resolves references.
type rewrite struct {
	object      reflect.Value
	written, as string
}

// oddLink is a link that stands beside something else, or for a path item.
type oddLink struct {
	link

	n source.Node
}

// typeOf gives the type for each member of components.
var typeOf = func() map[string]reflect.Type {
	types := map[string]reflect.Type{pathItemBucket: reflect.TypeFor[openapi3.PathItem]()}
	for t, bucket := range bucketOf {
		types[bucket] = t
	}
	return types
}()

// leadsOut tells whether kin-openapi cannot follow a reference of this file by itself.
func (d *decoder) leadsOut(ref string, to source.Node) bool {
	return d.l != d.l.document() || !strings.HasPrefix(ref, "#") || to.File() != d.l.file
}

// take makes what a reference leads to a part of the document. The verdict tells what to write for the reference meanwhile.
func (d *decoder) take(n source.Node, v verdict, ref, bucket string) verdict {
	o := d.l.outside()
	if d.l == o.main {
		o.decoders[d.l.file] = d
		o.warn(d, n, ref)
	}
	if v.as != "" {
		return v
	}
	v.as = o.reach(v.first, bucket, d, n)
	d.refs.verdicts[reference{ref, bucket}] = v
	return v
}

// warn says once that a gateway does not read other files.
func (o *outside) warn(d *decoder, n source.Node, ref string) {
	if o.warned || strings.HasPrefix(ref, "#") {
		return
	}
	o.warned = true
	d.complain(n, CodeOutside, verdict{
		message: fmt.Sprintf("references such as %q lead to other files, of which a Tyk Gateway reads none", ref),
		hint:    "`tykctl bundle` brings everything into one document before it is deployed", severity: diag.Warning,
	})
}

// reach is the reference by which kin-openapi finds an object, whatever the file that it is in. It is asked for by an object of a decoder.
func (o *outside) reach(n source.Node, bucket string, by *decoder, at source.Node) string {
	if n.File() == o.main.file && bucket != pathItemBucket {
		if tokens := n.Pointer().Tokens(); len(tokens) == 3 && tokens[0] == "components" && tokens[1] == bucket {
			return (&url.URL{Fragment: string(n.Pointer())}).String()
		}
	}
	return o.target(n, bucket, by, at).ref()
}

// target is an object to be decoded. Unless it is a reference itself its value can be pointed to at once.
func (o *outside) target(n source.Node, bucket string, by *decoder, at source.Node) *target {
	key := targetKey{n, bucket}
	if t := o.targets[key]; t != nil {
		return t
	}
	t := &target{
		targetKey: key, by: by, at: at, object: reflect.New(typeOf[bucket]), name: fmt.Sprint("other-", len(o.targets)+1),
	}
	root := o.main.file.Root()
	for root.Get("components").Get(bucket).Get(t.name).Exists() || root.Get("paths").Get(t.name).Exists() {
		t.name += "-"
	}
	if bucket != pathItemBucket && !isRef(n) {
		value := t.object.Elem().FieldByName("Value")
		value.Set(reflect.New(value.Type().Elem()))
	}
	o.targets[key] = t
	o.queue = append(o.queue, t)
	d := o.decoder(n.File())
	d.targets = append(d.targets, t)
	return t
}

// isRef tells whether an object is a reference.
func isRef(n source.Node) bool {
	ref := n.Get("$ref")
	return ref.Kind() == source.String && ref.Text() != ""
}

// complete decodes what references lead to, and what the references in that lead to, until nothing new comes. Local references to
// anything but components are treated in the same way: kin-openapi would look for them in values that it has not decoded.
func (o *outside) complete(main *decoder) {
	o.decoders[main.l.file] = main
	for links, odd := 0, 0; ; {
		switch {
		case len(o.queue) > 0:
			t := o.queue[0]
			o.queue = o.queue[1:]
			o.decode(t)
		case links < len(main.links):
			o.divert(main, main.links[links])
			links++
		case odd < len(main.odd):
			o.divert(main, main.odd[odd].link)
			odd++
		default:
			return
		}
	}
}

// divert lets a reference within the document lead to a target, unless it leads to a component.
func (o *outside) divert(d *decoder, l link) {
	ref := l.object.FieldByName("Ref").String()
	_, known := l.component(ref)
	key := reference{ref, l.bucket}
	v := d.refs.verdicts[key]
	if known && l.bucket != pathItemBucket || !v.first.Exists() || d.leadsOut(ref, v.first) {
		return
	}
	if v.as == "" {
		v.as = o.reach(v.first, l.bucket, d, o.main.file.Root())
		d.refs.verdicts[key] = v
	}
	d.rewrites = append(d.rewrites, rewrite{l.object, ref, v.as})
}

// decode reads a target, unless too much has been read already.
func (o *outside) decode(t *target) {
	if o.values > maxOutsideValues {
		if !o.full {
			t.by.complain(t.at, CodeReference, verdict{
				message: fmt.Sprintf("more than %d values would be taken from other files; this reference is not followed any more", maxOutsideValues),
				hint:    "refer to whole objects rather than to parts of parts",
			})
		}
		o.full, t.by.refs.broken = true, true
		return
	}
	d := o.decoder(t.n.File())
	before := d.values
	object := t.object.Elem()
	if t.bucket == pathItemBucket || isRef(t.n) {
		d.value(t.n, object)
	} else {
		d.value(t.n, object.FieldByName("Value").Elem())
	}
	o.values += d.values - before
}

// decoder is that of a file.
func (o *outside) decoder(file *source.File) *decoder {
	d := o.decoders[file]
	if d == nil {
		main := o.decoders[o.main.file]
		d = &decoder{l: o.loadings[file], later: main.later, shapes: main.shapes, readers: main.readers}
		o.decoders[file] = d
		o.order = append(o.order, d)
	}
	return d
}

// schema is the schema that a node stands for, decoded or not yet.
func (o *outside) schema(n source.Node, by *decoder, at source.Node) *openapi3.Schema {
	if isRef(n) {
		return &openapi3.Schema{}
	}
	return o.target(n, "schemas", by, at).object.Interface().(*openapi3.SchemaRef).Value
}

// link makes components of the targets, and lets the references lead there. What it returns undoes that.
func (o *outside) link(t *openapi3.T) (undo func()) {
	components, paths := t.Components, t.Paths
	bare := openapi3.Components{}
	if components != nil {
		bare = *components
	}
	t.Components = &bare
	if paths == nil {
		t.Paths = openapi3.NewPaths()
	}
	o.eachDecoder(func(d *decoder) {
		for _, r := range d.rewrites {
			r.object.FieldByName("Ref").SetString(r.as)
		}
		d.linkSiblings()
	})
	fields := reflect.ValueOf(&bare).Elem()
	shape := o.decoders[o.main.file].shapes[fields.Type()]
	for _, g := range o.targets {
		if g.bucket == pathItemBucket {
			t.Paths.Set(g.name, g.object.Interface().(*openapi3.PathItem))
			continue
		}
		m := fields.Field(shape.fields[g.bucket])
		if m.IsNil() {
			m.Set(reflect.MakeMap(m.Type()))
		}
		m.SetMapIndex(reflect.ValueOf(g.name), g.object)
	}
	o.eachDecoder(func(d *decoder) { d.link(t) })
	unmark := o.markSchemas()
	return func() {
		for _, g := range o.targets {
			if g.bucket == pathItemBucket {
				t.Paths.Delete(g.name)
			} else {
				fields.Field(shape.fields[g.bucket]).SetMapIndex(reflect.ValueOf(g.name), reflect.Value{})
			}
		}
		t.Components, t.Paths = components, paths
		o.eachDecoder(func(d *decoder) {
			for _, r := range d.rewrites {
				r.object.FieldByName("Ref").SetString(r.written)
			}
		})
		unmark()
	}
}

// eachDecoder visits the decoders of all files.
func (o *outside) eachDecoder(visit func(*decoder)) {
	visit(o.decoders[o.main.file])
	for _, d := range o.order {
		visit(d)
	}
}

// failed tells whether something in another file has the wrong type.
func (o *outside) failed() bool {
	return slices.ContainsFunc(o.order, func(d *decoder) bool { return len(d.failed) > 0 })
}

// broken tells whether a reference in another file leads nowhere.
func (o *outside) broken() bool {
	return slices.ContainsFunc(o.order, func(d *decoder) bool { return d.refs.broken })
}

// requirements looks at the security requirements of operations in other files.
func (o *outside) requirements() {
	for _, d := range o.order {
		for _, t := range d.targets {
			switch t.bucket {
			case pathItemBucket:
				d.l.operationRequirements(t.n)
			case "callbacks":
				d.l.itemRequirements(t.n)
			}
		}
	}
}

// validate validates what has been taken from other files.
func (o *outside) validate() {
	for _, d := range o.order {
		v := newValidator(d.l, d)
		for _, t := range d.targets {
			v.target(t.n.Pointer(), t.object.Interface())
		}
		for _, b := range d.beside {
			v.schema(b.at, &openapi3.SchemaRef{Value: b.schema})
		}
	}
}

// target validates an object that references lead to.
func (v *validator) target(at source.Pointer, object any) {
	switch object := object.(type) {
	case *openapi3.CallbackRef:
		v.callback(at, object)
	case *openapi3.ExampleRef:
		v.example(at, object)
	case *openapi3.HeaderRef:
		v.header(at, object)
	case *openapi3.LinkRef:
		v.link(at, object)
	case *openapi3.ParameterRef:
		v.parameter(at, object)
	case *openapi3.RequestBodyRef:
		v.requestBody(at, object)
	case *openapi3.ResponseRef:
		v.response(at, object)
	case *openapi3.SchemaRef:
		v.schema(at, object)
	case *openapi3.SecuritySchemeRef:
		v.securityScheme(at, object)
	case *openapi3.PathItem:
		v.pathItem(at, object)
	}
}
