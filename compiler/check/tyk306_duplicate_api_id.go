package check

import (
	"cmp"
	"slices"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK306",
	Name:     "duplicate-api-id",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "two API definitions have the same info.id",
	CheckSet: checkDuplicateAPIID,
})

const apiIDAt = oas.ExtensionPointer + "/info/id"

func checkDuplicateAPIID(p *Pass) {
	docs := slices.Clone(p.Docs)
	slices.SortStableFunc(docs, func(a, b *oas.Document) int { return cmp.Compare(a.File.Name, b.File.Name) })
	first := map[string]*oas.Document{}
	for _, doc := range docs {
		id, ok := p.In(doc).written(apiIDAt)
		if !ok {
			continue
		}
		other, taken := first[id]
		if !taken {
			first[id] = doc
			continue
		}
		d := p.In(doc).Report(apiIDAt, "id %q is taken by API %q: on a gateway the one that comes later replaces the other", id, other.Tyk.Info.Name)
		d.Hint = "give each API an id of its own, or leave it out and let the gateway make one"
		d.Related = []diag.Related{{Message: "first taken here", At: other.File.At(apiIDAt)}}
		p.forgiveTwin(d, doc, other)
	}
}
