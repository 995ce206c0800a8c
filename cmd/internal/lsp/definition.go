package lsp

import (
	"context"
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
)

// definition goes from a name to what it names, and from either description of a security scheme to the other.
func (s *server) definition(_ context.Context, doc *document, raw json.RawMessage) (any, error) {
	var p documentParams
	if err := decode(raw, &p); err != nil {
		return nil, err
	}
	file := doc.file()
	if file == nil {
		return nil, nil
	}
	enc, _ := s.settings()
	here := locate(file, doc.text.offset(p.Position, enc))
	if ref, ok := reference(here); ok {
		return s.follow(doc, ref, enc)
	}
	target := counterpart(file, here)
	if !target.Exists() {
		return nil, nil
	}
	return location{doc.uri, nameRange(doc.text, target, enc)}, nil
}

// reference is the $ref at a spot.
func reference(here spot) (string, bool) {
	tokens := here.tokens()
	if len(tokens) == 0 || tokens[len(tokens)-1] != "$ref" || here.node.Kind() != source.String {
		return "", false
	}
	return here.node.Text(), true
}

// follow finds what a $ref leads to, in this file or in another one.
func (s *server) follow(doc *document, ref string, enc encoding) (any, error) {
	u, err := url.Parse(ref)
	if err != nil || u.Scheme != "" && u.Scheme != "file" || u.Host != "" {
		return nil, nil
	}
	file, t, uri := doc.file(), doc.text, doc.uri
	if u.Path != "" {
		path := filepath.FromSlash(u.Path)
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(doc.key), path)
		}
		if !filepath.IsAbs(doc.key) {
			return nil, nil // a document that is in no directory
		}
		if file, t, uri = s.open(path); file == nil {
			return nil, nil
		}
	}
	if u.Fragment != "" && !strings.HasPrefix(u.Fragment, "/") {
		return nil, nil
	}
	n, ok := file.Lookup(source.Pointer(u.Fragment))
	if !ok {
		return nil, nil
	}
	if u.Fragment == "" {
		return location{URI: uri}, nil
	}
	return location{uri, nameRange(t, n, enc)}, nil
}

// open reads another document, as the editor has it or from disk.
func (s *server) open(path string) (*source.File, *text, string) {
	s.mu.Lock()
	doc := s.docs[path]
	s.mu.Unlock()
	if doc != nil {
		return doc.file(), doc.text, doc.uri
	}
	data, err := readFile(path)
	if err != nil {
		return nil, nil, ""
	}
	file, err := source.Index(path, data)
	if err != nil {
		return nil, nil, ""
	}
	return file, fileText(string(data)), uriOf(path)
}

// nameRange is where the key of a value stands, or the beginning of an item.
func nameRange(t *text, n source.Node, enc encoding) textRange { return place(t, n.KeyRange(), enc) }

// counterpart is the value that a spot names, or the zero Node.
func counterpart(file *source.File, here spot) source.Node {
	root := file.Root()
	tokens := here.tokens()
	if name, ok := schemeName(here); ok {
		if other := get(root, append(schemesAt[:2:2], name)...); other.Exists() && other != here.node {
			return other
		}
		return get(root, append(tykSchemesAt[:4:4], name)...)
	}
	if id, ok := below(tokens, settingsAt); ok && here.onKey {
		return operation(file, id).Get("operationId")
	}
	if isOperationID(here) {
		return get(root, append(settingsAt[:3:3], here.node.Text())...)
	}
	return source.Node{}
}

// schemeName is the name of the security scheme that is named or described at a spot.
func schemeName(here spot) (string, bool) {
	tokens := here.tokens()
	if !here.onKey {
		if hasPrefix(tokens, tykOrAt) && here.node.Kind() == source.String {
			return here.node.Text(), true
		}
		return "", false
	}
	for _, parent := range [][]string{schemesAt, tykSchemesAt} {
		if name, ok := below(tokens, parent); ok {
			return name, true
		}
	}
	return requirementAt(tokens)
}

// operation finds an operation by its id.
func operation(file *source.File, id string) source.Node {
	var found source.Node
	eachOperation(file, func(op source.Node) {
		if n := op.Get("operationId"); !found.Exists() && n.Kind() == source.String && n.Text() == id {
			found = op
		}
	})
	return found
}

// isOperationID tells whether a spot is the id of an operation.
func isOperationID(here spot) bool {
	tokens := here.tokens()
	return len(tokens) == 4 && tokens[0] == "paths" && tokens[3] == "operationId" && here.node.Kind() == source.String
}

// references lists where a security scheme, an operation or a component is named in its document.
func (s *server) references(_ context.Context, doc *document, raw json.RawMessage) (any, error) {
	var p documentParams
	if err := decode(raw, &p); err != nil {
		return nil, err
	}
	file := doc.file()
	if file == nil {
		return nil, nil
	}
	enc, _ := s.settings()
	same := sameThing(locate(file, doc.text.offset(p.Position, enc)))
	list := []location{}
	if same == nil {
		return list, nil
	}
	visit(file.Root(), func(here spot) {
		if same(here) {
			list = append(list, location{doc.uri, place(doc.text, here.at(), enc)})
		}
	})
	return list, nil
}

// sameThing tells apart what names the same thing as a spot; nil where nothing is named.
func sameThing(here spot) func(spot) bool {
	tokens := here.tokens()
	if name, ok := schemeName(here); ok {
		return func(other spot) bool {
			n, ok := schemeName(other)
			return ok && n == name
		}
	}
	if id, ok := operationName(here); ok {
		return func(other spot) bool {
			n, ok := operationName(other)
			return ok && n == id
		}
	}
	target, ok := reference(here)
	if !ok && len(tokens) == 3 && tokens[0] == "components" && here.onKey {
		target, ok = "#"+string(here.node.Pointer()), true
	}
	if !ok || !strings.HasPrefix(target, "#") {
		return nil
	}
	return func(other spot) bool {
		ref, ok := reference(other)
		return ok && !other.onKey && ref == target
	}
}

// operationName is the id of the operation that is named or described at a spot.
func operationName(here spot) (string, bool) {
	if id, ok := below(here.tokens(), settingsAt); ok && here.onKey {
		return id, true
	}
	if isOperationID(here) && !here.onKey {
		return here.node.Text(), true
	}
	return "", false
}

// visit goes to every key and value of a document.
func visit(n source.Node, yield func(spot)) {
	for _, m := range n.Members() {
		yield(spot{m, true})
		yield(spot{m, false})
		visit(m, yield)
	}
	for _, item := range n.Items() {
		yield(spot{item, false})
		visit(item, yield)
	}
}
