package oas

import (
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

// merging takes a description into a definition, value by value. Ours is the definition's, theirs is the description's, base is what theirs
// was when ours was made of it, if that is known.
type merging struct {
	im       *importing
	base     source.Node // zero: not known
	settings source.Node // the extension
	prune    bool
}

// merge is what becomes of a value. What does not exist stands for a value that is not there, or is to go.
func (m *merging) merge(path []string, ours, base, theirs source.Draft) source.Draft {
	switch {
	case len(path) == 1 && path[0] == tyk.Key, ours.Equal(theirs):
		return ours
	case theirs.Exists() && isGenerated(path, ours):
		return theirs
	case m.base.Exists() && theirs.Equal(base):
		return m.untouched(path, ours, base, theirs)
	case m.base.Exists() && ours.Equal(base):
		return theirs
	case !theirs.Exists():
		return m.missing(path, ours, base)
	case !ours.Exists() && m.base.Exists() && base.Exists():
		return m.clash(path, ours, theirs, "was removed from the definition and has changed in the description")
	case ours.Kind() == source.Object && theirs.Kind() == source.Object:
		return m.members(path, ours, base, theirs)
	case ours.Kind() == source.Array && theirs.Kind() == source.Array && identity(path) != nil:
		return m.items(path, ours, base, theirs)
	case m.base.Exists() && ours.Exists():
		return m.clash(path, ours, theirs, "has changed in the definition and in the description")
	case len(path) == 1 && path[0] == "security" && ours.Exists():
		return m.clash(path, ours, theirs, "differs between the definition and the description")
	}
	return theirs
}

// isGenerated reports whether a value is an operationId that nobody has chosen.
func isGenerated(path []string, v source.Draft) bool {
	return len(path) == 4 && path[0] == "paths" && path[3] == "operationId" && methods[path[2]] &&
		v.Text() == generatedID(path[1], strings.ToUpper(path[2]))
}

// untouched is a value that is in the description what it was.
func (m *merging) untouched(path []string, ours, base, theirs source.Draft) source.Draft {
	switch {
	case !m.prune || !ours.Exists():
	case ours.Kind() == source.Object && theirs.Kind() == source.Object:
		return m.members(path, ours, base, theirs)
	case !theirs.Exists() && !m.needed(path):
		return source.Draft{}
	}
	return ours
}

// clash keeps what a person has written, unless that is not wanted.
func (m *merging) clash(path []string, ours, theirs source.Draft, why string) source.Draft {
	if m.prune {
		return theirs
	}
	at := source.Pointer("")
	for _, token := range path {
		at = at.Child(token)
	}
	m.im.note(diag.Warning, at, "%s %s: the definition's is kept", at, why).Hint = "--prune takes the description's"
	return ours
}

// members merges objects.
func (m *merging) members(path []string, ours, base, theirs source.Draft) source.Draft {
	var list []source.Field
	add := func(key string, v source.Draft) {
		if v.Exists() {
			list = append(list, member(key, v))
		}
	}
	below := func(key string) []string { return append(path[:len(path):len(path)], key) }
	for key, v := range ours.Members() {
		add(key, m.merge(below(key), v, base.Get(key), theirs.Get(key)))
	}
	for key, v := range theirs.Members() {
		if !ours.Get(key).Exists() {
			add(key, m.merge(below(key), source.Draft{}, base.Get(key), v))
		}
	}
	return source.ObjectDraft(list...)
}

// identity says by what the items of a list are known; nil: the list is one value.
func identity(path []string) func(source.Draft) string {
	member := func(key string) func(source.Draft) string {
		return func(v source.Draft) string { return v.Get(key).Text() }
	}
	switch path[len(path)-1] {
	case "parameters":
		return func(v source.Draft) string {
			if ref := v.Get("$ref").Text(); ref != "" {
				return ref
			}
			return v.Get("in").Text() + " " + v.Get("name").Text()
		}
	case "servers":
		return member("url")
	case "tags":
		if len(path) == 1 {
			return member("name")
		}
	}
	return nil
}

// items merges lists whose items are known by something.
func (m *merging) items(path []string, ours, base, theirs source.Draft) source.Draft {
	name := identity(path)
	find := func(list source.Draft, id string) source.Draft {
		for _, item := range list.Items() {
			if name(item) == id {
				return item
			}
		}
		return source.Draft{}
	}
	var list []source.Draft
	add := func(v source.Draft) {
		if v.Exists() {
			list = append(list, v)
		}
	}
	for _, item := range ours.Items() {
		id := name(item)
		add(m.merge(append(path[:len(path):len(path)], id), item, find(base, id), find(theirs, id)))
	}
	for _, item := range theirs.Items() {
		if id := name(item); !find(ours, id).Exists() {
			add(m.merge(append(path[:len(path):len(path)], id), source.Draft{}, find(base, id), item))
		}
	}
	return source.ArrayDraft(list...)
}

// missing is a value that the description does not have.
func (m *merging) missing(path []string, ours, base source.Draft) source.Draft {
	switch {
	case m.needed(path):
		return ours
	case m.prune || isContract(path):
		return source.Draft{}
	case m.base.Exists() && base.Exists():
		return m.clash(path, ours, source.Draft{}, "has changed in the definition and is gone from the description")
	}
	return ours
}

// needed reports whether a value that the description does not have must not go: what import adds, and what the extension refers to.
func (m *merging) needed(path []string) bool {
	last := path[len(path)-1]
	switch {
	case strings.HasPrefix(last, "x-"):
		return true
	case len(path) == 1:
		return last == "security" || last == "servers" || last == "components" // its parts are looked at one by one
	case path[0] == "components" && path[1] == "securitySchemes":
		schemes := m.settings.Get("server").Get("authentication").Get("securitySchemes")
		return len(path) == 2 || len(path) == 3 && schemes.Get(last).Exists()
	case path[0] != "paths":
		return false
	case len(path) == 3 && last == "parameters":
		return true
	case len(path) == 4 && path[2] == "parameters":
		name, ok := strings.CutPrefix(last, "path ")
		return ok && strings.Contains(path[1], "{"+name+"}")
	}
	return len(path) == 4 && methods[path[2]] && last == "operationId"
}

// prose are members that say nothing about what is sent.
var prose = []string{"description", "summary", "example", "examples", "externalDocs", "title"}

// isContract reports whether a value, when the description does not have it any more, is not true any more: paths, operations, and what they
// and schemas consist of. What is not may be a person's addition.
func isContract(path []string) bool {
	last := path[len(path)-1]
	switch path[0] {
	case "paths":
		switch {
		case len(path) <= 2, len(path) == 3 && methods[last]:
			return true
		case len(path) == 3:
			return false
		case len(path) == 4 && methods[path[2]] && slices.Contains([]string{"security", "servers", "tags"}, last):
			return false
		}
	case "components":
		if len(path) <= 3 {
			return false
		}
	default:
		return false
	}
	return !slices.Contains(prose, last)
}
