package check

import (
	"encoding/base64"
	"errors"
	"iter"
	"net/url"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

// on returns the objects of a field that are switched on, in document order. What is inside something that is switched off, or belongs to an
// operation that does not exist, is left out: the gateway drops it.
func (p *Pass) on(field string) iter.Seq[source.Node] {
	return func(yield func(source.Node) bool) {
		for _, n := range p.values(field) {
			if member(n, "enabled").Bool() && !yield(n) {
				return
			}
		}
	}
}

// facts is what many rules ask of one document.
type facts struct {
	doc        *oas.Document
	operations map[string]*openapi3.Operation // by operationId
	settings   []source.Node                  // members of middleware.operations that belong to one of them
}

// operationFacts returns the facts of the document, which are found once for all rules.
func (p *Pass) operationFacts() *facts {
	f := p.facts
	if f.doc == p.Doc {
		return f
	}
	*f = facts{doc: p.Doc, operations: map[string]*openapi3.Operation{}}
	for _, item := range p.Doc.OpenAPI.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.OperationID != "" {
				f.operations[operation.OperationID] = operation
			}
		}
	}
	all, _ := p.Doc.File.Lookup(operationsAt)
	for id, n := range all.Members() {
		if f.operations[id] != nil {
			f.settings = append(f.settings, n)
		}
	}
	return f
}

// operationOn yields, for a field of operations that is switched on, its operation and its settings.
func (p *Pass) operationOn(field string) iter.Seq2[*openapi3.Operation, source.Node] {
	return func(yield func(*openapi3.Operation, source.Node) bool) {
		for n := range p.on(operationField + field) {
			operation := p.operationFacts().operations[n.Pointer().Parent().Last()]
			if operation != nil && !yield(operation, n) { // in "Operations" even unknown ones are looked at
				return
			}
		}
	}
}

// number returns a member that is a number. Load speaks of other types.
func number(n source.Node, name string) (float64, bool) {
	m := n.Get(name)
	if m.Kind() != source.Number {
		return 0, false
	}
	f, err := strconv.ParseFloat(m.Text(), 64)
	return f, err == nil
}

// known returns a text whose value is written in the document: no reference, and not nothing.
func known(n source.Node) (string, bool) {
	value := n.Text()
	return value, n.Kind() == source.String && strings.TrimSpace(value) != "" && !tyk.IsReference(value)
}

// expression returns a regular expression, or nil after it has reported one that cannot be compiled; of nothing it says nothing.
func (p *Pass) expression(n source.Node, effect string) *regexp.Regexp {
	value, ok := known(n)
	if !ok {
		return nil
	}
	re, err := regexp.Compile(value)
	if err == nil {
		return re
	}
	what := err.Error()
	var fault *syntax.Error
	if errors.As(err, &fault) {
		what = fault.Code.String()
	}
	p.Report(n.Pointer(), "%s %q is no regular expression (%s): %s", n.Pointer().Last(), value, what, effect).
		Hint = "write it in the syntax of Go, which has no lookaround and no backreferences"
	return nil
}

// decoded returns what a base64 text holds.
func decoded(n source.Node) ([]byte, bool) {
	data, err := base64.StdEncoding.DecodeString(n.Text())
	return data, err == nil && len(data) > 0
}

// notWeb says why a value is no URL that the gateway can call, or "". A value that does not parse has been reported by Load.
func notWeb(value string) string {
	u, err := url.Parse(value)
	switch {
	case err != nil:
		return ""
	case u.Scheme == "" && u.Host == "":
		return "is relative"
	case u.Scheme != "http" && u.Scheme != "https":
		return "is neither http nor https"
	case u.Hostname() == "":
		return "names no host"
	}
	return ""
}
