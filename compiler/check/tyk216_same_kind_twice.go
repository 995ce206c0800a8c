package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK216",
	Name:     "same-kind-twice",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "one requirement names two security schemes of the same kind, of which the gateway uses one at random",
	Check:    checkSameKind,
})

func checkSameKind(p *Pass) {
	for _, group := range p.requirements() {
		first := map[oas.SchemeKind]required{}
		for _, r := range group {
			earlier, ok := first[r.Kind]
			if !ok {
				first[r.Kind] = r
				continue
			}
			d := p.ReportKey(r.at, "security schemes %q and %q are both %s: the gateway uses one of them, at random", earlier.Name, r.Name, kindNames[r.Kind])
			d.Hint = "keep one of them in this requirement"
			d.Related = []diag.Related{{Message: "the other one", At: p.Doc.File.Key(earlier.at)}}
		}
	}
}

// kindNames calls the kinds what the document calls them.
var kindNames = map[oas.SchemeKind]string{
	oas.SchemeToken:         "apiKey",
	oas.SchemeJWT:           "http bearer with bearerFormat: JWT",
	oas.SchemeBasic:         "http basic",
	oas.SchemeOAuth:         "oauth2",
	oas.SchemeExternalOAuth: "oauth2 with providers",
	oas.SchemeOAuth2:        "oauth2 of another authorization server",
}
