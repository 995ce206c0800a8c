package router

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/internal/unsafestr"
)

// routes are the routes of one API. Paths are cut into segments and held in a tree, one for those that are compared exactly and one, over
// text in lower case, for those that ignore case. No node is visited twice for one path, so a match never takes longer than the tree is big.
type routes struct {
	exact, folded *node // nil when there are none
	spanning      []spanning
}

// node is reached by a beginning of the path. Most have one or two children, for which a map would be ten times as big.
type node struct {
	literals []child // sorted by text
	patterns []edge  // the order in which they are tried
	ends     []end   // routes whose path ends here
}

type child struct {
	text string
	to   *node
}

type edge struct {
	segment segment
	to      *node
}

// end is a route; of several that match, the one with the least rank is taken.
type end struct {
	method string
	id     plan.RouteID
	rank   int32
}

// spanning is a route with a variable that can match slashes.
type spanning struct {
	pattern pattern
	fold    bool
	end     end
}

// entry is a route while its API is being built.
type entry struct {
	pattern pattern
	fold    bool
	path    string
	end     end
}

// newRoutes builds the routes of an API; nil when it has none. On error it returns the path that does not compile.
func newRoutes(all []plan.Route, first plan.RouteID, ignoreCase bool) (*routes, string, error) {
	if len(all) == 0 {
		return nil, "", nil
	}
	entries := make([]entry, 0, len(all))
	for i := range all {
		rt := &all[i]
		tokens, err := canonicalTokens(rt.Path)
		if err != nil {
			return nil, rt.Path, err
		}
		e := entry{fold: ignoreCase || rt.IgnoreCase, path: rt.Path, end: end{method: rt.Method, id: first + plan.RouteID(i)}}
		if e.pattern, err = compile(tokens, '/', e.fold); err != nil {
			return nil, rt.Path, err
		}
		entries = append(entries, e)
	}
	slices.SortStableFunc(entries, precedence)
	rs := &routes{}
	for i, e := range entries {
		e.end.rank = int32(i) // #nosec G115 -- RouteIDs are int32
		switch {
		case e.pattern.whole != nil:
			rs.spanning = append(rs.spanning, spanning{pattern: e.pattern, fold: e.fold, end: e.end})
		case e.fold:
			rs.folded = insert(rs.folded, e.pattern.segments, e.end)
		default:
			rs.exact = insert(rs.exact, e.pattern.segments, e.end)
		}
	}
	return rs, "", nil
}

// precedence orders routes: segment by segment from the left, text before a variable, then the variable with more text around it, then by
// the text of the pattern; exact before ignoring case. Routes with a variable that spans segments come last, more text first.
func precedence(a, b entry) int {
	if (a.pattern.whole != nil) != (b.pattern.whole != nil) {
		return boolOrder(a.pattern.whole != nil, b.pattern.whole != nil)
	}
	if a.pattern.whole != nil {
		return cmp.Or(
			cmp.Compare(b.pattern.literal, a.pattern.literal), strings.Compare(a.path, b.path),
			cmp.Compare(methodOrder(a.end.method), methodOrder(b.end.method)),
		)
	}
	for i := range min(len(a.pattern.segments), len(b.pattern.segments)) {
		x, y := &a.pattern.segments[i], &b.pattern.segments[i]
		if c := segmentOrder(x, y); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(a.pattern.segments), len(b.pattern.segments)), boolOrder(a.fold, b.fold))
}

func segmentOrder(x, y *segment) int {
	if x.isLiteral() && y.isLiteral() {
		return strings.Compare(strings.ToLower(x.key), strings.ToLower(y.key))
	}
	return cmp.Or(
		boolOrder(!x.isLiteral(), !y.isLiteral()),
		cmp.Compare(y.literal, x.literal),
		strings.Compare(strings.ToLower(x.key), strings.ToLower(y.key)),
	)
}

// methodOrder puts the route of HEAD before that of GET, and both before one for every method.
func methodOrder(method string) int {
	switch method {
	case "HEAD":
		return 0
	case "":
		return 2
	}
	return 1
}

// boolOrder puts false before true.
func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// insert adds a route to the tree at root. Routes come in order of precedence, which is the order of the edges of a node.
func insert(root *node, segments []segment, e end) *node {
	if root == nil {
		root = &node{}
	}
	n := root
	for i := range segments {
		s := &segments[i]
		if s.isLiteral() {
			at, ok := slices.BinarySearchFunc(n.literals, s.literals[0], func(c child, text string) int { return strings.Compare(c.text, text) })
			if !ok {
				n.literals = slices.Insert(n.literals, at, child{text: s.literals[0], to: &node{}})
			}
			n = n.literals[at].to
			continue
		}
		at := slices.IndexFunc(n.patterns, func(e edge) bool { return e.segment.key == s.key })
		if at < 0 {
			at = len(n.patterns)
			n.patterns = append(n.patterns, edge{segment: *s, to: &node{}})
		}
		n = n.patterns[at].to
	}
	n.ends = append(n.ends, e)
	return root
}

// find returns the first route, in order of precedence, for a path below the listen path. lower is the path in lower case.
func (rs *routes) find(path, lower, method []byte) plan.RouteID {
	var best *end
	if rs.exact != nil {
		best = rs.exact.find(path, 0, method)
	}
	if rs.folded != nil {
		if e := rs.folded.find(lower, 0, method); e != nil && (best == nil || e.rank < best.rank) {
			best = e
		}
	}
	if best != nil {
		return best.id
	}
	for i := range rs.spanning {
		s := &rs.spanning[i]
		if s.end.serves(method) && s.pattern.whole.Match(path) {
			return s.end.id
		}
	}
	return plan.None
}

// find walks the tree from pos, where a segment begins; pos is beyond the path when nothing is left.
func (n *node) find(path []byte, pos int, method []byte) *end {
	if pos > len(path) {
		return n.route(method)
	}
	stop := next(path, pos, '/')
	if to := n.literal(unsafestr.String(path[pos:stop])); to != nil {
		if e := to.find(path, stop+1, method); e != nil {
			return e
		}
	}
	for i := range n.patterns {
		if n.patterns[i].segment.match(path[pos:stop]) {
			if e := n.patterns[i].to.find(path, stop+1, method); e != nil {
				return e
			}
		}
	}
	return nil
}

// literal is the child for a segment, by binary search.
func (n *node) literal(text string) *node {
	low, high := 0, len(n.literals)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if n.literals[mid].text < text {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low < len(n.literals) && n.literals[low].text == text {
		return n.literals[low].to
	}
	return nil
}

// route picks the route for a method: its own, that of GET for HEAD (RFC 9110 §9.3.2), then one for every method.
func (n *node) route(method []byte) *end {
	var get, every *end
	for i := range n.ends {
		e := &n.ends[i]
		switch {
		case e.method == string(method):
			return e
		case e.method == "" && every == nil:
			every = e
		case e.method == "GET" && get == nil && string(method) == "HEAD":
			get = e
		}
	}
	if get != nil {
		return get
	}
	return every
}

// serves reports whether the route is for the method.
func (e *end) serves(method []byte) bool {
	return e.method == "" || e.method == string(method) || e.method == "GET" && string(method) == "HEAD"
}
