package check

import (
	"cmp"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/schemas"
)

var _ = register(&Rule{
	Code:     "TYK126",
	Name:     "deprecated-field",
	Severity: diag.Info,
	Since:    "0.1",
	Summary:  "a field that Tyk has replaced by another",
	Check:    checkDeprecated,
})

// oldestTarget is the release that a definition is taken to be for when nobody says so: the oldest that Tyk still supports.
const oldestTarget = "5.8"

func checkDeprecated(p *Pass) {
	target := cmp.Or(p.Target, oldestTarget)
	p.eachField(func(at source.Pointer, _ source.Node, f *schemas.Field) bool {
		if !f.Deprecated || schemas.Later(f.DeprecatedSince, target) || at == authenticationAt+"/oidc" { // that one is of TYK227
			return true
		}
		if successor, _, _ := strings.Cut(f.Successor, "."); successor != "" && p.has(at.Parent().Child(successor)) {
			return true // gateways themselves write both
		}
		message := " is deprecated"
		if f.DeprecatedSince != "" {
			message += " since Tyk Gateway " + f.DeprecatedSince
		}
		d := p.ReportKey(at, "%s%s", at.Last(), message)
		if f.Successor != "" {
			d.Hint = "use " + f.Successor + " instead"
		}
		return true
	})
}

// has reports whether the document says something there.
func (p *Pass) has(at source.Pointer) bool {
	n, ok := p.Doc.File.Lookup(at)
	return ok && n.Kind() != source.Null
}
