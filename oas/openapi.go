package oas

import (
	"context"
	"encoding/json"

	"github.com/getkin/kin-openapi/openapi3"
)

// openAPI decodes, resolves and validates the OpenAPI part.
func (l *loading) openAPI() {
	t := &openapi3.T{}
	if err := json.Unmarshal(l.file.JSON(), t); err != nil {
		l.report(CodeStructure, "", "%v", err)
		return
	}
	loader := openapi3.NewLoader()
	if err := loader.ResolveRefsIn(t, nil); err != nil {
		l.report(CodeReference, "", "%v", err)
		return
	}
	err := t.Validate(context.Background(), openapi3.EnableMultiError(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation())
	if err != nil {
		l.report(CodeStructure, "", "%v", err)
	}
	l.doc.OpenAPI = t
}
