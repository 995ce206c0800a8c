package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK358",
	Name:     "validation-code",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "validateRequest refuses requests with a status that is no refusal",
	Fix:      FixUnsafe,
	Check:    checkValidationCode,
})

func checkValidationCode(p *Pass) {
	for n := range p.on(operationField + "validateRequest") {
		if code, ok := number(n, "errorResponseCode"); ok && code != 0 && (code < 400 || code > 499) { // 0 stands for 422
			d := p.Report(n.Pointer().Child("errorResponseCode"), "errorResponseCode is %s, expected a status from 400 to 499: the fault is the client's", n.Get("errorResponseCode").Text())
			d.Hint = "write 422, or 400"
			e, ok := p.node(d).ReplaceValue("422")
			d.Offer("write 422", e, ok)
		}
	}
}
