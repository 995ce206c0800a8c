package check

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK310",
	Name:     "upstream-url",
	Severity: diag.Error,
	Since:    "0.1",
	Summary:  "the upstream URL leads nowhere",
	Fix:      FixUnsafe,
	Check:    checkUpstreamURL,
})

const (
	upstreamAt      = oas.ExtensionPointer + "/upstream"
	loadBalancingAt = upstreamAt + "/loadBalancing"
)

func checkUpstreamURL(p *Pass) {
	up := &p.Doc.Tyk.Upstream
	if n, _ := p.Doc.File.Lookup(upstreamAt + "/url"); n.Kind() == source.String {
		if n.Text() != "" {
			p.upstreamURL(n)
		} else if !p.otherUpstream() {
			p.Report(n.Pointer(), "upstream url is empty, expected an absolute URL").Hint = "name the upstream, such as https://api.example.com/"
		}
	}
	if up.LoadBalancing == nil || !up.LoadBalancing.Enabled {
		return
	}
	targets, _ := p.Doc.File.Lookup(loadBalancingAt + "/targets")
	for _, target := range targets.Items() {
		if n := target.Get("url"); n.Kind() == source.String {
			p.upstreamURL(n)
		}
	}
	weighs := func(t tyk.Target) bool { return t.Weight != 0 }
	if len(up.LoadBalancing.Targets) > 0 && !slices.ContainsFunc(up.LoadBalancing.Targets, weighs) {
		p.ReportKey(loadBalancingAt+"/targets", "every target has weight 0: no request goes anywhere").Hint = "give at least one target a weight above 0"
	}
}

// otherUpstream reports whether requests go somewhere although the URL is empty.
func (p *Pass) otherUpstream() bool {
	up := &p.Doc.Tyk.Upstream
	return p.Doc.File.Root().Get("x-tyk-streaming").Exists() ||
		up.LoadBalancing != nil && up.LoadBalancing.Enabled ||
		up.ServiceDiscovery != nil && up.ServiceDiscovery.Enabled
}

func (p *Pass) upstreamURL(n source.Node) {
	if fault, hint := upstreamFault(n.Text()); fault != "" {
		d := p.Report(n.Pointer(), "upstream url %s %s", quoted(n.Text()), fault)
		d.Hint = hint
		for _, scheme := range []string{"http://", "https:"} {
			if hint == fmt.Sprintf("write %q", scheme+n.Text()) && !hasCredentials(n.Text()) {
				p.write(d, scheme+n.Text())
			}
		}
	}
}

// upstreamSchemes are those the gateway can speak; tyk is another API of the same gateway.
var upstreamSchemes = []string{"http", "https", "ws", "wss", "h2c", "tyk"}

var hostAndPort = regexp.MustCompile(`^[A-Za-z0-9.-]+:[0-9]+(/|$)`)

// upstreamFault says why a URL leads to no upstream, and what to do about it, or nothing. What does not parse has been reported by Load.
func upstreamFault(value string) (fault, hint string) {
	u, err := url.Parse(value)
	if tyk.IsReference(value) || err != nil {
		return "", ""
	}
	const write = "write the whole URL, such as https://api.example.com/"
	port, portErr := strconv.Atoi(u.Port())
	switch part := placeholder(value); {
	case part != "":
		return fmt.Sprintf("looks like a placeholder: %q", part), "write the URL of your upstream"
	case strings.ContainsFunc(value, unicode.IsSpace):
		return "holds a blank, which no URL has", "remove it, or write %20"
	case hostAndPort.MatchString(value):
		return "has no scheme, expected an absolute URL", fmt.Sprintf("write %q", "http://"+value)
	case u.Scheme == "" && u.Host != "":
		return "has no scheme, expected an absolute URL", fmt.Sprintf("write %q", "https:"+value)
	case u.Scheme == "":
		return "is not absolute: it has neither scheme nor host", write
	case !slices.Contains(upstreamSchemes, u.Scheme):
		return fmt.Sprintf("has the scheme %q, expected one of %s", u.Scheme, strings.Join(upstreamSchemes, ", ")), ""
	case u.Hostname() == "":
		return "names no host", write
	case u.Port() != "" && (portErr != nil || port < 1 || port > 65535):
		return fmt.Sprintf("has the port %s, expected 1 to 65535", u.Port()), ""
	}
	return "", ""
}
