package oas

import (
	"fmt"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
	"github.com/tykctl/tykctl/schemas"
)

// extension decodes x-tyk-api-gateway and checks its form.
func (l *loading) extension() {
	n := l.file.Root().Get(tyk.Key)
	if n.Kind() == source.Absent || n.Kind() == source.Null {
		l.report(CodeNoExtension, "", "%s is missing: this is not a Tyk OAS API definition", tyk.Key).
			Hint = "add x-tyk-api-gateway with info, server and upstream; `tykctl explain TYK120` shows a small one"
		return
	}
	if n.Kind() != source.Object {
		l.report(CodeWrongType, ExtensionPointer, "%s is %s, expected an object", tyk.Key, kindPhrase(n))
		return
	}
	ext, err := tyk.Decode(n.JSON())
	if err != nil {
		l.report(CodeWrongType, ExtensionPointer, "%v", err)
		return
	}
	l.doc.Tyk = ext
	for _, f := range schemas.Extension(n.Any()) {
		l.finding(ExtensionPointer, f)
	}
	l.schemes(n.Get("server").Get("authentication").Get("securitySchemes"))
}

// schemes checks each security scheme of the extension against the fields that its kind has.
func (l *loading) schemes(n source.Node) {
	for name, scheme := range n.Members() {
		var settings *tyk.SecurityScheme
		if auth := l.doc.Tyk.Server.Authentication; auth != nil {
			settings = auth.SecuritySchemes[name]
		}
		kind := l.writtenKind(name, settings)
		for _, f := range schemas.SecurityScheme(string(kind), scheme.Any()) {
			l.finding(scheme.Pointer(), f)
		}
	}
}

// finding reports what the JSON Schema of the extension says.
func (l *loading) finding(base source.Pointer, f schemas.Finding) {
	at := base
	for _, token := range f.Path {
		at = at.Child(token)
	}
	message := f.Message
	if strings.HasPrefix(message, "must ") {
		message = l.subject(at) + " " + message
	}
	var d *diag.Diagnostic
	switch f.Kind {
	case schemas.UnknownField:
		d = l.reportKey(CodeUnknownField, at, "%s", message)
	case schemas.MissingField:
		d = l.report(CodeMissingField, at, "%s", message)
	case schemas.WrongType:
		d = l.report(CodeWrongType, at, "%s", message)
	case schemas.Other, schemas.BadValue, schemas.BadFormat, schemas.OutOfRange:
		d = l.report(CodeBadValue, at, "%s", message)
	}
	if d != nil {
		d.Hint = f.Hint
		l.instead(d, f.Instead)
	}
}

// instead offers what the JSON Schema of the extension knows to be meant.
func (l *loading) instead(d *diag.Diagnostic, what schemas.Instead) {
	n, ok := l.file.Lookup(d.Pointer)
	if !ok {
		return
	}
	switch {
	case what.Name != "":
		e, ok := n.Rename(what.Name)
		d.Offer(fmt.Sprintf("write %q", what.Name), e, ok)
	case what.Value != "":
		e, ok := n.ReplaceValue(what.Value)
		d.Offer("write "+what.Value, e, ok)
	case what.Remove:
		e, ok := n.Remove()
		d.OfferSafe("remove it", e, ok)
	}
}
