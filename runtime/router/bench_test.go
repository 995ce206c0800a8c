package router

import (
	"fmt"
	goruntime "runtime"
	"testing"

	"github.com/tykctl/tykctl/compiler/plan"
)

// benchPlan has n literal listen paths with routes, and one of each other kind.
func benchPlan(n int) *plan.Plan {
	routes := map[string][]string{}
	var apis []plan.API
	for i := range n {
		id := fmt.Sprintf("/api-%05d/", i)
		apis = append(apis, plan.API{ID: id, ListenPath: id})
		routes[id] = []string{"GET /pets", "GET /pets/{id}", "POST /pets", "GET ~/low/{x}", "GET /users/{id}/orders/{order}"}
	}
	for _, a := range []plan.API{
		{ListenPath: "/t-x/{name}/a/"},
		{ListenPath: "/t-1/{id:[0-9]+}/"},
		{ListenPath: "/eat/{rest:.*}/end"},
		{ListenPath: "/", Domain: "api.example.com"},
		{ListenPath: "/", Domain: "{name}.example.org"},
	} {
		apis = append(apis, a)
		routes[a.Domain+a.ListenPath] = []string{"GET /pets"}
	}
	return build(apis, routes)
}

func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{1, 300, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := mustNew(b, benchPlan(n))
			host, get := []byte("gateway.local:8080"), []byte("GET")
			path := fmt.Appendf(nil, "/api-%05d/pets/17", n/2)
			b.ReportAllocs()
			for b.Loop() {
				if m, ok := r.Match(host, path, get); !ok || m.Route == plan.None {
					b.Fatal("no match")
				}
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	p := benchPlan(10000)
	b.ReportAllocs()
	for b.Loop() {
		mustNew(b, p)
	}
}

func BenchmarkCanonical(b *testing.B) {
	dst := make([]byte, 0, 256)
	for _, s := range []string{"/api-1/pets/17/orders", "/api-1/pets/%7Euser/orders"} {
		b.Run(s, func(b *testing.B) {
			raw := []byte(s)
			for b.Loop() {
				Canonical(dst, raw)
			}
		})
	}
}

// BenchmarkMemory reports what the router of 10,000 APIs keeps.
func BenchmarkMemory(b *testing.B) {
	p := benchPlan(10000)
	for b.Loop() {
		var before, after goruntime.MemStats
		goruntime.GC()
		goruntime.ReadMemStats(&before)
		r := mustNew(b, p)
		goruntime.GC()
		goruntime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
		goruntime.KeepAlive(r)
	}
}
