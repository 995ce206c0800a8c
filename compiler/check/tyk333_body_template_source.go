package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK333",
	Name:     "body-template-source",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a body transform has no template, or two",
	Fix:      FixSafe,
	Check:    checkBodyTemplateSource,
})

func checkBodyTemplateSource(p *Pass) {
	for _, field := range []string{"transformRequestBody", "transformResponseBody"} {
		for n := range p.on(operationField + field) {
			body, judgeBody := text(n, "body")
			path, judgePath := text(n, "path")
			switch {
			case !judgeBody || !judgePath:
			case body == "" && path == "":
				p.ReportKey(n.Pointer(), "%s has neither body nor path: there is no template to apply", field).
					Hint = "add body with a template in base64, or path with its file"
			case body != "" && path != "":
				d := p.ReportKey(n.Pointer().Child("path"), "%s has body and path: the gateway takes body and ignores path", field)
				d.Hint = "remove one of them"
				e, ok := n.Get("path").Remove()
				d.OfferSafe("remove path", e, ok)
			}
		}
	}
}
