package policies

import (
	"errors"
	"fmt"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// CodeForm is the code of everything that Load reports: what a gateway could not read, or would not look at.
const CodeForm diag.Code = "TYK401"

// defaultLimits is what Load reads at most: a policy takes much more memory than its text, so they are narrower than those of a document.
var defaultLimits = source.Limits{Bytes: 32 << 20, Nodes: 2_000_000}

// Load reads a file of policies and says everything that is wrong with its notation and form. It never returns nil, never panics and never
// reads another file; a policy that could be read in part is there in part. A key that a file by id holds twice is not reported: what that
// means is for the rules. The list is sorted. The data must not be modified afterwards.
func Load(name string, data []byte) (*File, diag.List) {
	return LoadWith(name, data, defaultLimits)
}

// LoadWith is Load within given limits.
func LoadWith(name string, data []byte, limits source.Limits) (*File, diag.List) {
	l := &loading{file: &File{Name: name, byID: map[string]int{}}}
	tree, err := source.IndexWith(name, data, limits)
	if err != nil {
		l.file.Incomplete = true
		l.add(syntaxError(name, err))
		return l.file, l.list()
	}
	l.file.Source = tree
	l.root(tree.Root())
	l.problems()
	for i := range l.file.Policies {
		p := &l.file.Policies[i]
		if _, taken := l.file.byID[p.ID]; !taken && p.ID != "" {
			l.file.byID[p.ID] = i
		}
	}
	return l.file, l.list()
}

// syntaxError is the one thing there is to say about a file that cannot be read.
func syntaxError(name string, err error) diag.Diagnostic {
	d := diag.Diagnostic{Code: CodeForm, Severity: diag.Error, Message: err.Error(), At: source.Range{File: name}}
	var syntax *source.SyntaxError
	if errors.As(err, &syntax) {
		d.Message, d.Hint, d.At = syntax.Message, syntax.Hint, syntax.At
		if syntax.Message == "the file is empty" {
			d.Hint = "write {} if there are no policies"
		}
	}
	return d
}

// root finds out the form of the file and reads its policies.
func (l *loading) root(n source.Node) {
	switch {
	case n.Kind() == source.Array:
		l.file.Form = Listed
		l.report(diag.Info, n.File().Span(0, 0), "", "the file is a list of policies, which a gateway does not load").
			Hint = "write an object, policy id → policy, or give each policy a file of its own in the directory policy_path"
		for _, item := range n.Items() {
			l.policy(item, "")
		}
	case n.Kind() != source.Object:
		l.file.Incomplete = true
		l.report(diag.Error, n.Range(), "", "the file is %s, expected an object", phrase(n)).
			Hint = "write an object, policy id → policy"
	case isPolicy(n):
		l.file.Form = Single
		l.policy(n, "")
	default:
		for key, m := range n.Members() {
			l.policy(m, key)
		}
	}
}

// isPolicy tells a policy from an object of policies: where one of its members has the name of a policy's field and is no object, or is its
// access rights, it is none.
func isPolicy(n source.Node) bool {
	fields := shapeOf[Policy]()
	for key, m := range n.Members() {
		if _, ok := fields.byName[key]; !ok {
			continue
		}
		if m.Kind() != source.Object || key == "access_rights" && !looksLikePolicy(m) {
			return true
		}
	}
	return false
}

// looksLikePolicy is for an object that is called access_rights: a policy of that name has access rights itself.
func looksLikePolicy(n source.Node) bool { return n.Get("access_rights").Exists() }

// policy reads one policy; key is its id in a file by id.
func (l *loading) policy(n source.Node, key string) {
	p := Policy{At: n.Pointer(), ID: key}
	if n.Kind() != source.Object {
		l.wrongType(n, "an object: a policy")
		if key == "" {
			l.file.Incomplete = true
			return
		}
	} else {
		l.fields(n, &p)
	}
	if key == "" {
		l.identify(n, &p)
	}
	l.objectID(n)
	if len(p.AccessRights) > 0 {
		p.byAPI = make(map[string]int, len(p.AccessRights))
	}
	for i := range p.AccessRights {
		p.byAPI[p.AccessRights[i].Key] = i
	}
	l.file.Policies = append(l.file.Policies, p)
}

// identify finds the id of a policy that has no key.
func (l *loading) identify(n source.Node, p *Policy) {
	p.ID = p.WrittenID
	if p.ID == "" && l.file.Form == Listed {
		p.ID = p.ObjectID
	}
	if p.ID == "" {
		l.file.Incomplete = true
		if id := n.Get("id"); id.Exists() && id.Kind() != source.String {
			return // reported
		}
		l.report(diag.Error, l.place(n), n.Pointer(), "the policy has no id: nothing can name it").Hint = `add "id"`
	}
}

// objectID looks at _id, which a gateway reads into the type of a database: any other text makes it refuse the file.
func (l *loading) objectID(n source.Node) {
	id := n.Get("_id")
	text := id.Text()
	if id.Kind() != source.String || text == "" {
		return
	}
	hex := len(text) == 24
	for i := 0; hex && i < len(text); i++ {
		c := text[i]
		hex = c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
	}
	if !hex {
		l.report(diag.Warning, id.Range(), id.Pointer(), "_id is %s, expected 24 hexadecimal digits: a gateway may refuse the whole file", phrase(id)).
			Hint = "leave _id out, which is of the Dashboard's database, and write id"
	}
}

// problems reports what reading could get over.
func (l *loading) problems() {
	for _, p := range l.file.Source.Problems() {
		if p.Kind == source.ByteOrderMark && l.file.Source.Format() == source.YAML {
			continue
		}
		if p.Kind == source.DuplicateKey && l.file.Form == ByID && p.Pointer.Parent() == "" {
			continue // one id, two policies
		}
		severity, message, hint := problemWords(p)
		l.report(severity, p.At, p.Pointer, "%s", message).Hint = hint
		if p.Kind == source.DuplicateKey {
			l.found[len(l.found)-1].Related = []diag.Related{{Message: "first given here", At: p.First}}
		}
	}
}

func problemWords(p source.Problem) (severity diag.Severity, message, hint string) {
	switch p.Kind {
	case source.TrailingComma:
		return diag.Error, "a comma before the closing bracket, which is not JSON", "remove the comma"
	case source.DuplicateKey:
		return diag.Error, fmt.Sprintf("duplicate key %q", p.Key), "remove one of them; Tyk uses the last"
	case source.ByteOrderMark:
		return diag.Error, "the file begins with a byte order mark, which Tyk refuses in JSON", "save the file as UTF-8 without a byte order mark"
	case source.InvalidUTF8:
		return diag.Error, fmt.Sprintf("bytes that are not UTF-8; Tyk replaces them by %q", "\uFFFD"), "save the file as UTF-8"
	case source.ControlCharacter:
		return diag.Error, "a raw control character in a string, which is not JSON", `write it as an escape, such as \n or \t`
	case source.MoreDocuments:
		return diag.Warning, "text after the end of the first document is ignored", "put all policies into one object"
	case source.NonStringKey:
		return diag.Warning, fmt.Sprintf("the key %q is not a string, and is read as one", p.Key), "put the key in quotes"
	}
	return diag.Error, "the file cannot be read", ""
}
