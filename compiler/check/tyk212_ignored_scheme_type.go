package check

import (
	"fmt"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

var _ = register(&Rule{
	Code:     "TYK212",
	Name:     "ignored-scheme-type",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "an enabled security scheme is of a type that the gateway ignores",
	Fix:      FixUnsafe,
	Check:    checkSchemeType,
})

func checkSchemeType(p *Pass) {
	for _, s := range p.enabledSchemes() {
		if s.Component == nil || s.Kind != "" {
			continue
		}
		at, what, hint := p.ignoredType(s)
		if what == "" {
			continue // not a type of OpenAPI: reported by Load
		}
		d := p.Report(at, "security scheme %q is %s: the gateway %s", s.Name, what, p.ignores())
		d.Hint = hint
		if s.Component.Type == "http" {
			p.writeExactly(d)
		}
		d.Related = []diag.Related{{Message: "enabled here", At: p.Doc.File.Key(s.At())}}
	}
}

// writeExactly offers the word of Tyk for one that differs from it in its case.
func (p *Pass) writeExactly(d *diag.Diagnostic) {
	value := p.node(d).Text()
	for _, word := range []string{"basic", "bearer", "JWT"} {
		if strings.EqualFold(value, word) && value != word {
			p.write(d, word)
		}
	}
}

// ignoredType says where and how a component's type is not one of Tyk's, and what to write instead.
func (p *Pass) ignoredType(s scheme) (at source.Pointer, what, hint string) {
	const jwt = "describe it as http bearer with bearerFormat: JWT if the tokens are JWTs"
	switch c := s.Component; {
	case c.Type == "openIdConnect":
		return s.twin + "/type", "of type openIdConnect", jwt + ", or configure server.authentication.oidc, deprecated since 5.7"
	case c.Type == "mutualTLS" && strings.HasPrefix(p.Doc.OpenAPI.OpenAPI, "3.1"):
		return s.twin + "/type", "of type mutualTLS", "configure server.clientCertificates, and set enabled to false here"
	case c.Type != "http" || c.Scheme == "":
		return "", "", ""
	case strings.EqualFold(c.Scheme, "bearer") && c.Scheme != "bearer", strings.EqualFold(c.Scheme, "basic"):
		lower := strings.ToLower(c.Scheme)
		return s.twin + "/scheme", fmt.Sprintf("of scheme %q, expected %q in lower case", c.Scheme, lower), fmt.Sprintf("write %q", lower)
	case c.Scheme == "bearer" && c.BearerFormat != "":
		return s.twin + "/bearerFormat", fmt.Sprintf("of bearerFormat %q, Tyk knows only %q", c.BearerFormat, "JWT"), jwt + "; for opaque tokens " + opaque
	case c.Scheme == "bearer":
		return s.twin + "/scheme", "http bearer without bearerFormat: JWT", "add bearerFormat: JWT if the tokens are JWTs; for opaque tokens " + opaque
	default:
		return s.twin + "/scheme", fmt.Sprintf("of http scheme %q, Tyk knows only basic and bearer", c.Scheme), "use a type of scheme that Tyk knows: apiKey, http basic, http bearer with bearerFormat: JWT or oauth2"
	}
}

const opaque = "use type: apiKey, in: header, name: Authorization"
