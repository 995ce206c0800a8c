package oas

import (
	"fmt"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// methods are the members of a path item that are operations.
var methods = map[string]bool{
	"get": true, "put": true, "post": true, "delete": true, "options": true, "head": true, "patch": true, "trace": true,
	"connect": true,
}

// eachOperation yields the operations of a path item in document order.
func eachOperation(item source.Node, yield func(method string, op source.Node)) {
	for key, op := range item.Members() {
		if methods[key] && op.Kind() == source.Object {
			yield(strings.ToUpper(key), op)
		}
	}
}

// operationIDs reports operationId values that are used again. The first one in the document is right.
func (l *loading) operationIDs() {
	first := map[string]source.Node{}
	for path, item := range l.file.Root().Get("paths").Members() {
		own := item
		if ref := item.Get("$ref"); ref.Kind() == source.String {
			own, _ = l.target(ref.Text())
		}
		eachOperation(own, func(method string, op source.Node) {
			id := op.Get("operationId")
			if id.Kind() != source.String || id.Text() == "" {
				return
			}
			earlier, taken := first[id.Text()]
			if !taken {
				first[id.Text()] = id
				return
			}
			place := id
			if own != item {
				place = item.Get("$ref") // the id is right where it stands, and wrong to be used here
			}
			d := l.report(CodeOperationID, place.Pointer(), "operationId %q of %s %s is taken", id.Text(), method, path)
			d.Hint = "give each operation an id of its own; Tyk finds the settings of an operation by it"
			d.Related = []diag.Related{{Message: "first used here", At: earlier.Range()}}
		})
	}
}

// requirements reports security requirements that name a scheme which does not exist.
func (l *loading) requirements() {
	root := l.file.Root()
	l.requirement(root.Get("security"))
	l.itemRequirements(root.Get("paths"))
	l.itemRequirements(root.Get("webhooks"))
	l.itemRequirements(root.Get("components").Get("pathItems"))
	for _, callback := range root.Get("components").Get("callbacks").Members() {
		l.itemRequirements(callback)
	}
}

// itemRequirements looks at the operations of an object of path items, and of their callbacks.
func (l *loading) itemRequirements(items source.Node) {
	for _, item := range items.Members() {
		l.operationRequirements(item)
	}
}

// operationRequirements looks at the operations of a path item, and of their callbacks.
func (l *loading) operationRequirements(item source.Node) {
	eachOperation(item, func(_ string, op source.Node) {
		l.requirement(op.Get("security"))
		for _, callback := range op.Get("callbacks").Members() {
			l.itemRequirements(callback)
		}
	})
}

// requirement looks at one list of requirements. The schemes are those of the document, in whatever file the list is.
func (l *loading) requirement(list source.Node) {
	doc := l.document()
	schemes := doc.file.Root().Get("components").Get("securitySchemes")
	for _, alternative := range list.Items() {
		for name, scopes := range alternative.Members() {
			if schemes.Get(name).Exists() {
				continue
			}
			d := l.reportKey(CodeUnknownScheme, scopes.Pointer(), "security requirement names the unknown scheme %q", name)
			d.Hint = "describe it in components.securitySchemes"
			if near := l.nearestMember(schemes, name); near != "" {
				d.Hint = fmt.Sprintf("did you mean %q?", near)
				e, ok := scopes.Rename(near)
				d.Offer(fmt.Sprintf("write %q", near), e, ok)
			}
			if l != doc {
				d.Related = []diag.Related{{Message: "used by this document", At: doc.place("")}}
			}
		}
	}
}
