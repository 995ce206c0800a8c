package main

import (
	"os"
	"reflect"
	"testing"

	"github.com/tykctl/tykctl/compiler"
	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/runtime/policy"
)

// TestPoliciesAreReadAlike: a policy means the same in a file, which the compiler reads, and through the admin API, which the runtime reads.
func TestPoliciesAreReadAlike(t *testing.T) {
	const name = "../../testdata/plan/token.policies.json"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	all, err := source.Index(name, data)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{
		"odd": `{"Rate": 1e1, "per": null, "key_expires_in": -1, "meta_data": {"<b>": null}, "access_rights": {"x": null}, "unknown": 1, "partitions": {"complexity": true}}`,
	}
	for id, n := range all.Root().Members() {
		texts[id] = string(n.JSON())
	}
	for id, text := range texts {
		file, list := policies.Load(name, []byte(`{"`+id+`": `+text+`}`))
		p, more := compiler.Compile(nil, file)
		if list.HasErrors() || p == nil {
			t.Fatalf("%s: %v, %v", id, list, more)
		}
		want := p.Policies[0]
		want.Origin = plan.None
		got, err := policy.ParsePolicy([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got.ID = id
		if !reflect.DeepEqual(*got, want) {
			t.Errorf("%s\nadmin API %+v\nfile      %+v", id, *got, want)
		}
	}
}
