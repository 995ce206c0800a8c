package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK346",
	Name:     "webhook-url",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the URL of a webhook cannot be called",
	Check:    checkWebhookURL,
})

func checkWebhookURL(p *Pass) {
	for n := range p.on("server.eventHandlers.*") {
		if n.Get("type").Text() != "webhook" {
			continue
		}
		target := n.Get("url")
		if value, ok := known(target); ok && notWeb(value) != "" {
			p.Report(target.Pointer(), "webhook url %s %s, expected an absolute http or https URL: nobody is told of the event", quoted(value), notWeb(value)).
				Hint = "write the whole URL of the receiver, such as https://hooks.example.com/tyk"
		}
	}
}
