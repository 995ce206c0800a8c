package check

import "github.com/tykctl/tykctl/oas/diag"

// CodeBadIgnore is the code of what package ignore says of an ignore that it cannot follow.
const CodeBadIgnore diag.Code = "TYK131"

// Found after all other rules, by ignore.Apply.
var _ = register(&Rule{
	Code:     CodeBadIgnore,
	Name:     "bad-ignore",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "an ignore without a reason, without a rule, or at nothing, which ignores nothing",
})
