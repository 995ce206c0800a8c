// Package router finds the API and the route of a request. A Router is built once from a plan and never changes; finding allocates nothing.
//
// Listen paths. Tyk's server reference (listen path semantics, strict routes on) with one kindness: a listen path "/a/" also matches "/a".
// "/a" and "/a/" never match "/ab": a listen path ends where a segment ends. APIs with a domain come before those without; among them the
// listen path with the most literal octets wins (what is in braces does not count, nor does a slash which the path has not), then a literal
// one before a template, a domain without variables before one with, and the order of the plan. In a template "{name}" is one or more octets other than a slash, and "{name:regexp}" what the expression matches; an escaped slash in the part
// of a path that a template would take keeps it from matching. Expressions see the canonical path, in which é is "%C3%A9". APIs which are
// not active are found like any other, so that their requests never reach another API; the caller answers 404. Internal APIs are not found.
//
// Routes. The rest of the path, beginning with its slash, is compared segment by segment: text before "{name}", then the pattern with more
// text; a slash at the end counts. A path that fits two patterns, of which the better has no route for the method, goes to the other one.
// Reserved octets match only as they are written: "%2C" is not "," (RFC 3986 §2.2).
//
// Paths must be canonical (Canonical). Hosts are as in the Host header: the port, the case and a dot at the end are ignored.
package router

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/tykctl/tykctl/compiler/plan"
)

// Router is immutable and may be used by any number of goroutines.
type Router struct {
	any      zone // APIs without a domain
	domains  map[string]*zone
	patterns []domain
	routes   []*routes // by APIID
	scratch  sync.Pool // *[]byte, for text in lower case
}

// domain is a domain with variables.
type domain struct {
	name    string
	pattern pattern
	zone    zone
}

// Match is what a request was found to be for.
type Match struct {
	API   plan.APIID
	Route plan.RouteID // None when nothing is special about the operation
	Rest  int          // path[:Rest] is the listen path
}

// New builds the router of a plan, which it does not keep. Its error names the API and the pattern that does not compile.
func New(p *plan.Plan) (*Router, error) {
	r := &Router{domains: make(map[string]*zone), routes: make([]*routes, len(p.APIs))}
	for i := range p.APIs {
		api := &p.APIs[i]
		if api.Internal {
			continue
		}
		z, err := r.zone(api.Domain)
		if err != nil {
			return nil, fmt.Errorf("API %q: domain %q: %w", api.ID, api.Domain, err)
		}
		id := plan.APIID(i)
		if err := z.add(id, api.ListenPath); err != nil {
			return nil, fmt.Errorf("API %q: listen path %q: %w", api.ID, api.ListenPath, err)
		}
		rs, path, err := newRoutes(p.RoutesOf(id), api.FirstRoute, api.IgnoreCase)
		if err != nil {
			return nil, fmt.Errorf("API %q: path %q: %w", api.ID, path, err)
		}
		r.routes[i] = rs
	}
	return r, nil
}

// zone returns the zone of a domain, which it makes if it is new.
func (r *Router) zone(name string) (*zone, error) {
	if name == "" {
		return &r.any, nil
	}
	name = string(bytes.ToLower([]byte(name)))
	if z := r.domains[name]; z != nil {
		return z, nil
	}
	for i := range r.patterns {
		if r.patterns[i].name == name {
			return &r.patterns[i].zone, nil
		}
	}
	tokens, err := tokenize(name)
	if err != nil {
		return nil, err
	}
	p, err := compile(tokens, '.', true)
	if err != nil {
		return nil, err
	}
	if p.variable {
		r.patterns = append(r.patterns, domain{name: name, pattern: p})
		return &r.patterns[len(r.patterns)-1].zone, nil
	}
	r.domains[name] = &zone{}
	return r.domains[name], nil
}

// Match finds the API and the route. It reports false when no API listens there.
func (r *Router) Match(host, path, method []byte) (Match, bool) {
	m, ok := r.API(host, path)
	if ok {
		m.Route = r.Route(m, path, method)
	}
	return m, ok
}

// API finds the API, without its route.
func (r *Router) API(host, path []byte) (Match, bool) {
	if len(path) == 0 || path[0] != '/' {
		return Match{API: plan.None, Route: plan.None}, false
	}
	best := nothing
	if len(r.domains) > 0 || len(r.patterns) > 0 {
		best = r.findDomain(hostname(host), path)
	}
	if best.api == plan.None {
		best = r.any.find(path)
	}
	return Match{API: best.api, Route: plan.None, Rest: best.rest}, best.api != plan.None
}

// findDomain looks among the APIs with a domain. Of domains with variables that match alike, the first in the plan wins.
func (r *Router) findDomain(host, path []byte) found {
	buf := r.lower(&host)
	best := nothing
	if z := r.domains[string(host)]; z != nil {
		best = z.find(path)
	}
	for i := range r.patterns {
		d := &r.patterns[i]
		if !d.pattern.match(host, '.') {
			continue
		}
		if f := d.zone.find(path); f.score > best.score {
			best = f
		}
	}
	if buf != nil {
		r.scratch.Put(buf)
	}
	return best
}

// Route finds the route of a matched API for the rest of the path; None when there is none.
func (r *Router) Route(m Match, path, method []byte) plan.RouteID {
	rs := r.routes[m.API]
	if rs == nil {
		return plan.None
	}
	path = below(path, m.Rest)
	if rs.folded == nil {
		return rs.find(path, nil, method)
	}
	lower := path
	buf := r.lower(&lower)
	id := rs.find(path, lower, method)
	if buf != nil {
		r.scratch.Put(buf)
	}
	return id
}

var slash = []byte("/")

// below is the path below a listen path that ends at rest; it begins with a slash.
func below(path []byte, rest int) []byte {
	switch {
	case rest > 0 && path[rest-1] == '/':
		return path[rest-1:]
	case rest == len(path):
		return slash
	}
	return path[rest:]
}

// hostname is the host without its port and the dot of a fully qualified name (RFC 3986 §3.2.2).
func hostname(host []byte) []byte {
	if i := bytes.LastIndexByte(host, ':'); i >= 0 && bytes.IndexByte(host[i:], ']') < 0 {
		host = host[:i]
	}
	return bytes.TrimSuffix(host, dot)
}

var dot = []byte(".")

// lower replaces text by a copy in lower case (ASCII), if it is not that already. The copy lives in the returned buffer, which the caller
// puts back into scratch; nil when there was nothing to do.
func (r *Router) lower(text *[]byte) *[]byte {
	upper := false
	for _, c := range *text {
		upper = upper || 'A' <= c && c <= 'Z'
	}
	if !upper {
		return nil
	}
	buf, _ := r.scratch.Get().(*[]byte)
	if buf == nil {
		buf = new([]byte)
	}
	*buf = (*buf)[:0]
	for _, c := range *text {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		*buf = append(*buf, c)
	}
	*text = *buf
	return buf
}
