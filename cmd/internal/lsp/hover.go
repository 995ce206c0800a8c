package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/tyk"
)

// hover says what is known of a place: the findings there, with all that `tykctl explain` has to say, and the field of the extension.
func (s *server) hover(_ context.Context, doc *document, raw json.RawMessage) (any, error) {
	var p documentParams
	if err := decode(raw, &p); err != nil {
		return nil, err
	}
	enc, client := s.settings()
	offset := doc.text.offset(p.Position, enc)
	var parts []string
	var at *textRange
	add := func(part string, r textRange) {
		parts = append(parts, part)
		if at == nil {
			at = &r
		}
	}
	for _, d := range s.latest(doc) {
		r := place(doc.text, d.At, enc)
		if doc.text.offset(r.Start, enc) <= offset && offset <= doc.text.offset(r.End, enc) {
			add(s.explain(&d), r)
		}
	}
	if file := doc.file(); file != nil {
		here := locate(file, offset)
		tokens := here.tokens()
		if here.onKey && len(tokens) > 1 && tokens[0] == tyk.Key {
			if n := fieldAt(tokens[1:]); n != nil && n.known {
				r := here.at()
				add(describe(&n.field), doc.text.span(r.Start.Offset, r.End.Offset, enc))
			}
		}
	}
	if parts == nil {
		return nil, nil
	}
	return hoverResult{Contents: markupFor(client, strings.Join(parts, "\n\n---\n\n")), Range: at}, nil
}

// explain is one finding with the documentation of its rule.
func (s *server) explain(d *diag.Diagnostic) string {
	rule := s.opt.Rule(d.Code)
	head := fmt.Sprintf("**%s** %s: %s", d.Code, d.Severity, d.Message)
	if d.Hint != "" {
		head += "\n\nhint: " + d.Hint
	}
	if rule.Doc == "" {
		return head
	}
	return head + "\n\n" + strings.TrimSpace(rule.Doc)
}

// markupFor is Markdown, called plain text where the client knows no better: it reads well as it is.
func markupFor(client clientCapabilities, value string) markup {
	if formats := client.TextDocument.Hover.ContentFormat; len(formats) > 0 && !slices.Contains(formats, "markdown") {
		return markup{"plaintext", value}
	}
	return markup{"markdown", value}
}
