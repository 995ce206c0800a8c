package oas_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var update = flag.Bool("update", false, "write the goldens anew")

// bundled bundles the first of some files; it is nil, with what was said, where that failed.
func bundled(t *testing.T, main string, files fstest.MapFS) (doc *oas.Document, text []byte, said string) {
	t.Helper()
	opt := oas.Options{Files: oas.NewFiles(files, "")}
	doc, _ = oas.LoadWith(main, files[main].Data, opt)
	text, list := oas.Bundle(doc, opt, doc.File.Format())
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "%s: %s: %s\n", d.At, d.Severity, d.Message)
		for _, r := range d.Related {
			fmt.Fprintf(&b, "  %s: %s\n", r.At, r.Message)
		}
	}
	return doc, text, b.String()
}

// TestBundle: testdata/bundle holds one archive a case: the files, the main one first, then the bundle and what is said about it.
func TestBundle(t *testing.T) {
	cases, err := filepath.Glob("testdata/bundle/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files, want, said := fstest.MapFS{}, "", ""
			kept := &txtar.Archive{Comment: archive.Comment}
			for _, f := range archive.Files {
				switch f.Name {
				case "want":
					want = string(f.Data)
				case "said":
					said = string(f.Data)
				default:
					files[f.Name] = &fstest.MapFile{Data: f.Data}
					kept.Files = append(kept.Files, f)
				}
			}
			doc, text, got := bundled(t, archive.Files[0].Name, files)
			if *update {
				kept.Files = append(kept.Files, txtar.File{Name: "want", Data: text}, txtar.File{Name: "said", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(kept), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if string(text) != want || got != said {
				t.Errorf("got:\n%s\nsaid:\n%s", text, got)
			}
			if text != nil && doc.OpenAPI != nil {
				meansTheSame(t, doc.OpenAPI, text)
			}
		})
	}
}

// meansTheSame holds the model of a document of many files against that of its bundle.
func meansTheSame(t *testing.T, want *openapi3.T, text []byte) {
	t.Helper()
	again, list := oas.Load("bundle", text)
	if slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Severity == diag.Error && d.Code != oas.CodeNoExtension }) {
		t.Fatalf("the bundle does not load: %v\n%s", list, text)
	}
	c := comparison{seen: map[[2]any]bool{}}
	c.value("", reflect.ValueOf(want), reflect.ValueOf(again.OpenAPI))
	if c.different != "" {
		t.Fatalf("differs at %s\n%s", c.different, text)
	}
}

// comparison goes through two models side by side, references and all.
type comparison struct {
	seen      map[[2]any]bool
	different string
}

func (c *comparison) differ(at, format string, args ...any) {
	if c.different == "" {
		c.different = at + ": " + fmt.Sprintf(format, args...)
	}
}

func (c *comparison) value(at string, a, b reflect.Value) {
	if c.different != "" {
		return
	}
	if a.IsValid() != b.IsValid() || a.IsValid() && a.Type() != b.Type() {
		c.differ(at, "%v and %v", a, b)
		return
	}
	if !a.IsValid() {
		return
	}
	switch a.Kind() {
	case reflect.Pointer:
		c.pointer(at, a, b)
	case reflect.Interface:
		c.value(at, a.Elem(), b.Elem())
	case reflect.Struct:
		c.fields(at, a, b)
	case reflect.Slice:
		if a.Len() != b.Len() {
			c.differ(at, "%d and %d items", a.Len(), b.Len())
			return
		}
		for i := range a.Len() {
			c.value(fmt.Sprint(at, "/", i), a.Index(i), b.Index(i))
		}
	case reflect.Map:
		c.members(at, a, b)
	default:
		if !a.Equal(b) {
			c.differ(at, "%v and %v", a, b)
		}
	}
}

// pointer follows two pointers, but those that have Map, which hold theirs apart.
func (c *comparison) pointer(at string, a, b reflect.Value) {
	if a.IsNil() || b.IsNil() {
		if a.IsNil() != b.IsNil() && at != "/Components" {
			c.differ(at, "one is missing")
		}
		return
	}
	pair := [2]any{a.Interface(), b.Interface()}
	if c.seen[pair] {
		return
	}
	c.seen[pair] = true
	if m := a.MethodByName("Map"); m.IsValid() {
		c.value(at, m.Call(nil)[0], b.MethodByName("Map").Call(nil)[0])
		return
	}
	c.value(at, a.Elem(), b.Elem())
}

func (c *comparison) fields(at string, a, b reflect.Value) {
	for i := range a.NumField() {
		f := a.Type().Field(i)
		resolved := f.Name == "Value" && a.Type() == reflect.TypeFor[openapi3.MappingRef]() // only where it leads out of the document
		if f.IsExported() && f.Name != "Ref" && f.Name != "OperationRef" && f.Name != "Extras" && !resolved {
			c.value(at+"/"+f.Name, a.Field(i), b.Field(i))
		}
	}
}

// members compares what the first has; components may have come to the second.
func (c *comparison) members(at string, a, b reflect.Value) {
	moved := strings.HasPrefix(at, "/Components/") && strings.Count(at, "/") == 2
	if !moved && a.Len() != b.Len() {
		c.differ(at, "%d and %d members", a.Len(), b.Len())
	}
	if at == "/Components/Extensions" || a.MapIndex(reflect.ValueOf("$ref")).IsValid() {
		return // path items, for which there is no field; data that is a reference to somebody who knows it
	}
	keys := a.MapKeys()
	sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
	for _, key := range keys {
		if !b.MapIndex(key).IsValid() {
			c.differ(at, "%v is missing", key)
			return
		}
		c.value(at+"/"+key.String(), a.MapIndex(key), b.MapIndex(key))
	}
}

// TestBundleMeansTheSame: documents of many files made at random, with references to whole files, to parts, to each other and in circles.
func TestBundleMeansTheSame(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 5))
		files := project(r)
		doc, text, said := bundled(t, "api/main.yaml", files)
		if text == nil || doc.OpenAPI == nil {
			t.Fatalf("seed %d: %s\n%s", seed, said, files["api/main.yaml"].Data)
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) { meansTheSame(t, doc.OpenAPI, text) })
		if strings.Contains(said, "written anew") || !strings.Contains(string(text), "# kept") {
			t.Fatalf("seed %d lost its comments: %s\n%s", seed, said, text)
		}
	}
}

// project is a document that refers to files beside and above it.
func project(r *rand.Rand) fstest.MapFS {
	names := []string{"api/main.yaml", "api/models/pet.yaml", "shared/pet.yaml", "shared/common.json"}
	up := map[string]string{"api/main.yaml": "../", "api/models/pet.yaml": "../../", "shared/pet.yaml": "../", "shared/common.json": "../"}
	ref := func(from, bucket string) string {
		to := names[r.IntN(len(names))]
		at := fmt.Sprintf("#/components/%s/%s", bucket, []string{"A", "B", "C"}[r.IntN(3)])
		if bucket == "schemas" && r.IntN(3) == 0 {
			at += "/properties/x"
		}
		if to == from && r.IntN(2) == 0 {
			return at
		}
		return up[from] + to + at
	}
	files := fstest.MapFS{}
	for _, name := range names {
		var b strings.Builder
		if name == names[0] {
			fmt.Fprintf(&b, "openapi: 3.0.3\ninfo: {title: t, version: '1'} # kept\npaths:\n")
			for i := range 3 {
				fmt.Fprintf(&b, "  /p%d:\n    $ref: '../shared/pet.yaml#/items/i%d' # an item\n", i, i)
			}
			fmt.Fprintf(&b, "  /q:\n    get:\n      parameters:\n        - $ref: '%s'\n      responses: {'200': {$ref: '%s'}}\n", ref(name, "parameters"), ref(name, "responses"))
		}
		b.WriteString("components:\n  schemas:\n")
		for _, s := range []string{"A", "B", "C"} {
			if name == names[0] && r.IntN(2) == 0 {
				fmt.Fprintf(&b, "    %s:\n      # kept\n      $ref: '../shared/pet.yaml#/components/schemas/%s'\n", s, s)
				continue
			}
			fmt.Fprintf(&b, "    %s:\n      description: \"%s of %s\\nand: more\"\n      properties:\n        x: {title: x, items: {$ref: '%s'}, type: array}\n", s, s, name, ref(name, "schemas"))
			fmt.Fprintf(&b, "        y:\n          $ref: '%s'\n", ref(name, "schemas"))
		}
		b.WriteString("  parameters:\n")
		for _, s := range []string{"A", "B", "C"} {
			fmt.Fprintf(&b, "    %s: {name: %s, in: query, schema: {$ref: '%s'}}\n", s, s, ref(name, "schemas"))
		}
		b.WriteString("  responses:\n")
		for _, s := range []string{"A", "B", "C"} {
			fmt.Fprintf(&b, "    %s: {description: d, content: {a/b: {schema: {$ref: '%s'}, example: {$ref: nothing}}}}\n", s, ref(name, "schemas"))
		}
		if name == names[0] {
			b.WriteString("x-")
		}
		b.WriteString("items:\n")
		for i := range 3 {
			fmt.Fprintf(&b, "  i%d:\n    get:\n      description: of %s\n      responses: {'200': {$ref: '%s'}}\n", i, name, ref(name, "responses"))
		}
		text := []byte(b.String())
		if strings.HasSuffix(name, ".json") {
			f, err := source.Index(name+".yaml", text)
			if err != nil {
				panic(err)
			}
			text = f.JSON()
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	return files
}
