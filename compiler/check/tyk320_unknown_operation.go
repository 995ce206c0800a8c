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
	Check:    checkUnknownOperation,
})

const operationsAt = oas.ExtensionPointer + "/middleware/operations"

func checkUnknownOperation(p *Pass) {
	known := operationIDs(p.Doc)
	operations, _ := p.Doc.File.Lookup(operationsAt)
	for id, n := range operations.Members() {
		if known[id] {
			continue
		}
		d := p.ReportKey(n.Pointer(), "no operation has the operationId %q: its middleware is dropped", id)
		d.Hint = "write the operationId of an operation in paths, in its exact case"
		if near := typo.Meant(id, slices.Sorted(maps.Keys(known))); near != "" {
			d.Hint = fmt.Sprintf("did you mean %q?", near)
		}
	}
}

// operationIDs are the names by which the extension can speak of operations.
func operationIDs(doc *oas.Document) map[string]bool {
	ids := map[string]bool{}
	for _, item := range doc.OpenAPI.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.OperationID != "" {
				ids[operation.OperationID] = true
			}
		}
	}
	return ids
}
