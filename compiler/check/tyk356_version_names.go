package check

import (
	"github.com/tykctl/tykctl/oas/diag"
)

var _ = register(&Rule{
	Code:     "TYK356",
	Name:     "version-names",
	Severity: diag.Warning,
	Since:    "0.1",
	Summary:  "default names no version, or two versions have one name",
	Check:    checkVersionNames,
})

func checkVersionNames(p *Pass) {
	for n := range p.on("info.versioning") {
		own := n.Get("name").Text()
		names := map[string]bool{"self": true, own: own != ""}
		for _, version := range n.Get("versions").Items() {
			name := version.Get("name")
			if value, ok := known(name); ok && names[value] {
				effect := "one of the two versions is never reached"
				if value == own || value == "self" {
					effect = "it stands for this API, so the version is never reached"
				}
				p.Report(name.Pointer(), "version name %q is taken: %s", value, effect).Hint = "give each version a name of its own"
			}
			names[name.Text()] = true
		}
		if value, ok := known(n.Get("default")); ok && !names[value] {
			p.Report(n.Pointer().Child("default"), "default %q is the name of no version", value).
				Hint = "write the name of one of the versions, or self for this API"
		}
	}
}
