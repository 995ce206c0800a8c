package check

import (
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/schemas"
)

var _ = register(&Rule{
	Code:     "TYK125",
	Name:     "newer-than-target",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "what the version of Tyk Gateway that the definition is for does not know",
	Check:    checkTarget,
})

// openAPI31 is the release of Tyk Gateway that began to read OpenAPI 3.1.
const openAPI31 = "5.12"

func checkTarget(p *Pass) {
	if p.Target == "" {
		return
	}
	hint := "leave it out, or set target in .tykctl.yaml to the version that will run the definition"
	if v := p.Doc.OpenAPI.OpenAPI; strings.HasPrefix(v, "3.1") && schemas.Later(openAPI31, p.Target) {
		p.Report("/openapi", "OpenAPI %s is read by Tyk Gateway %s and later, the target is %s", v, openAPI31, p.Target).Hint = "write the document in OpenAPI 3.0, or set target in .tykctl.yaml to the version that will run it"
	}
	p.eachField(func(at source.Pointer, _ source.Node, f *schemas.Field) bool {
		if !schemas.Later(f.Since, p.Target) {
			return true
		}
		since := "came with Tyk Gateway " + f.Since
		if f.Since == "next" {
			since = "is in no release of Tyk Gateway yet"
		}
		p.ReportKey(at, "%s %s, the target is %s", at.Last(), since, p.Target).Hint = hint
		return false
	})
}
