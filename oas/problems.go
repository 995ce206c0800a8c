package oas

import (
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// problems reports what reading could get over.
func (l *loading) problems() {
	for _, p := range l.file.Problems() {
		if p.Kind == source.ByteOrderMark && l.file.Format() == source.YAML {
			continue // allowed by YAML 1.2 §5.2, and so by Tyk's converters
		}
		l.problem(p)
	}
}

// titles say what the repair of a problem does.
var titles = map[source.ProblemKind]string{
	source.TrailingComma:    "remove the comma",
	source.DuplicateKey:     "remove the earlier one",
	source.ByteOrderMark:    "remove the byte order mark",
	source.ControlCharacter: "write it as an escape",
	source.NonStringKey:     "put the key in quotes",
}

func (l *loading) problem(p source.Problem) {
	say := func(code diag.Code, hint, format string, args ...any) *diag.Diagnostic {
		d := l.reportRange(code, p.Pointer, p.At, format, args...)
		d.Hint = hint
		if edits, ok := p.Repair(); ok {
			d.Fix = &diag.Fix{Title: titles[p.Kind], Unsafe: !p.KeepsMeaning(), Edits: edits}
		}
		return d
	}
	switch p.Kind {
	case source.TrailingComma:
		say(CodeTrailingComma, "remove the comma", "a comma before the closing bracket, which is not JSON")
	case source.DuplicateKey:
		say(CodeDuplicateKey, "remove one of them; Tyk uses the last", "duplicate key %q", p.Key).
			Related = []diag.Related{{Message: "first given here", At: p.First}}
	case source.ByteOrderMark:
		say(CodeUncleanText, "save the file as UTF-8 without a byte order mark",
			"the file begins with a byte order mark, which Tyk refuses in JSON")
	case source.InvalidUTF8:
		say(CodeUncleanText, "save the file as UTF-8", "bytes that are not UTF-8; Tyk replaces them by %q", "\uFFFD")
	case source.ControlCharacter:
		say(CodeUncleanText, `write it as an escape, such as \n or \t`, "a raw control character in a string, which is not JSON")
	case source.MoreDocuments:
		say(CodeMoreText, "put each document into a file of its own",
			"text after the end of the first document is ignored").Severity = diag.Warning
	case source.NonStringKey:
		say(CodeNonStringKey, "put the key in quotes", "the key %q is not a string, and is read as one", p.Key).
			Severity = diag.Warning
	}
}
