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
	known := operationIDs(p.Doc)
	operations, _ := p.Doc.File.Lookup(operationsAt)
	for id, n := range operations.Members() {
		allow, block := n.Get("allow"), n.Get("block")
		if !known[id] || !allow.Get("enabled").Bool() || !block.Get("enabled").Bool() {
			continue
		}
		d := p.ReportKey(block.Pointer(), "operation %q is both allowed and blocked: every request for it is refused", id)
		d.Hint = "switch one of them off"
		d.Related = []diag.Related{{Message: "allowed here", At: allow.KeyRange()}}
	}
}
