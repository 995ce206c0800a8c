// Package lower turns checked documents into a plan. It judges nothing: the rules have passed, and what they let through has one
// meaning. Where that does not hold after all it returns an error, so that nothing half-understood is served.
//
// The result does not depend on the order of the documents, and equal documents give equal plans.
package lower

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/policies"
	"github.com/tykctl/tykctl/oas/source"
)

// Lower returns the plan of a set of checked documents, and of the policies beside them.
func Lower(docs []*oas.Document, files []*policies.File) (*plan.Plan, error) {
	docs = slices.Clone(docs)
	slices.SortFunc(docs, func(a, b *oas.Document) int {
		x, y := &a.Tyk.Server, &b.Tyk.Server
		return cmp.Or(
			cmp.Compare(x.Domain(), y.Domain()),
			cmp.Compare(x.ListenPath.Value, y.ListenPath.Value),
			cmp.Compare(APIID(a), APIID(b)),
			cmp.Compare(a.File.Name, b.File.Name),
		)
	})
	l := &lowering{plan: &plan.Plan{Format: plan.Format}, upstreams: map[plan.Upstream]plan.UpstreamID{}}
	for _, doc := range docs {
		if err := l.api(doc); err != nil {
			return nil, fmt.Errorf("%s: %w", doc.File.Name, err)
		}
	}
	if err := l.policies(files); err != nil {
		return nil, err
	}
	return l.plan, nil
}

// lowering is a plan being built.
type lowering struct {
	plan      *plan.Plan
	upstreams map[plan.Upstream]plan.UpstreamID
}

// origin notes where an entry of the plan comes from.
func (l *lowering) origin(doc *oas.Document, at source.Pointer) plan.OriginID {
	return l.originIn(doc.File, at)
}

func (l *lowering) originIn(file *source.File, at source.Pointer) plan.OriginID {
	r := file.At(at)
	l.plan.Origins = append(l.plan.Origins, plan.Origin{File: r.File, Line: r.Start.Line, Column: r.Start.Column, Pointer: string(at)})
	return plan.OriginID(len(l.plan.Origins) - 1)
}

// APIID is the id of a document's API: info.id, or, where that is absent, 32 hexadecimal digits made from domain and listen path, so that
// the same document has the same id after every start. The document must have an extension.
func APIID(doc *oas.Document) string {
	if id := doc.Tyk.Info.ID; id != "" {
		return id
	}
	sum := sha256.Sum256([]byte("tykctl API id\x00" + doc.Tyk.Server.Domain() + "\x00" + doc.Tyk.Server.ListenPath.Value))
	return hex.EncodeToString(sum[:16])
}
