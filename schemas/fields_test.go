package schemas

import (
	"slices"
	"strings"
	"testing"
)

func field(t *testing.T, path string) Field {
	t.Helper()
	for _, f := range Fields() {
		if f.Path == path {
			return f
		}
	}
	t.Fatalf("no field %s", path)
	return Field{}
}

func TestFields(t *testing.T) {
	for _, want := range []Field{
		{Path: "info.name", Type: "string"},
		{Path: "server.port", Type: "integer", Since: "5.8"},
		{Path: "server.eventHandlers.*.headers.*.name", Type: "string", Since: "5.4"},
		{Path: "server.eventHandlers.*.cooldownPeriod", Type: "duration", Since: "5.4"},
		{Path: "server.authentication.securitySchemes", Type: "map of object"},
		{Path: "server.authentication.securitySchemes.*.enabled", Type: "boolean"},
		{Path: "server.authentication.securitySchemes.*.allowedAuthorizeTypes", Type: "list of string"},
		{Path: "server.authentication.securitySchemes.*.scopeCheck.claimNames", Type: "list of string", Since: "5.14"},
		{Path: "server.authentication.securitySchemes.*.tokenExchange.providers.*.grantType", Type: "string", Since: "next"},
		{Path: "server.authentication.security", Type: "list of list of string", Since: "5.10"},
		{Path: "server.authentication.oidc", Type: "object", Deprecated: true, DeprecatedSince: "5.7", Successor: "securitySchemes"},
		{Path: "upstream.serviceDiscovery.cacheTimeout", Type: "integer", Deprecated: true, DeprecatedSince: "5.1", Successor: "cache"},
		{Path: "upstream.uptimeTests.serviceDiscovery.enabled", Type: "boolean", Since: "5.8"},
		{Path: "middleware.operations.*.enforceTimeout.duration", Type: "duration", Since: "5.14"},
		{Path: "middleware.mcpTools.*.allow.enabled", Type: "boolean", Since: "5.12"},
		{Path: "errorOverrides.value.*.*.response.statusCode", Type: "integer", Since: "5.13"},
	} {
		got := field(t, want.Path)
		want.Description = got.Description
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

// TestFieldTable holds what everyone who prints the table relies on.
func TestFieldTable(t *testing.T) {
	list := Fields()
	if !slices.IsSortedFunc(list, func(a, b Field) int { return strings.Compare(a.Path, b.Path) }) {
		t.Error("fields are not sorted")
	}
	for _, f := range list {
		switch {
		case f.Type == "":
			t.Errorf("%s has no type", f.Path)
		case f.Description == "" || strings.Contains(f.Description, "\n") || !strings.HasSuffix(f.Description, "."):
			t.Errorf("%s: description %q is not one sentence on one line", f.Path, f.Description)
		case f.Since != "" && release(f.Since) == 0:
			t.Errorf("%s: %q is no release", f.Path, f.Since)
		case f.Deprecated && f.Successor == "":
			t.Errorf("%s is deprecated without a successor", f.Path)
		}
	}
}

func TestReleases(t *testing.T) {
	order := []string{"", "5.1", "5.8", "5.10", "5.14", "6.0", "next"}
	for i, a := range order[:len(order)-1] {
		if b := order[i+1]; later(a, b) != b || later(b, a) != b {
			t.Errorf("%q is not later than %q", b, a)
		}
	}
}
