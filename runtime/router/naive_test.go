package router

import (
	"bytes"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tykctl/tykctl/compiler/plan"
)

// naive finds by trying everything, as the package comment says it. It shares no code with Router.
type naive struct{ plan *plan.Plan }

var variable = regexp.MustCompile(`\{([^{}:]*)(?::((?:[^{}]|\{[^{}]*\})*))?\}`)

// regexpOf turns a template into an expression over whole text.
func regexpOf(template, plain string, fold bool) *regexp.Regexp {
	key := fmt.Sprint(template, plain, fold)
	if re := compiled[key]; re != nil {
		return re
	}
	out, at := "^", 0
	for _, m := range variable.FindAllStringSubmatchIndex(template, -1) {
		out += regexp.QuoteMeta(template[at:m[0]])
		if m[4] >= 0 {
			out += "(?:" + template[m[4]:m[5]] + ")"
		} else {
			out += plain
		}
		at = m[1]
	}
	out += regexp.QuoteMeta(template[at:]) + "$"
	if fold {
		out = "(?i)" + out
	}
	compiled[key] = regexp.MustCompile(out)
	return compiled[key]
}

var compiled = map[string]*regexp.Regexp{}

func literalOctets(template string) int { return len(variable.ReplaceAllString(template, "")) }

// listens returns where a listen path ends in path, or -1.
func listens(listenPath, path string) int {
	re := regexpOf(strings.TrimSuffix(listenPath, "/"), "[^/]+", false)
	for n := len(path); n >= 0; n-- {
		if n < len(path) && path[n] != '/' || !re.MatchString(path[:n]) {
			continue
		}
		if strings.Contains(path[:n], "%2F") {
			continue
		}
		if strings.HasSuffix(listenPath, "/") && n < len(path) {
			n++
		}
		return n
	}
	return -1
}

func (nv naive) match(host, path, method string) (Match, bool) {
	host = strings.TrimSuffix(strings.ToLower(strings.Split(host, ":")[0]), ".")
	type candidate struct {
		id                 plan.APIID
		rest, literal      int
		domain, variable   bool // of the domain
		template, forgiven bool // of the listen path
		zone               int  // when the domain was first seen
	}
	seen := map[string]int{}
	var all []candidate
	for i, a := range nv.plan.APIs {
		if _, ok := seen[a.Domain]; !ok && !a.Internal {
			seen[a.Domain] = i
		}
		if a.Internal || a.Domain != "" && !regexpOf(a.Domain, "[^.]+", false).MatchString(host) {
			continue
		}
		a.ListenPath = strings.ReplaceAll(a.ListenPath, "%41", "A")
		rest := listens(a.ListenPath, path)
		if rest < 0 {
			continue
		}
		forgiven := strings.HasSuffix(a.ListenPath, "/") && !strings.HasSuffix(path[:rest], "/")
		literal := literalOctets(a.ListenPath)
		if forgiven {
			literal--
		}
		all = append(all, candidate{
			plan.APIID(i), rest, literal, a.Domain != "", strings.Contains(a.Domain, "{"),
			strings.Contains(a.ListenPath, "{"), forgiven,
			seen[a.Domain],
		})
	}
	if len(all) == 0 {
		return Match{}, false
	}
	sort.SliceStable(all, func(i, j int) bool {
		x, y := all[i], all[j]
		if x.domain != y.domain {
			return x.domain
		}
		if x.literal != y.literal {
			return x.literal > y.literal
		}
		if x.template != y.template {
			return y.template
		}
		if x.forgiven != y.forgiven {
			return y.forgiven
		}
		if x.variable != y.variable {
			return y.variable
		}
		return x.zone < y.zone
	})
	m := Match{API: all[0].id, Route: plan.None, Rest: all[0].rest}
	below := "/" + strings.TrimPrefix(path[m.Rest:], "/")
	m.Route = nv.route(m.API, below, method)
	return m, true
}

// segmentRank is what is compared of a segment: text first, then more text around variables.
func segmentRank(seg string) string {
	if !strings.Contains(seg, "{") {
		return "0"
	}
	return fmt.Sprintf("1%05d", 10000-literalOctets(seg))
}

// better reports whether route path a goes before b; both match the same path.
func better(a, b string) (yes, known bool) {
	spansA, spansB := strings.Contains(a, "{s:"), strings.Contains(b, "{s:")
	if spansA || spansB {
		if spansA && spansB {
			return literalOctets(a) > literalOctets(b), literalOctets(a) != literalOctets(b)
		}
		return spansB, true
	}
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	for i := range x {
		if rx, ry := segmentRank(x[i]), segmentRank(y[i]); rx != ry {
			return rx < ry, true
		}
		if strings.Contains(x[i], "{") && !strings.EqualFold(x[i], y[i]) {
			return false, false // equally good; any order will do
		}
	}
	return false, false
}

// route returns the best route. Of equally good ones the lowest index counts; equal finds out whether another is as good.
func (nv naive) route(api plan.APIID, path, method string) plan.RouteID {
	best := plan.RouteID(plan.None)
	a := nv.plan.APIs[api]
	for i := range nv.plan.RoutesOf(api) {
		id := a.FirstRoute + plan.RouteID(i)
		if !nv.fits(id, path, method) {
			continue
		}
		if best == plan.None {
			best = id
			continue
		}
		if yes, known := better(nv.plan.Routes[id].Path, nv.plan.Routes[best].Path); known && yes {
			best = id
		}
	}
	return best
}

func (nv naive) fits(id plan.RouteID, path, method string) bool {
	r := nv.plan.Routes[id]
	if r.Method != "" && r.Method != method && (r.Method != "GET" || method != "HEAD") {
		return false
	}
	return regexpOf(r.Path, "[^/]+", r.IgnoreCase || nv.plan.APIs[r.API].IgnoreCase).MatchString(path)
}

// same reports whether two routes are equally good for a path: the router may take either.
func (nv naive) same(x, y plan.RouteID, path, method string) bool {
	if x == y {
		return true
	}
	if x == plan.None || y == plan.None || !nv.fits(x, path, method) || !nv.fits(y, path, method) {
		return false
	}
	_, known := better(nv.plan.Routes[x].Path, nv.plan.Routes[y].Path)
	return !known
}

var (
	listenPaths = []string{
		"/", "/a", "/a/", "/a/b/", "/ab/", "/b", "/a/a/a/", "/{x}", "/{x}/", "/{x}/b/", "/a/{x}/", "/a{x}b/", "/{x:[ab]+}/", "/{x:a.*}/b",
		"/c/{x}{y}/", "/%41/", "/a{x}b{y}a/",
	}
	domains    = []string{"", "", "a.b", "b.b", "{x}.b", "{x:[ab]+}.b", "a.{x}", "{x}"}
	routePaths = []string{
		"/", "/a", "/a/", "/A", "/a/b", "/b/a", "/{x}", "/{x}/", "/{x}/b", "/a/{x}", "/{x}/{y}", "/a{x}", "/{x}b", "/a{x}b", "/{x:[ab]+}",
		"/{s:.*}", "/a/{s:.*}", "/a/{s:.*}/b", "/a{x}b{y}b", "/{x}a{y}",
	}
	routeMethods = []string{"GET", "GET", "POST", "HEAD", ""}
)

func genPlan(t *rapid.T) *plan.Plan {
	apis := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) plan.API {
		return plan.API{
			ListenPath: rapid.SampledFrom(listenPaths).Draw(t, "listen"), Domain: rapid.SampledFrom(domains).Draw(t, "domain"),
			Internal: rapid.IntRange(0, 9).Draw(t, "internal") == 0, IgnoreCase: rapid.IntRange(0, 3).Draw(t, "fold") == 0,
		}
	}), 1, 8).Draw(t, "apis")
	p := &plan.Plan{}
	for i, a := range apis {
		a.FirstRoute = plan.RouteID(len(p.Routes))
		for range rapid.IntRange(0, 8).Draw(t, "routes") {
			p.Routes = append(p.Routes, plan.Route{
				API: plan.APIID(i), Method: rapid.SampledFrom(routeMethods).Draw(t, "method"),
				Path: rapid.SampledFrom(routePaths).Draw(t, "path"), IgnoreCase: rapid.IntRange(0, 3).Draw(t, "fold") == 0,
			})
		}
		a.RouteCount = int32(len(p.Routes)) - int32(a.FirstRoute)
		p.APIs = append(p.APIs, a)
	}
	return p
}

func compare(t interface{ Fatalf(string, ...any) }, r *Router, nv naive, host, path, method string) {
	got, ok := r.Match([]byte(host), []byte(path), []byte(method))
	want, wantOK := nv.match(host, path, method)
	if ok != wantOK || ok && (got.API != want.API || got.Rest != want.Rest) {
		t.Fatalf("%s %s%s: %+v, %t, want %+v, %t\n%+v", method, host, path, got, ok, want, wantOK, nv.plan.APIs)
	}
	if !ok {
		return
	}
	below := "/" + strings.TrimPrefix(path[got.Rest:], "/")
	if !nv.same(got.Route, want.Route, below, method) {
		t.Fatalf("%s %s: route %d, want %d\n%+v", method, below, got.Route, want.Route, nv.plan.RoutesOf(got.API))
	}
}

func TestMatchNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPlan(t)
		r, err := New(p)
		if err != nil {
			t.Fatal(err)
		}
		path := rapid.StringMatching(`(/([abA]{1,4}|ab?%2F))*/?`)
		host := rapid.SampledFrom([]string{"a.b", "B.b:80", "ab.b.", "a.c", "c", "", "x.y.z"})
		method := rapid.SampledFrom([]string{"GET", "HEAD", "POST", "PUT"})
		for range 20 {
			raw := []byte("/" + strings.TrimPrefix(path.Draw(t, "path"), "/"))
			compare(t, r, naive{p}, host.Draw(t, "host"), string(raw), method.Draw(t, "method"))
		}
	})
}

func FuzzMatch(f *testing.F) {
	var apis []plan.API
	routes := map[string][]string{}
	for i, l := range listenPaths {
		id := fmt.Sprint(i)
		apis = append(apis, plan.API{ID: id, ListenPath: l, Domain: domains[i%len(domains)]})
		for j, path := range routePaths {
			routes[id] = append(routes[id], []string{"GET", "POST", "*"}[(i+j)%3]+" "+path)
		}
	}
	p := build(apis, routes)
	r := mustNew(f, p)
	f.Add([]byte("a.b:80"), []byte("/a/b/c"), []byte("GET"))
	f.Add([]byte("[::1]"), []byte("/a%2fb//../"), []byte("HEAD"))
	f.Fuzz(func(t *testing.T, host, raw, method []byte) {
		path, v := Canonical(nil, raw)
		if v == Refuse || bytes.ContainsAny(host, "[]") || bytes.Count(host, []byte(":")) > 1 || !ascii(host) || len(raw) > 200 {
			return
		}
		compare(t, r, naive{p}, string(host), string(path), string(method))
	})
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 || c < 0x21 {
			return false
		}
	}
	return true
}
