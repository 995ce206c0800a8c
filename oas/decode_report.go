package oas

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/typo"
)

// wrongType reports a value that cannot be decoded.
func (d *decoder) wrongType(n source.Node, want string) {
	at := n.Pointer()
	d.failed = append(d.failed, at)
	report := d.l.report(CodeStructure, at, "%s is %s, expected %s", d.l.subject(at), kindPhrase(n), want)
	report.Hint = typeHint(n, want)
	offerType(report, n, want)
}

// subject is how a message calls the value at a pointer.
func (l *loading) subject(at source.Pointer) string {
	if at == "" {
		return "the document"
	}
	if parent, ok := l.file.Lookup(at.Parent()); ok && parent.Kind() == source.Array {
		return fmt.Sprintf("item %s of %s", at.Last(), at.Parent().Last())
	}
	return at.Last()
}

// typeHint says how to write a scalar of the wrong type, in the words of the file rather than those of the reader.
func typeHint(n source.Node, want string) string {
	place := n.Range()
	text := n.File().Text()[place.Start.Offset:place.End.Offset]
	scalar := n.Kind() == source.Number || n.Kind() == source.Bool
	switch {
	case len(text) > 60 || strings.Contains(text, "\n"):
	case scalar && want == "a string":
		return fmt.Sprintf("write it in quotes: %q", text)
	case (scalar || n.Kind() == source.String) && want == "a list":
		return fmt.Sprintf("write a list: [%s]", text)
	case n.Kind() == source.String && want == "a boolean" && (n.Text() == "true" || n.Text() == "false"):
		return fmt.Sprintf("write %s without quotes", n.Text())
	case n.Kind() == source.String && strings.Contains(want, "number") && n.Text() != "" &&
		strings.Trim(n.Text(), "0123456789.") == "":
		return fmt.Sprintf("write %s without quotes", n.Text())
	case n.Kind() == source.Null:
		return "leave it out, or give it a value"
	}
	return ""
}

// offerType offers what typeHint says.
func offerType(report *diag.Diagnostic, n source.Node, want string) {
	if report.Hint == "" {
		return
	}
	switch {
	case want == "a string" && n.Kind() != source.Null:
		place := n.Range()
		text := n.File().Text()[place.Start.Offset:place.End.Offset]
		e, ok := n.ReplaceText(text)
		report.Offer(fmt.Sprintf("write %q", text), e, ok)
	case n.Kind() == source.String && want != "a list":
		e, ok := n.ReplaceValue(n.Text())
		report.Offer("write "+n.Text(), e, ok)
	}
}

// unknownField reports a member that is neither a field nor an extension.
func (d *decoder) unknownField(n source.Node, key string, s *shape, owner reflect.Type) {
	report := d.l.reportKey(CodeStructure, n.Pointer(), "unknown field %q", key)
	if d.later && owner == reflect.TypeFor[openapi3.Schema]() {
		report.Message = fmt.Sprintf("unknown keyword %q, which means nothing to a validator", key)
		report.Severity = diag.Warning // JSON Schema 2020-12 §4.3.1 lets a schema have any
	}
	if near := typo.Meant(key, slices.Collect(maps.Keys(s.fields))); near != "" {
		report.Hint = fmt.Sprintf("did you mean %q?", near)
		e, ok := n.Rename(near)
		report.Offer(fmt.Sprintf("write %q", near), e, ok)
		return
	}
	report.Hint = "remove it, or begin its name with x-"
}
