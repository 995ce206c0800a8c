package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK342",
	Name:     "exclusive-middleware",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "two middlewares of one operation exclude one another",
	Check:    checkExclusiveMiddleware,
})

// exclusive are pairs of which the second is of no use beside the first.
var exclusive = []struct{ first, second, effect string }{
	{"mockResponse", "virtualEndpoint", "only one of them can answer"},
	{"mockResponse", "urlRewrite", "no request goes upstream"},
	{"mockResponse", "transformRequestMethod", "no request goes upstream"},
	{"mockResponse", "transformRequestBody", "no request goes upstream"},
	{"mockResponse", "circuitBreaker", "no request goes upstream"},
	{"trackEndpoint", "doNotTrackEndpoint", "one asks for what the other forbids"},
}

func checkExclusiveMiddleware(p *Pass) {
	for _, operation := range p.values("middleware.operations.*") {
		for _, pair := range exclusive {
			first, second := operation.Get(pair.first), operation.Get(pair.second)
			if !first.Get("enabled").Bool() || !second.Get("enabled").Bool() {
				continue
			}
			d := p.ReportKey(second.Pointer(), "operation %q has %s beside %s: %s", operation.Pointer().Last(), pair.second, pair.first, pair.effect)
			d.Hint = "switch one of them off"
			d.Related = []diag.Related{{Message: "the other one", At: first.KeyRange()}}
		}
	}
}
