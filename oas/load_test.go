package oas_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// lines are diagnostics as the tests write them: place, severity, code, and the pointer.
func lines(list diag.List) []string {
	var out []string
	for _, d := range list {
		out = append(out, fmt.Sprintf("%d:%d %s %s %s", d.At.Start.Line, d.At.Start.Column, d.Severity, d.Code, d.Pointer))
	}
	return out
}

// extension makes a document an API definition, so that only what a test is about is reported.
const extension = `
x-tyk-api-gateway:
  info: {name: a, state: {active: true}}
  server: {listenPath: {value: /a/}}
  upstream: {url: 'http://localhost'}
`

const head = "openapi: 3.0.3\ninfo: {title: a, version: '1'}\n"

func TestLoadReportsAtPlace(t *testing.T) {
	tests := []struct {
		name, file, text string
		want             []string
	}{
		{"fine", "a.yaml", head + "paths: {}" + extension, nil},
		{"syntax, JSON", "a.json", "{\n  \"openapi\": 3.0.3\n}", []string{"2:14 error TYK100 "}},
		{"empty", "a.yaml", "", []string{"1:1 error TYK100 "}},
		{
			"trailing comma", "a.json",
			"{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"a\", \"version\": \"1\",},\n \"paths\": {}}",
			[]string{"1:1 error TYK120 ", "1:59 error TYK101 /info"},
		},
		{"duplicate key", "a.yaml", head + "paths: {}\npaths: {}" + extension, []string{"4:1 error TYK102 /paths"}},
		{
			"raw control character", "a.json", "{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"a\tb\", \"version\": \"1\"},\n \"paths\": {}}",
			[]string{"1:1 error TYK120 ", "1:42 error TYK103 /info/title"},
		},
		{
			"byte order mark, JSON", "a.json", "\ufeff{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"a\", \"version\": \"1\"}, \"paths\": {}}",
			[]string{"1:1 error TYK103 ", "1:1 error TYK120 "},
		},
		{"byte order mark, YAML", "a.yaml", "\ufeff" + head + "paths: {}" + extension, nil},
		{"invalid UTF-8", "a.yaml", head + "paths: {}\nx-a: \xff" + extension, []string{"4:6 error TYK103 "}},
		{"second document", "a.yaml", head + "paths: {}" + extension + "---\na: 1\n", []string{"8:1 warning TYK104 "}},
		{"key that is no string", "a.yaml", head + "paths: {}\nx-a: {true: 1}" + extension, []string{"4:7 warning TYK105 /x-a/true"}},
		{"not an object", "a.json", "[]", []string{"1:1 error TYK110 "}},
		{"no version", "a.yaml", "info: {}" + extension, []string{"1:1 error TYK110 "}},
		{"swagger", "a.yaml", "swagger: '2.0'\ninfo: {}" + extension, []string{"1:10 error TYK110 /swagger"}},
		{"version is a number", "a.yaml", "openapi: 3.0" + extension, []string{"1:10 error TYK110 /openapi"}},
		{"version 3.2", "a.yaml", "openapi: 3.2.0" + extension, []string{"1:10 error TYK110 /openapi"}},
		{
			"version, and the extension all the same", "a.yaml", "openapi: 2.0.0\nx-tyk-api-gateway: {inf: 1}",
			[]string{
				"1:10 error TYK110 /openapi", "2:1 error TYK122 /x-tyk-api-gateway", "2:1 error TYK122 /x-tyk-api-gateway",
				"2:21 error TYK121 /x-tyk-api-gateway/inf",
			},
		},
		{
			"wrong types, all of them", "a.yaml", "openapi: 3.0.3\ninfo: {title: 1, version: 1.0}\npaths: []" + extension,
			[]string{"2:15 error TYK111 /info/title", "2:27 error TYK111 /info/version", "3:1 error TYK111 /paths"},
		},
		{"required field", "a.yaml", "openapi: 3.0.3\ninfo: {title: a}\npaths: {}" + extension, []string{"2:1 error TYK111 /info"}},
		{"empty field", "a.yaml", "openapi: 3.0.3\ninfo: {title: '', version: 1a}\npaths: {}" + extension, []string{"2:15 error TYK111 /info/title"}},
		{"no paths", "a.yaml", head + extension, []string{"1:1 error TYK111 "}},
		{"unknown field", "a.yaml", head + "paths: {}\ntag: []" + extension, []string{"4:1 error TYK111 /tag"}},
		{
			"field in the wrong case", "a.yaml",
			head + "paths: {}\nComponents: {securitySchemes: {a: {type: http, scheme: basic}}}" + extension,
			[]string{"4:1 error TYK111 /Components"},
		},
		{"path without a slash", "a.yaml", head + "paths: {a: {}}" + extension, []string{"3:9 error TYK111 /paths/a"}},
		{
			"deep in a schema, and each of them", "a.yaml", head + `paths:
  /a:
    get:
      responses:
        '200':
          description: a
          content:
            application/json:
              schema:
                properties:
                  b: {type: int}
                  c: {type: array}
` + extension,
			[]string{
				"13:29 error TYK111 /paths/~1a/get/responses/200/content/application~1json/schema/properties/b/type",
				"14:19 error TYK111 /paths/~1a/get/responses/200/content/application~1json/schema/properties/c",
			},
		},
		{
			"unknown keyword, 3.1", "a.yaml", "openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths: {}\n" +
				"components: {schemas: {a: {propertees: {}}}}" + extension,
			[]string{"4:28 warning TYK111 /components/schemas/a/propertees"},
		},
		{
			"beside a reference, 3.1", "a.yaml", "openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths: {}\n" +
				"components: {schemas: {a: {}, b: {$ref: '#/components/schemas/a', type: int}}}" + extension,
			[]string{"4:73 error TYK111 /components/schemas/b/type"},
		},
		{
			"all references that lead nowhere", "a.yaml", head + `paths:
  /a:
    get:
      parameters:
      - $ref: '#/components/parameters/a'
      responses:
        '200':
          $ref: '#/components/responses/a'
        '201':
          $ref: 'b.yaml#/a'
        '202':
          $ref: 'http://example.com/a'
components:
  schemas:
    a: {type: object, properties: {b: {$ref: '#/components/schemas/A'}}}
    c: {$ref: '#/components/schemas/c'}
    d: {$ref: '#/components/responses/d'}
    e: {example: {$ref: '#/nowhere'}, default: {$ref: '#/nowhere'}, enum: [{$ref: '#/nowhere'}], x-a: {$ref: '#/nowhere'}}
    f: {$ref: '#f'}
  responses:
    d: {description: a}
` + extension,
			[]string{
				"7:15 error TYK112 /paths/~1a/get/parameters/0",
				"10:17 error TYK112 /paths/~1a/get/responses/200",
				"12:17 error TYK112 /paths/~1a/get/responses/201",
				"14:17 error TYK112 /paths/~1a/get/responses/202",
				"17:46 error TYK112 /components/schemas/a/properties/b",
				"18:15 error TYK112 /components/schemas/c",
				"19:15 error TYK112 /components/schemas/d",
				"21:15 error TYK112 /components/schemas/f",
			},
		},
		{
			"operation ids", "a.yaml", head + `paths:
  /b: {get: {operationId: a, responses: {'200': {description: a}}}}
  /a: {get: {operationId: a, responses: {'200': {description: a}}}, put: {operationId: a, responses: {'200': {description: a}}}}
` + extension,
			[]string{"5:27 error TYK113 /paths/~1a/get/operationId", "5:88 error TYK113 /paths/~1a/put/operationId"},
		},
		{
			"path parameters", "a.yaml", head + `paths:
  /a/{id}:
    get: {responses: {'200': {description: a}}}
    put:
      parameters: [{name: ID, in: path, required: true, schema: {}}, {name: ID, in: path, required: true, schema: {}}]
      responses: {'200': {description: a}}
    post:
      parameters: [{name: id, in: path, schema: {}}]
      responses: {'200': {description: a}}
  /a/{b}: {}
` + extension,
			[]string{
				"5:5 error TYK114 /paths/~1a~1{id}/get", "6:5 error TYK114 /paths/~1a~1{id}/put",
				"7:77 error TYK114 /paths/~1a~1{id}/put/parameters/1/name", "10:20 error TYK114 /paths/~1a~1{id}/post/parameters/0",
				"12:3 warning TYK114 /paths/~1a~1{b}",
			},
		},
		{
			"undefined schemes", "a.yaml", head + `security: [{oath: []}]
paths:
  /a: {get: {security: [{b: []}], responses: {'200': {description: a}}}}
components: {securitySchemes: {oauth: {type: http, scheme: basic}}}
` + extension,
			[]string{"3:13 error TYK201 /security/0/oath", "5:26 error TYK201 /paths/~1a/get/security/0/b"},
		},
		{"no extension", "a.yaml", head + "paths: {}\n", []string{"1:1 error TYK120 "}},
		{"extension of the wrong type", "a.yaml", head + "paths: {}\nx-tyk-api-gateway: on", []string{"4:20 error TYK123 /x-tyk-api-gateway"}},
		{
			"extension", "a.yaml", head + `paths: {}
x-tyk-api-gateway:
  info: {name: a, state: {activ: true}, versioning: {enabled: true}}
  server: {listenPath: {value: /a/, strip: 'true'}}
  upstream: {url: 'http://localhost', rateLimit: {enabled: true, rate: 1, per: abc}}
`,
			[]string{
				"5:27 error TYK121 /x-tyk-api-gateway/info/state/activ", "5:41 error TYK122 /x-tyk-api-gateway/info/versioning",
				"5:41 error TYK122 /x-tyk-api-gateway/info/versioning", "5:41 error TYK122 /x-tyk-api-gateway/info/versioning",
				"6:44 error TYK123 /x-tyk-api-gateway/server/listenPath/strip",
				"7:80 error TYK124 /x-tyk-api-gateway/upstream/rateLimit/per",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, list := oas.Load(tt.file, []byte(tt.text))
			if diff := cmp.Diff(tt.want, lines(list)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s\n%v", diff, list)
			}
			if (doc == nil) != (len(list) > 0 && list[0].Code == oas.CodeSyntax) {
				t.Errorf("document is %v", doc)
			}
		})
	}
}

func TestLoadWords(t *testing.T) {
	tests := []struct{ name, text, message, hint string }{
		{
			"a number for a string", "openapi: 3.0.3\ninfo: {title: a, version: 1.0}\npaths: {}",
			`version is the number 1.0, expected a string`, `write it in quotes: "1.0"`,
		},
		{"unknown field", head + "paths: {}\ncomponent: {}", `unknown field "component"`, `did you mean "components"?`},
		{
			"reference", head + "paths: {}\ncomponents: {schemas: {Pet: {}, A: {$ref: '#/components/schemas/pet'}}}",
			`reference "#/components/schemas/pet" leads nowhere`, `did you mean "#/components/schemas/Pet"?`,
		},
		{
			"tokenUrl", head + "paths: {}\ncomponents: {securitySchemes: {a: {type: oauth2, flows: {password: {tokenUrl: '/%zz', scopes: {}}}}}}",
			`tokenUrl is "/%zz", which is not a URL: invalid URL escape "%zz"`, "",
		},
		{
			"scheme", head + "paths: {}\nsecurity: [{oath: []}]\ncomponents: {securitySchemes: {oauth: {type: http, scheme: basic}}}",
			`security requirement names the unknown scheme "oath"`, `did you mean "oauth"?`,
		},
		{
			"type array", head + "paths: {}\ncomponents: {schemas: {a: {type: [string, 'null']}}}",
			"type, as written here, needs OpenAPI 3.1", "write a single type, and nullable: true if null is one of them",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, list := oas.Load("a.yaml", []byte(tt.text+extension))
			if len(list) != 1 || list[0].Message != tt.message || list[0].Hint != tt.hint {
				t.Errorf("got %+v, want %q and %q", list, tt.message, tt.hint)
			}
		})
	}
}

func TestLoadRelated(t *testing.T) {
	_, list := oas.Load("a.yaml", []byte(head+"paths: {}\npaths: {}"+extension))
	want := []diag.Related{{Message: "first given here", At: source.Range{
		File: "a.yaml", Start: source.Pos{Line: 3, Column: 1, Offset: 46}, End: source.Pos{Line: 3, Column: 6, Offset: 51},
	}}}
	if diff := cmp.Diff(want, list[0].Related); diff != "" {
		t.Errorf("related places (-want +got):\n%s", diff)
	}
}

// TestLoadTwins holds that YAML and JSON of the same document are the same to Load.
func TestLoadTwins(t *testing.T) {
	yaml, err := os.ReadFile("testdata/faults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, fromYAML := oas.Load("faults.yaml", yaml)
	file, err := source.Index("faults.yaml", yaml)
	if err != nil {
		t.Fatal(err)
	}
	_, fromJSON := oas.Load("faults.json", file.JSON())
	key := func(list diag.List) []string {
		var out []string
		for _, d := range list {
			out = append(out, fmt.Sprintf("%s %s %s", d.Code, d.Pointer, d.Message))
		}
		slices.Sort(out)
		return out
	}
	if len(fromYAML) < 10 {
		t.Errorf("%d diagnostics, expected more", len(fromYAML))
	}
	if diff := cmp.Diff(key(fromYAML), key(fromJSON)); diff != "" {
		t.Errorf("diagnostics (-YAML +JSON):\n%s", diff)
	}
	for _, d := range fromJSON {
		if n, ok := file.Lookup(d.Pointer); !ok || d.Pointer != "" && n.Pointer() != d.Pointer {
			t.Errorf("%s: no value at %q", d.Code, d.Pointer)
		}
	}
}

func TestLoadDocument(t *testing.T) {
	tests := []struct {
		name, text      string
		openAPI, tykExt bool
	}{
		{"fine", head + "paths: {}" + extension, true, true},
		{"no extension", head + "paths: {}", true, false},
		{"wrong type", "openapi: 3.0.3\ninfo: []\npaths: {}" + extension, false, true},
		{"wrong version", "openapi: 2.0.0\npaths: {}" + extension, false, true},
		{"reference that leads nowhere", head + "paths: {/a: {$ref: '#/paths/b'}}" + extension, true, true},
		{"structure", head + "paths: {/a: {get: {}}}" + extension, true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, list := oas.Load("a.yaml", []byte(tt.text))
			if (doc.OpenAPI != nil) != tt.openAPI || (doc.Tyk != nil) != tt.tykExt {
				t.Errorf("OpenAPI %v, Tyk %v; %v", doc.OpenAPI != nil, doc.Tyk != nil, list)
			}
			if doc.OpenAPI == nil && !list.HasErrors() {
				t.Error("no OpenAPI part and no error")
			}
		})
	}
	doc, _ := oas.Load("a.yaml", []byte("openapi: 3.0.6\ninfo: {title: a, version: '1'}\npaths: {}"))
	if doc.OpenAPI.OpenAPI != "3.0.6" {
		t.Errorf("the version became %q", doc.OpenAPI.OpenAPI)
	}
}

func TestLoadLimits(t *testing.T) {
	text := head + "paths: {}" + extension
	for name, limits := range map[string]source.Limits{
		"bytes": {Bytes: 10}, "depth": {Depth: 2}, "nodes": {Nodes: 5},
	} {
		doc, list := oas.LoadWith("a.yaml", []byte(text), oas.Options{Limits: limits})
		if doc != nil || len(list) != 1 || list[0].Code != oas.CodeSyntax {
			t.Errorf("%s: %v", name, list)
		}
	}
	deep := head + "paths: {}\ncomponents: {schemas: {a: " + strings.Repeat("{items: ", 400) + "{}" + strings.Repeat("}", 400) + "}}"
	if _, list := oas.Load("a.yaml", []byte(deep+extension)); len(list) != 0 {
		t.Errorf("deep schema: %v", list)
	}
}
