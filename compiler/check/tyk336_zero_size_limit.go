package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK336",
	Name:     "zero-size-limit",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a size limit of zero bytes",
	Check:    checkZeroSizeLimit,
})

func checkZeroSizeLimit(p *Pass) {
	for _, place := range []struct{ field, effect string }{
		{"middleware.global.requestSizeLimit", "is no limit"},
		{operationField + "requestSizeLimit", "refuses every request that has a body"},
	} {
		for n := range p.on(place.field) {
			if bytes, ok := number(n, "value"); ok && bytes == 0 {
				p.Report(n.Pointer().Child("value"), "requestSizeLimit is 0 bytes, which %s", place.effect).
					Hint = "write the number of bytes a request may have, or switch requestSizeLimit off"
			}
		}
	}
}
