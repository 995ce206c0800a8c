package check

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// What --fix can do about the findings of a rule. A rule offers a fix where its hint names the one text to write: nothing is offered where a person
// has to choose, nor where the text cannot be edited in one place alone.
const (
	FixSafe   = "safe"   // some fixes leave what the gateway does as it is
	FixUnsafe = "unsafe" // all fixes change it
)

// node is the value that a finding is about.
func (p *Pass) node(d *diag.Diagnostic) source.Node {
	n, _ := p.Doc.File.Lookup(d.Pointer)
	return n
}

// write offers to put another text in the place of a value.
func (p *Pass) write(d *diag.Diagnostic, text string) {
	e, ok := p.node(d).ReplaceText(text)
	d.Offer(fmt.Sprintf("write %q", text), e, ok)
}

// writeSafely is write of a text that means the same.
func (p *Pass) writeSafely(d *diag.Diagnostic, text string) {
	e, ok := p.node(d).ReplaceText(text)
	d.OfferSafe(fmt.Sprintf("write %q", text), e, ok)
}

// rename offers to give a member another name.
func (p *Pass) rename(d *diag.Diagnostic, name string) {
	e, ok := p.node(d).Rename(name)
	d.Offer(fmt.Sprintf("write %q", name), e, ok)
}

// add offers to give an object another member, any JSON.
func (p *Pass) add(d *diag.Diagnostic, object source.Node, key, json string) {
	e, ok := object.InsertMember(key, json, false)
	d.Offer(fmt.Sprintf("add %s: %s", key, json), e, ok)
}

// encode offers to write in base64 what stands there in clear. It does not show it.
func (p *Pass) encode(d *diag.Diagnostic) {
	n := p.node(d)
	e, ok := n.ReplaceText(base64.StdEncoding.EncodeToString([]byte(n.Text())))
	d.Offer("encode it in base64", e, ok)
}

// quoteJSON writes a string as JSON.
func quoteJSON(s string) string {
	data, err := json.Marshal(s)
	if err != nil {
		return `""` // never: every string can be written
	}
	return string(data)
}
