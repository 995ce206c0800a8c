package check

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK303",
	Name:     "listen-path-collision",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "two APIs have the same domain and the same listen path",
	CheckSet: checkListenPathCollision,
})

func checkListenPathCollision(p *Pass) {
	type place struct{ domain, path string }
	first := map[place]site{}
	for _, s := range p.sites() {
		at := place{templateKey(s.domain), templateKey(s.path)}
		other, taken := first[at]
		if !taken {
			first[at] = s
			continue
		}
		if s.id() != "" && s.id() == other.id() {
			continue // the second replaces the first; TYK306 says so
		}
		what := "is taken by"
		if s.value != other.value {
			what = fmt.Sprintf("is the same place as %q, taken by", other.value)
		}
		d := p.In(s.doc).Report(listenPathAt, "listen path %q %s API %q: the gateway moves one of them to another path", s.value, what, other.doc.Tyk.Info.Name)
		d.Hint = "give each API a listen path or a custom domain of its own"
		d.Related = []diag.Related{{Message: "first taken here", At: other.doc.File.At(listenPathAt)}}
		p.forgiveTwin(d, s.doc, other.doc)
	}
}

// forgiveTwin makes a warning of a conflict between two files that hold the same definition, one in JSON and one in YAML: whoever keeps both
// deploys one of them. Serving them at once is an error all the same.
func (p *Pass) forgiveTwin(d *diag.Diagnostic, a, b *oas.Document) {
	if p.Purpose != Validate || a.File.Format() == b.File.Format() || !reflect.DeepEqual(a.File.Root().Any(), b.File.Root().Any()) {
		return
	}
	d.Severity = diag.Warning
	d.Message = fmt.Sprintf("the same API definition is in %s", b.File.Name)
	d.Hint = "deploy one of the two"
}

// site is where an API is served.
type site struct {
	doc    *oas.Document
	domain string // in lower case, except patterns; empty: every host
	value  string // the listen path as written
	path   string // without the slash at its end
}

func (s site) id() string { return s.doc.Tyk.Info.ID }

// sites returns where the APIs of a set are served, in the order of their files; those whose listen path is known to be no path are left
// out.
func (p *Pass) sites() []site {
	var list []site
	for _, doc := range p.Docs {
		value, ok := p.In(doc).written(listenPathAt)
		if !ok {
			continue
		}
		domain := doc.Tyk.Server.Domain()
		if fault, _ := listenPathFault(value); fault != "" || tyk.IsReference(domain) {
			continue
		}
		list = append(list, site{doc: doc, domain: domain, value: value, path: strings.TrimSuffix(value, "/")})
	}
	slices.SortStableFunc(list, func(a, b site) int { return cmp.Compare(a.doc.File.Name, b.doc.File.Name) })
	return list
}
