package check

import (
	"slices"

	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK351",
	Name:     "version-location",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the version is looked for in a place that a request does not have",
	Check:    checkVersionLocation,
})

func checkVersionLocation(p *Pass) {
	for n := range p.on("info.versioning") {
		location := n.Get("location")
		if value, ok := known(location); ok && !slices.Contains([]string{"header", "url-param", "url"}, value) {
			p.Report(location.Pointer(), "location %q of versioning is unknown: no request can name a version", value).
				Hint = "write header, url-param or url"
		}
	}
}
