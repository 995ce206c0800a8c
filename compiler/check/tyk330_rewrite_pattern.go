package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK330",
	Name:     "rewrite-pattern",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a pattern of urlRewrite is no regular expression",
	Check:    checkRewritePatterns,
})

func checkRewritePatterns(p *Pass) {
	for n := range p.on(operationField + "urlRewrite") {
		p.expression(n.Get("pattern"), "the gateway leaves the rewrite out")
		for _, trigger := range n.Get("triggers").Items() {
			for _, rule := range trigger.Get("rules").Items() {
				p.expression(rule.Get("pattern"), "the trigger never fires")
			}
		}
	}
}
