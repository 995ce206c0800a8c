package oas

import "strings"

// form is what kind of value stands somewhere in an OpenAPI document, as far as references need it. A nil form is one that holds none: a $ref in
// an example is data.
type form struct {
	bucket     string           // the member of components that holds such objects; "" where OpenAPI allows no $ref
	item       bool             // a path item: a $ref is allowed, but OpenAPI 3.0 has no component for what it leads to
	members    map[string]*form // by name
	others     *form            // members with any other name
	extensible bool             // but those whose name begins with x-
	items      *form            // of a list
	role       role
}

// role is what the text of a value means besides.
type role uint8

const (
	mappingRole role = iota + 1 // a schema, by name or reference
	linkRole                    // a reference to an operation
)

// of is the form of a member.
func (f *form) of(key string) *form {
	if m, ok := f.members[key]; ok {
		return m
	}
	if f.extensible && strings.HasPrefix(key, "x-") {
		return nil
	}
	return f.others
}

func mapOf(f *form) *form  { return &form{others: f} }
func listOf(f *form) *form { return &form{items: f} }

// formOf is the form of the objects of a bucket.
func formOf(bucket string) *form { return componentsForm.members[bucket].others }

var componentsForm = documentForm.members["components"]

// documentForm is that of a whole document, OpenAPI 3.0 and 3.1.
var documentForm = func() *form {
	leaf := &form{}
	schema := schemaForm(leaf)
	header, parameter := &form{bucket: "headers"}, &form{bucket: "parameters"}
	example := &form{bucket: "examples"}
	media := mapOf(&form{members: map[string]*form{
		"schema": schema, "examples": mapOf(example), "encoding": mapOf(&form{members: map[string]*form{"headers": mapOf(header)}}),
	}})
	header.members = map[string]*form{"schema": schema, "examples": mapOf(example), "content": media}
	parameter.members = header.members
	body := &form{bucket: "requestBodies", members: map[string]*form{"content": media}}
	server := &form{members: map[string]*form{"variables": mapOf(leaf)}}
	link := &form{bucket: "links", members: map[string]*form{"server": server, "operationRef": {role: linkRole}}}
	response := &form{bucket: "responses", members: map[string]*form{"headers": mapOf(header), "content": media, "links": mapOf(link)}}
	item := &form{item: true}
	callback := &form{bucket: "callbacks", others: item, extensible: true}
	operation := &form{members: map[string]*form{
		"externalDocs": leaf, "parameters": listOf(parameter), "requestBody": body, "callbacks": mapOf(callback), "servers": listOf(server),
		"responses": {others: response, extensible: true},
	}}
	item.members = map[string]*form{"parameters": listOf(parameter), "servers": listOf(server)}
	for _, method := range []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"} {
		item.members[method] = operation
	}
	components := map[string]*form{
		"securitySchemes": mapOf(&form{bucket: "securitySchemes", members: map[string]*form{"flows": mapOf(leaf)}}), pathItemBucket: mapOf(item),
	}
	for _, f := range []*form{schema, response, parameter, example, body, header, link, callback} {
		components[f.bucket] = mapOf(f)
	}
	return &form{members: map[string]*form{
		"info": {members: map[string]*form{"contact": leaf, "license": leaf}}, "externalDocs": leaf,
		"servers": listOf(server), "tags": listOf(&form{members: map[string]*form{"externalDocs": leaf}}),
		"paths": {others: item, extensible: true}, "webhooks": mapOf(item), "components": {members: components},
	}}
}()

// schemaForm is that of a schema, which holds others.
func schemaForm(leaf *form) *form {
	schema := &form{bucket: "schemas"}
	schema.members = map[string]*form{
		"externalDocs": leaf, "xml": leaf,
		"discriminator": {members: map[string]*form{"mapping": {others: &form{role: mappingRole}}}},
	}
	for _, key := range []string{"oneOf", "anyOf", "allOf", "prefixItems"} {
		schema.members[key] = listOf(schema)
	}
	for _, key := range []string{"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"} {
		schema.members[key] = mapOf(schema)
	}
	for _, key := range []string{
		"not", "items", "additionalProperties", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "if", "then", "else", "contentSchema",
	} {
		schema.members[key] = schema
	}
	return schema
}
