package check

import (
	"strings"
	"text/template/parse"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK334",
	Name:     "body-template",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the template of a body transform cannot be read",
	Fix:      FixUnsafe,
	Check:    checkBodyTemplate,
})

func checkBodyTemplate(p *Pass) {
	for _, field := range []string{"transformRequestBody", "transformResponseBody"} {
		for n := range p.on(operationField + field) {
			p.bodyTemplate(field, n.Get("body"))
		}
	}
}

func (p *Pass) bodyTemplate(field string, body source.Node) {
	if _, ok := known(body); !ok {
		return
	}
	template, ok := decoded(body)
	if !ok {
		d := p.Report(body.Pointer(), "body of %s is not base64: the gateway cannot read the template", field)
		d.Hint = "encode the template in base64, with padding"
		if strings.Contains(body.Text(), "{{") {
			p.encode(d)
		}
		return
	}
	tree := parse.New("line")
	tree.Mode = parse.SkipFuncCheck // which functions there are is known to the gateway
	if _, err := tree.Parse(string(template), "", "", map[string]*parse.Tree{}); err != nil {
		p.Report(body.Pointer(), "body of %s is no template: %s", field, strings.TrimPrefix(err.Error(), "template: ")).
			Hint = "write it in the template language of Go, then encode it in base64"
	}
}
