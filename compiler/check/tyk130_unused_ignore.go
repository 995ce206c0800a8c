package check

import "github.com/tykctl/tykctl/oas/diag"

// CodeUnusedIgnore is the code of what package ignore says of an ignore that nothing needs.
const CodeUnusedIgnore diag.Code = "TYK130"

// Found after all other rules, by ignore.Apply.
var _ = register(&Rule{
	Code:     CodeUnusedIgnore,
	Name:     "unused-ignore",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "an ignore that no finding needs any more",
})
