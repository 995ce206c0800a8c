package oas

import (
	"errors"
	"fmt"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// Options says how a document is loaded. The zero value is what Load uses.
type Options struct {
	Limits source.Limits

	// Files are what a $ref may lead to besides the document. With nil no reference out of it is followed.
	Files *Files
	// Path is where the document itself lies in Files; "" for its name without what Files is shown by.
	Path string
	// AllowRefs are references that are tolerated although they are not followed: URLs, and paths relative to the root of Files that lead
	// out of it. An entry stands for itself and what lies below it; with a star at its end, for everything that begins like it.
	AllowRefs []string
}

// Load reads a document and says everything that is wrong with its notation, its OpenAPI part and the form of its extension. The
// document is nil if and only if it cannot be read as JSON or YAML at all; otherwise every part that could be read is there. The
// list is sorted and holds each finding once. Load never panics, never reads another file than those of Options.Files, and may be called by
// several goroutines. The data is copied.
func Load(name string, data []byte) (*Document, diag.List) {
	return LoadWith(name, data, Options{})
}

// LoadWith is Load with options.
func LoadWith(name string, data []byte, opt Options) (*Document, diag.List) {
	file, err := source.IndexWith(name, data, opt.Limits)
	if err != nil {
		return nil, diag.List{syntaxError(name, err)}
	}
	l := &loading{file: file, doc: &Document{File: file}, opt: opt, at: opt.Path, found: Findings{File: file}}
	l.problems()
	if file.Root().Kind() != source.Object {
		l.report(CodeVersion, "", "the document is %s, expected an object", kindPhrase(file.Root())).
			Hint = "an OpenAPI document begins with the key openapi"
		return l.doc, l.list()
	}
	if l.version() {
		l.guard("the OpenAPI reader", l.openAPI)
	}
	l.guard("the reader of the extension", l.extension)
	return l.doc, l.list()
}

// syntaxError is the one thing there is to say about a file that cannot be read.
func syntaxError(name string, err error) diag.Diagnostic {
	d := diag.Diagnostic{Code: CodeSyntax, Severity: diag.Error, Message: err.Error(), At: source.Range{File: name}}
	var syntax *source.SyntaxError
	if errors.As(err, &syntax) {
		d.Message, d.Hint, d.At = shortened(syntax.Message), syntax.Hint, syntax.At
	}
	return d
}

// guard runs a step that hands the document to a library, and makes a diagnostic of its panic.
func (l *loading) guard(who string, step func()) {
	defer func() {
		if p := recover(); p != nil {
			l.doc.OpenAPI = nil
			l.report(CodeInternal, "", "%s failed on this document; please report it", who).
				Hint = fmt.Sprintf("it said: %v", p)
		}
	}()
	step()
}

// kindPhrase names the type of a value with its article, and a short value itself.
func kindPhrase(n source.Node) string {
	switch n.Kind() {
	case source.Absent:
		return "missing"
	case source.Null:
		return "null"
	case source.Array:
		return "an array"
	case source.Object:
		return "an object"
	case source.Bool, source.Number:
		return fmt.Sprintf("the %s %s", n.Kind(), n.Text())
	case source.String:
		if len(n.Text()) > 60 {
			return "a string"
		}
		return fmt.Sprintf("the string %q", n.Text())
	}
	return n.Kind().String()
}
