package oas

import (
	"context"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/source"
)

// document visits everything that a document holds itself. What is behind a reference is visited where it stands.
func (v *validator) document(t *openapi3.T) {
	bare := openapi3.T{OpenAPI: t.OpenAPI, JSONSchemaDialect: t.JSONSchemaDialect}
	if t.Info != nil {
		bare.Info = &openapi3.Info{Title: "x", Version: "x"}
	}
	if t.Paths != nil {
		bare.Paths = &openapi3.Paths{}
	}
	if t.Webhooks != nil {
		bare.Webhooks = map[string]*openapi3.PathItem{}
	}
	v.check("", documentOf{&bare})
	v.info("/info", t.Info)
	v.servers("/servers", t.Servers)
	v.tags("/tags", t.Tags)
	v.docs("", t.ExternalDocs)
	if t.Components != nil {
		v.components("/components", t.Components)
	}
	v.pathItems("/paths", t.Paths.Map())
	v.pathItems("/webhooks", t.Webhooks)
}

// documentOf gives a document the options that its Validate does not take from the context.
type documentOf struct{ t *openapi3.T }

// Validate is that of the document.
func (d documentOf) Validate(ctx context.Context, _ ...openapi3.ValidationOption) error {
	return d.t.Validate(ctx, validationOptions...)
}

func (v *validator) info(at source.Pointer, info *openapi3.Info) {
	if info == nil {
		return
	}
	bare := *info
	bare.Contact, bare.License = nil, nil
	v.check(at, &bare)
	if info.License != nil {
		v.check(at+"/license", info.License)
	}
}

func (v *validator) docs(at source.Pointer, docs *openapi3.ExternalDocs) {
	if docs != nil {
		v.check(at+"/externalDocs", docs)
	}
}

func (v *validator) servers(at source.Pointer, servers openapi3.Servers) {
	for i, s := range servers {
		if s == nil {
			s = &openapi3.Server{}
		}
		bare := *s
		bare.Variables = make(openapi3.ServerVariables, len(s.Variables))
		for name, variable := range s.Variables {
			bare.Variables[name] = &openapi3.ServerVariable{Default: "x"}
			if variable == nil || variable.Default == "" {
				v.check(at.Item(i)+"/variables"+source.Pointer("").Child(name), variable)
			}
		}
		v.check(at.Item(i), &bare)
	}
}

func (v *validator) tags(at source.Pointer, tags openapi3.Tags) {
	seen := map[string]bool{}
	for i, tag := range tags {
		if tag == nil {
			continue
		}
		if tag.Name != "" && seen[tag.Name] {
			v.each(at.Item(i), &openapi3.DuplicateTagError{Name: tag.Name})
		}
		seen[tag.Name] = true
		v.docs(at.Item(i), tag.ExternalDocs)
	}
}

// components visits the components. Their names are checked here as well.
func (v *validator) components(at source.Pointer, c *openapi3.Components) {
	eachComponent(v, at+"/schemas", c.Schemas, v.schema)
	eachComponent(v, at+"/parameters", c.Parameters, v.parameter)
	eachComponent(v, at+"/requestBodies", c.RequestBodies, v.requestBody)
	eachComponent(v, at+"/responses", c.Responses, v.response)
	eachComponent(v, at+"/headers", c.Headers, v.header)
	eachComponent(v, at+"/securitySchemes", c.SecuritySchemes, v.securityScheme)
	eachComponent(v, at+"/examples", c.Examples, v.example)
	eachComponent(v, at+"/links", c.Links, v.link)
	eachComponent(v, at+"/callbacks", c.Callbacks, v.callback)
}

// eachComponent visits the components of one kind.
func eachComponent[T any](v *validator, at source.Pointer, m map[string]T, visit func(source.Pointer, T)) {
	eachNamed(at, m, func(at source.Pointer, component T) {
		if err := openapi3.ValidateIdentifier(at.Last()); err != nil {
			v.l.reportKey(CodeStructure, at, "%q cannot be the name of a component", at.Last()).
				Hint = "use letters, digits, dots, hyphens and underscores only"
		}
		visit(at, component)
	})
}

func (v *validator) pathItems(at source.Pointer, items map[string]*openapi3.PathItem) {
	eachNamed(at, items, v.pathItem)
}

// pathItem visits a path item and its operations. kin-openapi asks for a value where a webhook is null.
func (v *validator) pathItem(at source.Pointer, item *openapi3.PathItem) {
	if item == nil {
		v.l.report(CodeStructure, at, "%s is null, expected an object", at.Last())
		return
	}
	if item.Ref != "" {
		return
	}
	bare := openapi3.PathItem{}
	if item.Query != nil {
		bare.Query = validOperation()
	}
	for method := range item.AdditionalOperations {
		bare.SetOperation(method, validOperation())
	}
	v.check(at, &bare)
	v.parameters(at+"/parameters", item.Parameters)
	for method := range methods {
		if op := item.GetOperation(strings.ToUpper(method)); op != nil {
			v.operation(at.Child(method), op)
		}
	}
}

func validOperation() *openapi3.Operation {
	return &openapi3.Operation{Responses: validResponses()}
}

func validResponses() *openapi3.Responses {
	description := "x"
	return openapi3.NewResponses(
		openapi3.WithStatus(200, &openapi3.ResponseRef{Value: &openapi3.Response{Description: &description}}))
}

func (v *validator) operation(at source.Pointer, op *openapi3.Operation) {
	bare := openapi3.Operation{Responses: op.Responses}
	if op.Responses.Len() > 0 {
		bare.Responses = validResponses()
	}
	v.check(at, &bare)
	v.parameters(at+"/parameters", op.Parameters)
	v.requestBody(at+"/requestBody", op.RequestBody)
	eachNamed(at+"/responses", op.Responses.Map(), v.response)
	eachNamed(at+"/callbacks", op.Callbacks, v.callback)
	v.docs(at, op.ExternalDocs)
}

func (v *validator) callback(at source.Pointer, ref *openapi3.CallbackRef) {
	if ref != nil && ref.Ref == "" && ref.Value != nil {
		v.pathItems(at, ref.Value.Map())
	}
}

func (v *validator) parameters(at source.Pointer, list openapi3.Parameters) {
	var seen []string
	for i, ref := range list {
		if ref != nil && ref.Value != nil {
			key := ref.Value.In + ":" + ref.Value.Name
			if slices.Contains(seen, key) && !v.excused[at.Item(i)] {
				v.each(at.Item(i), &openapi3.DuplicateParameterError{In: ref.Value.In, Name: ref.Value.Name})
			}
			seen = append(seen, key)
		}
		v.parameter(at.Item(i), ref)
	}
}

func (v *validator) parameter(at source.Pointer, ref *openapi3.ParameterRef) {
	if ref == nil || ref.Ref != "" || ref.Value == nil {
		return
	}
	bare := *ref.Value
	bare.Schema, bare.Content = v.standIn(bare.Schema), validContent(bare.Content)
	v.check(at, &bare)
	v.part(at, "/schema", ref.Value.Schema)
	v.content(at+"/content", ref.Value.Content)
}

func (v *validator) header(at source.Pointer, ref *openapi3.HeaderRef) {
	if ref == nil || ref.Ref != "" || ref.Value == nil {
		return
	}
	bare := *ref.Value
	bare.Schema, bare.Content = v.standIn(bare.Schema), validContent(bare.Content)
	v.check(at, &bare)
	v.part(at, "/schema", ref.Value.Schema)
	v.content(at+"/content", ref.Value.Content)
}

func (v *validator) requestBody(at source.Pointer, ref *openapi3.RequestBodyRef) {
	if ref == nil || ref.Ref != "" || ref.Value == nil {
		return
	}
	v.check(at, &openapi3.RequestBody{Content: validContent(ref.Value.Content)})
	v.content(at+"/content", ref.Value.Content)
}

func (v *validator) response(at source.Pointer, ref *openapi3.ResponseRef) {
	if ref == nil || ref.Ref != "" || ref.Value == nil {
		return
	}
	v.check(at, &openapi3.Response{Description: ref.Value.Description})
	v.content(at+"/content", ref.Value.Content)
	eachNamed(at+"/headers", ref.Value.Headers, v.header)
	eachNamed(at+"/links", ref.Value.Links, v.link)
}

func (v *validator) example(at source.Pointer, ref *openapi3.ExampleRef) {
	if ref != nil && ref.Ref == "" && ref.Value != nil {
		v.check(at, ref.Value)
	}
}

func (v *validator) link(at source.Pointer, ref *openapi3.LinkRef) {
	if ref != nil && ref.Ref == "" && ref.Value != nil {
		v.check(at, ref.Value)
	}
}
