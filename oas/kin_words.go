package oas

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/typo"
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
		twice      *openapi3.DuplicateRequiredFieldError
		address    *url.Error
		forbidden  *openapi3.ForbiddenFieldError
	)
	switch {
	case errors.As(err, &address):
		return fmt.Sprintf("%s is %q, which is not a URL: %s", field, address.URL, strings.TrimPrefix(address.Err.Error(), "net/url: "))
	case errors.As(err, &forbidden) && there:
		return fmt.Sprintf("%s does not belong here", field)
	case errors.As(err, &twice):
		return fmt.Sprintf("required lists %q twice", twice.Field)
	case errors.As(err, &required) && !there:
		return fmt.Sprintf("field %q is required", field)
	case errors.As(err, &required):
		return fmt.Sprintf("%s is empty", field)
	case errors.As(err, &version) && version.RemovedIn != "":
		return fmt.Sprintf("%s is a boolean, which is not OpenAPI %s any more", field, version.RemovedIn)
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
		version    *openapi3.FieldVersionMismatchError
		undeclared *openapi3.ServerURLUndeclaredVariables
	)
	switch {
	case errors.As(err, &schemaType):
		return typeWordHint(schemaType.Type)
	case errors.As(err, &pattern):
		return "Go's regular expressions have no look-around and no back-references"
	case errors.As(err, &parameter):
		return "add required: true"
	case errors.As(err, &items):
		return "add items: {} if the list may hold anything"
	case errors.As(err, &in) && in.Value == "body", errors.As(err, &in) && in.Value == "formData":
		return "OpenAPI 3 has requestBody instead"
	case errors.As(err, &version) && version.RemovedIn != "":
		return "write the bound itself here, in place of minimum or maximum"
	case errors.As(err, &version) && version.Field == "type":
		return "write a single type, and nullable: true if null is one of them"
	case errors.As(err, &undeclared):
		return "describe each name in braces under variables"
	case errors.As(err, &scopes):
		return "add scopes: {} if there are none"
	}
	return ""
}

// typeWords are the types of other languages.
var typeWords = map[string]string{
	"int": "integer", "int32": "integer", "int64": "integer", "long": "integer", "float": "number", "double": "number",
	"decimal": "number", "bool": "boolean", "str": "string", "text": "string", "list": "array", "map": "object", "dict": "object",
}

// typeWord is the type of a schema that a word may mean, or "".
func typeWord(word string) string {
	if near := typeWords[strings.ToLower(word)]; near != "" || word == "null" {
		return near
	}
	return typo.Meant(word, []string{"string", "number", "integer", "boolean", "array", "object"})
}

// typeWordHint says what a word that is no type of a schema may mean.
func typeWordHint(word string) string {
	if word == "null" {
		return "write nullable: true beside another type, or use OpenAPI 3.1"
	}
	if near := typeWord(word); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "the types are string, number, integer, boolean, array and object"
}
