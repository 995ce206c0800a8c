package oas_test

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

// loadFrom loads apis/a.yaml of a set of files. All but those below "outside" are below the root.
func loadFrom(t *testing.T, files map[string]string, allow ...string) (*oas.Document, diag.List) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	const main = "apis/a.yaml"
	return oas.LoadWith(main, []byte(files[main]), oas.Options{Files: oas.NewFiles(fsys, ""), AllowRefs: allow})
}

// placed are diagnostics with the file that they are in.
func placed(list diag.List) []string {
	var out []string
	for _, d := range list {
		out = append(out, fmt.Sprintf("%s:%d:%d %s %s %s", d.At.File, d.At.Start.Line, d.At.Start.Column, d.Severity, d.Code, d.Pointer))
	}
	return out
}

// shared is a file of objects that documents refer to.
const shared = `
NotFound: {description: not there}
components:
  parameters:
    id: {name: id, in: path, required: true, schema: {$ref: '#/components/schemas/ID'}}
  schemas:
    ID: {type: string}
    Pet: {type: object, properties: {id: {$ref: '#/components/schemas/ID'}, parent: {$ref: '#/components/schemas/Pet'}}}
`

func TestOutsideReferences(t *testing.T) {
	const first = "4:14 warning TYK115 /paths/~1p"
	tests := []struct {
		name  string
		main  string // what stands below paths
		files map[string]string
		want  []string
	}{
		{
			"a part of a file, above the document and below it", "  /p/{id}:\n    get:\n      parameters: [{$ref: ../common/shared.yaml#/components/parameters/id}]\n" +
				"      responses: {'404': {$ref: '../common/shared.yaml#/NotFound'}, '200': {$ref: parts/ok.json}}",
			map[string]string{"common/shared.yaml": shared, "apis/parts/ok.json": `{"description": "fine"}`},
			[]string{"apis/a.yaml:6:27 warning TYK115 /paths/~1p~1{id}/get/parameters/0"},
		},
		{
			"a whole path item", "  /p: {$ref: ./p.yaml}",
			map[string]string{"apis/p.yaml": "get: {responses: {'200': {description: a}}}"},
			[]string{"apis/a.yaml:" + first},
		},
		{
			"its own name", "  /p: {get: {responses: {'200': {$ref: 'a.yaml#/x-r'}}}}\nx-r: {description: a}",
			nil,
			[]string{"apis/a.yaml:4:40 warning TYK115 /paths/~1p/get/responses/200"},
		},
		{
			"a circle of schemas over files", "  /p: {$ref: p.yaml}\ncomponents: {schemas: {A: {properties: {b: {$ref: 'b.json#/B'}}}}}",
			map[string]string{
				"apis/p.yaml": "get: {responses: {'200': {description: a, content: {a/b: {schema: {$ref: 'b.json#/B'}}}}}}",
				"apis/b.json": `{"B": {"properties": {"c": {"$ref": "c%20c.yaml#/C/properties/d"}}}}`,
				"apis/c c.yaml": "C: {properties: {d: {items: {$ref: './b.json#/B'}, type: array}, e: {$ref: 'a.yaml#/components/schemas/A'}}}\n" +
					"D: {properties: {e: {$ref: 'a.yaml#/components/schemas/A'}}}",
			},
			[]string{"apis/a.yaml:" + first},
		},
		{
			"references that lead to references only", "  /p: {get: {responses: {'200': {$ref: 'b.yaml#/x'}}}}\n",
			map[string]string{"apis/b.yaml": "x: {$ref: 'c.yaml#/x'}", "apis/c.yaml": "x: {$ref: 'b.yaml#/x'}"},
			[]string{"apis/a.yaml:4:40 error TYK112 /paths/~1p/get/responses/200"},
		},
		{
			"a file that is missing, and a name", "  /p: {get: {responses: {'200': {$ref: 'b.yml'}, '201': {$ref: 'c.yaml#/NotFund'}}}}",
			map[string]string{"apis/b.yaml": "description: a", "apis/c.yaml": shared},
			[]string{"apis/a.yaml:4:40 error TYK112 /paths/~1p/get/responses/200", "apis/a.yaml:4:64 error TYK112 /paths/~1p/get/responses/201"},
		},
		{
			"what is wrong in another file is said there, once", "  /p: {get: {responses: {'200': {$ref: 'b.yaml#/R'}, '201': {$ref: 'b.yaml#/R'}, '202': {$ref: 'b.yaml#/components/responses/S'}}}}",
			map[string]string{"apis/b.yaml": "R:\n  description: 1\n  contents: {}\nR2: {description: 2}\ncomponents:\n  responses:\n    S:\n      content: {a/b: {schema: {type: int, $ref: 1, items: {$ref: nowhere.yaml}}}}\na: 1\na: 2"},
			[]string{
				"apis/a.yaml:4:40 warning TYK115 /paths/~1p/get/responses/200",
				"apis/b.yaml:2:16 error TYK111 /R/description", "apis/b.yaml:3:3 error TYK111 /R/contents",
				"apis/b.yaml:7:5 error TYK111 /components/responses/S",
				"apis/b.yaml:8:38 error TYK111 /components/responses/S/content/a~1b/schema/type", "apis/b.yaml:8:43 error TYK111 /components/responses/S/content/a~1b/schema/$ref",
				"apis/b.yaml:8:66 error TYK112 /components/responses/S/content/a~1b/schema/items", "apis/b.yaml:10:1 error TYK102 /a",
			},
		},
		{
			"a file that cannot be read", "  /p: {get: {responses: {'200': {$ref: 'b.yaml#/R'}, '201': {$ref: 'b.yaml#/R'}, '202': {$ref: 'b.yaml#/S'}}}}",
			map[string]string{"apis/b.yaml": "R: [\n"},
			[]string{"apis/a.yaml:4:40 error TYK112 /paths/~1p/get/responses/200", "apis/b.yaml:1:1 error TYK100 "},
		},
		{
			"operations of other files", "  /p: {$ref: b.yaml#/p}\n  /q/{id}: {$ref: b.yaml#/q}\ncomponents: {securitySchemes: {basic: {type: http, scheme: basic}}}",
			map[string]string{
				"apis/b.yaml": "p:\n  get: {operationId: x, responses: {'200': {description: a}}}\n" +
					"  put: {operationId: x, security: [{basc: []}], responses: {'200': {description: a}}}\nq:\n  get: {responses: {'200': {description: a}}}",
			},
			[]string{
				"apis/a.yaml:4:14 error TYK113 /paths/~1p/$ref", "apis/a.yaml:" + first,
				"apis/a.yaml:5:3 error TYK114 /paths/~1q~1{id}/get", "apis/b.yaml:3:37 error TYK201 /p/put/security/0/basc",
			},
		},
		{
			"through an outside reference", "  /p: {get: {responses: {'200': {$ref: '#/components/responses/A'}, '201': {$ref: '#/components/responses/B'}, '202': {$ref: '#/components/headers/H/x/y'}}}}\n" +
				"components: {responses: {A: {$ref: b.yaml#/R}, B: {$ref: '#/components/responses/A'}}, headers: {H: {$ref: b.yaml}}}",
			map[string]string{"apis/b.yaml": "R: {description: a}\nschema: {}\nx: {y: {description: a}}"},
			[]string{"apis/a.yaml:5:36 warning TYK115 /components/responses/A", "apis/b.yaml:1:1 error TYK111 /R", "apis/b.yaml:3:1 error TYK111 /x"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"apis/a.yaml": head + "paths:\n" + tt.main + extension}
			for name, text := range tt.files {
				files[name] = text
			}
			doc, list := loadFrom(t, files)
			if diff := cmp.Diff(tt.want, placed(list)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s\n%v", diff, list)
			}
			if doc.OpenAPI == nil && !list.HasErrors() {
				t.Error("no OpenAPI part and no error")
			}
		})
	}
}

func TestOutsideWords(t *testing.T) {
	tests := []struct{ name, ref, message, hint string }{
		{"network", "http://169.254.169.254/latest", `reference "http://169.254.169.254/latest" leads outside: only files are read, nothing is fetched`, "put what it leads to into a file beside the document, or below components"},
		{"network without a scheme", "//host/a.yaml", `reference "//host/a.yaml" leads outside: only files are read, nothing is fetched`, "put what it leads to into a file beside the document, or below components"},
		{"file URL", "file:///etc/passwd", `reference "file:///etc/passwd" leads outside: only files are read, nothing is fetched`, "put what it leads to into a file beside the document, or below components"},
		{"drive", `C:\a.yaml`, `reference "C:\\a.yaml" leads outside: only files are read, nothing is fetched`, "put what it leads to into a file beside the document, or below components"},
		{"upwards", "../../etc/passwd", `reference "../../etc/passwd" leads outside: only files below the root directory are read`, "put what it leads to below components, and refer to it with #/components/…"},
		{"upwards, hidden", "%2e%2e/%2e%2e/etc/passwd", `reference "%2e%2e/%2e%2e/etc/passwd" leads outside: only files below the root directory are read`, "put what it leads to below components, and refer to it with #/components/…"},
		{"back slashes", `..\..\etc\passwd`, `reference "..\\..\\etc\\passwd" leads outside: only files below the root directory are read`, "put what it leads to below components, and refer to it with #/components/…"},
		{"absolute", "/dev/zero", `reference "/dev/zero" leads outside: only files below the root directory are read`, "put what it leads to below components, and refer to it with #/components/…"},
		{"NUL in the name", "a%00.yaml", `reference "a%00.yaml" leads outside: only files below the root directory are read`, "put what it leads to below components, and refer to it with #/components/…"},
		{"the root itself", "..", `reference ".." leads to ".", which is a directory`, "write the name of a file"},
		{"directory", "../common", `reference "../common" leads to "common", which is a directory`, "write the name of a file"},
		{"below a file", "../common/b.yaml/c", `reference "../common/b.yaml/c" leads to "common/b.yaml/c", which does not exist`, ""},
		{"missing", "../comon/b.yaml", `reference "../comon/b.yaml" leads to "comon/b.yaml", which does not exist`, `there is "common"`},
		{"missing name", "../common/b.yml#/R", `reference "../common/b.yml#/R" leads to "common/b.yml", which does not exist`, `there is "common/b.yaml"`},
		{"missing part", "../common/b.yaml#/r", `reference "../common/b.yaml#/r" leads nowhere`, `did you mean "../common/b.yaml#/R"?`},
		{"part that is no object", "../common/b.yaml#/R/description", `reference "../common/b.yaml#/R/description" leads to the string "a", expected an object`, ""},
		{"another kind", "../common/b.yaml#/components/headers/H", `reference "../common/b.yaml#/components/headers/H" leads to components.headers, expected components.responses`, ""},
		{"query", "b.yaml?a=1", `reference "b.yaml?a=1" names no file`, `write a path such as "schemas/pet.yaml#/Pet", with %3F for a question mark and %25 for a percent sign`},
		{"escape", "b%zz.yaml", `reference "b%zz.yaml" names no file`, `write a path such as "schemas/pet.yaml#/Pet", with %3F for a question mark and %25 for a percent sign`},
		{"anchor", "../common/b.yaml#R", `reference "../common/b.yaml#R" is not a path into a file`, `write a path such as "../common/b.yaml#/Name"`},
		{"bare name of a component", "Known", `reference "Known" leads to "apis/Known", which does not exist`, `did you mean "#/components/responses/Known"?`},
		{"component without #", "/components/responses/Known", `reference "/components/responses/Known" leads outside: only files below the root directory are read`, `did you mean "#/components/responses/Known"?`},
		{"NUL bytes", "../common/nul.yaml", `reference "../common/nul.yaml" leads to "common/nul.yaml", which cannot be read: found a NUL byte, expected text`, "mend that file first"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, list := loadFrom(t, map[string]string{
				"apis/a.yaml": head + "paths: {/p: {get: {responses: {'200': {$ref: '" + tt.ref + "'}}}}}\n" +
					"components: {responses: {Known: {description: a}}}" + extension,
				"common/b.yaml":   "R: {description: a}\ncomponents: {headers: {H: {schema: {}}}}",
				"common/nul.yaml": "R: \x00",
			})
			if len(list) == 0 || list[0].Code != oas.CodeReference || list[0].Message != tt.message || list[0].Hint != tt.hint || list[0].Pointer != "/paths/~1p/get/responses/200" {
				t.Errorf("got %+v, want %q and %q", list, tt.message, tt.hint)
			}
		})
	}
}

// TestTolerated holds that references which may lead outside are not followed, and bring about nothing but the information that they are not.
func TestTolerated(t *testing.T) {
	const main = `paths:
  /p: {$ref: 'https://example.com/apis/p.yaml'}
  /q/{id}:
    get:
      operationId: q
      parameters: [{$ref: '../../common/p.yaml#/id'}]
      responses: {'200': {$ref: 'https://example.com/apis/../apis/r.yaml'}}
security: [{oauth: []}]
components:
  securitySchemes: {oauth: {$ref: 'https://example.com/apis#/oauth'}}
  schemas:
    A: {properties: {a: {$ref: 'https://example.com/apis/s.yaml'}, b: {$ref: '#/components/schemas/A/properties/a/properties/b'}}}
x-tyk-api-gateway:
  info: {name: a, state: {active: true}}
  server:
    listenPath: {value: /a/}
    authentication: {enabled: true, securitySchemes: {oauth: {enabled: true, header: {enabled: true, name: Authorization}}}}
  upstream: {url: 'http://localhost'}
`
	doc, list := loadFrom(t, map[string]string{"apis/a.yaml": head + main}, "https://example.com/apis", "../common*")
	want := []string{
		"apis/a.yaml:4:14 info TYK112 /paths/~1p", "apis/a.yaml:8:27 info TYK112 /paths/~1q~1{id}/get/parameters/0",
		"apis/a.yaml:9:33 info TYK112 /paths/~1q~1{id}/get/responses/200", "apis/a.yaml:12:35 info TYK112 /components/securitySchemes/oauth",
		"apis/a.yaml:14:32 info TYK112 /components/schemas/A/properties/a", "apis/a.yaml:14:78 info TYK112 /components/schemas/A/properties/b",
	}
	if diff := cmp.Diff(want, placed(list)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s\n%v", diff, list)
	}
	if doc.OpenAPI == nil {
		t.Fatal("no OpenAPI part")
	}
	if s := doc.Schemes(); len(s) != 1 || s[0].Kind != oas.SchemeUnknown || !s[0].InSecurity {
		t.Errorf("schemes %+v", s)
	}
	if p := doc.Protection(); p.FallBack || len(p.Schemes) != 1 {
		t.Errorf("protection %+v", p)
	}
	if _, ok := doc.Protection().OAuth(); ok || !doc.LacksOperations() {
		t.Error("something unknown is taken for known")
	}
	if !doc.Unknown(doc.OpenAPI.Paths.Value("/q/{id}").Get.Responses.Value("200").Value) {
		t.Error("the response is known")
	}
	for _, allow := range []string{"https://example.com/api", "https://example.co", "https://example.com/apis/", "../comm", ""} {
		if _, list := loadFrom(t, map[string]string{"apis/a.yaml": head + main}, allow); !list.HasErrors() {
			t.Errorf("%q tolerates too much", allow)
		}
	}
}

// spread is a document in several files, with circles between them.
var spread = map[string]string{
	"apis/a.yaml": `openapi: 3.1.0
info: {title: a, version: '1'}
paths:
  /p/{id}: {$ref: p.yaml}
  /q:
    get:
      parameters: [{$ref: '#/components/parameters/limit'}]
      requestBody: {$ref: '../common/b.json#/bodies/B'}
      responses: {'200': {$ref: '#/components/responses/OK'}, '404': {$ref: '../common/b.json#/R/404', description: mine}}
      callbacks: {c: {$ref: '../common/c.yaml#/callbacks/c'}}
components:
  parameters: {limit: {$ref: '../common/c.yaml#/parameters/limit'}}
  securitySchemes: {basic: {$ref: '../common/b.json#/basic'}}
  responses: {OK: {description: fine, headers: {X: {$ref: '../common/c.yaml#/h'}}, links: {l: {$ref: '../common/c.yaml#/l'}}}}
  schemas:
    A: {type: object, properties: {pet: {$ref: '../common/b.json#/Pet', title: mine, maxProperties: 3, properties: {x: {$ref: ../common/c.yaml#/Name}}}, other: {$ref: '../common/b.json#/Pet'}}}
    B: {$ref: '#/components/schemas/A/properties/other/properties/friend'}
`,
	"apis/p.yaml": `
parameters: [{name: id, in: path, required: true, schema: {$ref: '../common/c.yaml#/Name'}}]
get:
  operationId: getP
  responses: {'200': {description: a, content: {a/b: {schema: {$ref: 'a.yaml#/components/schemas/A'}, examples: {e: {$ref: '../common/c.yaml#/e'}}}}}}
`,
	"common/b.json": `{
  "Pet": {"type": "object", "properties": {"name": {"$ref": "c.yaml#/Name"}, "friend": {"$ref": "#/Pet"}, "of": {"$ref": "../apis/a.yaml#/components/schemas/A"}}},
  "bodies": {"B": {"content": {"a/b": {"schema": {"oneOf": [{"$ref": "#/Pet"}], "discriminator": {"propertyName": "name", "mapping": {"x": "./b.json#/Pet"}}}}}}},
  "R": {"404": {"description": "none"}, "200": {"description": "fine"}},
  "basic": {"type": "http", "scheme": "basic"}
}`,
	"common/c.yaml": `
Name: {type: string, maxLength: 9}
parameters: {limit: {name: limit, in: query, schema: {$ref: '#/Limit'}}}
Limit: {type: integer, default: 3}
h: {schema: {$ref: './b.json#/Pet/properties/name'}}
l: {operationId: getP}
e: {value: 1}
callbacks: {c: {'{$url}': {post: {responses: {'200': {$ref: 'b.json#/R/200'}}}}}}
`,
}

// followed is a value of kin-openapi as plain data, with what its references lead to in their place.
func followed(v reflect.Value, depth int) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() || depth == 0 {
			return nil
		}
		return followed(v.Elem(), depth-1)
	case reflect.Slice:
		var list []any
		for i := range v.Len() {
			list = append(list, followed(v.Index(i), depth))
		}
		return list
	case reflect.Map:
		m := map[string]any{}
		for _, key := range v.MapKeys() {
			m[key.String()] = followed(v.MapIndex(key), depth)
		}
		return m
	case reflect.Struct:
		if mapped := v.Addr().MethodByName("Map"); mapped.IsValid() {
			return followed(mapped.Call(nil)[0], depth)
		}
		m := map[string]any{}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Ref" && f.Name != "Mapping" && f.Name != "Extensions" {
				m[f.Name] = followed(v.Field(i), depth)
			}
		}
		return m
	default:
		return v.Interface()
	}
}

// TestOutsideEqualsKin holds that a document in several files becomes what kin-openapi makes of it.
func TestOutsideEqualsKin(t *testing.T) {
	doc, list := loadFrom(t, spread)
	if doc.OpenAPI == nil || slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Code == oas.CodeReference || d.Code == oas.CodeStructure }) {
		t.Fatal(list)
	}
	loader := openapi3.NewLoader()
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, at *url.URL) ([]byte, error) { return []byte(spread[at.Path]), nil }
	theirs, err := loader.LoadFromFile("apis/a.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const depth = 16
	got, want := followed(reflect.ValueOf(doc.OpenAPI), depth), followed(reflect.ValueOf(theirs), depth)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kin-openapi reads something else (-want +got):\n%s", diff)
	}
	for _, written := range []string{
		doc.OpenAPI.Paths.Value("/p/{id}").Ref, doc.OpenAPI.Components.SecuritySchemes["basic"].Ref,
		doc.OpenAPI.Components.Schemas["A"].Value.Properties["pet"].Ref,
	} {
		if !strings.Contains(written, ".yaml") && !strings.Contains(written, ".json") {
			t.Errorf("a reference became %q", written)
		}
	}
	for _, n := range []int{len(doc.OpenAPI.Components.Schemas), doc.OpenAPI.Paths.Len()} {
		if n != 2 {
			t.Errorf("%d instead of 2: something is left of the other files", n)
		}
	}
}

// TestCirclesBesideReferences holds that keywords beside a $ref may lead in a circle, which kin-openapi alone does not survive.
func TestCirclesBesideReferences(t *testing.T) {
	for name, schemas := range map[string]string{
		"beside":       "A: {properties: {c: {$ref: '#/components/schemas/A'}}}, B: {$ref: '#/components/schemas/A', properties: {x: {$ref: '#/components/schemas/A'}}}",
		"through it":   "A: {}, B: {$ref: '#/components/schemas/A', not: {$ref: '#/components/schemas/B'}}, C: {$ref: '#/components/schemas/A', not: {$ref: '#/components/schemas/B'}}",
		"not decoded":  "B: {$ref: '#/components/schemas/A', not: {$ref: '#/x-a'}}, A: {uniqueItems: true}}}, x-a: {not: {$ref: '#/x-a'}}, x-b: {x: {",
		"another file": "B: {$ref: 'b.yaml#/A', not: {$ref: 'b.yaml#/A'}}",
	} {
		t.Run(name, func(t *testing.T) {
			text := "{openapi: 3.1.0, info: {title: a, version: '1'}, paths: {}, components: {schemas: {" + schemas + "}}}"
			doc, list := loadFrom(t, map[string]string{"apis/a.yaml": text, "apis/b.yaml": "A: {not: {$ref: '#/A'}}"})
			if doc.OpenAPI == nil {
				t.Fatal(list)
			}
			b := doc.OpenAPI.Components.Schemas["B"].Value
			if len(b.AllOf) != 1 || b.UniqueItems != (name == "not decoded") {
				t.Errorf("B is %+v", b)
			}
		})
	}
}
