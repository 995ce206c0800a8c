// Package fix mends documents: it makes the edits that diagnostics carry, looks at the result, and goes on until nothing is left that can be
// mended. It knows nothing of rules; what is wrong with a text is told by a function it is given. Files are written by Write.
package fix

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// maxRounds bounds how often a text is edited and looked at again. Fixes that touch each other take a round each.
const maxRounds = 10

// Check tells everything that is wrong with a file of that name and text. It must depend on nothing else.
type Check func(name string, data []byte) diag.List

// Fix mends what the findings of check say can be mended: what keeps its meaning, and with unsafe what changes it as well. It returns the new
// text, which is data itself when there is nothing to mend, and the findings whose fixes were made, as they were found.
//
// An error names the fixes that would have made the document worse. They are bugs of ours, and not in the text that is returned.
func Fix(name string, data []byte, check Check, unsafe bool) (fixed []byte, applied []diag.Diagnostic, err error) {
	m := mending{name: name, text: data, check: check, unsafe: unsafe, refused: map[identity]bool{}}
	m.found = check(name, data)
	for range maxRounds {
		batch := m.choose()
		if len(batch) == 0 {
			break
		}
		m.round(batch)
	}
	return m.text, m.applied, errors.Join(m.faults...)
}

// Diff is the unified diff of a file before and after; nothing when they are the same.
func Diff(name string, old, changed []byte) []byte { return diff.Diff(name, old, name, changed) }

// mending is one run of Fix.
type mending struct {
	name    string
	text    []byte
	found   diag.List // in text
	check   Check
	unsafe  bool
	applied []diag.Diagnostic
	refused map[identity]bool // made the document worse once
	faults  []error
}

// identity finds a diagnostic again after its file has been edited.
type identity struct {
	code    diag.Code
	pointer source.Pointer
	message string
}

func identify(d *diag.Diagnostic) identity { return identity{d.Code, d.Pointer, d.Message} }

// repair is a set of edits and the findings that it mends.
type repair struct {
	edits []source.Edit
	mends []diag.Diagnostic
}

// choose takes the fixes of one round, in the order of their places: such as have nothing to do with each other. What keeps the meaning comes
// first, so that a round is either safe as a whole or not.
func (m *mending) choose() []repair {
	batch := m.candidates(false)
	if len(batch) == 0 && m.unsafe {
		batch = m.candidates(true)
	}
	var taken []source.Edit
	return slices.DeleteFunc(batch, func(r repair) bool {
		if conflict(taken, r.edits) {
			return true
		}
		taken = append(taken, r.edits...)
		return false
	})
}

// candidates are the fixes of one sort that may be made. Findings with the same edits share one.
func (m *mending) candidates(unsafe bool) []repair {
	var list []repair
	for i := range m.found {
		d := &m.found[i]
		if d.Fix == nil || d.Fix.Unsafe != unsafe || len(d.Fix.Edits) == 0 || d.At.File != m.name || m.refused[identify(d)] {
			continue
		}
		edits := slices.Clone(d.Fix.Edits)
		slices.SortFunc(edits, byPlace)
		if same := slices.IndexFunc(list, func(r repair) bool { return slices.EqualFunc(r.edits, edits, equal) }); same >= 0 {
			list[same].mends = append(list[same].mends, *d)
			continue
		}
		list = append(list, repair{edits, []diag.Diagnostic{*d}})
	}
	slices.SortStableFunc(list, func(a, b repair) int { return byPlace(a.edits[0], b.edits[0]) })
	return list
}

func byPlace(a, b source.Edit) int {
	return cmp.Or(cmp.Compare(a.At.Start.Offset, b.At.Start.Offset), cmp.Compare(a.At.End.Offset, b.At.End.Offset), cmp.Compare(a.Text, b.Text))
}

func equal(a, b source.Edit) bool { return byPlace(a, b) == 0 }

// conflict reports whether edits cannot be made beside others. An insertion gets on with nothing that it touches: what it has to look like
// depends on what stands there.
func conflict(taken, edits []source.Edit) bool {
	for _, a := range taken {
		for _, b := range edits {
			first, second := a, b
			if byPlace(b, a) < 0 {
				first, second = b, a
			}
			gap := second.At.Start.Offset - first.At.End.Offset
			if gap < 0 || gap == 0 && (empty(first) || empty(second)) {
				return true
			}
		}
	}
	return false
}

func empty(e source.Edit) bool { return e.At.Start.Offset == e.At.End.Offset }

// round makes the fixes of a batch. If together they do harm, as two that add the same member, they are made one after the other. One that does
// harm beside others waits for the next round, in which it is found anew, if at all; one that does it alone is left out.
func (m *mending) round(batch []repair) {
	if t, err := m.try(batch); err == nil {
		m.keep(t, batch)
		return
	}
	var good []repair
	var last trial
	for _, r := range batch {
		t, err := m.try(append(good[:len(good):len(good)], r))
		if err == nil {
			good, last = append(good, r), t
		}
		if err == nil || len(good) > 0 {
			continue
		}
		for i := range r.mends {
			m.refused[identify(&r.mends[i])] = true
		}
		d := &r.mends[0]
		m.faults = append(m.faults, fmt.Errorf("%s: the fix of %s %w; it was left out", d.At, d.Code, err))
	}
	if len(good) > 0 {
		m.keep(last, good)
	}
}

// trial is a text with fixes made, and what is found in it.
type trial struct {
	text  []byte
	found diag.List
}

func (m *mending) keep(t trial, batch []repair) {
	for _, r := range batch {
		m.applied = append(m.applied, r.mends...)
	}
	m.text, m.found = t.text, t.found
}

// try makes fixes on a copy and says what is wrong with the result.
func (m *mending) try(batch []repair) (trial, error) {
	var edits []source.Edit
	var mends diag.List
	for _, r := range batch {
		edits = append(edits, r.edits...)
		mends = append(mends, r.mends...)
	}
	text, err := source.Apply(m.text, edits)
	switch {
	case err != nil:
		return trial{}, fmt.Errorf("cannot be made: %w", err)
	case bytes.Equal(text, m.text):
		return trial{}, errors.New("changes nothing")
	}
	t := trial{text, m.check(m.name, text)}
	return t, judge(m.found, t.found, mends)
}

// finding is what stays of a diagnostic when its file is edited: lines move, and pointers do when an item is removed.
type finding struct {
	code    diag.Code
	message string
}

func count(l diag.List) map[finding]int {
	counts := make(map[finding]int, len(l))
	for i := range l {
		counts[finding{l[i].Code, l[i].Message}]++
	}
	return counts
}

// judge says what is wrong with fixes, given what was found before and after. What keeps the meaning can bring no error, except that libraries tell one
// error of an object at a time; what changes it may uncover some, but none about how the text is written.
func judge(before, after, mends diag.List) error {
	had, has := count(before), count(after)
	for f, n := range count(mends) {
		if has[f] > had[f]-n {
			return errors.New("does not mend it")
		}
	}
	safe := !mends[0].Fix.Unsafe
	for i := range after {
		d := &after[i]
		f := finding{d.Code, d.Message}
		if d.Severity == diag.Error && has[f] > had[f] && (safe && !nextOf(d, mends) || aboutNotation(d.Code)) {
			return fmt.Errorf("brings %s, %s", d.Code, d.Message)
		}
	}
	return nil
}

// nextOf reports whether an error of the OpenAPI part is about the object of another one that was mended.
func nextOf(d *diag.Diagnostic, mends diag.List) bool {
	return d.Pointer != "" && d.Code >= oas.CodeStructure && d.Code < oas.CodeNoExtension && slices.ContainsFunc(mends, func(m diag.Diagnostic) bool {
		return strings.HasPrefix(string(m.Pointer)+"/", string(d.Pointer)+"/") || strings.HasPrefix(string(d.Pointer)+"/", string(m.Pointer)+"/")
	})
}

// aboutNotation reports whether a code is about how a text is written, or about a failure of ours.
func aboutNotation(c diag.Code) bool { return c < oas.CodeVersion || c == oas.CodeInternal }
