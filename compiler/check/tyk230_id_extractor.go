package check

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK230",
	Name:     "id-extractor",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the extractor of ids cannot find one",
	Check:    checkIDExtractor,
})

func checkIDExtractor(p *Pass) {
	if auth := p.Doc.Tyk.Server.Authentication; auth == nil || !auth.Enabled || auth.Custom == nil || !auth.Custom.Enabled {
		return
	}
	for n := range p.on("server.authentication.custom.config.idExtractor") {
		config := n.Get("config")
		switch n.Get("source").Text() {
		case "header":
			p.extractorNeeds(config, "headerName", "source header")
		case "form":
			p.extractorNeeds(config, "formParamName", "source form")
		}
		switch n.Get("with").Text() {
		case "regex":
			p.extractorNeeds(config, "regexp", "with regex")
			p.expression(config.Get("regexp"), "no id is found")
		case "xpath":
			p.extractorNeeds(config, "xPathExp", "with xpath")
		}
	}
}

func (p *Pass) extractorNeeds(config source.Node, name, why string) {
	if value, judge := text(config, name); config.Exists() && judge && value == "" {
		p.ReportKey(config.Pointer(), "idExtractor %s needs %s in config: no id is found", why, name).Hint = "add " + name
	}
}
