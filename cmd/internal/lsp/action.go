package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// The kinds of code action that are offered.
const (
	kindQuickFix = "quickfix"
	kindFixAll   = "source.fixAll.tykctl"
)

// ignoreWord begins a comment that takes a finding back.
const ignoreWord = "tykctl-ignore"

// codeActions offers what can be done about the findings in a range. It waits until the document has been checked as it is: an edit is
// worth nothing for another text.
func (s *server) codeActions(ctx context.Context, doc *document, raw json.RawMessage) (any, error) {
	var p codeActionParams
	if err := decode(raw, &p); err != nil {
		return nil, err
	}
	found, err := s.await(ctx, doc)
	if err != nil {
		return nil, err
	}
	enc, client := s.settings()
	a := &actions{s: s, doc: doc, enc: enc, client: client, list: []codeAction{}}
	if wanted(p.Context.Only, kindQuickFix) {
		fingerprints := diag.Fingerprints(found)
		named := p.fingerprints()
		for i := range found {
			shown := toDiagnostic(s.opt.Rule, &found[i], fingerprints[i], doc.text, enc)
			if overlap(shown.Range, p.Range) || slices.Contains(named, fingerprints[i]) {
				a.fix(&found[i], shown)
				a.ignore(&found[i], shown)
			}
		}
	}
	if wanted(p.Context.Only, kindFixAll) {
		a.fixAll(found)
	}
	return a.list, nil
}

// wanted tells whether the client asked for a kind: for itself or for one above it. Without a list all are wanted.
func wanted(only []string, kind string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(k string) bool { return k == kind || k == "" || strings.HasPrefix(kind, k+".") })
}

// fingerprints are those of the diagnostics that the client asks about, as far as they are ours.
func (p *codeActionParams) fingerprints() []string {
	var list []string
	for _, d := range p.Context.Diagnostics {
		var data diagnosticData
		if json.Unmarshal(d.Data, &data) == nil && data.Fingerprint != "" {
			list = append(list, data.Fingerprint)
		}
	}
	return list
}

func overlap(a, b textRange) bool { return !before(a.End, b.Start) && !before(b.End, a.Start) }

func before(a, b position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}

// actions collects what is offered.
type actions struct {
	s      *server
	doc    *document
	enc    encoding
	client clientCapabilities
	list   []codeAction
}

// edit puts edits into the client's terms. With a version a client can tell that they are out of date.
func (a *actions) edit(edits []source.Edit) *workspaceEdit {
	list := make([]textEdit, 0, len(edits))
	for _, e := range edits {
		list = append(list, textEdit{a.doc.text.span(e.At.Start.Offset, e.At.End.Offset, a.enc), e.Text})
	}
	if !a.client.Workspace.WorkspaceEdit.DocumentChanges {
		return &workspaceEdit{Changes: map[string][]textEdit{a.doc.uri: list}}
	}
	return &workspaceEdit{DocumentChanges: []documentEdit{{documentID{a.doc.uri, &a.doc.version}, list}}}
}

// fix offers the fix that a finding has. One that changes what the gateway makes of the document is never the preferred one.
func (a *actions) fix(d *diag.Diagnostic, shown diagnostic) {
	if d.Fix == nil || len(d.Fix.Edits) == 0 {
		return
	}
	a.list = append(a.list, codeAction{
		Title: d.Fix.Title, Kind: kindQuickFix, Diagnostics: []diagnostic{shown}, IsPreferred: !d.Fix.Unsafe, Edit: a.edit(d.Fix.Edits),
	})
}

// fixAll offers all safe fixes at once, as far as they leave each other alone; the others have their turn when the result has been checked.
func (a *actions) fixAll(found diag.List) {
	var all []source.Edit
	for i := range found {
		if fix := found[i].Fix; fix != nil && !fix.Unsafe && !slices.ContainsFunc(fix.Edits, func(e source.Edit) bool { return near(all, e) }) {
			all = append(all, fix.Edits...)
		}
	}
	if len(all) > 0 {
		a.list = append(a.list, codeAction{Title: "fix all that tykctl can fix safely", Kind: kindFixAll, Edit: a.edit(all)})
	}
}

// near tells whether an edit touches one of others.
func near(list []source.Edit, e source.Edit) bool {
	return slices.ContainsFunc(list, func(o source.Edit) bool {
		return o.At.Start.Offset <= e.At.End.Offset && e.At.Start.Offset <= o.At.End.Offset
	})
}

// ignore offers to take a finding back with a comment above the key of what it is about. It is not offered where the comment would not be one,
// or would be about something else.
func (a *actions) ignore(d *diag.Diagnostic, shown diagnostic) {
	file := a.doc.file()
	if file == nil || file.Format() != source.YAML || a.s.opt.Rule(d.Code).Always {
		return
	}
	line, _ := a.doc.text.line(a.doc.text.lineAt(file.Key(d.Pointer).Start.Offset))
	rest := a.doc.text.data[line:]
	indent := rest[:len(rest)-len(strings.TrimLeft(rest, " "))]
	edit := source.Edit{
		At:   file.Span(line, line),
		Text: fmt.Sprintf("%s# %s %s: reason%s", indent, ignoreWord, d.Code, lineEnding(a.doc.text.data)),
	}
	changed, err := source.Apply([]byte(a.doc.text.data), []source.Edit{edit})
	if err != nil || !ignores(a.doc.key, changed, line+len(indent), d.Pointer) {
		return
	}
	a.list = append(a.list, codeAction{
		Title: fmt.Sprintf("ignore %s here", d.Code), Kind: kindQuickFix, Diagnostics: []diagnostic{shown}, Edit: a.edit([]source.Edit{edit}),
	})
}

// ignores tells whether there is a comment at an offset of a changed text, not a part of a string, and whether it is about what is at the pointer.
func ignores(name string, changed []byte, offset int, p source.Pointer) bool {
	now, err := source.Index(name, changed)
	if err != nil {
		return false
	}
	for _, c := range now.Comments(ignoreWord) {
		if c.At.Start.Offset == offset {
			return slices.ContainsFunc(c.Of, func(of source.Pointer) bool {
				return p == of || strings.HasPrefix(string(p), string(of)+"/")
			})
		}
	}
	return false
}

// lineEnding is the one that a text uses.
func lineEnding(data string) string {
	if i := strings.IndexByte(data, '\n'); i > 0 && data[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
