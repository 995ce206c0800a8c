package check

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK308",
	Name:     "custom-domain",
	Severity: diag.Error, // a warning for a port
	Since:    "0.1",
	Summary:  "the custom domain is not a host name or a template for one",
	Fix:      FixUnsafe,
	Check:    checkCustomDomain,
})

const customDomainAt = oas.ExtensionPointer + "/server/customDomain/name"

func checkCustomDomain(p *Pass) {
	n, _ := p.Doc.File.Lookup(customDomainAt)
	domain := p.Doc.Tyk.Server.CustomDomain
	if n.Kind() != source.String || domain == nil || !domain.Enabled || tyk.IsReference(n.Text()) {
		return
	}
	if fault, hint := domainFault(n.Text()); fault != "" {
		d := p.Report(customDomainAt, "custom domain %q %s", n.Text(), fault)
		d.Hint = hint
		if u, err := url.Parse(n.Text()); err == nil && u.Host != "" {
			p.write(d, u.Host)
		}
		return
	}
	if _, port, found := strings.Cut(templateShape(n.Text()), ":"); found && n.Text()[0] != '[' {
		d := p.Report(customDomainAt, "custom domain %q has a port: it is part of what is compared, and tykctl serve compares names only", n.Text())
		d.Hint = fmt.Sprintf("leave out %q; server.port is where the API listens", ":"+port)
		p.write(d, strings.TrimSuffix(n.Text(), ":"+port))
		if p.Purpose != Serve {
			d.Severity = diag.Warning
		}
	}
}

// domainFault says why a text matches no Host header, and what to do about it, or nothing.
func domainFault(name string) (fault, hint string) {
	if strings.TrimSpace(name) == "" {
		return "is empty, expected a host name: the API answers on every host", "write the host name, or set enabled to false"
	}
	if u, err := url.Parse(name); err == nil && u.Host != "" {
		return "is a URL, expected a host name", fmt.Sprintf("write %q", u.Host)
	}
	if fault, hint = templateFault(name); fault != "" {
		return fault, hint
	}
	if literal, ok := strings.CutPrefix(name, "["); ok {
		address, _, _ := strings.Cut(literal, "]")
		if _, err := netip.ParseAddr(address); err == nil {
			return "", ""
		}
	}
	shape := templateShape(name)
	host, port, found := strings.Cut(shape, ":")
	switch odd := strings.IndexFunc(host, notInHost); {
	case strings.Contains(shape, "/"):
		return "has a path, expected a host name", "put the path into server.listenPath"
	case strings.Contains(host, "*"):
		return "has an asterisk, which stands for nothing but itself", `write a template such as "{sub:[a-z0-9-]+}.example.com"`
	case odd >= 0 && host[odd] >= 0x80:
		return "has letters that no Host header has", "write the form that is sent, which begins with xn--"
	case odd >= 0:
		return fmt.Sprintf("holds %q, which no host name has", string([]rune(host[odd:])[0])), "write the bare host name"
	case strings.HasPrefix(host, "."), strings.HasSuffix(host, "."), strings.Contains(host, ".."):
		return "has an empty label, which no Host header has", "remove the dot that has nothing beside it"
	case found && (port == "" || strings.Trim(port, "0123456789v") != ""):
		return "has a port that is no number", "write the bare host name"
	}
	return "", ""
}

// notInHost refuses what a host name has not; an underscore is against RFC 1123, and in use.
func notInHost(r rune) bool {
	return r >= unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._", r)
}
