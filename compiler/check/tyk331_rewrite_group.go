package check

import (
	"regexp"
	"strconv"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK331",
	Name:     "rewrite-group",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "rewriteTo uses a group that the pattern does not have",
	Check:    checkRewriteGroups,
})

func checkRewriteGroups(p *Pass) {
	for n := range p.on(operationField + "urlRewrite") {
		pattern, ok := known(n.Get("pattern"))
		re, err := regexp.Compile(pattern)
		if !ok || err != nil {
			continue
		}
		p.rewriteGroups(n.Get("rewriteTo"), re)
		for _, trigger := range n.Get("triggers").Items() {
			p.rewriteGroups(trigger.Get("rewriteTo"), re)
		}
	}
}

var groupReference = regexp.MustCompile(`\$(\d+)`)

func (p *Pass) rewriteGroups(n source.Node, pattern *regexp.Regexp) {
	for _, m := range groupReference.FindAllStringSubmatch(n.Text(), -1) {
		if i, err := strconv.Atoi(m[1]); err != nil || i > pattern.NumSubexp() {
			p.Report(n.Pointer(), "rewriteTo uses %q, but pattern %q has groups up to $%d: nothing is put in its place", m[0], pattern, pattern.NumSubexp()).
				Hint = "put the part of the pattern that is meant into parentheses, or correct the number"
			return
		}
	}
}
