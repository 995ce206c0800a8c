package config

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/schemas"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.CompileString("config.schema.json", string(schemas.ConfigJSON()))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// accepts reports whether the schema takes a configuration.
func accepts(t *testing.T, schema *jsonschema.Schema, text string) bool {
	t.Helper()
	file, err := source.Index("a.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return schema.Validate(file.Root().Any()) == nil
}

// TestSchemaFields holds the schema to the fields that are read.
func TestSchemaFields(t *testing.T) {
	var schema struct {
		Properties map[string]struct {
			Items struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(schemas.ConfigJSON(), &schema); err != nil {
		t.Fatal(err)
	}
	for _, f := range (&Config{}).fields() {
		if _, ok := schema.Properties[f.name]; !ok {
			t.Errorf("the schema lacks %s", f.name)
		}
	}
	if got, want := len(schema.Properties), len((&Config{}).fields()); got != want {
		t.Errorf("the schema has %d fields, %d are read", got, want)
	}
	override := schema.Properties["overrides"].Items.Properties
	for _, name := range []string{"files", "rules", "target"} {
		delete(override, name)
	}
	if len(override) > 0 {
		t.Errorf("the schema lets an override have %v", override)
	}
}

// TestSchemaAgrees holds that editors and tykctl are of one opinion, as far as a schema can have one.
func TestSchemaAgrees(t *testing.T) {
	schema := compiled(t)
	base := "failOn: info"
	for text, want := range map[string]bool{
		"{}":                              true,
		"$schema: ./config.schema.json":   true,
		"polices: a":                      false,
		"extends: strict":                 true,
		"extends: [recommended]":          true,
		"extends: ./base.yaml":            true,
		"extends: [strict, shared/b.yml]": true,
		"extends: []":                     false,
		"extends: stict":                  false,
		"extends: gateway-5.8":            false,
		"extends: gateway-5.yaml":         true,
		"extends: /etc/a.yaml":            false,
		"extends: 'a\\b.yaml'":            false,
		"extends: https://a.b/c.yaml":     false,
		"extends: {}":                     false,
		"extends:":                        false,
		`target: "5.8"`:                   true,
		`target: "5.10"`:                  true,
		`target: "5.14.1"`:                true,
		`target: "5.15"`:                  false,
		`target: "5.08"`:                  false,
		`target: "4.3"`:                   false,
		"target: 5.8":                     true,
		"target: 5.14":                    true,
		"target: 5.0":                     false,
		"target: 5.21":                    false,
		"target: 5":                       false,
		"target:":                         false,
		"rules:":                          true,
		"rules: {TYK204: off}":            true,
		"rules: {relative-oauth-url: info, TYK205: error, TYK206: warning}": true,
		"rules: {tyk204: off}":                              false,
		"rules: {Relative-OAuth-URL: off}":                  false,
		"rules: {TYK204: warn}":                             false,
		"rules: {TYK204: false}":                            false,
		"rules: {TYK204: [error]}":                          false,
		"rules: {TYK100: off}":                              false,
		"rules: [TYK204]":                                   false,
		"overrides:":                                        true,
		"overrides: []":                                     true,
		"overrides: [{files: [a], rules: {TYK204: off}}]":   true,
		"overrides: [{files: [a, '!b'], target: 5.8}]":      true,
		"overrides: [{files: [a], rules: }]":                true,
		"overrides: [{files: [a]}]":                         false,
		"overrides: [{files: [], target: 5.8}]":             false,
		"overrides: [{files: a, target: 5.8}]":              false,
		"overrides: [{rules: {}}]":                          false,
		"overrides: [{files: [a], rules: {}, ignore: [a]}]": false,
		"overrides: {files: [a], rules: {}}":                false,
		"ignore:":                                           true,
		"ignore: [vendor/**, a/]":                           true,
		"ignore: []":                                        true,
		"ignore: vendor":                                    false,
		"ignore: [/a]":                                      false,
		"ignore: [a, '!/b']":                                false,
		"ignore: ['a\\b']":                                  false,
		"ignore: ['']":                                      false,
		"ignore: [1]":                                       false,
		"ignore: [" + strings.Repeat("a", 501) + "]":        false,
		"policies: a.json\nbaseline: b.json":                true,
		"policies: ''":                                      false,
		"baseline: 1":                                       false,
		"failOn: never":                                     true,
		"failOn: off":                                       false,
		"maxWarnings: 0":                                    true,
		"maxWarnings: 2147483647":                           true,
		"maxWarnings: 2147483648":                           false,
		"maxWarnings: -1":                                   false,
		"maxWarnings: 1.5":                                  false,
		"maxWarnings: '1'":                                  false,
	} {
		_, err := disk{".tykctl.yaml": text, "base.yaml": base, "shared/b.yml": base, "gateway-5.yaml": base}.load(".tykctl.yaml")
		if got := err == nil; got != want {
			t.Errorf("reader: %s: taken %t, want %t: %v", text, got, want, err)
		}
		if got := accepts(t, schema, text); got != want {
			t.Errorf("schema: %s: taken %t, want %t", text, got, want)
		}
	}
}

// TestSchemaFixed holds that both know the same rules that cannot be silenced, and every rule's code and name.
func TestSchemaFixed(t *testing.T) {
	schema := compiled(t)
	for _, r := range check.Rules() {
		_, isFixed := fixed[r.Code]
		for _, name := range []string{string(r.Code), r.Name} {
			if accepts(t, schema, "rules: {"+name+": off}") == isFixed {
				t.Errorf("schema: %s may be off: %t, the reader thinks otherwise", name, !isFixed)
			}
			if !accepts(t, schema, "rules: {"+name+": error}") {
				t.Errorf("schema: there is no rule %s", name)
			}
		}
	}
}

var fenced = regexp.MustCompile("(?s)```(yaml|json)\n(.*?)```")

// TestDocumentation holds that every configuration in docs/config.md is one, and that the page speaks of every field.
func TestDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	schema := compiled(t)
	d := disk{"base.yaml": "failOn: info", "team/base.yaml": "failOn: info"}
	examples := fenced.FindAllStringSubmatch(string(page), -1)
	var fields []string
	for _, m := range examples {
		d[".tykctl.yaml"] = m[2]
		if _, err := d.load(".tykctl.yaml"); err != nil {
			t.Errorf("%s%v", m[2], err)
		}
		if !accepts(t, schema, m[2]) {
			t.Errorf("the schema does not take\n%s", m[2])
		}
		for _, f := range (&Config{}).fields() {
			if strings.Contains("\n"+m[2], "\n"+f.name+":") || strings.Contains(m[2], `"`+f.name+`":`) {
				fields = append(fields, f.name)
			}
		}
	}
	for _, f := range (&Config{}).fields() {
		if !slices.Contains(fields, f.name) {
			t.Errorf("no example has %s", f.name)
		}
	}
	for code := range fixed {
		if !strings.Contains(string(page), string(code)) {
			t.Errorf("the page does not say that %s stays an error", code)
		}
	}
	for code := range notRaised {
		if !strings.Contains(string(page), string(code)) {
			t.Errorf("the page does not say that strict leaves %s alone", code)
		}
	}
}
