package oas

import (
	"cmp"
	"slices"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

// UpdateParams say how a description goes into a definition. Of the parameters of import what is given is set, and what is not stays; settings
// of operations are added where an operation has none of that name.
type UpdateParams struct {
	ImportParams

	// Base is the description that the definition was made of. With it what people changed in the definition is told from what has changed in the
	// description; without it the description is right where both have something.
	Base  *Document
	Load  Options // for the definition
	Prune bool    // what the description does not have goes, unless the extension needs it
}

// ChangeKind tells the kinds of OperationChange apart.
type ChangeKind string

// The kinds of change of an operation.
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Changed ChangeKind = "changed"
	Moved   ChangeKind = "moved" // to another path or method, with the same operationId
)

// OperationChange is what an update did to one operation.
type OperationChange struct {
	Kind         ChangeKind
	Method, Path string
	ID           string // the operationId after the update; that of before, of one that was removed
	Was          string // Moved: method and path before. Changed: the operationId before, if it was another
	Orphan       bool   // Removed: its settings are still there
}

// Updated is a definition after an update.
type Updated struct {
	Imported

	Operations []OperationChange // ordered by path and method
}

// Update takes a new OpenAPI description into a definition. The extension stays, and so does what people have written; the text keeps order,
// comments and notation. The description must have been loaded without errors; of both it is the text alone that counts. A second update with the
// same description changes nothing. With errors in the list the result is nil.
func Update(def, next *Document, p UpdateParams) (*Updated, diag.List) {
	im := newImporting(next, p.ImportParams)
	switch {
	case next.File.Root().Get(tyk.Key).Exists():
		im.fail(ExtensionPointer, "the new description has %s: it is a definition itself", tyk.Key).Hint = "give the description that definitions are made of"
		return nil, im.list
	case def.File.Root().Get(tyk.Key).Kind() != source.Object:
		im.doc = def
		im.fail("", "there is no %s: this is not a definition", tyk.Key).Hint = "make one with `tykctl import`, without --update"
		return nil, im.list
	}
	m := &merging{im: im, prune: p.Prune, settings: def.File.Root().Get(tyk.Key)}
	if p.Base != nil {
		m.base = p.Base.File.Root()
	}
	merged := m.merge(nil, source.Same(def.File.Root()), source.Same(m.base), source.Same(next.File.Root()))
	text, kept := def.File.Rewrite(merged)
	doc, found := LoadWith(def.File.Name, text, p.Load)
	if doc == nil || doc.OpenAPI == nil {
		return nil, found
	}
	u := &updating{importing: *im, before: operationsOf(def.File.Root()), prune: p.Prune}
	u.doc, u.root = doc, doc.File.Root()
	if !kept {
		u.anew()
	}
	want := u.align()
	if u.list.HasErrors() {
		return nil, u.list
	}
	result := u.result(want)
	after, err := source.Index(def.File.Name, result.Text)
	if err != nil {
		return nil, diag.List{syntaxError(def.File.Name, err)}
	}
	for i := range result.Notes { // the text has changed since they were made
		if n := &result.Notes[i]; n.At.File == after.Name && n.Pointer != "" {
			n.At = after.Key(n.Pointer)
		}
	}
	return &Updated{Imported: *result, Operations: u.changes(after.Root())}, nil
}

// updating is the second half of an update: what the extension needs because of the operations that there are now.
type updating struct {
	importing

	before []operation
	prune  bool
}

// operation is an operation and where it is.
type operation struct {
	method, path, id string
	op, item         source.Node
}

// place is where the operation is, in one word.
func (o operation) place() string { return o.method + " " + o.path }

func operationsOf(root source.Node) []operation {
	var list []operation
	for path, item := range root.Get("paths").Members() {
		eachOperation(item, func(method string, op source.Node) {
			list = append(list, operation{method, path, op.Get("operationId").Text(), op, item})
		})
	}
	return list
}

// align is the document with ids, parameters and an extension that fits.
func (u *updating) align() source.Draft {
	paths := u.paths()
	want := source.Same(u.root)
	if paths.changed {
		want = want.With("paths", paths.value)
	}
	ext := u.given(want.Get(tyk.Key))
	operations := ext.Find("middleware", "operations")
	after := u.settingsAfter(operations, paths)
	u.unlisted(operations, after)
	if after.Len() > 0 || operations.Exists() {
		ext = ext.Set(after, "middleware", "operations")
	}
	return want.With(tyk.Key, ext)
}

// settingsAfter are the settings of operations under the names that the operations have now, and with those that the parameters ask for.
func (u *updating) settingsAfter(operations source.Draft, paths importedPaths) source.Draft {
	renamed := u.renames(operations, paths)
	var members []source.Field
	at := map[string]int{}
	for key, v := range operations.Members() {
		if id, ok := renamed[key]; ok {
			key = id
		}
		if u.prune && !paths.ids[key] {
			continue
		}
		at[key] = len(members)
		members = append(members, member(key, v))
	}
	for _, s := range paths.settings {
		i, known := at[s.Key]
		if !known {
			members = append(members, s)
			continue
		}
		has := members[i].Value
		for key, v := range s.Value.Members() {
			if !has.Get(key).Exists() {
				has = has.With(key, v)
			}
		}
		members[i].Value = has
	}
	return source.ObjectDraft(members...)
}

// given sets what the parameters say.
func (u *updating) given(ext source.Draft) source.Draft {
	set := func(value string, path ...string) {
		if value != "" {
			ext = ext.Set(source.TextDraft(value), path...)
		}
	}
	set(u.p.APIID, "info", "id")
	set(u.p.ListenPath, "server", "listenPath", "value")
	if u.p.UpstreamURL != "" {
		set(u.upstream(), "upstream", "url")
	}
	if u.p.CustomDomain != "" {
		set(u.p.CustomDomain, "server", "customDomain", "name")
		ext = ext.Set(source.BoolDraft(true), "server", "customDomain", "enabled")
	}
	if u.p.Authentication != nil {
		at := []string{"server", "authentication"}
		auth := u.authentication(*u.p.Authentication)
		has := ext.Find(at...)
		for key, v := range auth.Members() {
			switch {
			case key == "enabled" || !has.Get(key).Exists():
				has = has.With(key, v)
			case key == "securitySchemes":
				for name, s := range v.Members() {
					if !has.Find(key, name).Exists() {
						has = has.Set(s, key, name)
					}
				}
			}
		}
		ext = ext.Set(has, at...)
	}
	return ext
}

// renames are the operations with settings that have another id now, by the id before.
func (u *updating) renames(operations source.Draft, paths importedPaths) map[string]string {
	now := map[string]string{}
	for _, o := range operationsOf(u.root) {
		now[o.place()] = o.id
	}
	renamed := map[string]string{}
	for _, o := range u.before {
		id := now[o.place()]
		if id != "" && id != o.id && o.id != "" && !paths.ids[o.id] && operations.Get(o.id).Exists() && !operations.Get(id).Exists() {
			renamed[o.id] = id
		}
	}
	return renamed
}

// unlisted warns of new operations that are not on the allow list that others are on.
func (u *updating) unlisted(before, after source.Draft) {
	known, listed := map[string]bool{}, false
	for _, o := range u.before {
		known[o.place()], known[o.id] = true, true
		listed = listed || before.Find(o.id, "allow").Get("enabled").Text() == "true"
	}
	if !listed {
		return
	}
	for _, o := range operationsOf(u.root) {
		id := cmp.Or(o.id, generatedID(o.path, o.method))
		if !known[id] && !known[o.place()] && after.Find(id, "allow", "enabled").Text() != "true" {
			u.note(diag.Warning, o.op.Pointer(), "%s is new and not on the allow list, so the gateway refuses it", o.place()).
				Hint = "--allow-list puts it there"
		}
	}
}

// changes tells what became of the operations.
func (u *updating) changes(root source.Node) []OperationChange {
	var list []OperationChange
	byID, byPlace := map[string]operation{}, map[string]operation{}
	for _, o := range u.before {
		byPlace[o.place()] = o
		if o.id != "" {
			byID[o.id] = o
		}
	}
	still := map[string]bool{}
	for _, o := range operationsOf(root) {
		c := OperationChange{Kind: Added, Method: o.method, Path: o.path, ID: o.id}
		was, same := byPlace[o.place()]
		moved, known := byID[o.id]
		switch {
		case same:
			still[was.place()] = true
			if unchanged(was, o) {
				continue
			}
			c.Kind = Changed
			if was.id != o.id {
				c.Was = was.id
			}
		case known:
			still[moved.place()] = true
			c.Kind, c.Was = Moved, moved.place()
		}
		list = append(list, c)
	}
	settings := root.Get(tyk.Key).Get("middleware").Get("operations")
	for _, o := range u.before {
		if !still[o.place()] {
			list = append(list, OperationChange{Kind: Removed, Method: o.method, Path: o.path, ID: o.id, Orphan: settings.Get(o.id).Exists()})
		}
	}
	slices.SortStableFunc(list, func(a, b OperationChange) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return list
}

// unchanged compares operations with what their path items say for them.
func unchanged(a, b operation) bool {
	for _, key := range []string{"parameters", "servers"} {
		if !source.Same(a.item.Get(key)).Equal(source.Same(b.item.Get(key))) {
			return false
		}
	}
	return source.Same(a.op).Equal(source.Same(b.op))
}
