package check

import (
	"fmt"
	"iter"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK203",
	Name:     "scheme-not-required",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "a security scheme is enabled, but security does not require it, so the gateway ignores it",
	Fix:      FixUnsafe,
	Check:    checkSchemeRequired,
})

func checkSchemeRequired(p *Pass) {
	if p.requiresUnknownScheme() {
		return // the name in security is what is wrong
	}
	required := map[string]bool{}
	for _, group := range p.requirements() {
		for _, r := range group {
			required[r.Name] = true
		}
	}
	for _, s := range p.enabledSchemes() {
		if s.Kind != "" && !required[s.Name] {
			p.reportNotRequired(s)
		}
	}
}

func (p *Pass) reportNotRequired(s scheme) {
	if p.compliant() {
		p.ReportKey(s.At(), "security scheme %q is enabled, but no security requirement names it: the gateway refuses the definition", s.Name).
			Hint = fmt.Sprintf("add %q to security or to authentication.security, or set enabled to false", s.Name)
		return
	}
	if n, i := p.laterRequirement(s.Name); n.Exists() {
		d := p.ReportKey(s.At(), "security scheme %q is enabled, but only security[%d] names it; Gateway 5.8 looks at security[0] alone and %s",
			s.Name, i, p.ignores())
		d.Hint = "name it in the first requirement; from 5.10 on, securityProcessingMode: compliant uses all of them"
		d.Related = []diag.Related{{Message: "named here", At: n.KeyRange()}}
		return
	}
	d := p.ReportKey(s.At(), "security scheme %q is enabled, but security does not name it: the gateway %s", s.Name, p.ignores())
	d.Hint = fmt.Sprintf("add %q to the first requirement of the top-level security, or set enabled to false", s.Name)
	p.require(d, s.Name)
	if n := p.operationRequirement(s.Name); n.Exists() {
		d.Related = []diag.Related{{Message: "the gateway does not look at the security of operations", At: n.KeyRange()}}
	}
}

// require offers to name a scheme in the first requirement.
func (p *Pass) require(d *diag.Diagnostic, name string) {
	list := p.Doc.File.Root().Get("security")
	title := fmt.Sprintf("add %q to the first requirement", name)
	entry := fmt.Sprintf("{%s: []}", quoteJSON(name))
	switch {
	case !list.Exists():
		e, ok := p.Doc.File.Root().InsertMember("security", "["+entry+"]", false)
		d.Offer(title, e, ok)
	case list.Len() == 0:
		e, ok := list.AppendItem(entry)
		d.Offer(title, e, ok)
	default:
		e, ok := list.Item(0).InsertMember(name, "[]", false)
		d.Offer(title, e, ok)
	}
}

// required is a scheme in force, and where it is required.
type required struct {
	scheme

	at source.Pointer
}

// compliant reports whether all requirements count instead of the first alone, which is since 5.10.
func (p *Pass) compliant() bool {
	auth := p.Doc.Tyk.Server.Authentication
	return auth != nil && auth.SecurityProcessingMode == "compliant"
}

// requirements returns the schemes in force, in the order of the document: those of one group must all pass. There is one group, except
// in compliant mode, where any group will do.
func (p *Pass) requirements() [][]required {
	byName := map[string]scheme{}
	for _, s := range p.enabledSchemes() {
		if s.Kind != "" {
			byName[s.Name] = s
		}
	}
	var groups [][]required
	add := func(alternative iter.Seq2[string, source.Node]) {
		var group []required
		for name, n := range alternative {
			if s, ok := byName[name]; ok {
				group = append(group, required{s, n.Pointer()})
			}
		}
		if len(group) > 0 {
			groups = append(groups, group)
		}
	}
	for i, alternative := range p.Doc.File.Root().Get("security").Items() {
		if i == 0 || p.compliant() {
			add(alternative.Members())
		}
	}
	if p.compliant() {
		own, _ := p.Doc.File.Lookup(authenticationAt + "/security")
		for _, alternative := range own.Items() {
			add(texts(alternative))
		}
	}
	return groups
}

// texts yields the items of a list of names as members are.
func texts(list source.Node) iter.Seq2[string, source.Node] {
	return func(yield func(string, source.Node) bool) {
		for _, n := range list.Items() {
			if !yield(n.Text(), n) {
				return
			}
		}
	}
}

// ignores ends a sentence about a scheme that has no effect.
func (p *Pass) ignores() string {
	if p.fallsBack() {
		return "ignores it and asks for an auth token in the Authorization header instead"
	}
	return "ignores it"
}

// fallsBack reports whether authentication is on while no method is in force.
func (p *Pass) fallsBack() bool {
	return p.Doc.Protection().FallBack && len(p.requirements()) == 0
}

// requiresUnknownScheme reports whether a requirement that counts names a scheme which does not exist: Load has said so.
func (p *Pass) requiresUnknownScheme() bool {
	root := p.Doc.File.Root()
	components := root.Get("components").Get("securitySchemes")
	for i, alternative := range root.Get("security").Items() {
		for name := range alternative.Members() {
			if !components.Get(name).Exists() && (i == 0 || p.compliant()) {
				return true
			}
		}
	}
	return false
}

// laterRequirement finds a scheme in the requirements after the first.
func (p *Pass) laterRequirement(name string) (source.Node, int) {
	for i, alternative := range p.Doc.File.Root().Get("security").Items() {
		if n := alternative.Get(name); n.Exists() && i > 0 {
			return n, i
		}
	}
	return source.Node{}, 0
}

// operationRequirement finds a scheme in the requirements of an operation.
func (p *Pass) operationRequirement(name string) source.Node {
	for op := range p.operations() {
		for _, alternative := range op.Get("security").Items() {
			if n := alternative.Get(name); n.Exists() {
				return n
			}
		}
	}
	return source.Node{}
}

// operations yields the operations below paths.
func (p *Pass) operations() iter.Seq[source.Node] {
	return func(yield func(source.Node) bool) {
		for _, item := range p.Doc.File.Root().Get("paths").Members() {
			for _, method := range []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"} {
				if op := item.Get(method); op.Kind() == source.Object && !yield(op) {
					return
				}
			}
		}
	}
}
