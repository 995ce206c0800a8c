package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK228",
	Name:     "custom-auth-plugin",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "custom authentication has no plugin to ask",
	Check:    checkCustomAuthPlugin,
})

func checkCustomAuthPlugin(p *Pass) {
	if auth := p.Doc.Tyk.Server.Authentication; auth == nil || !auth.Enabled {
		return
	}
	bundle := false
	for _, config := range p.values("middleware.global.pluginConfig") {
		bundle = config.Get("bundle").Get("enabled").Bool()
	}
	for n := range p.on("server.authentication.custom") {
		if bundle || misspelt(n, "config") {
			continue // a bundle brings the plugin and what runs it
		}
		config := n.Get("config")
		name, judge := text(config, "functionName")
		switch {
		case !config.Exists():
			p.ReportKey(n.Pointer(), "custom authentication has no config: there is no plugin to ask").
				Hint = "add config with enabled, functionName and path"
		case config.Get("enabled").Kind() == source.Bool && !config.Get("enabled").Bool():
			p.ReportKey(config.Pointer(), "custom authentication is on, but its plugin is off").
				Hint = "switch both on, or both off"
		case judge && name == "" && config.Get("functionName").Exists():
			p.Report(config.Pointer().Child("functionName"), "functionName of the authentication plugin is empty").
				Hint = "write the name of its function"
		}
	}
}
