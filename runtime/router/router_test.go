package router

import (
	"strings"
	"testing"

	"github.com/tykctl/tykctl/compiler/plan"
)

// build makes a plan of APIs and gives every API the routes written as "METHOD /path", with "~" before the path to ignore case.
func build(apis []plan.API, routes map[string][]string) *plan.Plan {
	p := &plan.Plan{Format: plan.Format}
	for i, a := range apis {
		if a.ID == "" {
			a.ID = a.Domain + a.ListenPath
		}
		a.FirstRoute = plan.RouteID(len(p.Routes))
		for _, r := range routes[a.ID] {
			method, path, _ := strings.Cut(r, " ")
			folded := strings.TrimPrefix(path, "~")
			if method == "*" {
				method = ""
			}
			p.Routes = append(p.Routes, plan.Route{API: plan.APIID(i), Method: method, Path: folded, IgnoreCase: folded != path})
		}
		a.RouteCount = int32(len(p.Routes)) - int32(a.FirstRoute)
		p.APIs = append(p.APIs, a)
	}
	return p
}

func mustNew(t testing.TB, p *plan.Plan) *Router {
	t.Helper()
	r, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAPI(t *testing.T) {
	p := build([]plan.API{
		{ListenPath: "/a/"},
		{ListenPath: "/a/b/", ID: "inactive"},
		{ListenPath: "/bare"},
		{ListenPath: "/both"},
		{ListenPath: "/both/"},
		{ListenPath: "/hidden/", Internal: true},
		{ListenPath: "/blank é/"},
		{ListenPath: "/{tenant:[a-z]+}/a/"},
		{ListenPath: "/{name}/long-literal/"},
		{ListenPath: "/a/{x}/"},
		{ListenPath: "/v{n:[0-9]+}"},
		{ListenPath: "/eat/{rest:.*}/end"},
		{ListenPath: "/", Domain: "api.example.com"},
		{ListenPath: "/a/", Domain: "api.example.com"},
		{ListenPath: "/a/", Domain: "{sub:[a-z]+}.example.com"},
		{ListenPath: "/a/longer/", Domain: "{sub}.example.com"},
	}, nil)
	p.APIs[1].Active = false
	r := mustNew(t, p)
	tests := []struct {
		host, path, api string
		rest            int
	}{
		{"", "/a/", "/a/", 3},
		{"", "/a", "/a/", 2},
		{"", "/a/x/y%2F", "/a/{x}/", 5},
		{"", "/a/x", "/a/", 3},
		{"", "/a/%2F", "/a/", 3},
		{"", "/ab", "", 0},
		{"", "/a/b", "inactive", 4},
		{"", "/a/b/c", "inactive", 5},
		{"", "/a/bc", "/a/", 3},
		{"", "/a/bc/", "/a/{x}/", 6},
		{"", "/a/b%2Fc/", "/a/", 3},
		{"", "/bare", "/bare", 5},
		{"", "/bare/x", "/bare", 5},
		{"", "/bare/", "/bare", 5},
		{"", "/barefoot", "", 0},
		{"", "/both", "/both", 5},
		{"", "/both/", "/both/", 6},
		{"", "/both/x", "/both/", 6},
		{"", "/hidden/x", "", 0},
		{"", "/blank%20%C3%A9/x", "/blank é/", 16},
		{"", "/acme/a/x", "/{tenant:[a-z]+}/a/", 8},
		{"", "/acme/a", "/{tenant:[a-z]+}/a/", 7},
		{"", "/acme9/a/x", "", 0},
		{"", "/a%2Fb/long-literal/x", "", 0},
		{"", "/a/long-literal/x", "/{name}/long-literal/", 16},
		{"", "/v12/x", "/v{n:[0-9]+}", 4},
		{"", "/v/x", "", 0},
		{"", "/v12x", "", 0},
		{"", "/eat/1/2/3/end/more", "/eat/{rest:.*}/end", 14},
		{"", "/eat/1/end/2/end", "/eat/{rest:.*}/end", 16},
		{"", "", "", 0},
		{"", "a", "", 0},
		{"api.example.com", "/", "api.example.com/", 1},
		{"API.Example.com.:8080", "/zzz", "api.example.com/", 1},
		{"api.example.com:80", "/a/x", "api.example.com/a/", 3},
		{"api.example.com", "/a/longer/x", "{sub}.example.com/a/longer/", 10},
		{"www.example.com", "/a/x", "{sub:[a-z]+}.example.com/a/", 3},
		{"w2.example.com", "/a/x", "/a/", 3},
		{"w2.example.com", "/a/longer", "{sub}.example.com/a/longer/", 9},
		{"x.y.example.com", "/a/longer/", "/a/{x}/", 10},
		{"other", "/bare", "/bare", 5},
		{"[::1]:8080", "/bare", "/bare", 5},
	}
	for _, tt := range tests {
		m, ok := r.API([]byte(tt.host), []byte(tt.path))
		got := ""
		if ok {
			got = p.APIs[m.API].ID
		}
		if got != tt.api || m.Rest != tt.rest || m.Route != plan.None {
			t.Errorf("API(%q, %q) = %q, rest %d, want %q, rest %d", tt.host, tt.path, got, m.Rest, tt.api, tt.rest)
		}
	}
}

func TestRoute(t *testing.T) {
	routes := []string{
		"GET /pets", "POST /pets", "GET /pets/{id}", "GET /pets/mine", "DELETE /pets/{id:[0-9]+}", "HEAD /head", "GET /head", "* /head",
		"GET /files/{name}.json", "GET /files/{name}", "GET /files/a{x}.json", "* /any/{x}/y", "GET /slash/", "GET ~/Case/{id}/X",
		"GET /deep/{rest:.*}", "GET /deep/x", "GET /sp ace", "GET /", "PUT /only/{x}", "GET /only/put", "GET /{a}/{b}/c", "GET /x/{a}/c",
	}
	p := build([]plan.API{{ListenPath: "/api/"}, {ListenPath: "/bare", IgnoreCase: true}}, map[string][]string{
		"/api/": routes, "/bare": {"GET /Low", "GET /U/{ID:[A-Z]+}"},
	})
	r := mustNew(t, p)
	tests := []struct{ method, path, want string }{
		{"GET", "/api/pets", "GET /pets"},
		{"HEAD", "/api/pets", "GET /pets"},
		{"POST", "/api/pets", "POST /pets"},
		{"PUT", "/api/pets", ""},
		{"GET", "/api/pets/", ""},
		{"GET", "/api/Pets", ""},
		{"GET", "/api/pets/1", "GET /pets/{id}"},
		{"GET", "/api/pets/mine", "GET /pets/mine"},
		{"DELETE", "/api/pets/12", "DELETE /pets/{id:[0-9]+}"},
		{"DELETE", "/api/pets/x", ""},
		{"HEAD", "/api/head", "HEAD /head"},
		{"GET", "/api/head", "GET /head"},
		{"PATCH", "/api/head", "* /head"},
		{"GET", "/api/files/b.json", "GET /files/{name}.json"},
		{"GET", "/api/files/ab.json", "GET /files/a{x}.json"},
		{"GET", "/api/files/a.json", "GET /files/{name}.json"},
		{"GET", "/api/files/b", "GET /files/{name}"},
		{"GET", "/api/files/.json", "GET /files/{name}"},
		{"GET", "/api/files/a%2Fb", "GET /files/{name}"},
		{"QUERY", "/api/any/1/y", "* /any/{x}/y"},
		{"GET", "/api/slash/", "GET /slash/"},
		{"GET", "/api/slash", ""},
		{"GET", "/api/cASE/Q/x", "GET ~/Case/{id}/X"},
		{"GET", "/api/deep/a/b/c", "GET /deep/{rest:.*}"},
		{"GET", "/api/deep/x", "GET /deep/x"},
		{"GET", "/api/sp%20ace", "GET /sp ace"},
		{"GET", "/api", "GET /"},
		{"GET", "/api/", "GET /"},
		{"PUT", "/api/only/put", "PUT /only/{x}"},
		{"GET", "/api/x/1/c", "GET /x/{a}/c"},
		{"GET", "/api/y/1/c", "GET /{a}/{b}/c"},
		{"GET", "/bare/lOW", "GET /Low"},
		{"GET", "/bare/u/abC", "GET /U/{ID:[A-Z]+}"},
		{"GET", "/bare/u/1", ""},
	}
	for _, tt := range tests {
		m, ok := r.Match(nil, []byte(tt.path), []byte(tt.method))
		if !ok {
			t.Errorf("%s %s: no API", tt.method, tt.path)
			continue
		}
		got := ""
		if m.Route != plan.None {
			rt := p.Routes[m.Route]
			method, tilde := rt.Method, ""
			if method == "" {
				method = "*"
			}
			if rt.IgnoreCase {
				tilde = "~"
			}
			got = method + " " + tilde + rt.Path
		}
		if got != tt.want {
			t.Errorf("%s %s: route %q, want %q", tt.method, tt.path, got, tt.want)
		}
	}
}

func TestNewErrors(t *testing.T) {
	tests := []struct {
		api    plan.API
		routes []string
		want   string
	}{
		{plan.API{ListenPath: "/a/{x"}, nil, `API "i": listen path "/a/{x": unbalanced braces`},
		{plan.API{ListenPath: "/a}/"}, nil, `API "i": listen path "/a}/": unbalanced braces`},
		{plan.API{ListenPath: "/{x:[}/"}, nil, `expression "["`},
		{plan.API{ListenPath: "/{x:}/"}, nil, "without an expression"},
		{plan.API{ListenPath: ""}, nil, "no request path"},
		{plan.API{ListenPath: "a/"}, nil, "no request path"},
		{plan.API{ListenPath: "/a//b/"}, nil, "no request path"},
		{plan.API{ListenPath: "/a/../b/"}, nil, "no request path"},
		{plan.API{ListenPath: "/a?b/"}, nil, "no request path"},
		{plan.API{ListenPath: "/a%2fb/"}, nil, "no request path"},
		{plan.API{ListenPath: "/a/", Domain: "{x.example.com"}, nil, `domain "{x.example.com": unbalanced braces`},
		{plan.API{ListenPath: "/a/"}, []string{"GET /x{"}, `API "i": path "/x{": unbalanced braces`},
		{plan.API{ListenPath: "/a/"}, []string{"GET /{x:(}"}, `expression "("`},
		{plan.API{ListenPath: "/a/"}, []string{"GET x"}, "no request path"},
	}
	for _, tt := range tests {
		tt.api.ID = "i"
		_, err := New(build([]plan.API{tt.api}, map[string][]string{"i": tt.routes}))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v %q: error %v, want %q", tt.api, tt.routes, err, tt.want)
		}
	}
}
