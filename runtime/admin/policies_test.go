package admin_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/runtime/admin"
)

func TestPolicies(t *testing.T) {
	const one = `{"id": "p1", "name": "P", "rate": 5, "per": 1, "access_rights": {"a": {"api_id": "a"}}, "unknown": [1]}`
	run(t, nil, []row{
		{"list: those of files", "GET", "/tyk/policies", ``, 200, 200, `[{"id":"all",`},
		{"one of a file", "GET", "/tyk/policies/of-a", ``, 200, 200, `"access_rights":{"a":{"api_id":"a"}}`},
		{"unknown", "GET", "/tyk/policies/x", ``, 404, 404, "Policy not found"},
		{"create (D-49)", "POST", "/tyk/policies", one, 200, 200, `{"key":"p1","status":"ok","action":"added"}`},
		{"as it was written", "GET", "/tyk/policies/p1", ``, 200, 200, `{"access_rights":{"a":{"api_id":"a"}},"id":"p1","name":"P","per":1,"rate":5,"unknown":[1]}`},
		{"in the list", "GET", "/tyk/policies/", ``, 200, 200, `"id":"p1"`},
		{"a client may have it at once", "POST", "/tyk/oauth/clients/create", `{"policy_id": "p1"}`, 200, 200, `"policy_id":"p1"`},
		{"so may a key", "POST", "/tyk/keys/create", `{"apply_policies": ["p1"]}`, 200, 200, "added"},
		{"without an id", "POST", "/tyk/policies", `{}`, 400, 400, "Unable to create policy without id."},
		{"unreadable", "POST", "/tyk/policies", `{`, 400, 400, "Request malformed"},
		{"no object", "POST", "/tyk/policies", `[]`, 400, 400, "Request malformed: not a JSON object"},
		{"wrong type", "POST", "/tyk/policies", `{"id": "p2", "rate": "x"}`, 400, 400, "Request malformed: rate is of the wrong type"},
		{"a pattern that is none", "POST", "/tyk/policies", `{"id": "p2", "access_rights": {"a": {"allowed_urls": [{"url": "("}]}}}`, 400, 400, "no regular expression"},
		{"a control character", "POST", "/tyk/policies", `{"id": "p\n"}`, 400, 400, "no control characters"},
		{"update", "PUT", "/tyk/policies/p1", `{"name": "Q"}`, 200, 200, `{"key":"p1","status":"ok","action":"modified"}`},
		{"whole", "GET", "/tyk/policies/p1", ``, 200, 200, `{"id":"p1","name":"Q"}`},
		{"of another id", "PUT", "/tyk/policies/p1", `{"id": "p2"}`, 400, 400, "Request ID does not match"},
		{"a policy of a file", "POST", "/tyk/policies", `{"id": "of-a"}`, 409, 409, "comes from a policies file"},
		{"a policy of a file", "PUT", "/tyk/policies/of-a", `{}`, 409, 409, "comes from a policies file"},
		{"a policy of a file", "DELETE", "/tyk/policies/of-a", ``, 409, 409, "comes from a policies file"},
		{"delete", "DELETE", "/tyk/policies/p1", ``, 200, 200, `{"key":"p1","status":"ok","action":"deleted"}`},
		{"delete again", "DELETE", "/tyk/policies/p1", ``, 404, 500, ""},
		{"gone", "GET", "/tyk/policies/p1", ``, 404, 404, "Policy not found"},
		{"DELETE", "DELETE", "/tyk/policies", ``, 405, 405, "Method not supported"},
		{"PATCH", "PATCH", "/tyk/policies/p1", ``, 405, 405, "Method not supported"},
		{"nothing there", "GET", "/tyk/policies/a/b", ``, 404, 404, "404 page not found"},
	})
}

// TestPoliciesCountAtOnce: whoever serves requests is told after each write that has happened, and after no other.
func TestPoliciesCountAtOnce(t *testing.T) {
	g := start(t)
	for _, tt := range []struct {
		method, target, body string
		changed              int
	}{
		{"POST", "/tyk/policies", `{"id": "p1"}`, 1},
		{"GET", "/tyk/policies/p1", ``, 1},
		{"PUT", "/tyk/policies/p1", `{"rate": 1}`, 2},
		{"PUT", "/tyk/policies/p1", `{"rate": "x"}`, 2},
		{"PUT", "/tyk/policies/of-a", `{}`, 2},
		{"DELETE", "/tyk/policies/x", ``, 2},
		{"DELETE", "/tyk/policies/p1", ``, 3},
	} {
		g.send(tt.method, tt.target, tt.body)
		if g.changed != tt.changed {
			t.Errorf("%s %s: told %d times, want %d", tt.method, tt.target, g.changed, tt.changed)
		}
	}
	broken := start(t, func(o *admin.Options) {
		o.PoliciesChanged = func(context.Context) error { return errors.New("disk 7 is on fire") }
	})
	if a := broken.send("POST", "/tyk/policies", `{"id": "p1"}`); a.status != 503 || strings.Contains(a.body, "fire") {
		t.Errorf("a policy that does not count is no success: %d %s", a.status, a.body)
	}
}
