package oas

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/source"
)

// document goes through everything that a document holds itself. What is behind a reference is visited where it stands.
func (v *validator) document(t *openapi3.T) {
	bare := openapi3.T{
		OpenAPI: t.OpenAPI, Info: t.Info, Paths: t.Paths, Webhooks: t.Webhooks, JSONSchemaDialect: t.JSONSchemaDialect,
	}
	if bare.Info != nil {
		bare.Info = &openapi3.Info{Title: "x", Version: "x"}
	}
	if bare.Paths != nil {
		bare.Paths = &openapi3.Paths{}
	}
	for name := range bare.Webhooks {
		bare.Webhooks = map[string]*openapi3.PathItem{name: {}}
	}
	v.check("", validatorFunc(func() error { return bare.Validate(v.ctx, validationOptions...) }))
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
	eachNamed(v, at+"/schemas", c.Schemas, v.schema)
	eachNamed(v, at+"/parameters", c.Parameters, v.parameter)
	eachNamed(v, at+"/requestBodies", c.RequestBodies, v.requestBody)
	eachNamed(v, at+"/responses", c.Responses, v.response)
	eachNamed(v, at+"/headers", c.Headers, v.header)
	eachNamed(v, at+"/securitySchemes", c.SecuritySchemes, v.securityScheme)
	eachNamed(v, at+"/examples", c.Examples, func(at source.Pointer, ref *openapi3.ExampleRef) {
		if ref != nil && ref.Ref == "" && ref.Value != nil {
			v.check(at, ref.Value)
		}
	})
	eachNamed(v, at+"/links", c.Links, v.link)
	eachNamed(v, at+"/callbacks", c.Callbacks, v.callback)
}

// eachNamed visits the components of one kind.
func eachNamed[T any](v *validator, at source.Pointer, m map[string]T, visit func(source.Pointer, T)) {
	for name, component := range m {
		if err := openapi3.ValidateIdentifier(name); err != nil {
			v.l.reportKey(CodeStructure, at.Child(name), "%q cannot be the name of a component", name).
				Hint = "use letters, digits, dots, hyphens and underscores only"
		}
		visit(at.Child(name), component)
	}
}

func (v *validator) pathItems(at source.Pointer, items map[string]*openapi3.PathItem) {
	for path, item := range items {
		if item == nil || item.Ref != "" {
			continue
		}
		v.parameters(at.Child(path)+"/parameters", item.Parameters)
		bare := openapi3.PathItem{}
		if item.Query != nil {
			bare.Query = validOperation()
		}
		for method := range item.AdditionalOperations {
			bare.SetOperation(method, validOperation())
		}
		v.check(at.Child(path), &bare)
		eachOperation(v.node(at.Child(path)), func(method string, n source.Node) {
			if op := item.GetOperation(method); op != nil {
				v.operation(n.Pointer(), op)
			}
		})
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

func (v *validator) node(at source.Pointer) source.Node {
	n, _ := v.l.file.Lookup(at)
	return n
}

func (v *validator) operation(at source.Pointer, op *openapi3.Operation) {
	bare := openapi3.Operation{Responses: op.Responses}
	if op.Responses.Len() > 0 {
		bare.Responses = validResponses()
	}
	v.check(at, &bare)
	v.parameters(at+"/parameters", op.Parameters)
	v.requestBody(at+"/requestBody", op.RequestBody)
	for status, response := range op.Responses.Map() {
		v.response((at + "/responses").Child(status), response)
	}
	for name, callback := range op.Callbacks {
		v.callback((at + "/callbacks").Child(name), callback)
	}
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
			if slices.Contains(seen, key) && !v.excused(at.Item(i)) {
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
	bare.Schema, bare.Content = validSchema(bare.Schema), validContent(bare.Content)
	v.check(at, &bare)
	v.schema(at+"/schema", ref.Value.Schema)
	v.content(at+"/content", ref.Value.Content)
}

func (v *validator) header(at source.Pointer, ref *openapi3.HeaderRef) {
	if ref == nil || ref.Ref != "" || ref.Value == nil {
		return
	}
	bare := *ref.Value
	bare.Schema, bare.Content = validSchema(bare.Schema), validContent(bare.Content)
	v.check(at, &bare)
	v.schema(at+"/schema", ref.Value.Schema)
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
	for name, header := range ref.Value.Headers {
		v.header((at + "/headers").Child(name), header)
	}
	for name, link := range ref.Value.Links {
		v.link((at + "/links").Child(name), link)
	}
}

func (v *validator) link(at source.Pointer, ref *openapi3.LinkRef) {
	if ref != nil && ref.Ref == "" && ref.Value != nil {
		v.check(at, ref.Value)
	}
}
