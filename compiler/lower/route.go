package lower

import (
	"cmp"
	"slices"
	"strings"

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
func (l *lowering) routes(doc *oas.Document, id plan.APIID) (allowList bool) {
	var special, plain []lowered
	pattern := false
	for path, item := range doc.OpenAPI.Paths.Map() {
		for method, operation := range item.Operations() {
			r := lowered{at: source.Pointer("/paths").Child(path).Child(strings.ToLower(method))}
			m, ok := doc.Tyk.Middleware.Operations[operation.OperationID]
			if ok = ok && operation.OperationID != ""; ok {
				r.route, ok = route(m)
			}
			r.route.API, r.route.Method, r.route.Path = id, method, path
			if !ok {
				plain = append(plain, r)
				continue
			}
			r.at = oas.ExtensionPointer + "/middleware/operations" + source.Pointer("").Child(operation.OperationID)
			special = append(special, r)
			pattern = pattern || strings.Contains(path, "{")
			allowList = allowList || r.route.Allow
		}
	}
	if pattern {
		special = append(special, plain...)
	}
	slices.SortFunc(special, func(a, b lowered) int {
		return cmp.Or(cmp.Compare(a.route.Path, b.route.Path), cmp.Compare(a.route.Method, b.route.Method))
	})
	for _, r := range special {
		r.route.Origin = l.origin(doc, r.at)
		l.plan.Routes = append(l.plan.Routes, r.route)
	}
	return allowList
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
