package oas

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// paths checks the paths against each other and against the parameters of their operations. References must have been resolved.
func (v *validator) paths(t *openapi3.T) {
	seen := map[string]source.Node{}
	for path, n := range v.l.file.Root().Get("paths").Members() {
		at := source.Pointer("/paths").Child(path)
		switch {
		case strings.HasPrefix(path, "x-"):
			continue
		case !strings.HasPrefix(path, "/"):
			d := v.l.reportKey(CodeStructure, at, "path %q does not begin with a slash", path)
			d.Hint = fmt.Sprintf("write %q", "/"+path)
			e, ok := n.Rename("/" + path)
			d.Offer(fmt.Sprintf("write %q", "/"+path), e, ok)
			continue
		}
		shape, names := template(path)
		if first, ok := seen[shape]; ok {
			d := v.l.reportKey(CodePathParameter, at, "path %q cannot be told from %q", path, first.Pointer().Last())
			d.Severity = diag.Warning // Tyk takes it, and with different methods it even works
			d.Hint = "only the names of their parameters differ: make one path of them"
			d.Related = []diag.Related{{Message: "the other path", At: first.KeyRange()}}
		} else {
			seen[shape] = n
		}
		item := t.Paths.Value(path)
		if item == nil {
			continue
		}
		operations := item.Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			v.pathParameters(at.Child(strings.ToLower(method)), method+" "+path, names, item, operations[method])
		}
	}
}

// pathParameters reports an operation whose path parameters are not those of its path, if all of its parameters are known.
func (v *validator) pathParameters(
	at source.Pointer, what string, inPath []string, item *openapi3.PathItem, op *openapi3.Operation,
) {
	var declared []string
	for _, ref := range slices.Concat(item.Parameters, op.Parameters) {
		switch {
		case ref == nil || ref.Value == nil:
		case v.l.doc.Unknown(ref.Value):
			return
		case ref.Value.In == openapi3.ParameterInPath:
			declared = append(declared, ref.Value.Name)
		}
	}
	missing, foreign := without(inPath, declared), without(declared, inPath)
	var d *diag.Diagnostic
	switch {
	case missing == "" && foreign == "":
		return
	case foreign == "":
		d = v.l.report(CodePathParameter, at, "%s does not declare its path parameter %s", what, missing)
	case missing == "":
		d = v.l.report(CodePathParameter, at, "%s declares the path parameter %s, which its path does not have", what, foreign)
	default:
		d = v.l.report(CodePathParameter, at, "%s declares the path parameter %s, but its path has %s", what, foreign, missing)
	}
	d.Hint = "declare each name in braces once, as a parameter with in: path"
}

// without quotes the names of a list that are not in another, each once.
func without(list, other []string) string {
	var quoted []string
	for _, name := range list {
		if q := fmt.Sprintf("%q", name); !slices.Contains(other, name) && !slices.Contains(quoted, q) {
			quoted = append(quoted, q)
		}
	}
	return strings.Join(quoted, ", ")
}

// template is a path without the names of its parameters, and these names. What routers add to a name, a pattern after a colon or a
// star, is no part of it.
func template(path string) (shape string, names []string) {
	for {
		before, rest, ok := strings.Cut(path, "{")
		shape += before
		if !ok {
			return shape, names
		}
		inner, after, closed := strings.Cut(rest, "}")
		if !closed {
			return shape + "{", names
		}
		name, _, _ := strings.Cut(inner, ":")
		names = append(names, strings.TrimSuffix(name, "*"))
		shape += "{"
		if strings.HasSuffix(inner, "*") {
			shape += "*"
		}
		shape += "}"
		path = after
	}
}
