package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK340",
	Name:     "mock-code",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "mockResponse has no status that HTTP knows",
	Check:    checkMockCode,
})

func checkMockCode(p *Pass) {
	for n := range p.on(operationField + "mockResponse") {
		examples := n.Get("fromOASExamples")
		if examples.Get("enabled").Bool() {
			if code, ok := number(examples, "code"); ok && code != 0 && !isStatus(code) { // 0 stands for 200
				p.Report(examples.Pointer().Child("code"), "code %s of fromOASExamples is no HTTP status", examples.Get("code").Text()).
					Hint = "write the code of one of the operation's responses"
			}
			continue
		}
		if code, ok := number(n, "code"); ok && code != 0 && !isStatus(code) { // 0 stands for 200 here too
			p.Report(n.Pointer().Child("code"), "code %s of mockResponse is no HTTP status", n.Get("code").Text()).
				Hint = "write a status from 200 to 599"
		}
	}
}

// isStatus reports whether a number is the status of a final answer.
func isStatus(code float64) bool { return code >= 200 && code <= 599 && code == float64(int(code)) }
