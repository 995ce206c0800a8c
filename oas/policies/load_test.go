package policies

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

const whole = `{"gold": {
  "_id": "5ead7120575961000181867e", "id": "gold", "name": "Gold", "org_id": "acme",
  "rate": 100, "per": 1.5, "quota_max": -1, "quota_renewal_rate": 3600, "throttle_interval": 0.5, "throttle_retry_limit": 3, "max_query_depth": 4,
  "smoothing": {"enabled": true, "threshold": 5, "trigger": 0.5, "step": 2, "delay": 30},
  "access_rights": {
    "orders": {"api_id": "orders", "api_name": "Orders", "versions": ["Default"],
      "allowed_urls": [{"url": "/a", "methods": ["GET", "PUT"]}],
      "limit": {"rate": 5, "per": 60, "quota_max": 7, "quota_renews": 9},
      "endpoints": [{"path": "/b", "methods": [{"name": "GET", "limit": {"rate": 1, "per": 2}}]}],
      "restricted_types": [{"name": "Query", "fields": ["a"]}], "allowed_types": null,
      "field_access_rights": [{"type_name": "T", "field_name": "f", "limits": {"max_query_depth": 2}}],
      "disable_introspection": true, "allowance_scope": "x"},
    "tools": {"json_rpc_methods": [{"name": "tools/call", "limit": {"rate": 2, "per": 3}}],
      "json_rpc_methods_access_rights": {"allowed": ["a"], "blocked": ["b"]},
      "mcp_primitives": [{"type": "tool", "name": "t", "limit": {"rate": 1, "per": 1}}],
      "mcp_access_rights": {"tools": {"allowed": ["t"]}, "resources": {}, "prompts": {"blocked": ["p"]}}}},
  "partitions": {"quota": true, "rate_limit": true, "complexity": true, "acl": true, "per_api": false},
  "active": true, "is_inactive": true, "state": "draft", "key_expires_in": 60, "post_expiry_action": "retain", "post_expiry_grace_period": -1,
  "hmac_enabled": true, "enable_http_signature_validation": true, "tags": ["t"], "meta_data": {"plan": 1}, "last_updated": "1700000000",
  "graphql_access_rights": null, "date_created": "2020-01-01T00:00:00Z"
}}`

// TestLoad holds that every field arrives.
func TestLoad(t *testing.T) {
	f, list := Load("policies.json", []byte(whole))
	if len(list) > 0 || f.Form != ByID || f.Incomplete || len(f.Policies) != 1 {
		t.Fatalf("form %d, incomplete %v, %d policies: %v", f.Form, f.Incomplete, len(f.Policies), list)
	}
	p := f.Find("gold")
	if got := p.MetaData.Get("plan").Text(); got != "1" {
		t.Errorf("meta_data.plan is %q", got)
	}
	want := &Policy{
		At: "/gold", ID: "gold", ObjectID: "5ead7120575961000181867e", WrittenID: "gold", Name: "Gold", OrgID: "acme",
		Limit: Limit{
			Rate: 100, Per: 1.5, QuotaMax: -1, QuotaRenewalRate: 3600, ThrottleInterval: 0.5, ThrottleRetryLimit: 3, MaxQueryDepth: 4,
			Smoothing: &Smoothing{Enabled: true, Threshold: 5, Trigger: 0.5, Step: 2, Delay: 30},
		},
		AccessRights: []Access{{
			At: "/gold/access_rights/orders", Key: "orders", APIID: "orders", APIName: "Orders", Versions: []string{"Default"},
			AllowedURLs: []AllowedURL{{At: "/gold/access_rights/orders/allowed_urls/0", URL: "/a", Methods: []string{"GET", "PUT"}}},
			Limit:       &APILimit{At: "/gold/access_rights/orders/limit", Limit: Limit{Rate: 5, Per: 60, QuotaMax: 7}, QuotaRenews: 9},
			Endpoints: []Endpoint{{At: "/gold/access_rights/orders/endpoints/0", Path: "/b", Methods: []MethodLimit{
				{At: "/gold/access_rights/orders/endpoints/0/methods/0", Name: "GET", Limit: RateLimit{Rate: 1, Per: 2}},
			}}},
			RestrictedTypes:   []GraphQLType{{Name: "Query", Fields: []string{"a"}}},
			FieldAccessRights: []GraphQLField{{TypeName: "T", FieldName: "f", Limits: FieldLimits{MaxQueryDepth: 2}}},

			DisableIntrospection: true, AllowanceScope: "x",
		}, {
			At: "/gold/access_rights/tools", Key: "tools",
			JSONRPCMethods: []MethodLimit{
				{At: "/gold/access_rights/tools/json_rpc_methods/0", Name: "tools/call", Limit: RateLimit{Rate: 2, Per: 3}},
			},
			JSONRPCMethodsAccessRights: &NameRules{Allowed: []string{"a"}, Blocked: []string{"b"}},
			MCPPrimitives: []PrimitiveLimit{
				{At: "/gold/access_rights/tools/mcp_primitives/0", Type: "tool", Name: "t", Limit: RateLimit{Rate: 1, Per: 1}},
			},
			MCPAccessRights: &MCPRights{Tools: NameRules{Allowed: []string{"t"}}, Prompts: NameRules{Blocked: []string{"p"}}},
		}},
		Partitions: Partitions{Quota: true, RateLimit: true, Complexity: true, ACL: true},
		Active:     true, IsInactive: true, State: "draft", KeyExpiresIn: 60, PostExpiryAction: "retain", PostExpiryGracePeriod: -1,
		HMACEnabled: true, EnableHTTPSignatureValidation: true, Tags: []string{"t"}, LastUpdated: "1700000000",
	}
	got := *p
	got.MetaData, got.DateCreated, got.byAPI = source.Node{}, source.Node{}, nil
	opaque := cmp.FilterValues(func(a, b source.Node) bool { return a == b }, cmp.Ignore())
	if diff := cmp.Diff(want, &got, opaque, cmp.AllowUnexported(Policy{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if p.Access("tools") != &p.AccessRights[1] || p.Access("nothing") != nil || f.Find("nothing") != nil {
		t.Error("a policy or an access right is not found by its id")
	}
}

func TestForms(t *testing.T) {
	tests := map[string]struct {
		text       string
		form       Form
		ids        string
		incomplete bool
	}{
		"by id":                   {`{"a": {"rate": 1}, "b": {}}`, ByID, "a b", false},
		"yaml":                    {"a:\n  rate: 1\nb:\n  access_rights: {x: {}}\n", ByID, "a b", false},
		"nothing":                 {`{}`, ByID, "", false},
		"the key counts":          {`{"a": {"id": "b", "_id": "5ead7120575961000181867e"}}`, ByID, "a", false},
		"one policy":              {`{"id": "a", "access_rights": {}}`, Single, "a", false},
		"only access rights":      {`{"access_rights": {"x": {"api_id": "x"}}}`, Single, "", true},
		"a policy called rate":    {`{"rate": {"rate": 1}, "access_rights": {"access_rights": {}}}`, ByID, "rate access_rights", false},
		"a list":                  {`[{"id": "a"}, {"_id": "5ead7120575961000181867e"}]`, Listed, "a 5ead7120575961000181867e", false},
		"a list with a stranger":  {`[{"id": "a"}, 5]`, Listed, "a", true},
		"a policy that is none":   {`{"a": {"rate": 1}, "b": 5}`, ByID, "a b", false},
		"a key twice":             {`{"a": {"rate": 1}, "a": {"rate": 2}}`, ByID, "a", false},
		"an empty key":            {`{"": {"rate": 1}, "b": {}}`, ByID, "b", true},
		"not JSON":                {`{"a": `, ByID, "", true},
		"a text":                  {`"a"`, ByID, "", true},
		"a number instead":        {`5`, ByID, "", true},
		"an empty file":           {``, ByID, "", true},
		"misspelt field at top":   {`{"acces_rights": {}, "id": "a"}`, Single, "a", false},
		"an id of the wrong type": {`{"id": 5, "rate": 1}`, Single, "", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, _ := Load("policies", []byte(tt.text))
			var ids []string
			for _, p := range f.Policies {
				if p.ID != "" {
					ids = append(ids, p.ID)
				}
			}
			if got := strings.Join(ids, " "); got != tt.ids || f.Form != tt.form || f.Incomplete != tt.incomplete {
				t.Errorf("form %d, ids %q, incomplete %v", f.Form, got, f.Incomplete)
			}
		})
	}
}

// TestFindings holds what is said about a file, and where.
func TestFindings(t *testing.T) {
	tests := []struct{ text, want string }{
		{`{"a": {"rate": "100"}}`, `1:16: error: rate is the string "100", expected a number: a gateway does not load the file; write 100 without quotes`},
		{`{"a": {"quota_max": 1e3}}`, `1:21: error: quota_max is the number 1e3, expected a whole number: a gateway does not load the file`},
		{`{"a": {"per": 1e999}}`, `1:15: error: per is the number 1e999, expected a number: a gateway does not load the file`},
		{`{"a": {"active": "true"}}`, `1:18: error: active is the string "true", expected a boolean: a gateway does not load the file; write true without quotes`},
		{`{"a": {"org_id": 5}}`, `1:18: error: org_id is the number 5, expected a string: a gateway does not load the file; write it in quotes: "5"`},
		{`{"a": {"tags": {}}}`, `1:8: error: tags is an object, expected a list: a gateway does not load the file; write a list: [...]`},
		{`{"a": {"tags": [1]}}`, `1:17: error: item 0 of tags is the number 1, expected a string: a gateway does not load the file; write it in quotes: "1"`},
		{`{"a": {"access_rights": ["x"]}}`, `1:8: error: access_rights is an array, expected an object: API id → access: a gateway does not load the file`},
		{`{"a": {"access_rights": {"x": {"limit": 5}}}}`, `1:41: error: limit is the number 5, expected an object: a gateway does not load the file`},
		{`{"a": {"meta_data": "x"}}`, `1:21: error: meta_data is the string "x", expected an object: a gateway does not load the file`},
		{`{"a": 5}`, `1:7: error: a is the number 5, expected an object: a policy: a gateway does not load the file`},
		{`{"a": {"acces_rights": {}}}`, `1:8: warning: unknown field "acces_rights", which the gateway ignores; did you mean "access_rights"?`},
		{`{"a": {"access_rights": {"x": {"apiid": "x"}}}}`, `1:32: warning: unknown field "apiid", which the gateway ignores; did you mean "api_id"?`},
		{`{"a": {"colour": 1}}`, `1:8: warning: unknown field "colour", which the gateway ignores; remove it`},
		{`{"a": {"Rate": 1, "tags": null}}`, ``},
		{`{"a": {"_id": "gold"}}`, `1:15: warning: _id is the string "gold", expected 24 hexadecimal digits: a gateway may refuse the whole file; leave _id out, which is of the Dashboard's database, and write id`},
		{`{"a": {"rate": 1,}}`, `1:17: error: a comma before the closing bracket, which is not JSON; remove the comma`},
		{`{"a": {"rate": 1, "rate": 2}}`, `1:19: error: duplicate key "rate"; remove one of them; Tyk uses the last`},
		{`{"a": {}, "a": {}}`, ``},
		{`{"rate": 1}`, `1:1: error: the policy has no id: nothing can name it; add "id"`},
		{`5`, `1:1: error: the file is the number 5, expected an object; write an object, policy id → policy`},
		{``, `1:1: error: the file is empty; write {} if there are no policies`},
		{`[]`, `1:1: info: the file is a list of policies, which a gateway does not load; write an object, policy id → policy, or give each policy a file of its own in the directory policy_path`},
	}
	for _, tt := range tests {
		_, list := Load("p", []byte(tt.text))
		var lines []string
		for _, d := range list {
			line := fmt.Sprintf("%d:%d: %s: %s", d.At.Start.Line, d.At.Start.Column, d.Severity, d.Message)
			if d.Hint != "" {
				line += "; " + d.Hint
			}
			lines = append(lines, line)
		}
		if got := strings.Join(lines, "\n"); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

// TestManyMistakes holds that what is said about a file has an end.
func TestManyMistakes(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "p%d: {colour: 1}\n", i)
	}
	f, list := Load("p.yaml", []byte(b.String()))
	if len(f.Policies) != 3000 || len(list) != maxFound {
		t.Errorf("%d policies, %d findings", len(f.Policies), len(list))
	}
}

// FuzzLoad holds that Load copes with anything, and that each finding is about a place in the file.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("a: &x {access_rights: {b: {}}}\nc: *x\n"))
	f.Add([]byte(`[{"id": "a", "access_rights": {"x": 5}}, null]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, list := LoadWith("p.yaml", data, source.Limits{Bytes: 1 << 16, Depth: 100, Nodes: 1 << 14})
		if file == nil || file.Source == nil && (!list.HasErrors() || !file.Incomplete) {
			t.Fatal("neither a file nor an error")
		}
		for _, d := range list {
			inside := d.At.Start.Offset <= d.At.End.Offset && d.At.End.Offset <= len(data)
			if d.Code != CodeForm || d.Message == "" || d.Severity < diag.Info || d.At.File != "p.yaml" || !inside {
				t.Errorf("odd diagnostic %+v", d)
			}
		}
		for i := range file.Policies {
			p := &file.Policies[i]
			if n, ok := file.Source.Lookup(p.At); !ok || !n.Exists() {
				t.Errorf("no policy at %q", p.At)
			}
			if p.ID != "" && file.Find(p.ID) == nil || p.ID == "" && !file.Incomplete {
				t.Errorf("policy %q cannot be found", p.ID)
			}
		}
	})
}
