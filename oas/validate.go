package oas

import (
	"context"
	"errors"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/source"
)

// validator finds out where the errors are that kin-openapi's Validate speaks of. Its errors name a path and a method at best, it
// reports one error for each operation or component, and repeats an error of a component wherever that is used. So once Validate
// has found anything, the validator goes through the document itself, and lets kin-openapi validate each object alone: a copy
// of which all parts are replaced by something valid.
type validator struct {
	l      *loading
	ctx    context.Context
	failed []source.Pointer // values of the wrong type, which have been reported
	dead   []source.Pointer // references that lead nowhere, which have been reported
	said   map[string]bool  // messages reported at their exact place
}

// validatable is what kin-openapi's types have in common.
type validatable interface {
	Validate(context.Context, ...openapi3.ValidationOption) error
}

// check validates a single object. What it says of its parts has to be made impossible by the caller.
func (v *validator) check(at source.Pointer, object validatable) {
	if err := object.Validate(v.ctx); err != nil && !v.excused(at) {
		v.each(at, err)
	}
}

// each reports every error of a tree of errors at a pointer.
func (v *validator) each(at source.Pointer, err error) {
	if many, ok := err.(openapi3.MultiError); ok { //nolint:errorlint // its As would find one of many
		for _, e := range many {
			v.each(at, e)
		}
		return
	}
	leaf := unwrapped(err)
	if said := v.l.kinError(at, leaf); said {
		if v.said == nil {
			v.said = map[string]bool{}
		}
		v.said[leaf.Error()] = true
	}
}

// excused tells whether an object is incomplete for a reason that has been reported.
func (v *validator) excused(at source.Pointer) bool {
	return slices.Contains(v.dead, at) || slices.ContainsFunc(v.failed, func(p source.Pointer) bool {
		return p == at || p.Parent() == at
	})
}

// rest reports what Validate has found and the validator has not: errors between objects, and anything it does not know of.
func (v *validator) rest(err error) {
	var many openapi3.MultiError
	if !errors.As(err, &many) {
		many = openapi3.MultiError{err}
	}
	for _, e := range many {
		if v.between(e) {
			continue
		}
		if len(v.dead) == 0 && !v.said[unwrapped(e).Error()] {
			v.each(contextPointer(e), e)
		}
	}
}
