package schemas

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/tykctl/tykctl/oas/tyk"
)

// oracle compiles the schema with a complete implementation of JSON Schema, for the root and for each kind of scheme.
func oracle(t testing.TB) map[string]*jsonschema.Schema {
	t.Helper()
	const url = "extension.schema.json"
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft7
	c.AssertFormat = true
	if err := c.AddResource(url, bytes.NewReader(extensionJSON)); err != nil {
		t.Fatal(err)
	}
	out := make(map[string]*jsonschema.Schema)
	for _, def := range append(SchemeKinds(), "", "reference") {
		at := url
		if def != "" {
			at += "#/$defs/" + def
		}
		compiled, err := c.Compile(at)
		if err != nil {
			t.Fatal(err)
		}
		out[def] = compiled
	}
	return out
}

// agree demands that this package and the oracle say the same of a value: fit or unfit.
func agree(t *testing.T, schema *jsonschema.Schema, def, name string, v any) {
	t.Helper()
	err := schema.Validate(v)
	s, loadErr := load()
	if loadErr != nil {
		t.Fatal(loadErr)
	}
	if got := s.explain(def, v); (len(got) == 0) != (err == nil) {
		t.Errorf("%s: got %+v, the oracle says %v", name, got, err)
	}
}

// TestOracle compares the checker with a complete implementation of JSON Schema. Every tenth mutation is enough: the oracle
// is slow, and the mutations of one definition are much alike.
func TestOracle(t *testing.T) {
	by := oracle(t)
	for _, sub := range subjects(t) {
		agree(t, by[sub.def], sub.def, sub.name, sub.value)
	}
	for i, m := range mutations(t) {
		if i%10 == 0 {
			agree(t, by[m.sub.def], m.sub.def, m.name, m.broken)
		}
	}
}

// TestOracleSmall compares them on the small values that decide conditions, patterns and ranges.
func TestOracleSmall(t *testing.T) {
	by := oracle(t)
	handler := func(s string) string {
		return server(`"eventHandlers":[{"enabled":true,"trigger":"HostUp",` + s + `}]`)
	}
	per := func(s string) string {
		return upstream(`"url":"","rateLimit":{"enabled":true,"rate":1,"per":` + s + `}`)
	}
	for _, in := range []string{
		`{}`, `null`, `1`, server(`"port":1`), server(`"port":0`), server(`"port":65536`), server(`"protocol":""`), server(`"protocol":"env://"`),
		handler(`"type":"webhook"`), handler(`"type":"webhook","id":""`), handler(`"type":"webhook","id":"","cooldownPeriod":"1s"`),
		handler(`"type":"webhook","url":"","cooldownPeriod":"1s"`), handler(`"type":"custom"`), handler(`"type":"log","name":"","logPrefix":""`),
		handler(`"type":"env://X"`), handler(`"type":1`), per(`""`), per(`"1h"`), per(`"1m1h"`), per(`"1s "`), per(`"1s\n"`), per(`"$kv{"`), per(`"1.5s"`),
		upstream(``), upstream(`"loadBalancing":{"enabled":true,"targets":[]}`), upstream(`"loadBalancing":{"enabled":false}`),
		upstream(`"url":"%zz"`), upstream(`"url":"\\"`), upstream(`"url":"env://a b"`), upstream(`"url":"a b"`), upstream(`"url":"http://[::1"`),
		operation(`"enforceTimeout":{"enabled":true}`), operation(`"enforceTimeout":{"enabled":true,"duration":"1.m"}`),
		operation(`"urlRewrite":{"enabled":true,"pattern":"","rewriteTo":"","triggers":[{"condition":"any","rewriteTo":"","rules":[{"in":"path","pattern":""}]}]}`),
		server(`"gatewayTags":{"enabled":true,"tags":["a","a"]}`), server(`"gatewayTags":{"enabled":true,"tags":[]}`),
	} {
		agree(t, by[""], "", in, decode(t, []byte(in)))
	}
}

func FuzzReference(f *testing.F) {
	for _, s := range []string{"env://X", "env://", "env://\n", "x$secret_env.A", "$secret_foo.A", "$kv{", "kv:/x", " vault://x"} {
		f.Add(s)
	}
	schema := oracle(f)["reference"]
	f.Fuzz(func(t *testing.T, s string) {
		if err := schema.Validate(s); (err == nil) != tyk.IsReference(s) {
			t.Errorf("tyk.IsReference(%q) is %v, the schema says %v", s, tyk.IsReference(s), err)
		}
	})
}

// TestUnknownKeywords holds that nothing can be written into the schema that checking would silently ignore.
func TestUnknownKeywords(t *testing.T) {
	for _, in := range []string{
		`{"type":"string","maxLength":3}`, `{"$ref":"#/$defs/state","required":["x"]}`, `{"$ref":"#/$defs/nowhere"}`,
		`{"anyOf":[{"type":"string"},{"type":"number"}]}`, `{"if":{"minProperties":1},"then":{}}`, `{"allOf":[{"required":["x"]}]}`,
		`{"type":"string","format":"email"}`, `{"type":"string","pattern":"("}`, `{"properties":{"x":{"oneOf":[]}}}`,
	} {
		var n node
		if err := json.Unmarshal([]byte(in), &n); err != nil {
			t.Fatal(err)
		}
		s := &schema{root: mustLoad(t).root, rules: make(map[string]*rule)}
		if _, err := s.rule(n); err == nil {
			t.Errorf("%s is accepted", in)
		}
	}
}
