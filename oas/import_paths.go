package oas

import (
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// importedPaths are paths with what import adds to them, and the middleware of their operations.
type importedPaths struct {
	value    source.Draft
	changed  bool
	settings []source.Field
	ids      map[string]bool // of all operations
}

// paths gives each operation an id and each path item its parameters, and puts together the settings that the parameters ask for.
func (im *importing) paths() importedPaths {
	out := importedPaths{ids: map[string]bool{}}
	var members []source.Field
	for path, item := range im.root.Get("paths").Members() {
		v := source.Same(item)
		if described := im.doc.OpenAPI.Paths.Value(path); described != nil {
			v = im.item(&out, path, item, described)
		}
		members = append(members, member(path, v))
	}
	if out.changed {
		out.value = source.ObjectDraft(members...)
	}
	return out
}

// item is one path item.
func (im *importing) item(out *importedPaths, path string, item source.Node, described *openapi3.PathItem) source.Draft {
	var members []source.Field
	operations, changed := 0, false
	reference := item.Get("$ref").Exists()
	add := func(method, id string) {
		out.ids[id] = true
		if op := described.GetOperation(method); op != nil {
			if s := im.settings(op, described); s.Len() > 0 {
				out.settings = append(out.settings, member(id, s))
			}
		}
	}
	for key, m := range item.Members() {
		v := source.Same(m)
		if methods[key] && m.Kind() == source.Object {
			operations++
			method := strings.ToUpper(key)
			id := m.Get("operationId").Text()
			if id == "" {
				id = generatedID(path, method)
				v = source.ObjectDraft(append([]source.Field{member("operationId", source.TextDraft(id))}, membersOf(v.Without("operationId"))...)...)
				changed = true
			}
			add(method, id)
		}
		members = append(members, member(key, v))
	}
	if reference {
		im.referred(described, path, add)
	}
	v := source.ObjectDraft(members...)
	if missing := im.missingParameters(path, described, operations); len(missing) > 0 {
		changed = true
		v = v.With("parameters", source.ArrayDraft(append(itemsOf(v.Get("parameters")), missing...)...))
	}
	if !changed {
		return source.Same(item)
	}
	out.changed = true
	return v
}

// generatedID is the id that Tyk gives an operation without one.
func generatedID(path, method string) string { return strings.TrimPrefix(path, "/") + method }

// referred adds the operations of a path item that is a reference. They cannot be given ids, as what they are may be used in several places.
func (im *importing) referred(described *openapi3.PathItem, path string, add func(method, id string)) {
	for method, op := range described.Operations() {
		if op.OperationID != "" {
			add(method, op.OperationID)
			continue
		}
		im.note(diag.Warning, source.Pointer("/paths").Child(path), "%s %s has no operationId, and its path is a reference: it gets no settings", method, path).
			Hint = "give it an operationId where it is described"
	}
}

func membersOf(v source.Draft) []source.Field {
	var list []source.Field
	for key, m := range v.Members() {
		list = append(list, member(key, m))
	}
	return list
}

func itemsOf(v source.Draft) []source.Draft {
	var list []source.Draft
	for _, item := range v.Items() {
		list = append(list, item)
	}
	return list
}

var (
	plainSegment  = regexp.MustCompile(`^[a-zA-Z0-9._-]*$`)
	simpleSegment = regexp.MustCompile(`^\{[a-zA-Z0-9._-]+\}$`)
)

// missingParameters are the parameters of a path that its item does not declare. Tyk adds them whether or not the operations do.
func (im *importing) missingParameters(path string, described *openapi3.PathItem, operations int) []source.Draft {
	if operations == 0 {
		return nil
	}
	var missing []source.Draft
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for i, s := range segments {
		switch {
		case simpleSegment.MatchString(s):
			name := s[1 : len(s)-1]
			if !declares(described, name) {
				missing = append(missing, pathParameter(name))
			}
		case !plainSegment.MatchString(s), s == "" && len(segments) > 1 && i > 0:
			d := im.note(diag.Warning, source.Pointer("/paths").Child(path), "path %q is kept as it is: %q is neither plain text nor one parameter", path, s)
			d.Hint = "the import of a gateway takes it for a regular expression and puts the settings on another path; kept like this they stay with this one, where each parameter matches up to the next slash"
			return nil
		}
	}
	return missing
}

func declares(item *openapi3.PathItem, name string) bool {
	for _, ref := range item.Parameters {
		if ref != nil && ref.Value != nil && ref.Value.In == openapi3.ParameterInPath && ref.Value.Name == name {
			return true
		}
	}
	return false
}

func pathParameter(name string) source.Draft {
	return source.ObjectDraft(
		member("name", source.TextDraft(name)),
		member("in", source.TextDraft("path")),
		member("required", source.BoolDraft(true)),
		member("schema", source.ObjectDraft(member("type", source.TextDraft("string")))),
	)
}

// unprocessable is what a gateway answers to a request that does not fit its description.
const unprocessable = 422

// settings are the middleware that the parameters ask for, as far as it makes sense for the operation.
func (im *importing) settings(op *openapi3.Operation, item *openapi3.PathItem) source.Draft {
	s := source.ObjectDraft()
	if on := im.p.AllowList; on != nil {
		s = s.With("allow", enabled(*on))
	}
	if on := im.p.ValidateRequest; on != nil && takesInput(op, item) {
		s = s.With("validateRequest", enabled(*on, member("errorResponseCode", source.IntDraft(unprocessable))))
	}
	if on := im.p.MockResponse; on != nil && describesAnswer(op) {
		s = s.With("mockResponse", enabled(*on, member("fromOASExamples", enabled(*on))))
	}
	return s
}

// takesInput reports whether there is anything about a request that could be validated.
func takesInput(op *openapi3.Operation, item *openapi3.PathItem) bool {
	if len(op.Parameters) > 0 || len(item.Parameters) > 0 {
		return true
	}
	body := op.RequestBody
	return body != nil && body.Value != nil && body.Value.Content.Get("application/json") != nil
}

// describesAnswer reports whether an answer can be made up of what a response says.
func describesAnswer(op *openapi3.Operation) bool {
	if op.Responses == nil {
		return false
	}
	for _, ref := range op.Responses.Map() {
		if ref == nil || ref.Value == nil {
			continue
		}
		for _, media := range ref.Value.Content {
			if media != nil && (media.Schema != nil || media.Example != nil || len(media.Examples) > 0) {
				return true
			}
		}
	}
	return false
}
