package oas

import (
	"context"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/source"
)

// validatorFunc lets a function be checked as an object.
type validatorFunc func() error

// Validate calls the function.
func (f validatorFunc) Validate(_ context.Context, _ ...openapi3.ValidationOption) error { return f() }

// validSchema stands for a schema that is visited on its own; nil for none.
func validSchema(ref *openapi3.SchemaRef) *openapi3.SchemaRef {
	if ref == nil {
		return nil
	}
	return &openapi3.SchemaRef{Value: &openapi3.Schema{}}
}

func validSchemas(refs openapi3.SchemaRefs) openapi3.SchemaRefs {
	if len(refs) == 0 {
		return nil
	}
	return openapi3.SchemaRefs{validSchema(refs[0])}
}

func validNamed(refs openapi3.Schemas) openapi3.Schemas {
	if len(refs) == 0 {
		return nil
	}
	return openapi3.Schemas{"x": {Value: &openapi3.Schema{}}}
}

// validContent keeps the media types of a content and drops what they hold.
func validContent(content openapi3.Content) openapi3.Content {
	if content == nil {
		return nil
	}
	bare := make(openapi3.Content, len(content))
	for name := range content {
		bare[name] = nil
	}
	return bare
}

func (v *validator) content(at source.Pointer, content openapi3.Content) {
	for name, media := range content {
		if media == nil {
			continue
		}
		here := at.Child(name)
		bare := *media
		bare.Schema, bare.ItemSchema, bare.Encoding = validSchema(bare.Schema), validSchema(bare.ItemSchema), nil
		v.check(here, &bare)
		v.schema(here+"/schema", media.Schema)
		v.schema(here+"/itemSchema", media.ItemSchema)
		for field, encoding := range media.Encoding {
			v.encoding((here + "/encoding").Child(field), encoding)
		}
	}
}

func (v *validator) encoding(at source.Pointer, encoding *openapi3.Encoding) {
	if encoding == nil {
		return
	}
	bare := *encoding
	bare.Headers = nil
	v.check(at, &bare)
	for name, header := range encoding.Headers {
		v.header((at + "/headers").Child(name), header)
	}
}

func (v *validator) securityScheme(at source.Pointer, ref *openapi3.SecuritySchemeRef) {
	if ref == nil || ref.Ref != "" || ref.Value == nil {
		return
	}
	bare := *ref.Value
	flows := bare.Flows
	if flows != nil {
		bare.Flows = &openapi3.OAuthFlows{}
	}
	v.check(at, &bare)
	if flows == nil {
		return
	}
	v.check(at+"/flows/implicit", &openapi3.OAuthFlows{Implicit: flows.Implicit})
	v.check(at+"/flows/password", &openapi3.OAuthFlows{Password: flows.Password})
	v.check(at+"/flows/clientCredentials", &openapi3.OAuthFlows{ClientCredentials: flows.ClientCredentials})
	v.check(at+"/flows/authorizationCode", &openapi3.OAuthFlows{AuthorizationCode: flows.AuthorizationCode})
}

// schema visits a schema and the schemas within it.
func (v *validator) schema(at source.Pointer, ref *openapi3.SchemaRef) {
	if ref == nil || ref.Ref != "" || ref.Value == nil {
		return
	}
	s := ref.Value
	v.check(at, bareSchema(s))
	v.schemaList(at+"/oneOf", s.OneOf)
	v.schemaList(at+"/anyOf", s.AnyOf)
	v.schemaList(at+"/allOf", s.AllOf)
	v.schemaList(at+"/prefixItems", s.PrefixItems)
	v.schemaMap(at+"/properties", s.Properties)
	v.schemaMap(at+"/patternProperties", s.PatternProperties)
	v.schemaMap(at+"/dependentSchemas", s.DependentSchemas)
	v.schemaMap(at+"/$defs", s.Defs)
	v.schema(at+"/not", s.Not)
	v.schema(at+"/items", s.Items)
	v.schema(at+"/additionalProperties", s.AdditionalProperties.Schema)
	v.schema(at+"/contains", s.Contains)
	v.schema(at+"/propertyNames", s.PropertyNames)
	v.schema(at+"/unevaluatedItems", s.UnevaluatedItems.Schema)
	v.schema(at+"/unevaluatedProperties", s.UnevaluatedProperties.Schema)
	v.schema(at+"/if", s.If)
	v.schema(at+"/then", s.Then)
	v.schema(at+"/else", s.Else)
	v.schema(at+"/contentSchema", s.ContentSchema)
	v.docs(at, s.ExternalDocs)
}

func (v *validator) schemaList(at source.Pointer, list openapi3.SchemaRefs) {
	for i, ref := range list {
		v.schema(at.Item(i), ref)
	}
}

func (v *validator) schemaMap(at source.Pointer, m openapi3.Schemas) {
	for name, ref := range m {
		v.schema(at.Child(name), ref)
	}
}

// bareSchema is a schema whose parts are valid: only its own fields can be wrong.
func bareSchema(s *openapi3.Schema) *openapi3.Schema {
	bare := *s
	bare.OneOf, bare.AnyOf, bare.AllOf, bare.Properties, bare.ExternalDocs = nil, nil, nil, nil, nil
	bare.PrefixItems = validSchemas(s.PrefixItems)
	bare.PatternProperties = validNamed(s.PatternProperties)
	bare.DependentSchemas = validNamed(s.DependentSchemas)
	bare.Defs = validNamed(s.Defs)
	bare.AdditionalProperties.Schema = validSchema(s.AdditionalProperties.Schema)
	bare.UnevaluatedItems.Schema = validSchema(s.UnevaluatedItems.Schema)
	bare.UnevaluatedProperties.Schema = validSchema(s.UnevaluatedProperties.Schema)
	for _, part := range []**openapi3.SchemaRef{
		&bare.Not, &bare.Items, &bare.Contains, &bare.PropertyNames, &bare.If, &bare.Then, &bare.Else, &bare.ContentSchema,
	} {
		*part = validSchema(*part)
	}
	return &bare
}
