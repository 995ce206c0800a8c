package classic

import (
	"maps"
	"slices"
	"strings"
)

// httpMethods are the methods that OpenAPI has operations for.
var httpMethods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}

// paths collects the operations that endpoint settings speak of.
type paths struct {
	a       *api
	byShape map[string]*pathItem
}

type pathItem struct {
	pattern
	from       field // where the path was read first
	operations map[string]*operation
}

// operation is one method of a path. The members of middleware are put into order when they are written.
type operation struct {
	id         string
	body       any // the schema of the request body
	response   string
	middleware map[string]any
}

func newPaths(a *api) *paths { return &paths{a: a, byShape: map[string]*pathItem{}} }

// item is the path of an entry; nil when it cannot be had, which has been reported.
func (p *paths) item(entry, path field) *pathItem {
	parsed, ok := parse(path)
	if !ok {
		entry.skip()
		return nil
	}
	shape := parsed.shape()
	known := p.byShape[shape]
	switch {
	case known == nil:
		known = &pathItem{pattern: parsed, from: path, operations: map[string]*operation{}}
		p.byShape[shape] = known
		if text := strings.TrimPrefix(path.n.Text(), "^"); !strings.HasPrefix(text, "/") {
			path.changed("a Classic definition finds the text anywhere in a path; if that was meant, add the other paths",
				"the path %q becomes %q: a path of OpenAPI begins with a slash", path.n.Text(), parsed.path)
		}
	case !known.sameExpressions(&parsed):
		entry.lost("keep one of them, with an expression for both, or tell them apart by other segments",
			"the paths %q and %q are one for OpenAPI, which tells paths apart by their fixed text alone", path.n.Text(), known.from.n.Text())
		return nil
	}
	return known
}

// operation is the operation of an entry that names one method.
func (p *paths) operation(entry field) *operation {
	method := entry.at("method").text()
	if method == "" {
		entry.idle("it names no method")
		return nil
	}
	if !slices.Contains(httpMethods, method) {
		entry.lost("write one of "+strings.Join(httpMethods, ", "), "OpenAPI has no operations for the method %q", method)
		return nil
	}
	item := p.item(entry, entry.at("path"))
	if item == nil {
		return nil
	}
	return item.operation(method)
}

func (i *pathItem) operation(method string) *operation {
	op := i.operations[method]
	if op == nil {
		op = &operation{id: i.id + method, middleware: map[string]any{}}
		i.operations[method] = op
	}
	return op
}

// set gives an operation a middleware. Of two for one operation a gateway takes the first that is not disabled.
func (op *operation) set(entry field, name string, value object) {
	if old, ok := op.middleware[name].(object); ok {
		same := string(plain(old)) == string(plain(value))
		switch {
		case same:
			return
		case !enabled(value):
			entry.idle("it is disabled, and there is another for the operation")
			return
		case enabled(old):
			entry.lost("keep one of them", "there is another %s for the same method and path, which comes first", name)
			return
		}
	}
	op.middleware[name] = value
}

func enabled(o object) bool { return len(o) > 0 && o[0].key == "enabled" && o[0].value == true }

// sorted yields the path items by path.
func (p *paths) sorted() []*pathItem {
	return slices.SortedFunc(maps.Values(p.byShape), func(x, y *pathItem) int { return strings.Compare(x.path, y.path) })
}

// items are the paths of the document.
func (p *paths) items() object {
	out := object{}
	for _, item := range p.sorted() {
		if len(item.operations) == 0 {
			continue
		}
		out = append(out, always(item.path, item.write()))
	}
	return out
}

func (i *pathItem) write() object {
	out := object{}
	for method, op := range i.operations {
		out = append(out, always(strings.ToLower(method), op.write()))
	}
	if len(i.params) > 0 {
		var list []any
		for _, param := range i.params {
			schema := object{some("pattern", param.expression), always("type", "string")}.filled()
			list = append(list, object{always("in", "path"), always("name", param.name), always("required", true), always("schema", schema)})
		}
		out = append(out, always("parameters", list))
	}
	slices.SortFunc(out, func(x, y member) int { return strings.Compare(x.key, y.key) })
	return out
}

func (op *operation) write() object {
	status := op.response
	if status == "" {
		status = "default"
	}
	out := object{always("operationId", op.id)}
	if op.body != nil {
		out = append(out, always("requestBody", object{always("content", object{always("application/json", object{always("schema", op.body)})})}))
	}
	return append(out, always("responses", object{always(status, object{always("description", "")})}))
}

// order is the order of an operation's middleware.
var order = []string{
	"allow", "block", "ignoreAuthentication", "internal", "transformRequestMethod", "transformRequestBody", "transformResponseBody",
	"transformRequestHeaders", "transformResponseHeaders", "urlRewrite", "cache", "enforceTimeout", "validateRequest", "mockResponse",
	"virtualEndpoint", "postPlugins", "circuitBreaker", "trackEndpoint", "doNotTrackEndpoint", "requestSizeLimit", "rateLimit",
}

// middleware is the middleware of the operations that have any, by operation id.
func (p *paths) middleware() object {
	var out object
	for _, item := range p.sorted() {
		for _, method := range slices.Sorted(maps.Keys(item.operations)) {
			op := item.operations[method]
			settings := object{}
			for _, name := range order {
				if v, ok := op.middleware[name]; ok {
					settings = append(settings, always(name, v))
				}
			}
			if len(settings) > 0 {
				out = append(out, always(op.id, settings))
			}
		}
	}
	slices.SortFunc(out, func(x, y member) int { return strings.Compare(x.key, y.key) })
	return out
}
