package oas

import (
	"errors"
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
)

// kinMessage words an error of kin-openapi about a field that is or is not there: in our words where they are clearer, in
// kin-openapi's otherwise.
func kinMessage(err error, field string, there bool) string {
	var (
		required   *openapi3.RequiredFieldError
		version    *openapi3.FieldVersionMismatchError
		schemaType *openapi3.SchemaTypeError
		pattern    *openapi3.SchemaPatternRegexError
		in         *openapi3.InvalidParameterInError
		keyIn      *openapi3.APIKeyInInvalidError
		scheme     *openapi3.InvalidSecuritySchemeTypeError
	)
	switch {
	case errors.As(err, &required) && !there:
		return fmt.Sprintf("field %q is required", field)
	case errors.As(err, &required):
		return fmt.Sprintf("%s is empty", field)
	case errors.As(err, &version) && version.RemovedIn != "":
		return firstLine(err.Error())
	case errors.As(err, &version) && there:
		return fmt.Sprintf("%s, as written here, needs OpenAPI %s", field, version.MinVersion)
	case errors.As(err, &schemaType):
		return fmt.Sprintf("type is %q, which is no type of a schema", schemaType.Type)
	case errors.As(err, &pattern):
		return fmt.Sprintf("pattern %q is not a regular expression that Tyk can read", pattern.Pattern)
	case errors.As(err, &in):
		return notOneOf("in", in.Value, there, "path, query, header or cookie")
	case errors.As(err, &keyIn):
		return notOneOf("in", keyIn.Value, there, "query, header or cookie")
	case errors.As(err, &scheme):
		return notOneOf("type", scheme.Type, there, "apiKey, http, oauth2, openIdConnect or (OpenAPI 3.1) mutualTLS")
	}
	return firstLine(err.Error())
}

func notOneOf(field, value string, there bool, allowed string) string {
	if !there {
		return fmt.Sprintf("field %q is required: %s", field, allowed)
	}
	return fmt.Sprintf("%s is %q, expected %s", field, value, allowed)
}

// kinHint says what to do about an error of kin-openapi, where that is plain.
func kinHint(err error) string {
	var (
		schemaType *openapi3.SchemaTypeError
		pattern    *openapi3.SchemaPatternRegexError
		parameter  *openapi3.PathParameterRequiredError
		items      *openapi3.SchemaItemsRequired
		in         *openapi3.InvalidParameterInError
		scopes     *openapi3.OAuthFlowScopesRequired
	)
	switch {
	case errors.As(err, &schemaType):
		types := []string{"string", "number", "integer", "boolean", "array", "object", "null"}
		if near := nearest(schemaType.Type, types); near != "" && near != schemaType.Type {
			return fmt.Sprintf("did you mean %q?", near)
		}
		if schemaType.Type == "null" {
			return "write nullable: true beside another type, or use OpenAPI 3.1"
		}
		return "string, number, integer, boolean, array or object"
	case errors.As(err, &pattern):
		return "Go's regular expressions have no look-around and no back-references"
	case errors.As(err, &parameter):
		return "add required: true"
	case errors.As(err, &items):
		return "add items: {} if the list may hold anything"
	case errors.As(err, &in) && in.Value == "body", errors.As(err, &in) && in.Value == "formData":
		return "OpenAPI 3 has requestBody instead"
	case errors.As(err, &scopes):
		return "add scopes: {} if there are none"
	}
	return ""
}
