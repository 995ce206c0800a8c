//go:build !race

package router

import "testing"

func TestNoAllocation(t *testing.T) {
	r := mustNew(t, benchPlan(300))
	get := []byte("GET")
	tests := []struct{ name, host, path string }{
		{"literal", "", "/api-00007/pets"},
		{"parameter", "", "/api-00007/pets/17"},
		{"no route", "", "/api-00007/else"},
		{"ignoring case", "", "/api-00007/LOW/x"},
		{"template", "", "/t-x/tenant/a/b"},
		{"expression", "", "/t-1/99/pets"},
		{"spanning", "", "/eat/1/2/3/end/x"},
		{"domain", "API.example.com:8080", "/x"},
		{"domain template", "www.example.org", "/x"},
		{"nothing", "", "/none/at/all"},
	}
	for _, tt := range tests {
		host, path := []byte(tt.host), []byte(tt.path)
		if n := testing.AllocsPerRun(200, func() { r.Match(host, path, get) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
	dst := make([]byte, 0, 256)
	for _, s := range []string{"/a/b", "/a/%7eb/\xc3\xa9", "/a//..//b", "/a/..%2fb"} {
		raw := []byte(s)
		if n := testing.AllocsPerRun(200, func() { Canonical(dst, raw) }); n != 0 {
			t.Errorf("Canonical(%q): %v allocations", s, n)
		}
	}
}
