package check

import (
	"fmt"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// A rule whose hint names the one text to write gives it as a fix as well: a safe one where the gateway does the same afterwards, an unsafe one
// where it is to do something else. Nothing is offered where a person has to choose, nor where the text cannot be edited in one place alone.

// offer gives a finding an edit, if it can be made, that changes what the gateway does.
func offer(d *diag.Diagnostic, title string, e source.Edit, ok bool) {
	if ok {
		d.Fix = &diag.Fix{Title: title, Unsafe: true, Edits: []source.Edit{e}}
	}
}

// write offers to put another text in the place of a value.
func (p *Pass) write(d *diag.Diagnostic, text string) {
	n, _ := p.Doc.File.Lookup(d.Pointer)
	e, ok := n.ReplaceText(text)
	offer(d, fmt.Sprintf("write %q", text), e, ok)
}

// keepsMeaning makes the fix of a finding safe, if it has one: the gateway does the same afterwards.
func keepsMeaning(d *diag.Diagnostic) {
	if d.Fix != nil {
		d.Fix.Unsafe = false
	}
}
