// Package compiler checks documents and lowers them to the plan that the runtime serves. It is a list of stages; each takes what the former
// left and adds to the diagnostics.
package compiler

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/tykctl/tykctl/compiler/check"
	"github.com/tykctl/tykctl/compiler/lower"
	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
)

// compilation is what the stages hand on.
type compilation struct {
	docs  []*oas.Document
	opt   check.Options
	found diag.List
	plan  *plan.Plan
}

type stage struct {
	name string
	run  func(*compilation)
}

// The stages, in order. Lowering runs only when nothing before it found an error.
var (
	checks = []stage{
		{"check each document", checkDocuments},
		{"check documents against each other", checkSet},
	}
	lowering = []stage{
		{"lower", lowerDocuments},
	}
)

// Check tells what is wrong with documents for a Tyk Gateway, and as mere information what this program's runtime does not execute. The list
// is sorted; it does not repeat what Load has reported. It is CheckDocument for each, and CheckSet.
func Check(docs []*oas.Document, opt check.Options) diag.List {
	c := &compilation{docs: docs, opt: opt}
	c.run(checks)
	return c.found.Sort()
}

// CheckDocument tells what is wrong with one document by itself, unsorted. With it and CheckSet documents can be checked as they are read.
func CheckDocument(doc *oas.Document, opt check.Options) diag.List { return check.Document(doc, opt) }

// CheckSet tells what is wrong between documents, unsorted. They need no OpenAPI part.
func CheckSet(docs []*oas.Document, opt check.Options) diag.List { return check.Set(docs, opt) }

// Compile checks documents for being served by this program's runtime, and lowers them. The plan is nil if and only if the list has an error.
// The policies are those that the plan will have. All documents and policies must have been loaded without errors.
func Compile(docs []*oas.Document, files ...*policies.File) (*plan.Plan, diag.List) {
	c := &compilation{docs: docs, opt: check.Options{Purpose: check.Serve, Policies: files}}
	c.run(checks)
	if !c.found.HasErrors() {
		c.run(lowering)
	}
	c.found = c.found.Sort()
	if c.found.HasErrors() {
		return nil, c.found
	}
	return c.plan, c.found
}

func (c *compilation) run(stages []stage) {
	for _, s := range stages {
		s.run(c)
	}
}

// checkDocuments checks documents side by side; the result is in the order of the documents.
func checkDocuments(c *compilation) {
	lists := make([]diag.List, len(c.docs))
	var wg sync.WaitGroup
	limit := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, doc := range c.docs {
		limit <- struct{}{}
		wg.Go(func() {
			lists[i] = check.Document(doc, c.opt)
			<-limit
		})
	}
	wg.Wait()
	for _, l := range lists {
		c.found = append(c.found, l...)
	}
}

func checkSet(c *compilation) {
	c.found = append(c.found, check.Set(c.docs, c.opt)...)
}

func lowerDocuments(c *compilation) {
	for _, doc := range c.docs {
		if doc.OpenAPI == nil || doc.Tyk == nil {
			c.found = append(c.found, notLowered(fmt.Errorf("%s: not an API definition", doc.File.Name)))
			return
		}
	}
	p, err := lower.Lower(c.docs, c.opt.Policies)
	if err != nil {
		c.found = append(c.found, notLowered(err))
		return
	}
	c.plan = p
}

// notLowered reports that lowering met what the rules should have refused: a bug of ours, and still nothing is served.
func notLowered(err error) diag.Diagnostic {
	return diag.Diagnostic{
		Code: oas.CodeInternal, Severity: diag.Error, Message: err.Error(),
		Hint: "the rules let through what cannot be served; please report this",
	}
}
