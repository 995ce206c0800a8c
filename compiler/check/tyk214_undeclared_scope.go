package check

import (
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/typo"
)

var _ = register(&Rule{
	Code:     "TYK214",
	Name:     "undeclared-scope",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a security requirement asks for a scope that no flow of the scheme declares",
	Fix:      FixUnsafe,
	Check:    checkScopes,
})

func checkScopes(p *Pass) {
	declared := map[string][]string{}
	if c := p.Doc.OpenAPI.Components; c != nil {
		for name, ref := range c.SecuritySchemes {
			if ref != nil && ref.Value != nil && ref.Value.Type == "oauth2" && ref.Value.Flows != nil {
				declared[name] = declaredScopes(ref.Value.Flows)
			}
		}
	}
	p.scopes(p.Doc.File.Root().Get("security"), declared)
	for op := range p.operations() {
		p.scopes(op.Get("security"), declared)
	}
}

func declaredScopes(f *openapi3.OAuthFlows) []string {
	scopes := map[string]bool{}
	for _, flow := range []*openapi3.OAuthFlow{f.AuthorizationCode, f.ClientCredentials, f.Password, f.Implicit} {
		if flow != nil {
			for scope := range flow.Scopes {
				scopes[scope] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(scopes))
}

// scopes looks at one list of requirements. A scheme that declares no scope at all does not use them for anything to be checked.
func (p *Pass) scopes(security source.Node, declared map[string][]string) {
	for _, alternative := range security.Items() {
		for name, asked := range alternative.Members() {
			for _, scope := range asked.Items() {
				if len(declared[name]) > 0 && scope.Kind() == source.String && !slices.Contains(declared[name], scope.Text()) {
					p.undeclaredScope(name, scope, declared[name])
				}
			}
		}
	}
}

func (p *Pass) undeclaredScope(name string, scope source.Node, declared []string) {
	d := p.Report(scope.Pointer(), "no flow of security scheme %q declares the scope %q", name, scope.Text())
	d.Hint = "declare it in the scopes of the flows that may grant it"
	if near := typo.Meant(scope.Text(), declared); near != "" {
		d.Hint = fmt.Sprintf("did you mean %q?", near)
		p.write(d, near)
	}
}
