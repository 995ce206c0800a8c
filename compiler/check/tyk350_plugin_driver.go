package check

import (
	"path"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK350",
	Name:     "plugin-driver",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "a plugin is written in another language than the driver runs",
	Fix:      FixUnsafe,
	Check:    checkPluginDriver,
})

// pluginDrivers are the drivers that load files with an ending. Others are left to the gateway.
var pluginDrivers = map[string]string{".so": "goplugin", ".py": "python", ".lua": "lua", ".js": "otto"}

func checkPluginDriver(p *Pass) {
	config := p.values("middleware.global.pluginConfig")
	driver := ""
	if len(config) > 0 {
		value, judge := text(config[0], "driver")
		if !judge || config[0].Get("bundle").Get("enabled").Bool() {
			return // the manifest of a bundle says what runs it
		}
		driver = value
	}
	for _, field := range []string{
		"middleware.global.prePlugins.*", "middleware.global.postAuthenticationPlugins.*",
		"middleware.global.postPlugins.*", "middleware.global.responsePlugins.*",
		"middleware.global.prePlugin.plugins.*", "middleware.global.postAuthenticationPlugin.plugins.*",
		"middleware.global.postPlugin.plugins.*", "middleware.global.responsePlugin.plugins.*",
	} {
		for n := range p.on(field) {
			p.pluginDriver(n.Get("path"), driver)
		}
	}
	if auth := p.Doc.Tyk.Server.Authentication; auth != nil && auth.Enabled && auth.Custom != nil && auth.Custom.Enabled {
		for n := range p.on("server.authentication.custom.config") {
			p.pluginDriver(n.Get("path"), driver)
		}
	}
}

func (p *Pass) pluginDriver(file source.Node, driver string) {
	value, ok := known(file)
	want := pluginDrivers[path.Ext(value)]
	if !ok || want == "" || want == driver {
		return
	}
	if driver == "" {
		if want != "otto" { // which is what runs plugins when nothing is said
			d := p.Report(file.Pointer(), "plugin %q needs the driver %q, but pluginConfig names none", value, want)
			d.Hint = "add driver: " + want + " to middleware.global.pluginConfig"
			p.addDriver(d, want)
		}
		return
	}
	p.Report(file.Pointer(), "plugin %q needs the driver %q, but pluginConfig names %q", value, want, driver).
		Hint = "all plugins of an API run in one driver: write the right one, or take a plugin for it"
}

func (p *Pass) addDriver(d *diag.Diagnostic, driver string) {
	global, _ := p.Doc.File.Lookup(oas.ExtensionPointer + "/middleware/global")
	if config := global.Get("pluginConfig"); config.Exists() {
		p.add(d, config, "driver", quoteJSON(driver))
		return
	}
	p.add(d, global, "pluginConfig", "{\"driver\": "+quoteJSON(driver)+"}")
}
