package oas

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// unwrapped removes from an error of kin-openapi everything that only says where it is.
func unwrapped(err error) error {
	for {
		switch err.(type) { //nolint:errorlint // one layer is removed at a time
		case *openapi3.SectionValidationError, *openapi3.PathValidationError, *openapi3.OperationValidationError,
			*openapi3.ComponentValidationError, *openapi3.ExternalDocsURLValidationError,
			*openapi3.HeaderFieldValidationError, *openapi3.MediaTypeExampleValidationError,
			*openapi3.MediaTypeEncodingValidationError, *openapi3.WebhookValidationError,
			*openapi3.ParameterFieldValidationError, *openapi3.ParameterExampleValidationError,
			*openapi3.SecuritySchemeFlowValidationError, *openapi3.OAuthFlowValidationError,
			*openapi3.SchemaCombinatorElementValidationError, *openapi3.TagValidationError:
			err = errors.Unwrap(err)
		default:
			return err
		}
	}
}

// kinError reports an error of kin-openapi about an object, at the member it speaks of.
func (l *loading) kinError(at source.Pointer, err error) {
	var extra *openapi3.ExtraSiblingFieldsError
	if errors.As(err, &extra) {
		return // reported by the decoder
	}
	field, isKey := faultyField(err)
	code := CodeStructure
	var duplicate *openapi3.DuplicateParameterError
	var optional *openapi3.PathParameterRequiredError
	if errors.As(err, &optional) || errors.As(err, &duplicate) && duplicate.In == "path" {
		code = CodePathParameter
	}
	member := at
	if n, ok := l.file.Lookup(at); ok && field != "" && n.Get(field).Exists() {
		member = at.Child(field)
	}
	var d *diag.Diagnostic
	if isKey && member != at {
		d = l.reportKey(code, member, "%s", kinMessage(err, field, member != at))
	} else {
		d = l.report(code, member, "%s", kinMessage(err, field, member != at))
	}
	d.Hint = kinHint(err)
	l.kinFix(d, at, err)
}

// kinFix offers what kinHint says, where that is one thing.
func (l *loading) kinFix(d *diag.Diagnostic, at source.Pointer, err error) {
	var (
		schemaType *openapi3.SchemaTypeError
		parameter  *openapi3.PathParameterRequiredError
		scopes     *openapi3.OAuthFlowScopesRequired
	)
	object, _ := l.file.Lookup(at)
	switch {
	case errors.As(err, &schemaType):
		if meant := typeWord(schemaType.Type); meant != "" {
			e, ok := object.Get("type").ReplaceText(meant)
			d.Offer(fmt.Sprintf("write %q", meant), e, ok)
		}
	case errors.As(err, &parameter) && object.Get("required").Exists():
		e, ok := object.Get("required").ReplaceValue("true")
		d.OfferSafe("write required: true", e, ok)
	case errors.As(err, &parameter):
		e, ok := object.InsertMember("required", "true", false)
		d.OfferSafe("add required: true", e, ok)
	case errors.As(err, &scopes):
		e, ok := object.InsertMember("scopes", "{}", false)
		d.Offer("add scopes: {}", e, ok)
	}
}

var quotedField = regexp.MustCompile(`^field ['"]([A-Za-z]+)['"]`)

// faultyField is the member of the object that an error is about, if it says so, and whether it should not be there at all.
func faultyField(err error) (field string, isKey bool) {
	var (
		required  *openapi3.RequiredFieldError
		version   *openapi3.FieldVersionMismatchError
		forbidden *openapi3.ForbiddenFieldError
		either    *openapi3.MutuallyExclusiveFieldsError
		one       *openapi3.ExactlyOneFieldError
		overlap   *openapi3.ContentKeysOverlapError
		flow      *openapi3.OAuthFlowFieldValidationError
	)
	switch {
	case errors.As(err, &required):
		return required.Field[strings.LastIndexByte(required.Field, '.')+1:], false
	case errors.As(err, &version):
		return version.Field, true
	case errors.As(err, &forbidden):
		return forbidden.Field, true
	case errors.As(err, &either):
		return either.Field2, true
	case errors.As(err, &one) && len(one.Fields) > 1:
		return one.Fields[1], true
	case errors.As(err, &overlap):
		return "content", true
	case errors.As(err, &flow):
		return flow.Field, false
	}
	if m := quotedField.FindStringSubmatch(err.Error()); m != nil {
		return m[1], false
	}
	return scalarField(err), false
}

// scalarField is faultyField for errors whose type stands for one field.
func scalarField(err error) string {
	var (
		schemaType *openapi3.SchemaTypeError
		pattern    *openapi3.SchemaPatternRegexError
		in         *openapi3.InvalidParameterInError
		keyIn      *openapi3.APIKeyInInvalidError
		scheme     *openapi3.InvalidSecuritySchemeTypeError
		http       *openapi3.InvalidHTTPSchemeError
		style      *openapi3.InvalidSerializationMethodError
		template   *openapi3.ServerURLTemplateError
		required   *openapi3.DuplicateRequiredFieldError
		encoding   *openapi3.InvalidEncodingContentTypeError
		tag        *openapi3.DuplicateTagError
		parameter  *openapi3.DuplicateParameterError
		address    *url.Error
	)
	switch {
	case errors.As(err, &schemaType), errors.As(err, &scheme):
		return "type"
	case errors.As(err, &pattern):
		return "pattern"
	case errors.As(err, &in), errors.As(err, &keyIn):
		return "in"
	case errors.As(err, &http):
		return "scheme"
	case errors.As(err, &style):
		return "style"
	case errors.As(err, &template), errors.As(err, &address):
		return "url"
	case errors.As(err, &required):
		return "required"
	case errors.As(err, &encoding):
		return "contentType"
	case errors.As(err, &tag), errors.As(err, &parameter):
		return "name"
	}
	return ""
}
