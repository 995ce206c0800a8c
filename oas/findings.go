package oas

import (
	"fmt"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// The bounds of what is said about one document by Load, and by the rules after it. Nobody reads more, and without them a small document
// could be made whose report fills a disk: each finding carries the path to its place, which may be as long as the document.
const (
	MaxFindings     = 5000
	maxFindingBytes = 4 << 20 // of paths and messages
	maxWords        = 1000    // code points of one message or hint
)

// Findings collects what is said about one document, within bounds. The zero value without a file has none but those of a single message: it is
// for what is said between documents.
type Findings struct {
	File *source.File

	list  []*diag.Diagnostic
	bytes int
	full  bool
}

// Add takes a finding, which may be completed until List is called, or drops it when there are too many.
func (f *Findings) Add(d *diag.Diagnostic) {
	if f.full {
		return
	}
	f.bytes += len(d.Pointer) + len(d.Message)
	if f.File != nil && (len(f.list) == MaxFindings || f.bytes > maxFindingBytes) {
		f.full = true
		d = &diag.Diagnostic{
			Code: CodeTooMany, Severity: diag.Error, At: f.File.Span(0, 0),
			Message: fmt.Sprintf("there is more wrong with this document than is listed here, which is %d findings", len(f.list)),
			Hint:    "mend those that are listed, and look again",
		}
	}
	f.list = append(f.list, d)
}

// List is everything that was taken, in that order.
func (f *Findings) List() diag.List {
	list := make(diag.List, len(f.list))
	for i, d := range f.list {
		d.Message, d.Hint = shortened(d.Message), shortened(d.Hint)
		list[i] = *d
	}
	return list
}

// shortened leaves out the middle of a text that quotes too much of a document; what was expected stands at the end.
func shortened(s string) string {
	if len(s) <= maxWords {
		return s
	}
	runes := []rune(s)
	if len(runes) <= maxWords {
		return s
	}
	return string(runes[:maxWords*2/3]) + "…" + string(runes[len(runes)-maxWords/3:])
}
