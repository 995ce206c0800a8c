package oas

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// openAPI decodes, validates and resolves the OpenAPI part. What one step finds does not keep the next from looking at the rest, as
// far as its input can be trusted.
func (l *loading) openAPI() {
	later := strings.HasPrefix(l.file.Root().Get("openapi").Text(), "3.1")
	d := &decoder{l: l, later: later}
	t := d.decode()
	others := l.out
	if others == nil && d.mixesSchemas() {
		others = l.outside() // for the circles that markSchemas speaks of
	}
	if others != nil {
		others.complete(d)
		others.requirements()
	}
	l.operationIDs()
	l.requirements()

	written := t.OpenAPI
	t.OpenAPI = "3.0.4" // kin-openapi knows only published versions; Tyk itself writes 3.0.6
	if later {
		t.OpenAPI = "3.1.2"
	}
	defer func() { t.OpenAPI = written }()

	v := newValidator(l, d)
	v.document(t)
	v.pathItems("/components/pathItems", d.pathItems)
	for _, b := range d.beside {
		v.schema(b.at, &openapi3.SchemaRef{Value: b.schema})
	}
	broken := d.refs.broken
	if others == nil {
		if len(d.failed) > 0 {
			return
		}
		d.link(t)
	} else {
		others.validate()
		if len(d.failed) > 0 || others.failed() {
			return
		}
		broken = broken || others.broken()
		defer others.link(t)()
	}
	if l.resolve(t, broken) {
		v.paths(t)
		l.doc.OpenAPI = t
	}
}

// validationOptions are those of Tyk: examples and defaults are not looked at.
var validationOptions = []openapi3.ValidationOption{
	openapi3.EnableMultiError(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(),
}

// validation is a context for the Validate methods of kin-openapi's types.
func validation(later bool) context.Context {
	options := validationOptions
	if later {
		options = append(options[:len(options):len(options)], openapi3.IsOpenAPI31OrLater())
	}
	return openapi3.WithValidationOptions(context.Background(), options...)
}

var errOutside = errors.New("outside references are not followed")

// resolve lets kin-openapi follow the references. Those that lead nowhere have been reported and removed, so that it should find
// nothing to complain of but what hangs on them. It never reads a file.
func (l *loading) resolve(t *openapi3.T, broken bool) bool {
	loader := openapi3.NewLoader()
	loader.ReadFromURIFunc = func(*openapi3.Loader, *url.URL) ([]byte, error) { return nil, errOutside }
	err := loader.ResolveRefsIn(t, nil)
	if err != nil && !broken {
		l.report(CodeReference, l.blamed(err.Error()), "%s", firstLine(err.Error()))
	}
	return err == nil
}

// firstLine shortens a message of a library to something that can be read in a list.
func firstLine(message string) string {
	line, _, _ := strings.Cut(message, "\n")
	return strings.TrimSuffix(strings.TrimSpace(line), ".")
}
