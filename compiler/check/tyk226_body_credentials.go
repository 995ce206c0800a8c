package check

import (
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK226",
	Name:     "body-credentials",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the expressions that find credentials in a body cannot be used",
	Check:    checkBodyCredentials,
})

func checkBodyCredentials(p *Pass) {
	for _, s := range p.enabledSchemes() {
		n := s.settings.Get("extractCredentialsFromBody")
		if s.Kind != oas.SchemeBasic || !n.Get("enabled").Bool() {
			continue
		}
		for _, name := range []string{"userRegexp", "passwordRegexp"} {
			p.bodyCredential(n, name)
		}
	}
}

// bodyCredential looks at one expression. If it is missing or cannot be compiled the gateway drops the whole method, and lets everybody in.
func (p *Pass) bodyCredential(n source.Node, name string) {
	value, judge := text(n, name)
	if !judge {
		return
	}
	const open = "the gateway drops basic authentication and lets everybody in"
	if value == "" {
		p.ReportKey(n.Pointer(), "extractCredentialsFromBody has no %s: %s", name, open).
			Hint = "add an expression with a group around what it is to find"
		return
	}
	if re := p.expression(n.Get(name), open); re != nil && re.NumSubexp() == 0 {
		p.Report(n.Pointer().Child(name), "%s %q has no group: nothing is found in the body", name, value).
			Hint = "put what is to be found into parentheses"
	}
}
