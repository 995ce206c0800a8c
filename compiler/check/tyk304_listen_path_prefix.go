package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK304",
	Name:     "listen-path-prefix",
	Severity: diag.Info,
	Since:    "0.1",
	Summary:  "a listen path without a slash at its end is the beginning of another one",
	Fix:      FixUnsafe,
	CheckSet: checkListenPathPrefix,
})

func checkListenPathPrefix(p *Pass) {
	domains := map[string][]site{}
	for _, s := range p.sites() {
		domains[s.domain] = append(domains[s.domain], s)
	}
	for _, list := range domains {
		slices.SortStableFunc(list, func(a, b site) int { return cmp.Compare(a.value, b.value) })
		for _, s := range list {
			if strings.HasSuffix(s.value, "/") || strings.Contains(s.value, "{") {
				continue
			}
			if longer, ok := continued(list, s.value); ok {
				d := p.In(s.doc).Report(listenPathAt, "listen path %q is the beginning of %q, the listen path of API %q: the gateway compares text, and gives this API all else that begins so",
					s.value, longer.value, longer.doc.Tyk.Info.Name)
				d.Hint = fmt.Sprintf("write %q", s.value+"/")
				p.In(s.doc).write(d, s.value+"/")
				d.Related = []diag.Related{{Message: "the longer one", At: longer.doc.File.At(listenPathAt)}}
			}
		}
	}
}

// continued finds a path in a sorted list that goes on after value within the same segment. What begins a new segment is below value, and
// there is no doubt about it.
func continued(list []site, value string) (site, bool) {
	find := func(from string) int {
		i, _ := slices.BinarySearchFunc(list, from, func(s site, text string) int { return cmp.Compare(s.value, text) })
		return i
	}
	for _, i := range []int{find(value + "\x01"), find(value + "0")} { // before the slash, and after it
		if i < len(list) {
			if rest, ok := strings.CutPrefix(list[i].value, value); ok && rest[0] != '/' && rest[0] != '{' {
				return list[i], true
			}
		}
	}
	return site{}, false
}
