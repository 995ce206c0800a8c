package compare

import (
	"slices"
	"strings"
	"testing"

	"github.com/tykctl/tykctl/schemas"
)

// TestRulesNameFields: a rule about a field that does not exist would be about nothing.
func TestRulesNameFields(t *testing.T) {
	var patterns []string
	for _, r := range extensionRules {
		patterns = append(patterns, r.pattern)
	}
	for _, p := range append(patterns, extensionContainers...) {
		path := strings.ReplaceAll(strings.TrimSuffix(p, "/**"), "/", ".")
		if !slices.ContainsFunc(schemas.Fields(), func(f schemas.Field) bool { return f.Path == path || strings.HasPrefix(f.Path, path+".") }) {
			t.Errorf("the extension has no field %s", path)
		}
	}
}
