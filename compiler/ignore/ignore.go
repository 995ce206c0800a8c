// Package ignore takes back findings that the author of a document has decided to live with, and has said why, in the document itself:
//
//	tokenUrl: https://idp.example.com/token # tykctl-ignore TYK204: the old clients know no other
//
// or, where comments are not to be had,
//
//	"x-tykctl-ignore": ["TYK204 /components/securitySchemes/oauth: the old clients know no other"]
//
// An ignore that no finding needs any more is a finding itself.
package ignore

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

const (
	word     = "tykctl-ignore"
	wordFile = word + "-file"    // a comment about the whole file
	member   = "x-tykctl-ignore" // of an object: about it and all below
)

// directive is one ignore that is written in a document.
type directive struct {
	codes []diag.Code
	used  []bool // by code
	of    []source.Pointer
	at    source.Range
	where source.Pointer // of the directive itself; the value it is about, for a comment
}

// Apply returns the findings that no ignore is about, and what is wrong with the ignores themselves, sorted.
func Apply(files []*source.File, found diag.List) diag.List {
	byFile := map[string][]*directive{}
	var about diag.List
	for _, f := range files {
		r := reader{f: f}
		r.comments()
		r.members()
		if r.list != nil {
			byFile[f.Name] = r.list
		}
		about = append(about, r.found...)
	}
	if len(byFile) == 0 && about == nil {
		return found
	}
	kept := make(diag.List, 0, len(found))
	for _, d := range found {
		dir := ignored(byFile[d.At.File], &d)
		if dir == nil || d.Final {
			kept = append(kept, d)
		}
		if dir != nil && d.Final {
			about = append(about, bad(dir.where, dir.at, fmt.Sprintf("%s cannot be ignored here: because of it the rules have not looked at this file", d.Code), "mend it"))
		}
	}
	for _, f := range files {
		about = append(about, unused(byFile[f.Name])...)
	}
	return append(kept, about...).Sort()
}

// ignored returns a directive that is about a finding, or nil. All of them count as used: one above another says the same twice, but is true.
func ignored(list []*directive, d *diag.Diagnostic) (hit *directive) {
	for _, dir := range list {
		i := slices.Index(dir.codes, d.Code)
		if i < 0 || !slices.ContainsFunc(dir.of, func(p source.Pointer) bool { return within(d.Pointer, p) }) {
			continue
		}
		dir.used[i] = true
		hit = dir
	}
	return hit
}

// within reports whether p is outer or lies in it.
func within(p, outer source.Pointer) bool {
	return p == outer || strings.HasPrefix(string(p), string(outer)+"/")
}

func unused(list []*directive) diag.List {
	var found diag.List
	for _, dir := range list {
		for i, code := range dir.codes {
			if dir.used[i] {
				continue
			}
			found = append(found, diag.Diagnostic{
				Code: check.CodeUnusedIgnore, Severity: check.Find(string(check.CodeUnusedIgnore)).Severity, At: dir.at, Pointer: dir.where,
				Message: fmt.Sprintf("nothing here gives %s, so there is nothing to ignore", code),
				Hint:    "remove the ignore, or move it to what it is about",
			})
		}
	}
	return found
}

// reader collects the directives of one file.
type reader struct {
	f     *source.File
	list  []*directive
	found diag.List
}

func (r *reader) comments() {
	for _, c := range r.f.Comments(word) {
		text, whole := strings.CutPrefix(c.Text, wordFile)
		if !whole {
			text = strings.TrimPrefix(c.Text, word)
		}
		of := c.Of
		if whole {
			of = []source.Pointer{""}
		}
		where := source.Pointer("")
		if len(of) > 0 {
			where = of[0]
		}
		if len(of) == 0 {
			r.bad(where, c.At, "this ignore stands at nothing", "write it behind what it is about, or in the line above")
			continue
		}
		r.directive(where, of, c.At, text)
	}
}

// members finds the ignores that are members of objects. The text is searched first: hardly a document has one.
func (r *reader) members() {
	if !strings.Contains(r.f.Text(), member) {
		return
	}
	var walk func(n source.Node)
	walk = func(n source.Node) {
		for key, m := range n.Members() {
			if key == member {
				r.member(n, m)
				continue
			}
			walk(m)
		}
		for _, item := range n.Items() {
			walk(item)
		}
	}
	walk(r.f.Root())
}

func (r *reader) member(object, n source.Node) {
	list := []source.Node{n}
	if n.Kind() == source.Array {
		list = nil
		for _, item := range n.Items() {
			list = append(list, item)
		}
	}
	for _, item := range list {
		if item.Kind() != source.String {
			r.bad(item.Pointer(), item.Range(), member+" holds something else than strings", grammar)
			continue
		}
		r.directive(item.Pointer(), []source.Pointer{object.Pointer()}, item.Range(), item.Text())
	}
}

const grammar = `write a code and a reason, such as "TYK204: the old clients know no other"`

var form = regexp.MustCompile(`(?s)^\s*([A-Za-z0-9-]+(?:\s*,\s*[A-Za-z0-9-]+)*)(?:\s+(/\S*))?\s*:\s*(\S.*)$`)

// directive reads "CODE[, CODE] [POINTER]: REASON". The pointer goes on from what the ignore stands at.
func (r *reader) directive(where source.Pointer, of []source.Pointer, at source.Range, text string) {
	m := form.FindStringSubmatch(text)
	if m == nil {
		r.bad(where, at, "this ignore has no code or no reason", grammar)
		return
	}
	dir := &directive{at: at, where: where}
	for _, p := range of {
		p += source.Pointer(m[2])
		if _, ok := r.f.Lookup(p); ok {
			dir.of = append(dir.of, p)
		}
	}
	if dir.of == nil {
		r.bad(where, at, fmt.Sprintf("there is no %q here", m[2]), "write a JSON pointer to what the ignore is about, starting from where it stands")
		return
	}
	for _, name := range strings.Split(m[1], ",") {
		rule := check.Find(strings.TrimSpace(name))
		switch {
		case rule == nil:
			r.bad(where, at, fmt.Sprintf("no rule has the code or name %q", strings.TrimSpace(name)), "`tykctl rules` lists them")
		case rule.Always:
			r.bad(where, at, fmt.Sprintf("%s cannot be ignored: it says that something was not checked", rule.Code), "remove the ignore, and mend what it is about")
		case !slices.Contains(dir.codes, rule.Code):
			dir.codes = append(dir.codes, rule.Code)
			dir.used = append(dir.used, false)
		}
	}
	if dir.codes != nil {
		r.list = append(r.list, dir)
	}
}

func (r *reader) bad(where source.Pointer, at source.Range, message, hint string) {
	r.found = append(r.found, bad(where, at, message, hint))
}

func bad(where source.Pointer, at source.Range, message, hint string) diag.Diagnostic {
	return diag.Diagnostic{
		Code: check.CodeBadIgnore, Severity: check.Find(string(check.CodeBadIgnore)).Severity, At: at, Pointer: where, Message: message, Hint: hint,
	}
}
