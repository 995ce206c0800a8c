package lsp

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

// cursorKey stands for the key that is being written.
const cursorKey = "x-tykctl-cursor"

// maxCompletion bounds the documents, in bytes, that keys are proposed in: they are read several times at each keystroke.
const maxCompletion = 4 << 20

// The protocol's kinds of completion that are used.
const (
	completionField = 5
	completionRef   = 18
)

// completion proposes keys: fields of the extension, operations that settings can be made for, security schemes. What is being written is
// seldom a document that can be read, so a key is put where the cursor is until it is one.
func (s *server) completion(_ context.Context, doc *document, raw json.RawMessage) (any, error) {
	var p documentParams
	if err := decode(raw, &p); err != nil {
		return nil, err
	}
	list := []completionItem{}
	if len(doc.text.data) > maxCompletion {
		return list, nil
	}
	enc, client := s.settings()
	w := wordAt(doc.text, doc.text.offset(p.Position, enc))
	parent := w.parent(doc)
	if !parent.Exists() {
		return list, nil
	}
	for _, c := range candidates(parent) {
		if parent.Get(c.Label).Exists() {
			continue
		}
		if c.Documentation != nil {
			m := markupFor(client, c.Documentation.Value)
			c.Documentation = &m
		}
		c.FilterText = w.quote + c.Label + w.quote
		c.TextEdit = &textEdit{doc.text.span(w.start, w.end, enc), w.insert(c)}
		list = append(list, c)
	}
	return list, nil
}

// stops are the characters that a key is not without quotes.
const stops = " \t{}[],:\"'#"

// word is the key that is being written, with its quotes.
type word struct {
	text       string // of the document
	start, end int
	quote      string
	colon      bool // there is one behind it
}

// wordAt finds the word that the cursor is in or behind.
func wordAt(t *text, offset int) word {
	from, to := t.line(t.lineAt(offset))
	from = from + strings.LastIndexAny(t.data[from:offset], stops) + 1
	if i := strings.IndexAny(t.data[offset:to], stops); i >= 0 {
		to = offset + i
	}
	w := word{text: t.data, start: from, end: to}
	if from > 0 && (t.data[from-1] == '"' || t.data[from-1] == '\'') {
		w.quote = t.data[from-1 : from]
		w.start--
		if strings.HasPrefix(t.data[to:], w.quote) {
			w.end++
		}
	}
	w.colon = strings.HasPrefix(strings.TrimLeft(t.data[w.end:], " \t"), ":")
	return w
}

// parent is the object that the key would be a member of. It is the zero Node where no key can be.
func (w word) parent(doc *document) source.Node {
	variants := []string{cursorKey + ": 0", `"` + cursorKey + `": 0`, `"` + cursorKey + `": 0,`, `,"` + cursorKey + `": 0`, `,"` + cursorKey + `": 0,`}
	if w.colon {
		variants = []string{w.quote + cursorKey + w.quote}
	}
	for _, v := range variants {
		file, err := source.Index(doc.key, []byte(w.text[:w.start]+v+w.text[w.end:]))
		if err != nil {
			continue
		}
		here := locate(file, w.start+strings.Index(v, cursorKey))
		if p := here.node.Pointer(); here.onKey && p.Last() == cursorKey {
			parent, _ := file.Lookup(p.Parent())
			return parent
		}
	}
	return source.Node{}
}

// insert is what is written for a candidate.
func (w word) insert(c completionItem) string {
	quote := w.quote
	if quote == "" && (strings.HasPrefix(strings.TrimSpace(w.text), "{") || strings.ContainsAny(c.Label, stops)) {
		quote = `"`
	}
	key := quote + c.Label + quote
	switch {
	case w.colon:
		return key
	case quote == "" && (c.Detail == "object" || strings.HasPrefix(c.Detail, "map") || strings.HasPrefix(c.Detail, "list")):
		return key + ":" // its value is written below
	}
	return key + ": " + c.value
}

// candidates are the keys that an object may have.
func candidates(parent source.Node) []completionItem {
	tokens := parent.Pointer().Tokens()
	switch {
	case len(tokens) == 0:
		return []completionItem{{Label: tyk.Key, Kind: completionField, Detail: "object"}}
	case slices.Equal(tokens, settingsAt):
		return operationIDs(parent.File())
	case slices.Equal(tokens, tykSchemesAt):
		return schemeNames(parent.File(), "")
	case isRequirement(tokens):
		return schemeNames(parent.File(), "[]")
	case tokens[0] == tyk.Key:
		return fieldNames(tokens[1:])
	}
	return nil
}

// isRequirement tells whether a path is that of a security requirement.
func isRequirement(tokens []string) bool {
	_, ok := requirementAt(append(tokens[:len(tokens):len(tokens)], "name"))
	return ok
}

func schemeNames(file *source.File, value string) []completionItem {
	var list []completionItem
	for name, scheme := range get(file.Root(), schemesAt...).Members() {
		list = append(list, completionItem{Label: name, Kind: completionRef, Detail: scheme.Get("type").Text(), value: value})
	}
	return list
}

func operationIDs(file *source.File) []completionItem {
	var list []completionItem
	eachOperation(file, func(op source.Node) {
		if id := op.Get("operationId").Text(); id != "" {
			tokens := op.Pointer().Tokens()
			list = append(list, completionItem{Label: id, Kind: completionRef, Detail: strings.ToUpper(tokens[2]) + " " + tokens[1]})
		}
	})
	return list
}

// fieldNames are the fields below a path of the extension.
func fieldNames(tokens []string) []completionItem {
	n := fieldAt(tokens)
	if n == nil {
		return nil
	}
	var list []completionItem
	for _, name := range slices.Sorted(maps.Keys(n.children)) {
		child := n.children[name]
		if !child.known {
			continue
		}
		item := completionItem{Label: name, Kind: completionField, Detail: child.field.Type, Documentation: &markup{Value: describe(&child.field)}}
		if child.field.Deprecated {
			item.Tags = []int{1}
		}
		list = append(list, item)
	}
	return list
}
