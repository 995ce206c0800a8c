package compare

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/source"
)

// operation is one operation of a document.
type operation struct {
	doc    *oas.Document
	method string
	path   string
	item   *openapi3.PathItem
	op     *openapi3.Operation
}

// title is what people call the operation.
func (o *operation) title() string { return o.method + " " + o.path }

// at is where the operation stands, if it stands in the document itself.
func (o *operation) at() (source.Pointer, source.Range) {
	p := source.Pointer("/paths").Child(o.path).Child(strings.ToLower(o.method))
	return p, o.doc.File.Key(p)
}

// pair is an operation on both sides; one is nil where it is added or removed.
type pair struct{ before, after *operation }

func (p pair) any() *operation {
	if p.after != nil {
		return p.after
	}
	return p.before
}

// operations compares the operations of two documents.
type operations struct {
	pairs   []pair
	seen    map[schemaPair]bool
	changes []Change
	place   *operation
	within  string // the component whose schema is looked at
}

// parameterInPath is a parameter in the template of a path: what it is called is nothing that a client sees.
var parameterInPath = regexp.MustCompile(`\{[^{}]*\}`)

func newOperations(before, after *oas.Document) *operations {
	o := &operations{seen: map[schemaPair]bool{}}
	all := map[string]pair{}
	each(before, func(key string, op *operation) { all[key] = pair{before: op} })
	each(after, func(key string, op *operation) { all[key] = pair{all[key].before, op} })
	for _, p := range all {
		o.pairs = append(o.pairs, p)
	}
	slices.SortFunc(o.pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.any().path, b.any().path), cmp.Compare(a.any().method, b.any().method))
	})
	return o
}

// twins are the middleware of the same operation in two objects by operation id. An operation that is gone has taken its middleware along. What no
// operation has the id of does nothing.
func (o *operations) twins(before, after source.Node) []twin {
	var all []twin
	used, usedAfter := map[string]bool{}, map[string]bool{}
	for _, p := range o.pairs {
		w := twin{name: p.any().title()}
		if p.before != nil {
			w.before = before.Get(p.before.op.OperationID)
			used[p.before.op.OperationID] = true
		}
		if p.after != nil {
			w.after = after.Get(p.after.op.OperationID)
			usedAfter[p.after.op.OperationID] = true
			all = append(all, w)
		}
	}
	for id, m := range before.Members() {
		if !used[id] && !usedAfter[id] {
			all = append(all, twin{id, m, after.Get(id), true})
		} else if !used[id] {
			all = append(all, twin{id, m, source.Node{}, true})
		}
	}
	for id, m := range after.Members() {
		if !usedAfter[id] && (used[id] || !before.Get(id).Exists()) {
			all = append(all, twin{id, source.Node{}, m, true})
		}
	}
	return all
}

// each visits the operations of a document, with what they are known by: method and path, whatever the parameters in it are called.
func each(doc *oas.Document, visit func(key string, op *operation)) {
	seen := map[string]bool{}
	paths := doc.OpenAPI.Paths.Map()
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		known := parameterInPath.ReplaceAllString(path, "{}")
		if seen[known] {
			known = path
		}
		seen[known] = true
		for method, op := range paths[path].Operations() {
			visit(method+" "+known, &operation{doc, method, path, paths[path], op})
		}
	}
}

// say notes a change of the operation that is looked at.
func (o *operations) say(class Class, action Action, what, before, after string) {
	pointer, at := o.place.at()
	if o.within != "" {
		pointer = source.Pointer("/components/schemas").Child(o.within)
		at = o.place.doc.File.Key(pointer)
	}
	o.changes = append(o.changes, Change{Class: class, What: what, Action: action, Old: shortened(before), New: shortened(after), Pointer: pointer, At: at})
}

func (o *operations) compare() []Change {
	for _, p := range o.pairs {
		o.place = p.any()
		switch {
		case p.before == nil:
			o.say(Operational, Added, "operation "+p.after.title(), "", "")
		case p.after == nil:
			o.say(Breaking, Removed, "operation "+p.before.title(), "", "")
		default:
			o.both(p.before, p.after)
		}
	}
	return o.changes
}

// both compares an operation with itself at another time.
func (o *operations) both(a, b *operation) {
	title := b.title() + ": "
	if a.path != b.path {
		o.say(Cosmetic, Changed, title+"names of path parameters", a.path, b.path)
	}
	o.text(Cosmetic, title+"operationId", a.op.OperationID, b.op.OperationID)
	o.text(Cosmetic, title+"summary", a.op.Summary, b.op.Summary)
	o.text(Cosmetic, title+"description", a.op.Description, b.op.Description)
	o.text(Cosmetic, title+"tags", strings.Join(a.op.Tags, " "), strings.Join(b.op.Tags, " "))
	if a.op.Deprecated != b.op.Deprecated {
		o.say(Operational, Changed, title+"deprecated", strconv.FormatBool(a.op.Deprecated), strconv.FormatBool(b.op.Deprecated))
	}
	o.security(title, a, b)
	o.parameters(title, a, b)
	o.body(title, a.op.RequestBody, b.op.RequestBody)
	o.responses(title, a.op.Responses.Map(), b.op.Responses.Map())
}

func (o *operations) text(class Class, what, a, b string) {
	switch {
	case a == b:
	case a == "":
		o.say(class, Added, what, a, b)
	case b == "":
		o.say(class, Removed, what, a, b)
	default:
		o.say(class, Changed, what, a, b)
	}
}

// parametersOf are the parameters of an operation by where they stand; one in the path is known by its place there.
func parametersOf(op *operation) map[string]*openapi3.Parameter {
	all := map[string]*openapi3.Parameter{}
	order := parameterInPath.FindAllString(op.path, -1)
	for _, list := range []openapi3.Parameters{op.item.Parameters, op.op.Parameters} {
		for _, ref := range list {
			if ref == nil || ref.Value == nil {
				continue
			}
			p := ref.Value
			key := p.In + " parameter " + p.Name
			if i := slices.Index(order, "{"+p.Name+"}"); p.In == "path" && i >= 0 {
				key = fmt.Sprintf("path parameter %d", i+1)
			}
			if p.In == "header" {
				key = strings.ToLower(key)
			}
			all[key] = p
		}
	}
	return all
}

func (o *operations) parameters(title string, a, b *operation) {
	before, after := parametersOf(a), parametersOf(b)
	for _, key := range slices.Sorted(maps.Keys(before)) {
		p, q := before[key], after[key]
		what := title + p.In + " parameter " + p.Name
		switch {
		case q == nil:
			o.say(Breaking, Removed, what, "", "")
			continue
		case !p.Required && q.Required:
			o.say(Breaking, Changed, what, "optional", "required")
		case p.Required && !q.Required:
			o.say(Operational, Changed, what, "required", "optional")
		}
		o.schema(what, p.Schema, q.Schema, true)
		o.content(what, p.Content, q.Content, true)
		o.text(Cosmetic, what+": description", p.Description, q.Description)
	}
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if q := after[key]; before[key] == nil {
			class, kind := Operational, "optional"
			if q.Required {
				class, kind = Breaking, "required"
			}
			o.say(class, Added, title+q.In+" parameter "+q.Name, "", kind)
		}
	}
}

func (o *operations) body(title string, a, b *openapi3.RequestBodyRef) {
	what := title + "request body"
	has := func(r *openapi3.RequestBodyRef) bool { return r != nil && r.Value != nil }
	switch {
	case !has(a) && !has(b):
	case !has(a):
		class, kind := Operational, "optional"
		if b.Value.Required {
			class, kind = Breaking, "required"
		}
		o.say(class, Added, what, "", kind)
	case !has(b):
		o.say(Breaking, Removed, what, "", "")
	default:
		if a.Value.Required != b.Value.Required {
			words := map[bool]string{true: "required", false: "optional"}
			class := Operational
			if b.Value.Required {
				class = Breaking
			}
			o.say(class, Changed, what, words[a.Value.Required], words[b.Value.Required])
		}
		o.text(Cosmetic, what+": description", a.Value.Description, b.Value.Description)
		o.content(what, a.Value.Content, b.Value.Content, true)
	}
}

// content compares media types.
func (o *operations) content(what string, a, b openapi3.Content, request bool) {
	for _, media := range slices.Sorted(maps.Keys(a)) {
		switch {
		case b[media] == nil:
			o.say(Breaking, Removed, what+": "+media, "", "")
		case a[media] != nil:
			o.schema(what+": "+media, a[media].Schema, b[media].Schema, request)
		}
	}
	for _, media := range slices.Sorted(maps.Keys(b)) {
		if a[media] == nil {
			o.say(Operational, Added, what+": "+media, "", "")
		}
	}
}

func (o *operations) responses(title string, a, b map[string]*openapi3.ResponseRef) {
	for _, status := range slices.Sorted(maps.Keys(a)) {
		what := title + "response " + status
		p, q := a[status], b[status]
		switch {
		case q == nil:
			class := Operational
			if strings.HasPrefix(status, "2") {
				class = Breaking
			}
			o.say(class, Removed, what, "", "")
		case p != nil && p.Value != nil && q.Value != nil:
			o.content(what, p.Value.Content, q.Value.Content, false)
			o.headers(what, p.Value.Headers, q.Value.Headers)
			if p.Value.Description != nil && q.Value.Description != nil {
				o.text(Cosmetic, what+": description", *p.Value.Description, *q.Value.Description)
			}
		}
	}
	for _, status := range slices.Sorted(maps.Keys(b)) {
		if a[status] == nil {
			o.say(Operational, Added, title+"response "+status, "", "")
		}
	}
}

func (o *operations) headers(what string, a, b openapi3.Headers) {
	for _, name := range slices.Sorted(maps.Keys(a)) {
		switch {
		case b[name] == nil:
			o.say(Breaking, Removed, what+": header "+name, "", "")
		case a[name] != nil && a[name].Value != nil && b[name].Value != nil:
			o.schema(what+": header "+name, a[name].Value.Schema, b[name].Value.Schema, false)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if a[name] == nil {
			o.say(Operational, Added, what+": header "+name, "", "")
		}
	}
}
