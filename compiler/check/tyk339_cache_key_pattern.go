package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK339",
	Name:     "cache-key-pattern",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "cacheByRegex is no regular expression",
	Check:    checkCacheKeyPattern,
})

func checkCacheKeyPattern(p *Pass) {
	for n := range p.on(operationField + "cache") {
		p.expression(n.Get("cacheByRegex"), "the gateway cannot tell requests apart by their bodies")
	}
}
