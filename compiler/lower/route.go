package lower

import (
	"cmp"
	"slices"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

// routes appends the routes of an API and reports whether it has an allow list. Middleware of an operation id that no operation has is without
// effect, as in Tyk; a rule reports it.
func (l *lowering) routes(doc *oas.Document, id plan.APIID) (allowList bool) {
	type lowered struct {
		route plan.Route
		at    source.Pointer
	}
	var list []lowered
	for path, item := range doc.OpenAPI.Paths.Map() {
		for method, operation := range item.Operations() {
			m, ok := doc.Tyk.Middleware.Operations[operation.OperationID]
			if !ok || operation.OperationID == "" {
				continue
			}
			if r, special := route(m); special {
				r.API, r.Method, r.Path = id, method, path
				list = append(list, lowered{r, oas.ExtensionPointer + "/middleware/operations" + source.Pointer("").Child(operation.OperationID)})
				allowList = allowList || r.Allow
			}
		}
	}
	slices.SortFunc(list, func(a, b lowered) int {
		return cmp.Or(cmp.Compare(a.route.Path, b.route.Path), cmp.Compare(a.route.Method, b.route.Method))
	})
	for _, r := range list {
		r.route.Origin = l.origin(doc, r.at)
		l.plan.Routes = append(l.plan.Routes, r.route)
	}
	return allowList
}

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
