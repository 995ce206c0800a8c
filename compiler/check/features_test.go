package check_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/schemas"
)

// TestFeatures checks that the table speaks of fields there are, and says something of each.
func TestFeatures(t *testing.T) {
	fields := map[string]bool{"x-tyk-streaming": true}
	for _, f := range schemas.Fields() {
		fields[f.Path] = true
	}
	type key struct{ name, field string }
	seen := map[key]bool{}
	for _, f := range check.Features() {
		if name := strings.TrimSuffix(f.Field, ".*"); !fields[name] {
			t.Errorf("%s: there is no field %q", f.Name, name)
		}
		if f.Name == "" || f.Effect == "" || seen[key{f.Name, f.Field}] {
			t.Errorf("%+v says too little, or is there twice", f)
		}
		seen[key{f.Name, f.Field}] = true
	}
}

// plainAPI is a keyless definition; its marks are replaced by what a test needs.
const plainAPI = `{
  "openapi": "3.0.3",
  "info": {"title": "Pets", "version": "1"},
  "paths": {"/dogs": {"get": {"operationId": "dogs", "responses": {"200": {"description": "dogs"}}}}},
  "x-tyk-api-gateway": {
    "info": {"name": "Pets", "state": {"active": true}INFO},
    "server": {"listenPath": {"value": "/pets/"}SERVER},
    "upstream": {"url": "https://pets.example.com/"UPSTREAM},
    "middleware": {"global": {"contextVariables": {"enabled": true}, "trafficLogs": {"enabled": true}GLOBAL}, "operations": {"dogs": {"allow": {"enabled": true}OPERATION}, "cats": {"cache": {"enabled": true}}}}ROOT
  }
}`

// rulesAbout runs the rules on the plain API with something put in at a mark, and returns what the rules about serving say.
func rulesAbout(t *testing.T, purpose check.Purpose, mark, member string) diag.List {
	t.Helper()
	text := plainAPI
	for _, m := range []string{"INFO", "SERVER", "UPSTREAM", "GLOBAL", "OPERATION", "ROOT"} {
		put := ""
		if m == mark {
			put = ", " + member
		}
		text = strings.Replace(text, m, put, 1)
	}
	doc, list := oas.Load("pets.json", []byte(text))
	if list.HasErrors() {
		t.Fatalf("%s: %v", member, list)
	}
	return slices.DeleteFunc(check.Document(doc, check.Options{Purpose: purpose}), func(d diag.Diagnostic) bool { return d.Code < "TYK390" })
}

// TestNotServed puts one feature at a time into a definition. Those that are refused are errors when it is to be served, the others
// warnings; for a gateway both are information.
func TestNotServed(t *testing.T) {
	for _, tt := range []struct {
		mark, member string
		serving      diag.Severity // 0: nothing is said
	}{
		{"INFO", `"id": "pets"`, 0},
		{"INFO", `"expiration": "2030-01-01 00:00"`, diag.Error},
		{"INFO", `"expiration": "soon"`, 0},
		{"INFO", `"versioning": {"enabled": true, "location": "header", "key": "v", "versions": [], "name": "a"}`, diag.Error},
		{"SERVER", `"clientCertificates": {"enabled": true, "allowlist": []}`, diag.Error},
		{"SERVER", `"clientCertificates": {"enabled": false, "allowlist": ["a"]}`, 0},
		{"SERVER", `"ipAccessControl": {"enabled": true, "allow": ["10.0.0.0/8"]}`, diag.Error},
		{"SERVER", `"ipAccessControl": {"enabled": true, "allow": []}`, 0},
		{"SERVER", `"protocol": "http"`, 0},
		{"SERVER", `"protocol": "h2c"`, diag.Error},
		{"SERVER", `"port": 8443`, diag.Error},
		{"SERVER", `"customDomain": {"enabled": true, "name": "a.example", "certificates": ["c"]}`, diag.Warning},
		{"SERVER", `"customDomain": {"enabled": false, "name": "a.example", "certificates": ["c"]}`, 0},
		{"SERVER", `"customDomain": {"enabled": true, "name": "env://DOMAIN"}`, diag.Error},
		{"SERVER", `"authentication": {"enabled": true, "hmac": {"enabled": true, "header": {"enabled": true, "name": "A"}}}`, diag.Error},
		{"SERVER", `"authentication": {"enabled": false, "hmac": {"enabled": true, "header": {"enabled": true, "name": "A"}}}`, 0},
		{"UPSTREAM", `"preserveHostHeader": {"enabled": true}, "preserveTrailingSlash": {"enabled": true}`, 0},
		{"UPSTREAM", `"tlsTransport": {"insecureSkipVerify": true, "minVersion": "1.2"}`, 0},
		{"UPSTREAM", `"tlsTransport": {"minVersion": "1.3"}`, diag.Error},
		{"UPSTREAM", `"authentication": {"enabled": false, "requestSigning": {"enabled": true}}`, diag.Error},
		{"UPSTREAM", `"authentication": {"enabled": false, "basicAuth": {"enabled": true, "username": "a", "password": "b"}}`, 0},
		{"UPSTREAM", `"uptimeTests": {"enabled": true}`, diag.Warning},
		{"GLOBAL", `"ignoreCase": {"enabled": true}, "skipRateLimit": true`, 0},
		{"GLOBAL", `"cache": {"enabled": true}`, diag.Warning},
		{"GLOBAL", `"postPlugin": {"plugins": [{"enabled": true, "functionName": "f", "path": "p"}]}`, diag.Error},
		{"GLOBAL", `"transformRequestHeaders": {"enabled": true, "add": [], "remove": []}`, 0},
		{"GLOBAL", `"transformRequestHeaders": {"enabled": true, "remove": ["A"]}`, diag.Error},
		{"OPERATION", `"ignoreAuthentication": {"enabled": true}, "block": {"enabled": false}`, 0},
		{"OPERATION", `"internal": {"enabled": true}`, diag.Error},
		{"OPERATION", `"circuitBreaker": {"enabled": true, "threshold": 0.5, "sampleSize": 5, "coolDownPeriod": 5, "halfOpenStateEnabled": true}`, diag.Error},
		{"OPERATION", `"trackEndpoint": {"enabled": true}`, diag.Warning},
		{"ROOT", `"errorOverrides": {"enabled": true, "value": {}}`, diag.Error},
	} {
		for _, purpose := range []check.Purpose{check.Validate, check.Serve} {
			want := tt.serving
			if purpose == check.Validate {
				want = min(want, diag.Info)
			}
			found := rulesAbout(t, purpose, tt.mark, tt.member)
			if want == 0 && len(found) > 0 || want > 0 && (len(found) != 1 || found[0].Severity != want) {
				t.Errorf("%s, purpose %d: %v, want one %s", tt.member, purpose, found, want)
			}
		}
	}
}

// TestFallback: authentication without any method is no open API, and must not become one. It asks for auth tokens, which are served.
func TestFallback(t *testing.T) {
	const member = `"authentication": {"enabled": true, "securitySchemes": {}}`
	for _, purpose := range []check.Purpose{check.Serve, check.Validate} {
		if found := rulesAbout(t, purpose, "SERVER", member); len(found) > 0 {
			t.Errorf("purpose %d: %v", purpose, found)
		}
	}
}

// TestServingIsStricter: what concerns only this program's own paths and hosts is worth knowing for a gateway, and counts for serving.
func TestServingIsStricter(t *testing.T) {
	for _, tt := range []struct {
		old, new string
		code     diag.Code
		validate diag.Severity
		serve    diag.Severity
	}{
		{`"/pets/"`, `"/tyk/x/"`, "TYK302", diag.Error, diag.Error},
		{`"/pets/"`, `"/hello"`, "TYK302", diag.Warning, diag.Warning},
		{`"/pets/"`, `"/api/apis/oauth/x/"`, "TYK302", diag.Info, diag.Error},
		{`"/pets/"`, `"/livez"`, "TYK302", diag.Info, diag.Warning},
		{`"/pets/"}`, `"/pets/"}, "customDomain": {"enabled": true, "name": "a.example:1"}`, "TYK308", diag.Warning, diag.Error},
	} {
		text := strings.NewReplacer("INFO", "", "SERVER", "", "UPSTREAM", "", "GLOBAL", "", "OPERATION", "", "ROOT", "").Replace(plainAPI)
		doc, list := oas.Load("pets.json", []byte(strings.Replace(text, tt.old, tt.new, 1)))
		if list.HasErrors() {
			t.Fatal(list)
		}
		for purpose, want := range map[check.Purpose]diag.Severity{check.Validate: tt.validate, check.Serve: tt.serve} {
			found := slices.DeleteFunc(check.Document(doc, check.Options{Purpose: purpose}), func(d diag.Diagnostic) bool { return d.Code != tt.code })
			if len(found) != 1 || found[0].Severity != want {
				t.Errorf("%s, purpose %d: %v, want one %s", tt.new, purpose, found, want)
			}
		}
	}
}
