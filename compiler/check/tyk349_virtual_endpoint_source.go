package check

import (
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK349",
	Name:     "virtual-endpoint-source",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a virtual endpoint has no code that the gateway can read",
	Fix:      FixUnsafe,
	Check:    checkVirtualEndpointSource,
})

func checkVirtualEndpointSource(p *Pass) {
	for n := range p.on(operationField + "virtualEndpoint") {
		body, judgeBody := text(n, "body")
		path, judgePath := text(n, "path")
		if !judgeBody || !judgePath {
			continue
		}
		if body == "" && path == "" {
			p.ReportKey(n.Pointer(), "virtualEndpoint has neither body nor path: there is no function to call").
				Hint = "add body with the JavaScript in base64, or path with its file"
			continue
		}
		if _, ok := known(n.Get("body")); ok {
			if _, ok := decoded(n.Get("body")); !ok {
				d := p.Report(n.Pointer().Child("body"), "body of virtualEndpoint is not base64: the gateway cannot read the function")
				d.Hint = "encode the JavaScript in base64, with padding"
				if strings.Contains(n.Get("body").Text(), "function") {
					p.encode(d)
				}
			}
		}
	}
}
