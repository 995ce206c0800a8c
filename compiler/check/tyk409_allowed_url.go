package check

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/policies"
)

var _ = register(&Rule{
	Code:     "TYK409",
	Name:     "allowed-url",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "allowed_urls of a policy have an entry that matches nothing, or is no regular expression",
	CheckSet: checkAllowedURL,
})

func checkAllowedURL(p *Pass) {
	for f, policy := range p.policies() {
		for i := range policy.AccessRights {
			for _, u := range policy.AccessRights[i].AllowedURLs {
				p.allowedURL(f, u)
			}
		}
	}
}

func (p *Pass) allowedURL(f *policies.File, u policies.AllowedURL) {
	n, _ := f.Source.Lookup(u.At)
	if _, err := regexp.Compile(u.URL); err != nil {
		what := err.Error()
		var fault *syntax.Error
		if errors.As(err, &fault) {
			what = fault.Code.String()
		}
		p.reportPolicy(f, u.At+"/url", "url %s is no regular expression (%s): the gateway passes over it, and older ones allow everything",
			quoted(u.URL), what).Hint = "write it in the syntax of Go, which has no lookaround and no backreferences"
	}
	methods := n.Get("methods")
	if len(u.Methods) == 0 && !misspelt(n, "methods") && methods.Len() == 0 {
		d := p.reportPolicy(f, u.At+"/methods", "url %s has no methods: the entry allows nothing", quoted(u.URL))
		d.Severity = diag.Warning
		d.Hint = `list the methods that are allowed: ["GET"]`
		if !methods.Exists() {
			d.At = policyPlace(f, u.At+"/url")
		}
	}
	for i, m := range u.Methods {
		if upper := strings.ToUpper(m); upper != m {
			d := p.reportPolicy(f, (u.At + "/methods").Item(i), "method %q never matches: methods are compared exactly", m)
			d.Severity = diag.Warning
			d.Hint = fmt.Sprintf("write %q", upper)
		}
	}
}
