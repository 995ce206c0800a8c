package lower

import (
	"cmp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

// lowered is a route on its way into the plan, with its place in the document.
type lowered struct {
	route plan.Route
	at    source.Pointer
}

// routes appends the routes of an API and reports whether it has an allow list. Middleware of an operation id that no operation has is without
// effect, as in Tyk; a rule reports it.
//
// Operations about which nothing is special are left out, unless a special one has a path with parameters: GET /pets/mine must not inherit
// what is said of GET /pets/{id}.
func (l *lowering) routes(doc *oas.Document, api *plan.API) (allowList bool) {
	o := operations{doc: doc, scopes: api.Scopes}
	if scheme, ok := doc.Protection().OAuth(); ok {
		o.scheme = scheme.Name
	}
	for path, item := range doc.OpenAPI.Paths.Map() {
		for method, operation := range item.Operations() {
			o.add(path, method, operation)
		}
		if item.Get != nil && item.Head == nil {
			o.head(path, item.Get)
		}
	}
	id := plan.APIID(len(l.plan.APIs))
	for _, r := range o.all() {
		allowList = allowList || r.route.Allow
		r.route.API, r.route.Origin = id, l.origin(doc, r.at)
		l.plan.Routes = append(l.plan.Routes, r.route)
	}
	return allowList
}

// operations are those of a document on their way into the plan.
type operations struct {
	doc     *oas.Document
	scheme  string   // whose scopes count; empty: none do
	scopes  []string // of the whole API
	special []lowered
	plain   []lowered
	heads   []lowered // plain ones, of operations that the document does not have
	pattern bool      // a special one has a path with parameters
	scoped  bool      // one of those is for HEAD alone
}

func (o *operations) add(path, method string, operation *openapi3.Operation) {
	r := lowered{at: source.Pointer("/paths").Child(path).Child(strings.ToLower(method))}
	special := false
	if m, ok := o.doc.Tyk.Middleware.Operations[operation.OperationID]; ok && operation.OperationID != "" {
		if r.route, special = route(m); special {
			r.at = oas.ExtensionPointer + "/middleware/operations" + source.Pointer("").Child(operation.OperationID)
		}
	}
	if !r.route.IgnoreAuth {
		r.route.Scopes = o.scopesOf(operation)
		special = special || !slices.Equal(r.route.Scopes, o.scopes)
	}
	r.route.Method, r.route.Path = method, path
	if !special {
		o.plain = append(o.plain, r)
		return
	}
	o.special = append(o.special, r)
	o.pattern = o.pattern || strings.Contains(path, "{")
}

// head adds what HEAD is, if the document does not say it: GET without a body (RFC 9110 §9.3.2), so that it needs the scopes of GET.
func (o *operations) head(path string, get *openapi3.Operation) {
	r := lowered{
		route: plan.Route{Method: "HEAD", Path: path, Scopes: o.scopesOf(get)},
		at:    source.Pointer("/paths").Child(path) + "/get",
	}
	if m := o.doc.Tyk.Middleware.Operations[get.OperationID]; m != nil && get.OperationID != "" && m.IgnoreAuthentication.On() {
		r.route.Scopes = o.scopes // GET has no need of any, and says nothing of HEAD
	}
	if slices.Equal(r.route.Scopes, o.scopes) {
		o.heads = append(o.heads, r)
		return
	}
	o.special = append(o.special, r)
	o.scoped = o.scoped || strings.Contains(path, "{")
}

// scopesOf is what an operation asks of the scopes of an access token.
func (o *operations) scopesOf(operation *openapi3.Operation) []string {
	if o.scheme == "" || operation.Security == nil {
		return o.scopes
	}
	return scopesOf(*operation.Security, o.scheme)
}

// all returns those that become routes, in order.
func (o *operations) all() []lowered {
	list := o.special
	if o.pattern {
		list = append(list, o.plain...)
	}
	if o.scoped {
		list = append(list, o.heads...)
	}
	slices.SortFunc(list, func(a, b lowered) int {
		return cmp.Or(cmp.Compare(a.route.Path, b.route.Path), cmp.Compare(a.route.Method, b.route.Method))
	})
	return list
}

// route lowers the middleware of an operation, and reports whether it says anything special.
func route(m *tyk.Operation) (r plan.Route, special bool) {
	for _, a := range []struct {
		allowance *tyk.Allowance
		flag      *bool
	}{{m.IgnoreAuthentication, &r.IgnoreAuth}, {m.Block, &r.Block}, {m.Allow, &r.Allow}} {
		if a.allowance.On() {
			*a.flag = true
			r.IgnoreCase = r.IgnoreCase || a.allowance.IgnoreCase
			special = true
		}
	}
	return r, special
}
