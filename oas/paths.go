package oas

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// between reports an error that concerns more than one object, and tells whether it was one.
func (v *validator) between(err error) bool {
	var (
		parameters *openapi3.PathParametersError
		conflict   *openapi3.ConflictingPathsError
		slash      *openapi3.PathMustStartWithSlashError
		duplicate  *openapi3.DuplicateOperationIDError
		scheme     *openapi3.SecurityRequirementSchemeUndefinedError
		extra      *openapi3.ExtraSiblingFieldsError
	)
	switch {
	case errors.As(err, &parameters):
		v.pathParameters(parameters)
	case errors.As(err, &conflict):
		v.conflict(conflict)
	case errors.As(err, &slash):
		v.l.reportKey(CodeStructure, source.Pointer("/paths").Child(slash.Path), "path %q does not begin with a slash", slash.Path).
			Hint = fmt.Sprintf("write %q", "/"+slash.Path)
	case errors.As(err, &duplicate):
		v.l.sharedOperation(duplicate)
	case errors.As(err, &scheme), errors.As(err, &extra):
		// reported from the source
	default:
		return false
	}
	return true
}

// pathParameters reports an operation whose path parameters are not those of its path, unless one of them is behind a reference
// that leads nowhere.
func (v *validator) pathParameters(e *openapi3.PathParametersError) {
	item := source.Pointer("/paths").Child(e.Path)
	at := item.Child(strings.ToLower(e.Method))
	if slices.ContainsFunc(v.dead, func(p source.Pointer) bool {
		return p.Parent() == item+"/parameters" || p.Parent() == at+"/parameters"
	}) {
		return
	}
	inPath := templateNames(e.Path)
	var undeclared, foreign []string
	for _, name := range e.Missing {
		if slices.Contains(inPath, name) {
			undeclared = append(undeclared, fmt.Sprintf("%q", name))
		} else {
			foreign = append(foreign, fmt.Sprintf("%q", name))
		}
	}
	const hint = "declare each name in braces once, as a parameter with in: path"
	switch {
	case len(foreign) == 0:
		v.l.report(CodePathParameter, at, "%s %s does not declare its path parameter %s",
			e.Method, e.Path, strings.Join(undeclared, ", ")).Hint = hint
	case len(undeclared) == 0:
		v.l.report(CodePathParameter, at, "%s %s declares the path parameter %s, which its path does not have",
			e.Method, e.Path, strings.Join(foreign, ", ")).Hint = hint
	default:
		v.l.report(CodePathParameter, at, "%s %s declares the path parameter %s, but its path has %s",
			e.Method, e.Path, strings.Join(foreign, ", "), strings.Join(undeclared, ", ")).Hint = hint
	}
}

// templateNames are the names in the braces of a path, without what routers add to them: a pattern after a colon, or a star.
func templateNames(path string) []string {
	var names []string
	for {
		_, rest, ok := strings.Cut(path, "{")
		if !ok {
			return names
		}
		name, after, _ := strings.Cut(rest, "}")
		name, _, _ = strings.Cut(name, ":")
		names = append(names, strings.TrimSuffix(name, "*"))
		path = after
	}
}

// conflict reports two paths that differ only in the names of their parameters, at the second one in the document.
func (v *validator) conflict(e *openapi3.ConflictingPathsError) {
	first, second := source.Pointer("/paths").Child(e.Path1), source.Pointer("/paths").Child(e.Path2)
	if v.l.file.Key(first).Start.Offset > v.l.file.Key(second).Start.Offset {
		first, second = second, first
	}
	d := v.l.reportKey(CodePathParameter, second, "path %q cannot be told from %q", second.Last(), first.Last())
	d.Hint = "only the names of their parameters differ: make one path of them"
	d.Related = []diag.Related{{Message: "the other path", At: v.l.file.Key(first)}}
}

// sharedOperation reports an operationId that is used twice because two paths refer to one path item. Other duplicates have been
// reported from the source.
func (l *loading) sharedOperation(e *openapi3.DuplicateOperationIDError) {
	if slices.ContainsFunc(l.found, func(d *diag.Diagnostic) bool { return d.Code == CodeOperationID }) {
		return
	}
	_, path, _ := strings.Cut(e.Endpoint2, " ")
	l.reportKey(CodeOperationID, source.Pointer("/paths").Child(path), "operationId %q is used by %s and by %s",
		e.OperationID, e.Endpoint1, e.Endpoint2).Hint = "give each path a path item of its own"
}
