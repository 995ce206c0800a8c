package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK321",
	Name:     "allow-and-block",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "an operation is both allowed and blocked",
	Check:    checkAllowAndBlock,
})

func checkAllowAndBlock(p *Pass) {
	for _, n := range p.operationFacts().settings {
		allow, block := n.Get("allow"), n.Get("block")
		if !allow.Get("enabled").Bool() || !block.Get("enabled").Bool() {
			continue
		}
		d := p.ReportKey(block.Pointer(), "operation %q is both allowed and blocked: every request for it is refused", n.Pointer().Last())
		d.Hint = "switch one of them off"
		d.Related = []diag.Related{{Message: "allowed here", At: allow.KeyRange()}}
	}
}
