package oas

import (
	"context"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/source"
)

// validator validates every object of a document once, alone, and so knows where each error is. It hands kin-openapi's Validate
// methods a copy whose parts are replaced by something valid. Validating the document as a whole would not do: the errors name
// a path and a method at best, an operation or component yields one error at most, an error of a schema is repeated wherever
// the schema is used, and each use of a schema costs a walk through all that it leads to. A test holds that nothing that
// kin-openapi finds in the whole escapes the validator.
type validator struct {
	l       *loading
	ctx     context.Context
	excused map[source.Pointer]bool // objects that are incomplete for a reason that has been reported
	scratch openapi3.Schema
	valid   *openapi3.SchemaRef // stands for a schema that is visited on its own
}

func newValidator(l *loading, d *decoder) *validator {
	v := &validator{
		l: l, ctx: validation(d.later), excused: map[source.Pointer]bool{},
		valid: &openapi3.SchemaRef{Value: &openapi3.Schema{}},
	}
	for _, at := range d.failed {
		v.excused[at], v.excused[at.Parent()] = true, true
	}
	for _, at := range d.refs.dead {
		v.excused[at] = true
	}
	return v
}

// validatable is what kin-openapi's types have in common.
type validatable interface {
	Validate(context.Context, ...openapi3.ValidationOption) error
}

// check validates a single object.
func (v *validator) check(at source.Pointer, object validatable) {
	if err := object.Validate(v.ctx); err != nil && !v.excused[at] {
		v.each(at, err)
	}
}

// each reports every error of a tree of errors at a pointer.
func (v *validator) each(at source.Pointer, err error) {
	many, ok := err.(openapi3.MultiError) //nolint:errorlint // its As would find one of many
	if !ok {
		v.l.kinError(at, unwrapped(err))
		return
	}
	for _, e := range many {
		v.each(at, e)
	}
}

// eachNamed visits the values of a map in the order of their names.
func eachNamed[T any](at source.Pointer, m map[string]T, visit func(source.Pointer, T)) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		visit(at.Child(name), m[name])
	}
}
