package classic_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/oas/classic"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func convert(t *testing.T, text string) ([]classic.Definition, diag.List) {
	t.Helper()
	file, err := source.Index("api.json", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return classic.Convert(file)
}

// TestEveryField has a definition in which every field says something, and the definition that is made of it.
func TestEveryField(t *testing.T) {
	defs, list := convert(t, everyField(t))
	if list.Count(diag.Warning) > 0 || len(defs) != 1 {
		t.Fatalf("%d definitions, %v", len(defs), list)
	}
	compareGolden(t, "every-field.want.json", defs[0].Data)
	if errs := checked(defs); len(errs) > 0 {
		t.Errorf("the result has errors: %v", errs)
	}
}

func everyField(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "every-field.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func compareGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; see `go test -update` and git diff\n%s", name, got)
	}
}

// silent are the fields that may change without a trace, and why.
var silent = map[string]string{
	"/slug":                               "a name within the Dashboard",
	"/is_oas":                             "a note of the gateway",
	"/auth_provider":                      "of the gateway",
	"/session_provider":                   "of the gateway",
	"/definition/key":                     "the API has no versions; every definition has it",
	"/definition/location":                "the API has no versions; every definition has it",
	"/definition/strip_path":              "the API has no versions; every definition has it",
	"/version_data/versions/Default/name": "the key is the name",
	"/version_data/default_version":       "there is but one version",
	"/enable_coprocess_auth":              "see custom_plugin_auth_enabled",
	"/custom_plugin_auth_enabled":         "enable_coprocess_auth is set",
	"/use_go_plugin_auth":                 "enable_coprocess_auth is set",
	"/uptime_tests/config/service_discovery/cache_timeout": "no service is asked; every definition has it",
	"/graphql/schema":             "GraphQL is off",
	"/graphql/version":            "GraphQL is off",
	"/response_processors/0/name": "it switches on what Tyk OAS has without",
}

// silentEnds are ends of such pointers.
var silentEnds = map[string]string{
	"/black_list/0/method_actions/GET/code": "its action is not reply; every definition has it",
	"/act_on":                               "the list says it",
	"/mock_response/0/ignore_case":          "of no use to a gateway",
}

// TestNothingVanishes changes each value of that definition, one at a time: either the result changes, or something is said about it.
func TestNothingVanishes(t *testing.T) {
	text := everyField(t)
	file, err := source.Index("api.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	base, baseList := classic.Convert(file)
	n := 0
	eachScalar(file.Root(), func(v source.Node) {
		n++
		at := string(v.Pointer())
		if covered(at) {
			return
		}
		edit, ok := v.ReplaceValue(another(v))
		if !ok {
			t.Fatalf("%s cannot be replaced", at)
		}
		changed, err := source.Apply([]byte(text), []source.Edit{edit})
		if err != nil {
			t.Fatal(err)
		}
		defs, list := convert(t, string(changed))
		same := len(defs) == len(base)
		for i := range defs {
			same = same && bytes.Equal(defs[i].Data, base[i].Data)
		}
		if same && (fmt.Sprint(list) == fmt.Sprint(baseList) || !says(list, v.Pointer())) {
			t.Errorf("%s may be %s, and nobody is told", at, another(v))
		}
	})
	if n < 300 {
		t.Errorf("only %d values", n)
	}
}

func covered(at string) bool {
	for p := range silent {
		if at == p || strings.HasPrefix(at, p+"/") {
			return true
		}
	}
	for end := range silentEnds {
		if strings.HasSuffix(at, end) {
			return true
		}
	}
	return strings.HasSuffix(at, "/name") && strings.Count(at, "/") == 3 && strings.HasPrefix(at, "/auth_configs/")
}

// says reports whether anything is said about a value, or what it is in.
func says(list diag.List, p source.Pointer) bool {
	return slices.ContainsFunc(list, func(d diag.Diagnostic) bool {
		return d.Pointer == p || strings.HasPrefix(string(p), string(d.Pointer)+"/")
	})
}

func eachScalar(n source.Node, visit func(source.Node)) {
	switch n.Kind() {
	case source.Object:
		for _, m := range n.Members() {
			eachScalar(m, visit)
		}
	case source.Array:
		for _, m := range n.Items() {
			eachScalar(m, visit)
		}
	default:
		visit(n)
	}
}

// another is a value of the same kind.
func another(n source.Node) string {
	switch n.Kind() {
	case source.Bool:
		return fmt.Sprint(!n.Bool())
	case source.Number:
		return "7"
	default:
		return `"other"`
	}
}

// api is a definition with more fields.
func api(fields string) string {
	return `{"name": "A", "api_id": "a", "active": true, "use_keyless": true, "proxy": {"listen_path": "/a/", "target_url": "http://up.example.com"}` + fields + `}`
}

// endpoints is a definition with extended paths.
func endpoints(fields string) string {
	return api(`, "version_data": {"not_versioned": true, "versions": {"Default": {"use_extended_paths": true, "extended_paths": {` + fields + `}}}}`)
}

func TestLosses(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"nothing", api(""), nil},
		{"unknown field", api(`, "zap": 1`), []string{`warning /zap zap is not carried over: it is no field`}},
		{"unknown object once", api(`, "zap": {"a": 1, "b": [2]}`), []string{`warning /zap zap is not`}},
		{"an empty unknown field says nothing", api(`, "zap": {"a": "", "b": [0, false, null]}`), nil},
		{"wrong type", api(`, "domain": 5`), []string{`warning /domain domain is not carried over: it is a number, expected a string`}},
		{"GraphQL", api(`, "graphql": {"enabled": true, "schema": "type Query"}`), []string{`warning /graphql graphql is not carried over: a Tyk OAS API proxies HTTP`}},
		{"GraphQL that is off", api(`, "graphql": {"enabled": false, "schema": "type Query"}`), nil},
		{"TCP", api(`, "protocol": "tcp", "enable_proxy_protocol": true`), []string{
			`warning /protocol protocol is not carried over: a Tyk OAS API is served over HTTP`, `warning /enable_proxy_protocol`,
		}},
		{"method that is off", api(`, "oauth_meta": {"allowed_access_types": ["password"]}, "jwt_source": "x"`), []string{
			`info /oauth_meta oauth_meta is not carried over, and had no effect: use_keyless is set`, `info /jwt_source`,
		}},
		{"event handler", api(`, "event_handlers": {"events": {"HostDown": [{"handler_name": "cp_dynamic_handler"}]}}`), []string{
			`warning /event_handlers/events/HostDown/0 event_handlers.events.HostDown[0] is not carried over: there is no event handler "cp_dynamic_handler"`,
		}},
		{"response processor", api(`, "response_processors": [{"name": "header_injector"}, {"name": "header_transform", "options": {"a": 1}}]`), []string{
			`warning /response_processors/1`,
		}},
		{"limit without a period", api(`, "global_rate_limit": {"rate": 5}`), []string{`info /global_rate_limit`}},
		{"list that is off", api(`, "enable_ip_whitelisting": true, "allowed_ips": ["10.0.0.1"], "blacklisted_ips": ["10.0.0.2"]`), []string{
			`info /blacklisted_ips blacklisted_ips is not carried over, and had no effect: enable_ip_blacklisting is not set`,
		}},
		{"jq", endpoints(`"transform_jq": [{"path": "/p", "method": "POST", "filter": "."}]`), []string{
			`warning /version_data/versions/Default/extended_paths/transform_jq`,
		}},
		{"no method", endpoints(`"hard_timeouts": [{"path": "/p", "timeout": 5}]`), []string{`info`}},
		{"method of no OpenAPI operation", endpoints(`"hard_timeouts": [{"path": "/p", "method": "PURGE", "timeout": 5}]`), []string{
			`warning /version_data/versions/Default/extended_paths/hard_timeouts/0`,
		}},
		{"two of a kind", endpoints(`"hard_timeouts": [{"path": "/p", "method": "GET", "timeout": 5}, {"path": "p", "method": "GET", "timeout": 6}]`), []string{
			`warning /version_data/versions/Default/extended_paths/hard_timeouts/1 version_data.versions.Default.extended_paths.hard_timeouts[1] is not carried over: there is another enforceTimeout`,
		}},
		{"expression over a slash", endpoints(`"white_list": [{"path": "/(a|b/c)", "method": "GET"}]`), []string{
			`warning /version_data/versions/Default/extended_paths/white_list/0/path`,
		}},
		{"expression that matches slashes", endpoints(`"white_list": [{"path": "/files/.*", "method": "GET"}]`), []string{
			`warning /version_data/versions/Default/extended_paths/white_list/0/path version_data.versions.Default.extended_paths.white_list[0].path is carried over in part`,
		}},
		{"siblings", endpoints(`"white_list": [{"path": "/u/[a-z]+", "method": "GET"}], "hard_timeouts": [{"path": "/u/[0-9]+", "method": "GET", "timeout": 5}]`), []string{
			`warning /version_data/versions/Default/extended_paths/hard_timeouts/0 version_data.versions.Default.extended_paths.hard_timeouts[0] is not carried over: the paths "/u/[0-9]+" and "/u/[a-z]+" are one for OpenAPI`,
		}},
		{"paths that are not used", api(`, "version_data": {"not_versioned": true, "versions": {"Default": {"extended_paths": {"white_list": [{"path": "/p", "method": "GET"}]}}}}`), []string{
			`info /version_data/versions/Default/extended_paths`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defs, list := convert(t, tt.text)
			if len(defs) != 1 {
				t.Fatalf("%d definitions: %v", len(defs), list)
			}
			list = slices.DeleteFunc(list, func(d diag.Diagnostic) bool { return d.Code == classic.CodeChanged })
			if len(list) != len(tt.want) {
				t.Fatalf("got %d findings, want %d: %v", len(list), len(tt.want), list)
			}
			for i, d := range list {
				if got := fmt.Sprintf("%s %s %s", d.Severity, d.Pointer, d.Message); !strings.HasPrefix(got, tt.want[i]) {
					t.Errorf("got  %s\nwant %s", got, tt.want[i])
				}
				if d.Severity > diag.Info && d.Hint == "" || d.At.IsZero() {
					t.Errorf("no hint or no place: %+v", d)
				}
			}
		})
	}
}

func TestUnconvertible(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no Classic definition", `{"openapi": "3.0.3"}`, "no Tyk Classic API definition"},
		{"a list", `[]`, "no Tyk Classic API definition"},
		{"no name", `{"proxy": {"listen_path": "/a/"}}`, "no name"},
		{"versions that requests cannot name", api(`, "version_data": {"versions": {"v1": {}, "v2": {}}}`), "where requests name one"},
		{"versions of an API without", api(`, "version_data": {"not_versioned": true, "versions": {"v1": {}, "v2": {}}}`), "is not versioned"},
		{"both kinds of versions", api(`, "definition": {"enabled": true, "versions": {"v3": "id"}}, "version_data": {"versions": {"v1": {}, "v2": {}}}`), "versions that are APIs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defs, list := convert(t, tt.text)
			if defs != nil || !list.HasErrors() {
				t.Fatalf("%d definitions, %v", len(defs), list)
			}
			i := slices.IndexFunc(list, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
			if d := list[i]; d.Code != classic.CodeUnconvertible || !strings.Contains(d.Message, tt.want) || d.Hint == "" || d.At.IsZero() {
				t.Errorf("got %+v", d)
			}
		})
	}
}

// TestValues looks at single values of results.
func TestValues(t *testing.T) {
	const (
		ext     = "/x-tyk-api-gateway"
		schemes = ext + "/server/authentication/securitySchemes"
		ops     = ext + "/middleware/operations"
	)
	oauth := func(fields string) string {
		return strings.Replace(api(`, "use_oauth2": true, "oauth_meta": {"allowed_access_types": ["client_credentials"]}`+fields), `"use_keyless": true`, `"use_keyless": false`, 1)
	}
	tests := []struct {
		name, text string
		want       map[source.Pointer]string // JSON; empty: absent
	}{
		{"OAuth without auth_configs", oauth(""), map[source.Pointer]string{
			schemes + "/oauth/header": `{"enabled":true,"name":"Authorization"}`,
			"/security":               `[{"oauth":[]}]`,

			"/components/securitySchemes/oauth/flows": `{"clientCredentials":{"scopes":{},"tokenUrl":"/oauth/token"}}`,
		}},
		{"the older place of settings is not for OAuth", oauth(`, "auth": {"auth_header_name": "X-Key"}`), map[source.Pointer]string{
			schemes + "/oauth/header/name": `"Authorization"`,
		}},
		{"the older place is for tokens", strings.Replace(api(`, "auth": {"use_param": true, "disable_header": true, "param_name": "key"}`), `"use_keyless": true,`, "", 1), map[source.Pointer]string{
			"/components/securitySchemes/authToken": `{"in":"query","name":"key","type":"apiKey"}`,
		}},
		{"keyless beats methods", api(`, "use_oauth2": true`), map[source.Pointer]string{ext + "/server/authentication": "", "/security": ""}},
		{"siblings: the settings of the second are not on the first", endpoints(`"white_list": [{"path": "/u/[a-z]+", "method": "GET"}], "hard_timeouts": [{"path": "/u/[0-9]+", "method": "GET", "timeout": 5}]`), map[source.Pointer]string{
			ops:                                     `{"u/[a-z]+GET":{"allow":{"enabled":true}}}`,
			"/paths/~1u~1{customRegex1}/parameters": `[{"in":"path","name":"customRegex1","required":true,"schema":{"pattern":"[a-z]+","type":"string"}}]`,
		}},
		{"placeholders of another name are the same path", endpoints(`"white_list": [{"path": "/u/{id}", "method": "GET"}], "hard_timeouts": [{"path": "/u/{name}", "method": "GET", "timeout": 5}]`), map[source.Pointer]string{
			ops: `{"u/{id}GET":{"allow":{"enabled":true},"enforceTimeout":{"enabled":true,"value":5}}}`,
		}},
		{"the expression of a placeholder is its pattern", endpoints(`"white_list": [{"path": "/u/{id:[0-9]+}", "method": "GET"}]`), map[source.Pointer]string{
			"/paths/~1u~1{id}/parameters/0/schema/pattern": `"[0-9]+"`,
		}},
		{"a placeholder within a segment", endpoints(`"white_list": [{"path": "^/f/{name}.json$", "method": "GET"}]`), map[source.Pointer]string{
			"/paths/~1f~1{name}.json/get/operationId": `"f/{name}.jsonGET"`,
		}},
		{"no method and no actions: every method", endpoints(`"black_list": [{"path": "/p"}]`), map[source.Pointer]string{
			ops + "/pDELETE/block/enabled": "true", ops + "/pTRACE/block/enabled": "true",
		}},
		{"lists of old", api(`, "version_data": {"not_versioned": true, "versions": {"Default": {"paths": {"black_list": ["/p"]}}}}`), map[source.Pointer]string{
			ops + "/pGET/block/enabled": "true",
		}},
		{"a switch of one list does not switch on the other", api(`, "enable_ip_whitelisting": true, "allowed_ips": ["10.0.0.1"], "blacklisted_ips": ["10.0.0.2"]`), map[source.Pointer]string{
			ext + "/server/ipAccessControl": `{"enabled":true,"allow":["10.0.0.1"]}`,
		}},
		{"lists without switches", api(`, "allowed_ips": ["10.0.0.1"]`), map[source.Pointer]string{
			ext + "/server/ipAccessControl": `{"enabled":false,"allow":["10.0.0.1"]}`,
		}},
		{"scopes of jwt are kept", strings.Replace(api(`, "enable_jwt": true, "scopes": {"jwt": {"scope_claim_name": "scp"}}`), `"use_keyless": true,`, "", 1), map[source.Pointer]string{
			schemes + "/jwt/scopes/claimName": `"scp"`,
		}},
		{"versions that are APIs already", api(`, "definition": {"enabled": true, "name": "v1", "location": "header", "key": "x-v", "versions": {"v2": "two"}}`), map[source.Pointer]string{
			ext + "/info/versioning/versions": `[{"name":"v2","id":"two"}]`,
		}},
		{"schema in base64", endpoints(`"validate_json": [{"path": "/p", "method": "POST", "schema_b64": "eyJ0eXBlIjoib2JqZWN0In0="}]`), map[source.Pointer]string{
			"/paths/~1p/post/requestBody/content/application~1json/schema": `{"type":"object"}`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defs, list := convert(t, tt.text)
			if len(defs) != 1 {
				t.Fatalf("%d definitions: %v", len(defs), list)
			}
			result, err := source.Index("result.json", defs[0].Data)
			if err != nil {
				t.Fatal(err)
			}
			for p, want := range tt.want {
				n, _ := result.Lookup(p)
				var got bytes.Buffer
				if n.Exists() {
					if err := json.Compact(&got, n.JSON()); err != nil {
						t.Fatal(err)
					}
				}
				if got.String() != want {
					t.Errorf("%s is %s, want %s", p, got.String(), want)
				}
			}
		})
	}
}

// TestSameAgain: ids of versions are made, and must not change from one conversion to the next.
func TestSameAgain(t *testing.T) {
	text := api(`, "definition": {"location": "header", "key": "v"}, "version_data": {"versions": {"v1": {}, "v2": {"override_target": "http://two.example.com"}}}`)
	first, _ := convert(t, text)
	second, _ := convert(t, text)
	if len(first) != 2 || first[1].Version != "v2" || first[1].ID == first[0].ID {
		t.Fatalf("got %+v", first)
	}
	for i := range first {
		if !bytes.Equal(first[i].Data, second[i].Data) {
			t.Errorf("%s differs", first[i].Name)
		}
	}
	if !bytes.Contains(first[1].Data, []byte("http://two.example.com")) {
		t.Error("the version does not go to its own target")
	}
}
