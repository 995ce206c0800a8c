package compare_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/compiler/compare"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/source"
)

// base is the document that the tests change.
const base = `openapi: 3.0.3
info: {title: Pets, version: "1"}
security: [{oauth: [read]}]
paths:
  /pets:
    get:
      operationId: listPets
      summary: all
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
        '404': {description: none}
    post:
      operationId: addPet
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses: {'201': {description: made}}
  /pets/{id}:
    delete:
      operationId: dropPet
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: gone}}
components:
  schemas:
    Pet:
      type: object
      required: [name]
      properties:
        name: {type: string, maxLength: 10}
        kind: {type: string, enum: [cat, dog]}
        parent: {$ref: '#/components/schemas/Pet'}
  securitySchemes:
    oauth:
      type: oauth2
      flows:
        clientCredentials: {tokenUrl: /oauth/token, scopes: {read: r}}
x-tyk-api-gateway:
  info: {id: pets, name: Pets, state: {active: true}}
  server:
    listenPath: {value: /pets/, strip: true}
    authentication:
      enabled: true
      securitySchemes:
        oauth:
          enabled: true
          header: {enabled: true, name: Authorization}
          notifications: {onKeyChangeUrl: "https://a.example/x", sharedSecret: hush}
  upstream: {url: "http://up.example/"}
  middleware:
    operations:
      listPets: {cache: {enabled: true, timeout: 5}, rateLimit: {enabled: true, rate: 5, per: 1s}}
      dropPet: {block: {enabled: true}}
      addPet: {validateRequest: {enabled: true}}
`

func load(t *testing.T, name, text string) *oas.Document {
	t.Helper()
	doc, found := oas.Load(name, []byte(text))
	if doc == nil || doc.OpenAPI == nil {
		t.Fatal(found)
	}
	return doc
}

// changes are the differences of two texts, as lines.
func changes(t *testing.T, before, after string) string {
	t.Helper()
	r := compare.Documents([]*oas.Document{load(t, "a.yaml", before)}, []*oas.Document{load(t, "b.yaml", after)})
	var b strings.Builder
	if err := compare.WriteText(&b, r, 0); err != nil {
		t.Fatal(err)
	}
	var lines []string
	class := ""
	for _, line := range strings.Split(b.String(), "\n") {
		switch {
		case strings.HasPrefix(line, "    "):
			line, _, _ = strings.Cut(strings.TrimSpace(line), "  (")
			lines = append(lines, class+": "+line)
		case strings.HasPrefix(line, "  "):
			class, _, _ = strings.Cut(strings.TrimSpace(line), " ")
		}
	}
	return strings.Join(lines, "\n")
}

func TestDifferences(t *testing.T) {
	for _, test := range []struct{ name, old, now, want string }{
		{"nothing", "", "", ""},
		{"notation", "{enabled: true, rate: 5, per: 1s}", "{per: \"1s\", rate: 5, enabled: true}", ""},
		{"a default written out", "{block: {enabled: true}}", "{block: {enabled: true}, cache: {enabled: false, timeout: 0}, allow: {enabled: false}}", ""},
		{"the listen path", "value: /pets/", "value: /v2/", "breaking: listen path: /pets/ → /v2/"},
		{"a domain", "listenPath: {", "customDomain: {enabled: true, name: a.example}\n    listenPath: {", "breaking: domain turned on"},
		{"the upstream", "up.example", "down.example", "operational: upstream: http://up.example/ → http://down.example/"},
		{"an API that is not served", "{active: true}", "{active: false}", "breaking: active removed: true"},
		{"authentication", "enabled: true\n      securitySchemes", "enabled: false\n      securitySchemes", "security-relevant: authentication turned off"},
		{"a scheme", "oauth:\n          enabled: true", "oauth:\n          enabled: false", "breaking: scheme oauth turned off"},
		{"the header of the token", "name: Authorization", "name: X-Token", "breaking: scheme oauth: header name: Authorization → X-Token"},
		{"another place of the token", "header: {enabled: true, name: Authorization}", "header: {enabled: true, name: Authorization}\n          query: {enabled: true, name: token}", "security-relevant: scheme oauth: query parameter turned on"},
		{"who is told of tokens", "https://a.example/x", "https://b.example/x", "security-relevant: scheme oauth: notifications.onKeyChangeUrl: https://a.example/x → https://b.example/x"},
		{"a secret", "sharedSecret: hush", "sharedSecret: quiet", "security-relevant: scheme oauth: notifications.sharedSecret: not shown"},
		{"a declared flow", "        clientCredentials: {", "        password: {tokenUrl: /oauth/token, scopes: {}}\n        clientCredentials: {", "security-relevant: declared scheme oauth: flow password added: {\"tokenUrl\":\"/oauth/token\",\"scopes\":{}}"},
		{"a scope that is asked for", "[{oauth: [read]}]", "[{oauth: [read, write]}]", "breaking: DELETE /pets/{id}: security: oauth (read) → oauth (read write)\nbreaking: GET /pets: security: oauth (read) → oauth (read write)\nbreaking: POST /pets: security: oauth (read) → oauth (read write)"},
		{"a scope that is not", "      summary: all", "      summary: all\n      security: [{oauth: []}]", "security-relevant: GET /pets: security: oauth (read) → oauth"},
		{"an open operation", "      summary: all", "      summary: all\n      security: []", "security-relevant: GET /pets: security removed: oauth (read)"},
		{"an alternative", "      summary: all", "      summary: all\n      security: [{oauth: [read]}, {oauth: [all]}]", "security-relevant: GET /pets: security: oauth (read) → oauth (all), or oauth (read)"},
		{"an operation that is gone, with its middleware", base[strings.Index(base, "  /pets/{id}:"):strings.Index(base, "components:")], "", "breaking: operation DELETE /pets/{id} removed\ncosmetic: dropPet: block (of no operation) turned on"},
		{"a new operation", "    post:", "    put: {responses: {'200': {description: a}}}\n    post:", "operational: operation PUT /pets added"},
		{"the name of a parameter in the path", "/pets/{id}:\n    delete:\n      operationId: dropPet\n      parameters: [{name: id,", "/pets/{pet}:\n    delete:\n      operationId: dropPet\n      parameters: [{name: pet,", "cosmetic: DELETE /pets/{pet}: names of path parameters: /pets/{id} → /pets/{pet}"},
		{"an operation id", "operationId: dropPet", "operationId: deletePet", "cosmetic: DELETE /pets/{id}: operationId: dropPet → deletePet\nsecurity-relevant: DELETE /pets/{id}: block turned off\ncosmetic: dropPet: block (of no operation) turned on"},
		{"an operation id, and that of its middleware", "", "", "cosmetic: DELETE /pets/{id}: operationId: dropPet → deletePet"},
		{"words", "summary: all", "summary: each", "cosmetic: GET /pets: summary: all → each"},
		{"a required parameter", "- {name: limit,", "- {name: page, in: query, required: true, schema: {type: integer}}\n        - {name: limit,", "breaking: GET /pets: query parameter page added: required"},
		{"an optional parameter", "- {name: limit,", "- {name: page, in: query, schema: {type: integer}}\n        - {name: limit,", "operational: GET /pets: query parameter page added: optional"},
		{"a narrower bound", "maximum: 100", "maximum: 50", "breaking: GET /pets: query parameter limit: maximum: 100 → 50"},
		{"a wider bound", "maximum: 100", "maximum: 500", "operational: GET /pets: query parameter limit: maximum: 100 → 500"},
		{"a wider type", "type: integer, maximum", "type: number, maximum", "operational: GET /pets: query parameter limit: type: integer → number"},
		{"another type", "type: integer, maximum", "type: string, maximum", "breaking: GET /pets: query parameter limit: type: integer → string"},
		{"a value more", "[cat, dog]", "[cat, dog, bird]", "operational: schema Pet (sent by clients): property kind: value added: \"bird\"\noperational: schema Pet (sent to clients): property kind: value added: \"bird\""},
		{"a value less", "[cat, dog]", "[cat]", "breaking: schema Pet (sent by clients): property kind: value removed: \"dog\"\noperational: schema Pet (sent to clients): property kind: value removed: \"dog\""},
		{"a required property", "required: [name]", "required: [name, kind]", "breaking: schema Pet (sent by clients): property kind: optional → required\noperational: schema Pet (sent to clients): property kind: optional → required"},
		{"a property that may be missing", "required: [name]", "required: []", "breaking: schema Pet (sent to clients): property name: required → optional\noperational: schema Pet (sent by clients): property name: required → optional"},
		{"a body that must be", "requestBody: {content", "requestBody: {required: true, content", "breaking: POST /pets: request body: optional → required"},
		{"a media type", "made}}", "made}}\n    patch: {responses: {'200': {description: a}}}", "operational: operation PATCH /pets added"},
		{"an answer that is gone", "        '404': {description: none}\n", "", "operational: GET /pets: response 404 removed"},
		{"validation", "{validateRequest: {enabled: true}}", "{validateRequest: {enabled: false}}", "security-relevant: POST /pets: validateRequest turned off"},
		{"a lower rate", "rate: 5", "rate: 2", "breaking: GET /pets: rateLimit rate: 5 → 2"},
		{"a higher rate", "rate: 5", "rate: 7", "operational: GET /pets: rateLimit rate: 5 → 7"},
		{"middleware", "timeout: 5", "timeout: 6", "operational: GET /pets: cache.timeout: 5 → 6"},
		{"CORS", "    operations:", "    global: {cors: {enabled: true, allowedOrigins: ['*']}}\n    operations:", "security-relevant: CORS turned on"},
		{"what a newer gateway knows", "  upstream: {", "  next: {x: 1}\n  upstream: {", "operational: next added: {\"x\":1}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(base, test.old) {
				t.Fatal("the base has no such text")
			}
			now := strings.Replace(base, test.old, test.now, 1)
			if strings.HasPrefix(test.name, "an operation id, and") {
				now = strings.ReplaceAll(base, "dropPet", "deletePet")
			}
			got := strings.Split(changes(t, base, now), "\n")
			want := strings.Split(test.want, "\n")
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("got:\n%s", strings.Join(got, "\n"))
			}
		})
	}
}

// definitions are the documents of the repository that load, whatever is wrong with them.
func definitions(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"base": base}
	for _, pattern := range []string{"../../testdata/rules/*/*.yaml", "../../testdata/rules/*/*.json", "../../examples/*/*.json", "../../examples/*/*.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if doc, _ := oas.Load(name, data); doc != nil && doc.OpenAPI != nil && doc.Tyk != nil {
				all[name] = string(data)
			}
		}
	}
	if len(all) < 100 {
		t.Fatal(len(all))
	}
	return all
}

// TestNotationIsNoDifference: written in the other notation, with everything in another order, a definition is the same.
func TestNotationIsNoDifference(t *testing.T) {
	for name, text := range definitions(t) {
		doc := load(t, name, text)
		to := source.JSON
		if doc.File.Format() == source.JSON {
			to = source.YAML
		}
		again := backwards(source.Same(doc.File.Root())).Write(to)
		if got := changes(t, text, string(again)); got != "" {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

// backwards is a value with the members of its objects in the other order.
func backwards(v source.Draft) source.Draft {
	var members []source.Field
	var items []source.Draft
	for key, m := range v.Members() {
		members = append(members, source.Field{Key: key, Value: backwards(m)})
	}
	for _, item := range v.Items() {
		items = append(items, backwards(item))
	}
	slices.Reverse(members)
	switch v.Kind() {
	case source.Object:
		return source.ObjectDraft(members...)
	case source.Array:
		return source.ArrayDraft(items...)
	default:
		return v
	}
}

// variants calls a function with a value in which one scalar is another, for each scalar in it.
func variants(path string, v source.Draft, yield func(path string, v source.Draft)) {
	for key, m := range v.Members() {
		variants(path+"."+key, m, func(path string, m source.Draft) { yield(path, v.With(key, m)) })
	}
	for i, item := range v.Items() {
		variants(fmt.Sprint(path, ".", i), item, func(path string, item source.Draft) {
			var items []source.Draft
			for k, old := range v.Items() {
				if k == i {
					old = item
				}
				items = append(items, old)
			}
			yield(path, source.ArrayDraft(items...))
		})
	}
	switch v.Kind() {
	case source.Bool:
		yield(path, source.BoolDraft(v.Text() != "true"))
	case source.Number:
		yield(path, source.IntDraft(4711))
	case source.String:
		yield(path, source.TextDraft(v.Text()+"x"))
	default:
	}
}

// TestNoChangeIsLost: whatever single value of an extension changes, something is said about it.
func TestNoChangeIsLost(t *testing.T) {
	const extension = "x-tyk-api-gateway"
	for name, text := range definitions(t) {
		doc := load(t, name, text)
		root := source.Same(doc.File.Root())
		variants("", root.Get(extension), func(path string, v source.Draft) {
			after, _ := oas.Load(name, root.With(extension, v).Write(source.JSON))
			if after == nil || after.OpenAPI == nil {
				return
			}
			if r := compare.Documents([]*oas.Document{doc}, []*oas.Document{after}); len(r.Subjects) == 0 {
				t.Errorf("%s: nothing is said about another %s", name, path)
			}
		})
	}
}

// TestSecretsAreNotShown: what is a secret is in no format, and that it has changed is.
func TestSecretsAreNotShown(t *testing.T) {
	definition := func(secret string) string {
		return strings.ReplaceAll(`openapi: 3.0.3
info: {title: a, version: "1"}
paths: {}
components: {securitySchemes: {jwt: {type: http, scheme: bearer, bearerFormat: JWT}, oauth: {type: oauth2, flows: {}}}}
x-tyk-api-gateway:
  info: {id: a, name: a, state: {active: true}}
  server:
    listenPath: {value: /a/}
    authentication:
      enabled: true
      hmac: {enabled: true}
      securitySchemes:
        jwt: {enabled: true, source: S-1}
        oauth: {enabled: true, notifications: {sharedSecret: S-2}}
    eventHandlers: [{enabled: true, type: webhook, url: "https://u:S-3@a.example/?api_key=S-4", headers: [{name: Authorization, value: Bearer S-5}, {name: X-Api-Key, value: S-6}]}]
  upstream:
    url: "https://u:S-7@a.example/?token=S-8"
    authentication:
      enabled: true
      basicAuth: {enabled: true, username: u, password: S-9}
      oauth: {enabled: true, clientCredentials: {clientId: c, clientSecret: S-10}, password: {clientId: c, clientSecret: S-11, username: u, password: S-12}}
      requestSigning: {enabled: true, secret: S-13}
    uptimeTests: {enabled: true, tests: [{url: "http://a.example", headers: {Authorization: Basic S-14, X-Secret-Header: S-15, Cookie: S-16}}]}
  middleware:
    global:
      pluginConfig: {data: {enabled: true, value: {any: {thing: S-17}}}}
      transformRequestHeaders: {enabled: true, add: [{name: X-Auth-Token, value: S-18}, {name: X, value: Bearer S-19}]}
`, "S-", secret)
	}
	a, b := load(t, "a.yaml", definition("old-hush-")), load(t, "b.yaml", definition("new-hush-"))
	r := compare.Documents([]*oas.Document{a}, []*oas.Document{b})
	empty := load(t, "c.yaml", "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {}\n")
	for what, r := range map[string]*compare.Report{
		"changed": r, "added": compare.Documents([]*oas.Document{empty}, []*oas.Document{b}), "removed": compare.Documents([]*oas.Document{b}, []*oas.Document{empty}),
	} {
		var out bytes.Buffer
		for _, err := range []error{compare.WriteText(&out, r, 0), compare.WriteMarkdown(&out, r, 0), compare.WriteJSON(&out, r, 0, "test")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if i := strings.Index(out.String(), "hush"); i >= 0 {
			t.Errorf("%s: shows %s", what, out.String()[max(0, i-200):i+20])
		}
	}
	if n := len(r.Subjects[0].Changes); n < 12 {
		t.Errorf("says %d changes: %+v", n, r.Subjects[0].Changes)
	}
}

func TestDirectories(t *testing.T) {
	at := func(name, id string) *oas.Document {
		return load(t, name, strings.Replace(base, "id: pets", "id: "+id, 1))
	}
	changed := load(t, "b.yaml", strings.Replace(strings.Replace(base, "id: pets", "id: two", 1), "up.example", "other.example", 1))
	r := compare.Documents([]*oas.Document{at("a.yaml", "one"), at("b.yaml", "two"), at("c.yaml", "three")}, []*oas.Document{changed, at("moved.yaml", "three"), at("d.yaml", "four")})
	var got []string
	for _, s := range r.Subjects {
		got = append(got, fmt.Sprintf("%s %s %s %d", s.ID, s.Action, s.Class, len(s.Changes)))
	}
	want := []string{"four added operational 0", "one removed breaking 0", "two changed cosmetic 1"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if r.Count(compare.Breaking) != 1 || r.Count(compare.Operational) != 2 {
		t.Errorf("%d breaking, %d operational", r.Count(compare.Breaking), r.Count(compare.Operational))
	}
}
