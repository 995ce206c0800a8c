package check

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/typo"
)

var _ = register(&Rule{
	Code:     "TYK320",
	Name:     "unknown-operation",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "middleware.operations names an operationId that no operation has",
	Fix:      FixUnsafe,
	Check:    checkUnknownOperation,
})

const operationsAt = oas.ExtensionPointer + "/middleware/operations"

func checkUnknownOperation(p *Pass) {
	if p.Doc.LacksOperations() {
		return // any id may be that of one of them
	}
	known := p.operationFacts().operations
	names := slices.Collect(maps.Keys(known))
	operations, _ := p.Doc.File.Lookup(operationsAt)
	for id, n := range operations.Members() {
		if known[id] != nil {
			continue
		}
		d := p.ReportKey(n.Pointer(), "no operation has the operationId %q: its middleware is dropped", id)
		d.Hint = "write the operationId of an operation in paths, in its exact case"
		if near := typo.Meant(id, names); near != "" {
			d.Hint = fmt.Sprintf("did you mean %q?", near)
			p.rename(d, near)
		}
	}
}
