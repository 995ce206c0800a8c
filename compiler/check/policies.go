package check

import (
	"cmp"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/typo"
)

// policyRef is a place of a document that names a policy.
type policyRef struct {
	id string
	at source.Pointer
}

// policyUse is a part of a document that gives policies to tokens.
type policyUse struct {
	refs  []policyRef
	at    source.Pointer // of the part
	how   useKind
	other bool // a token may have a policy besides, which the document does not name
}

// useKind says which of the policies of a use one token gets.
type useKind uint8

const (
	useAll    useKind = iota // all of them
	useOne                   // one
	useScopes                // those of its scopes
)

// policyUses returns where the document names policies, in what it switches on.
func (p *Pass) policyUses() []policyUse {
	var uses []policyUse
	add := func(how useKind, other bool, list source.Node, id func(source.Node) source.Node) {
		use := policyUse{at: list.Pointer(), how: how, other: other}
		for _, item := range list.Items() {
			n := id(item)
			if value, ok := known(n); ok && placeholder(value) == "" {
				use.refs = append(use.refs, policyRef{value, n.Pointer()})
			} else if how != useOne {
				use.other = true // whatever it will be
			}
		}
		if len(use.refs) > 0 {
			uses = append(uses, use)
		}
	}
	itself := func(n source.Node) source.Node { return n }
	member := func(n source.Node) source.Node { return n.Get("policyId") }
	for _, s := range p.enabledSchemes() {
		if s.Kind == oas.SchemeJWT {
			named := slices.ContainsFunc([]string{"policyFieldName", "basePolicyClaims", "clientBaseField"}, func(field string) bool {
				return s.settings.Get(field).Exists() || misspelt(s.settings, field)
			})
			add(useAll, false, s.settings.Get("defaultPolicies"), itself)
			add(useScopes, named, s.settings.Get("scopes").Get("scopeToPolicyMapping"), member)
		}
	}
	if auth := p.Doc.Tyk.Server.Authentication; auth == nil || !auth.Enabled {
		return uses
	}
	oidc, _ := p.Doc.File.Lookup(authenticationAt + "/oidc")
	if oidc.Get("enabled").Bool() {
		add(useScopes, true, oidc.Get("scopes").Get("scopeToPolicyMapping"), member)
		for _, provider := range oidc.Get("providers").Items() {
			add(useOne, oidc.Get("scopes").Exists(), provider.Get("clientToPolicyMapping"), member)
		}
	}
	return uses
}

// policy finds the policy with an id, and the file that has it.
func (p *Pass) policy(id string) (*policies.File, *policies.Policy) {
	for _, f := range p.Policies {
		if found := f.Find(id); found != nil {
			return f, found
		}
	}
	return nil, nil
}

// named returns the policies of a use, and whether all of them are there and could be read.
func (p *Pass) named(use policyUse) (list []*policies.Policy, all bool) {
	for _, ref := range use.refs {
		f, policy := p.policy(ref.id)
		if policy == nil || !rightsRead(f, policy) {
			return nil, false // TYK403 or TYK401 says so
		}
		list = append(list, policy)
	}
	return list, !use.other
}

// policyFiles are the files that could be read, in the order of their names.
func (p *Pass) policyFiles() []*policies.File {
	files := slices.DeleteFunc(slices.Clone(p.Policies), func(f *policies.File) bool { return f.Source == nil })
	slices.SortStableFunc(files, func(a, b *policies.File) int { return cmp.Compare(a.Name, b.Name) })
	return files
}

// policies yields every policy that could be read, with its file.
func (p *Pass) policies() iter.Seq2[*policies.File, *policies.Policy] {
	return func(yield func(*policies.File, *policies.Policy) bool) {
		for _, f := range p.policyFiles() {
			for i := range f.Policies {
				if !yield(f, &f.Policies[i]) {
					return
				}
			}
		}
	}
}

// apis returns the documents of a set by the ids that are written in them, the first of several.
func (p *Pass) apis() map[string]*oas.Document {
	docs := slices.Clone(p.Docs)
	slices.SortStableFunc(docs, func(a, b *oas.Document) int { return cmp.Compare(a.File.Name, b.File.Name) })
	byID := make(map[string]*oas.Document, len(docs))
	for _, doc := range docs {
		if id, ok := p.In(doc).written(apiIDAt); ok && byID[id] == nil {
			byID[id] = doc
		}
	}
	return byID
}

// reportPolicy is Report for a place in a policies file.
func (p *Pass) reportPolicy(f *policies.File, at source.Pointer, format string, args ...any) *diag.Diagnostic {
	return p.report(at, policyPlace(f, at), format, args)
}

// policyPlace is the smallest range that stands for a value of a policies file, or for the nearest parent of one that is absent: of an object
// or a list it is the key.
func policyPlace(f *policies.File, at source.Pointer) source.Range {
	n, ok := f.Source.Lookup(at)
	for !ok && at != "" {
		at = at.Parent()
		n, ok = f.Source.Lookup(at)
	}
	switch {
	case at == "":
		return f.Source.Span(0, 0)
	case n.Kind() == source.Object || n.Kind() == source.Array:
		return n.KeyRange()
	}
	return n.Range()
}

// policyHere relates a finding in a document to the policy it is about.
func policyHere(f *policies.File, at source.Pointer) []diag.Related {
	return []diag.Related{{Message: "the policy is here", At: policyPlace(f, at)}}
}

// policyFileNames is how a message calls the policies files.
func (p *Pass) policyFileNames() string {
	if len(p.Policies) > 3 {
		return "the policies files"
	}
	var names []string
	for _, f := range p.Policies {
		names = append(names, path.Base(strings.ReplaceAll(f.Name, `\`, "/")))
	}
	return strings.Join(names, ", ")
}

// guesses bounds how many names one rule compares for its hints. Whoever has more mistakes than that has another problem.
type guesses struct{ left int }

func newGuesses() *guesses { return &guesses{left: 50_000} }

// meant is the name that a misspelt one is likely to mean, or "".
func (g *guesses) meant(name string, candidates []string) string {
	if g.left -= len(candidates); g.left < 0 {
		return ""
	}
	return typo.Meant(name, candidates)
}
