package check

import (
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK307",
	Name:     "api-id",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "info.id cannot be a file name and a segment of a URL",
	Check:    checkAPIID,
})

func checkAPIID(p *Pass) {
	n, _ := p.Doc.File.Lookup(apiIDAt)
	if n.Kind() != source.String {
		return
	}
	id := n.Text()
	odd := strings.IndexFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._-", r)
	})
	const hint = "use letters, digits, dots, underscores and hyphens, such as a UUID"
	switch {
	case odd >= 0:
		p.Report(apiIDAt, "id %q holds %q: the gateway uses it as the name of a file, unchecked, and as a segment of URLs", id, string([]rune(id[odd:])[0])).Hint = hint
	case id == "." || id == "..":
		p.Report(apiIDAt, "id %q is a folder: the gateway uses it as the name of a file, unchecked, and as a segment of URLs", id).Hint = hint
	}
}
