// Package check holds the rules that a document is checked with: one file a rule, its documentation beside it. A rule looks and
// reports; it changes nothing, never touches the disk and never depends on another rule having run.
//
// To add a rule, add three things and nothing else: tykNNN_name.go, tykNNN_name.md and testdata/rules/TYKNNN. Tests check that
// they are complete and that the examples of the documentation behave as it says. A rule may offer to mend what it finds (fix.go).
package check

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/source"
)

// Rule is one thing that can be wrong, with everything that is known about it. Exactly one of Check and CheckSet is set; neither, when
// the finding is made while the document is read (package oas).
type Rule struct {
	Code     diag.Code
	Name     string        // "relative-oauth-url"
	Severity diag.Severity // when documents are validated
	Serving  diag.Severity // when documents are to be served; zero: as Severity
	Since    string        // release of tykctl that brought the rule
	Summary  string        // one line, for `tykctl rules`
	Check    func(*Pass)   // once per document that has an OpenAPI part and an extension
	CheckSet func(*Pass)   // once per compilation, for conflicts between documents
	Fix      string        // what --fix can do: FixSafe, FixUnsafe, or nothing
	Internal bool          // about tykctl itself, its failures and its bounds: there are no examples
	Always   bool          // it says that something could not be checked: nobody can turn it off or ignore it
}

var registry []*Rule

func register(r *Rule) *Rule {
	registry = append(registry, r)
	return r
}

// Rules returns every rule, ordered by code.
func Rules() []*Rule {
	rules := slices.Clone(registry)
	slices.SortFunc(rules, func(a, b *Rule) int { return cmp.Compare(a.Code, b.Code) })
	return rules
}

// Find returns the rule of a code or a name, whatever its case, or nil.
func Find(codeOrName string) *Rule {
	for _, r := range registry {
		if strings.EqualFold(string(r.Code), codeOrName) || strings.EqualFold(r.Name, codeOrName) {
			return r
		}
	}
	return nil
}

//go:embed *.md
var docs embed.FS

// Doc returns the rule's documentation in Markdown: why, a bad and a good example, what to do.
func (r *Rule) Doc() string {
	text, err := docs.ReadFile(r.docFile())
	if err != nil {
		return "" // a test checks that every rule has one
	}
	return string(text)
}

func (r *Rule) docFile() string {
	return strings.ToLower(string(r.Code)) + "_" + strings.ReplaceAll(r.Name, "-", "_") + ".md"
}

// Purpose is what the checked documents are for.
type Purpose uint8

// The purposes.
const (
	Validate Purpose = iota // tell what is wrong for a Tyk Gateway
	Serve                   // refuse, besides, what this program's own runtime cannot execute faithfully
)

// Options says what documents are checked for. The zero value validates for any Gateway that is known.
type Options struct {
	Purpose Purpose
	Target  string // the version of Tyk Gateway, such as "5.8", that documents are for; "": any

	// Policies are the policies that the gateway will have. Without any, nothing is said about policies.
	Policies []*policies.File
}

func (r *Rule) severity(p Purpose) diag.Severity {
	if p == Serve && r.Serving != 0 {
		return r.Serving
	}
	return r.Severity
}

// Pass is one rule looking at one document, or at all of them.
type Pass struct {
	Doc  *oas.Document   // the document; nil in CheckSet
	Docs []*oas.Document // all documents of the compilation, in CheckSet

	Options

	rule  *Rule
	found *oas.Findings
	facts *facts
}

// In returns the same pass for one document of a CheckSet.
func (p *Pass) In(doc *oas.Document) *Pass {
	q := *p
	q.Doc = doc
	return &q
}

// Report says that something is wrong with the value at a pointer. What it returns may be completed with a hint and related
// places until the rule returns.
func (p *Pass) Report(at source.Pointer, format string, args ...any) *diag.Diagnostic {
	return p.report(at, p.Doc.File.At(at), format, args)
}

// ReportKey is Report for a finding about the name of a member rather than its value.
func (p *Pass) ReportKey(at source.Pointer, format string, args ...any) *diag.Diagnostic {
	return p.report(at, p.Doc.File.Key(at), format, args)
}

func (p *Pass) report(at source.Pointer, place source.Range, format string, args []any) *diag.Diagnostic {
	d := &diag.Diagnostic{
		Code:     p.rule.Code,
		Severity: p.rule.severity(p.Purpose),
		Message:  fmt.Sprintf(format, args...),
		At:       place,
		Pointer:  at,
	}
	p.found.Add(d)
	return d
}

// Document runs every per-document rule on one document. It is safe to call for several documents at once.
func Document(doc *oas.Document, opt Options) diag.List {
	if doc.OpenAPI == nil || doc.Tyk == nil {
		return nil // Load has said why, as an error
	}
	return run(opt, &oas.Findings{File: doc.File}, func(r *Rule, p *Pass) {
		if r.Check != nil {
			p.Doc = doc
			r.Check(p)
		}
	})
}

// Set runs every rule about conflicts between documents. Those rules look at extensions alone: the documents need no OpenAPI part.
func Set(all []*oas.Document, opt Options) diag.List {
	var readable []*oas.Document
	for _, doc := range all {
		if doc.Tyk != nil {
			readable = append(readable, doc)
		}
	}
	return run(opt, &oas.Findings{}, func(r *Rule, p *Pass) {
		if r.CheckSet != nil {
			p.Docs = readable
			r.CheckSet(p)
		}
	})
}

func run(opt Options, found *oas.Findings, apply func(*Rule, *Pass)) diag.List {
	shared := &facts{}
	for _, r := range registry {
		apply(r, &Pass{Options: opt, rule: r, found: found, facts: shared})
	}
	return found.List()
}
