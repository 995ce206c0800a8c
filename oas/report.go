package oas

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// loading is one run of Load: the document so far and what there is to say about it.
type loading struct {
	file     *source.File
	doc      *Document
	opt      Options
	at       string // of another file than the document's: where it lies below the root
	out      *outside
	found    Findings
	searches int // for hints, so far
}

// list is everything found, sorted.
func (l *loading) list() diag.List {
	list := l.found.List()
	if l.out != nil {
		for _, name := range slices.Sorted(maps.Keys(l.out.files)) {
			if other := l.out.files[name].l; other != nil {
				list = append(list, other.found.List()...)
			}
		}
	}
	return list.Sort()
}

// report says that something is wrong at a pointer. The diagnostic may be completed until Load returns.
func (l *loading) report(code diag.Code, at source.Pointer, format string, args ...any) *diag.Diagnostic {
	return l.reportRange(code, at, l.place(at), format, args...)
}

// reportKey is report for what is wrong with the name of a member.
func (l *loading) reportKey(code diag.Code, at source.Pointer, format string, args ...any) *diag.Diagnostic {
	return l.reportRange(code, at, l.file.Key(at), format, args...)
}

func (l *loading) reportRange(
	code diag.Code, at source.Pointer, place source.Range, format string, args ...any,
) *diag.Diagnostic {
	d := &diag.Diagnostic{
		Code: code, Severity: diag.Error, Message: fmt.Sprintf(format, args...), At: place, Pointer: at,
	}
	l.found.Add(d)
	return d
}

// place is the smallest range that stands for a value: the value if it is a scalar, the key of an object or array, and the
// beginning of the file for the whole document. For a value that does not exist it is the place of its parent.
func (l *loading) place(p source.Pointer) source.Range {
	n, ok := l.file.Lookup(p)
	for !ok && p != "" {
		p = p.Parent()
		n, ok = l.file.Lookup(p)
	}
	switch {
	case p == "":
		return l.file.Span(0, 0)
	case n.Kind() == source.Object || n.Kind() == source.Array:
		return n.KeyRange()
	}
	return n.Range()
}
