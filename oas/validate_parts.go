package oas

import (
	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/source"
)

// standIn stands for a schema that is visited on its own; nil for none.
func (v *validator) standIn(ref *openapi3.SchemaRef) *openapi3.SchemaRef {
	if ref == nil {
		return nil
	}
	return v.valid
}

// standIns is standIn for named schemas.
func (v *validator) standIns(refs openapi3.Schemas) openapi3.Schemas {
	if len(refs) == 0 {
		return nil
	}
	return openapi3.Schemas{"x": v.valid}
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
	eachNamed(at, content, v.mediaType)
}

func (v *validator) mediaType(at source.Pointer, media *openapi3.MediaType) {
	if media == nil {
		return
	}
	bare := *media
	bare.Schema, bare.ItemSchema, bare.Encoding = v.standIn(bare.Schema), v.standIn(bare.ItemSchema), nil
	v.check(at, &bare)
	v.part(at, "/schema", media.Schema)
	v.part(at, "/itemSchema", media.ItemSchema)
	eachNamed(at+"/encoding", media.Encoding, v.encoding)
}

func (v *validator) encoding(at source.Pointer, encoding *openapi3.Encoding) {
	if encoding == nil {
		return
	}
	bare := *encoding
	bare.Headers = nil
	v.check(at, &bare)
	eachNamed(at+"/headers", encoding.Headers, func(at source.Pointer, header *openapi3.HeaderRef) {
		if err := openapi3.ValidateIdentifier(at.Last()); err != nil {
			v.l.reportKey(CodeStructure, at, "%q cannot be the name of a header here", at.Last())
		}
		v.header(at, header)
	})
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
	v.own(at, s)
	v.list(at, "/oneOf", s.OneOf)
	v.list(at, "/anyOf", s.AnyOf)
	v.list(at, "/allOf", s.AllOf)
	v.list(at, "/prefixItems", s.PrefixItems)
	v.named(at, "/properties", s.Properties)
	v.named(at, "/patternProperties", s.PatternProperties)
	v.named(at, "/dependentSchemas", s.DependentSchemas)
	v.named(at, "/$defs", s.Defs)
	v.part(at, "/not", s.Not)
	v.part(at, "/items", s.Items)
	v.part(at, "/additionalProperties", s.AdditionalProperties.Schema)
	v.part(at, "/contains", s.Contains)
	v.part(at, "/propertyNames", s.PropertyNames)
	v.part(at, "/unevaluatedItems", s.UnevaluatedItems.Schema)
	v.part(at, "/unevaluatedProperties", s.UnevaluatedProperties.Schema)
	v.part(at, "/if", s.If)
	v.part(at, "/then", s.Then)
	v.part(at, "/else", s.Else)
	v.part(at, "/contentSchema", s.ContentSchema)
	v.docs(at, s.ExternalDocs)
}

// part, list and named make a pointer only where there is something to visit.

func (v *validator) part(at, member source.Pointer, ref *openapi3.SchemaRef) {
	if ref != nil && ref.Ref == "" {
		v.schema(at+member, ref)
	}
}

func (v *validator) list(at, member source.Pointer, refs openapi3.SchemaRefs) {
	for i, ref := range refs {
		if ref != nil && ref.Ref == "" {
			v.schema((at + member).Item(i), ref)
		}
	}
}

func (v *validator) named(at, member source.Pointer, refs openapi3.Schemas) {
	if len(refs) > 0 {
		eachNamed(at+member, refs, v.schema)
	}
}

// own validates a schema whose parts are valid: only its own fields can be wrong.
func (v *validator) own(at source.Pointer, s *openapi3.Schema) {
	v.scratch = *s
	bare := &v.scratch
	bare.OneOf, bare.AnyOf, bare.AllOf, bare.Properties, bare.ExternalDocs = nil, nil, nil, nil, nil
	if len(s.PrefixItems) > 0 {
		bare.PrefixItems = openapi3.SchemaRefs{v.valid}
	}
	bare.PatternProperties = v.standIns(s.PatternProperties)
	bare.DependentSchemas = v.standIns(s.DependentSchemas)
	bare.Defs = v.standIns(s.Defs)
	bare.AdditionalProperties.Schema = v.standIn(s.AdditionalProperties.Schema)
	bare.UnevaluatedItems.Schema = v.standIn(s.UnevaluatedItems.Schema)
	bare.UnevaluatedProperties.Schema = v.standIn(s.UnevaluatedProperties.Schema)
	for _, part := range [...]**openapi3.SchemaRef{
		&bare.Not, &bare.Items, &bare.Contains, &bare.PropertyNames, &bare.If, &bare.Then, &bare.Else, &bare.ContentSchema,
	} {
		*part = v.standIn(*part)
	}
	v.check(at, bare)
}
