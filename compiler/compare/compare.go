// Package compare tells what two sets of API definitions, or two plans, do differently: what a client, an operator or a security reviewer would
// notice. Order, notation, comments and what is written although it is the default are no differences. It does not tell whether a definition is
// right, and it shows no secret: only that one has changed.
package compare

import (
	"cmp"
	"fmt"
	"path"
	"slices"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/source"
)

// Class says who would notice a difference. A difference has the first that applies.
type Class uint8

// The classes, the mildest first, so that they compare.
const (
	Cosmetic    Class = iota // nobody, but for readers of the description
	Operational              // whoever runs the gateway or the upstream; clients may go on as they are
	Security                 // who may do what, and what is protected how
	Breaking                 // clients that worked may not work any more
)

// String is the word of reports: "breaking", "security", "operational" or "cosmetic".
func (c Class) String() string {
	return [...]string{"cosmetic", "operational", "security", "breaking"}[c]
}

// Title is what people call the class.
func (c Class) Title() string {
	return [...]string{"cosmetic", "operational", "security-relevant", "breaking for clients"}[c]
}

// Classes are all of them, the worst first.
func Classes() []Class { return []Class{Breaking, Security, Operational, Cosmetic} }

// Change is one difference.
type Change struct {
	Class    Class
	What     string // "listen path", "GET /pets: parameter limit"
	Action   Action
	Old, New string         // as they are shown: secrets are hidden; "" where there is nothing
	Hidden   bool           // something of the values is not shown
	Pointer  source.Pointer // in the document
	At       source.Range   // in the new document; of what is gone in the old one
}

// Action is what has happened to something.
type Action string

// The actions.
const (
	Added   Action = "added"
	Removed Action = "removed"
	Changed Action = "changed"
	On      Action = "turned on"
	Off     Action = "turned off"
)

// Subject is what differs: an API or a policy.
type Subject struct {
	Kind    string // "api" or "policy"
	ID      string
	Name    string
	Action  Action // Changed, or Added or Removed as a whole
	Class   Class  // of what is added or removed as a whole
	At      source.Range
	Changes []Change
}

// Report is what differs between two sides. Subjects are sorted, their changes too: the worst first.
type Report struct {
	Subjects []Subject
}

// Count is how many differences there are of a class.
func (r *Report) Count(c Class) int {
	n := 0
	for i := range r.Subjects {
		s := &r.Subjects[i]
		if s.Action != Changed {
			if s.Class == c {
				n++
			}
			continue
		}
		for j := range s.Changes {
			if s.Changes[j].Class == c {
				n++
			}
		}
	}
	return n
}

// Without is the report without what is of a class.
func (r *Report) Without(c Class) *Report {
	out := &Report{}
	for _, s := range r.Subjects {
		if s.Action == Changed {
			s.Changes = slices.DeleteFunc(slices.Clone(s.Changes), func(x Change) bool { return x.Class == c })
		}
		if len(s.Changes) > 0 || s.Action != Changed && s.Class != c {
			out.Subjects = append(out.Subjects, s)
		}
	}
	return out
}

// Documents compares two sets of documents that have an OpenAPI part. APIs are the same by their id, and without one by the name of their file;
// a single document on each side is the same API whatever it says.
func Documents(before, after []*oas.Document) *Report {
	r := &Report{}
	if len(before) == 1 && len(after) == 1 {
		r.api(before[0], after[0])
		return r
	}
	olds, news := keyed(before), keyed(after)
	for key, doc := range olds {
		if news[key] == nil {
			r.whole(doc, Removed, Breaking)
		} else {
			r.api(doc, news[key])
		}
	}
	for key, doc := range news {
		if olds[key] == nil {
			r.whole(doc, Added, Operational)
		}
	}
	r.sort()
	return r
}

// keyed are documents by what they are known by.
func keyed(docs []*oas.Document) map[string]*oas.Document {
	all := map[string]*oas.Document{}
	for _, doc := range docs {
		key := "id " + doc.File.Root().Get("x-tyk-api-gateway").Get("info").Get("id").Text()
		if key == "id " {
			key = "file " + path.Base(doc.File.Name)
		}
		for i := 2; all[key] != nil; i++ {
			key = fmt.Sprintf("%s (%d)", key, i)
		}
		all[key] = doc
	}
	return all
}

// subject is what a report says of a document itself.
func subject(doc *oas.Document) Subject {
	root := doc.File.Root()
	info := root.Get("x-tyk-api-gateway").Get("info")
	s := Subject{Kind: "api", ID: info.Get("id").Text(), Name: info.Get("name").Text(), Action: Changed, At: source.Range{File: doc.File.Name}}
	if s.Name == "" {
		s.Name = root.Get("info").Get("title").Text()
	}
	if s.ID == "" {
		s.ID = path.Base(doc.File.Name)
	}
	return s
}

// whole notes an API that is on one side only.
func (r *Report) whole(doc *oas.Document, action Action, class Class) {
	s := subject(doc)
	s.Action, s.Class = action, class
	r.Subjects = append(r.Subjects, s)
}

// api compares two definitions of one API.
func (r *Report) api(before, after *oas.Document) {
	s := subject(after)
	ops := newOperations(before, after)
	ext := &tree{rules: extensionRules, containers: extensionContainers, operations: ops.twins}
	ext.compare(nil, before.File.Root().Get("x-tyk-api-gateway"), after.File.Root().Get("x-tyk-api-gateway"))
	rest := &tree{rules: documentRules, containers: documentContainers}
	rest.compare(nil, before.File.Root(), after.File.Root())
	s.Changes = slices.Concat(ext.changes, rest.changes, ops.compare())
	r.add(s)
}

// add keeps what differs.
func (r *Report) add(s Subject) {
	if len(s.Changes) == 0 {
		return
	}
	slices.SortStableFunc(s.Changes, func(a, b Change) int {
		return cmp.Or(-cmp.Compare(a.Class, b.Class), cmp.Compare(a.What, b.What), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Action, b.Action))
	})
	r.Subjects = append(r.Subjects, s)
}

func (r *Report) sort() {
	slices.SortFunc(r.Subjects, func(a, b Subject) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.Action, b.Action))
	})
}
