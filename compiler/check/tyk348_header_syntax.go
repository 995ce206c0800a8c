package check

import (
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK348",
	Name:     "header-syntax",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a header that is added or removed is none that HTTP can carry",
	Fix:      FixUnsafe,
	Check:    checkHeaderSyntax,
})

func checkHeaderSyntax(p *Pass) {
	for _, place := range []string{"middleware.global.", operationField} {
		for _, field := range []string{"transformRequestHeaders", "transformResponseHeaders"} {
			for n := range p.on(place + field) {
				p.headers(n.Get("add"))
				for _, name := range n.Get("remove").Items() {
					p.headerName(name)
				}
			}
		}
	}
	for n := range p.on(operationField + "mockResponse") {
		p.headers(n.Get("headers"))
	}
	for n := range p.on("server.eventHandlers.*") {
		p.headers(n.Get("headers"))
	}
}

func (p *Pass) headers(list source.Node) {
	for _, n := range list.Items() {
		p.headerName(n.Get("name"))
		value := n.Get("value")
		if strings.ContainsAny(value.Text(), "\r\n\x00") {
			d := p.Report(value.Pointer(), "the value of header %q holds a line break, which ends the header", n.Get("name").Text())
			d.Hint = "write it on one line"
			if line := strings.TrimSpace(value.Text()); !strings.ContainsAny(line, "\r\n\x00") {
				e, ok := value.ReplaceText(line)
				d.Offer("remove the line break", e, ok)
			}
		}
	}
}

func (p *Pass) headerName(n source.Node) {
	if value, ok := known(n); ok && strings.ContainsFunc(value, notToken) {
		d := p.Report(n.Pointer(), "header name %q holds characters that no name may have", value)
		d.Hint = "use letters, digits and hyphens, without a colon"
		if meant := strings.Trim(value, " \t:"); meant != "" && !strings.ContainsFunc(meant, notToken) {
			p.write(d, meant)
		}
	}
}

func notToken(r rune) bool { return !strings.ContainsRune(tokenCharacters, r) }

// tokenCharacters may be in the name of a header (RFC 9110 §5.6.2).
const tokenCharacters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
