package lsp

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

// The protocol's kinds of symbol that are used: what an icon shows.
const (
	symbolModule    = 2
	symbolNamespace = 3
	symbolMethod    = 6
	symbolField     = 8
	symbolKey       = 20
	symbolStruct    = 23
)

// symbols is the outline of a document: its paths and operations, its components, the parts of the extension down to schemes and operations.
func (s *server) symbols(_ context.Context, doc *document, _ json.RawMessage) (any, error) {
	file := doc.file()
	if file == nil {
		return []documentSymbol{}, nil
	}
	enc, _ := s.settings()
	o := outline{doc.text, enc}
	list := []documentSymbol{}
	for key, n := range file.Root().Members() {
		switch key {
		case "paths", "webhooks":
			list = append(list, o.paths(key, n))
		case "components":
			list = append(list, o.nested(key, n, symbolModule, 2))
		case tyk.Key:
			list = append(list, o.extension(n))
		default:
			list = append(list, o.symbol(key, n, symbolKey))
		}
	}
	return list, nil
}

type outline struct {
	text *text
	enc  encoding
}

// symbol is one value with its key.
func (o outline) symbol(name string, n source.Node, kind int) documentSymbol {
	key, value := n.KeyRange(), n.Range()
	end := max(key.End.Offset, value.End.Offset)
	if value.Start.Offset < key.Start.Offset {
		end = key.End.Offset // an alias: the value stands elsewhere
	}
	if name == "" {
		name = `""` // the protocol wants a name
	}
	return documentSymbol{
		Name: name, Kind: kind,
		Range:          o.text.span(key.Start.Offset, end, o.enc),
		SelectionRange: o.text.span(key.Start.Offset, key.End.Offset, o.enc),
	}
}

func (o outline) paths(name string, n source.Node) documentSymbol {
	all := o.symbol(name, n, symbolModule)
	for path, item := range n.Members() {
		p := o.symbol(path, item, symbolNamespace)
		for method, op := range item.Members() {
			if !slices.Contains(methods, method) {
				continue
			}
			m := o.symbol(strings.ToUpper(method), op, symbolMethod)
			m.Detail = op.Get("operationId").Text()
			p.Children = append(p.Children, m)
		}
		all.Children = append(all.Children, p)
	}
	return all
}

// nested is a value with its members, some levels deep.
func (o outline) nested(name string, n source.Node, kind, levels int) documentSymbol {
	sym := o.symbol(name, n, kind)
	if levels == 0 {
		return sym
	}
	for key, m := range n.Members() {
		kind := symbolField
		if m.Kind() == source.Object {
			kind = symbolStruct
		}
		sym.Children = append(sym.Children, o.nested(key, m, kind, levels-1))
	}
	return sym
}

func (o outline) extension(n source.Node) documentSymbol {
	all := o.symbol(tyk.Key, n, symbolModule)
	for part, m := range n.Members() {
		levels := 1
		if part == "server" {
			levels = 3 // as far as the security schemes
		}
		if part == "middleware" {
			levels = 2 // as far as the operations
		}
		all.Children = append(all.Children, o.nested(part, m, symbolStruct, levels))
	}
	return all
}
