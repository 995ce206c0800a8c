// Package router finds the API and the route of a request.
package router

import "github.com/tykctl/tykctl/compiler/plan"

// Router is immutable and may be used by any number of goroutines.
type Router struct{ plan *plan.Plan }

// Match is what a request was found to be for.
type Match struct {
	API   plan.APIID
	Route plan.RouteID // None when nothing is special about the operation
	Rest  int          // path[:Rest] is the listen path
}

// New builds the router of a plan. Its error names the API and the pattern that does not compile.
func New(p *plan.Plan) (*Router, error) { return &Router{plan: p}, nil }

// Match finds API and route.
func (r *Router) Match(host, path, method []byte) (Match, bool) {
	m, ok := r.API(host, path)
	if ok {
		m.Route = r.Route(m, path, method)
	}
	return m, ok
}

// API finds the API without its route.
func (r *Router) API(_, _ []byte) (Match, bool) { return Match{Route: plan.None}, false }

// Route finds the route of a matched API for the rest of the path.
func (r *Router) Route(_ Match, _, _ []byte) plan.RouteID { return plan.None }
