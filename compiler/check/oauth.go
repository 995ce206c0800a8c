package check

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
	"github.com/tykctl/tykctl/oas/typo"
)

const authenticationAt = oas.ExtensionPointer + "/server/authentication"

// scheme is a security scheme that the extension enables, with what the document says of it.
type scheme struct {
	oas.Scheme
	settings source.Node    // in the extension
	twin     source.Pointer // of the component, references followed
}

// enabledSchemes returns the schemes that are switched on, ordered by name; none while authentication is off, because then nothing
// is asked of anybody.
func (p *Pass) enabledSchemes() []scheme {
	if auth := p.Doc.Tyk.Server.Authentication; auth == nil || !auth.Enabled {
		return nil
	}
	var list []scheme
	for _, s := range p.Doc.Schemes() {
		if !s.Tyk.Enabled {
			continue
		}
		settings, _ := p.Doc.File.Lookup(s.At())
		list = append(list, scheme{s, settings, p.followed(s.ComponentAt())})
	}
	return list
}

// oauthSchemes returns the enabled schemes for which the gateway is the authorization server.
func (p *Pass) oauthSchemes() []scheme {
	var list []scheme
	for _, s := range p.enabledSchemes() {
		if s.Kind == oas.SchemeOAuth {
			list = append(list, s)
		}
	}
	return list
}

// followed is where the value at a pointer is described: there, or where its local reference leads. Load has refused circles.
func (p *Pass) followed(at source.Pointer) source.Pointer {
	for range 16 {
		n, _ := p.Doc.File.Lookup(at)
		ref, ok := strings.CutPrefix(n.Get("$ref").Text(), "#")
		if !ok {
			break
		}
		if decoded, err := url.PathUnescape(ref); err == nil {
			ref = decoded
		}
		at = source.Pointer(ref)
	}
	return at
}

// flow is one OAuth flow of a component.
type flow struct {
	*openapi3.OAuthFlow

	name string
	at   source.Pointer
}

// flows returns the flows that Tyk serves and the component declares.
func (s scheme) flows() []flow {
	var list []flow
	if f := s.Component.Flows; f != nil {
		for _, candidate := range []flow{
			{f.AuthorizationCode, "authorizationCode", ""},
			{f.ClientCredentials, "clientCredentials", ""},
			{f.Password, "password", ""},
		} {
			if candidate.OAuthFlow != nil {
				candidate.at = s.twin + "/flows" + source.Pointer("/"+candidate.name)
				list = append(list, candidate)
			}
		}
	}
	return list
}

// implicit returns the implicit flow, which Tyk's documentation does not support.
func (s scheme) implicit() (flow, bool) {
	if f := s.Component.Flows; f != nil && f.Implicit != nil {
		return flow{f.Implicit, "implicit", s.twin + "/flows/implicit"}, true
	}
	return flow{}, false
}

// hasCodeFlow reports whether the component declares the authorization code flow.
func (s scheme) hasCodeFlow() bool {
	return s.Component.Flows != nil && s.Component.Flows.AuthorizationCode != nil
}

// onlyClientCredentials reports whether that is the one flow declared.
func (s scheme) onlyClientCredentials() bool {
	flows := s.flows()
	_, implicit := s.implicit()
	return len(flows) == 1 && flows[0].name == "clientCredentials" && !implicit
}

// text returns a string member of an object, and whether it may be judged: a value of another type, or a member whose name is
// nearly the wanted one, has been reported by Load.
func text(n source.Node, name string) (value string, judge bool) {
	m := n.Get(name)
	if m.Exists() {
		return m.Text(), m.Kind() == source.String
	}
	return "", !misspelt(n, name)
}

// misspelt reports whether an object lacks a member but has one that is nearly called so.
func misspelt(n source.Node, name string) bool {
	if n.Get(name).Exists() {
		return false
	}
	for key := range n.Members() {
		if typo.Resembles(key, name) {
			return true
		}
	}
	return false
}

// placeholders match what documentation writes where a reader is to put something of his own.
var placeholders = regexp.MustCompile(`<[^<>]*>|\{[^{}]*\}|\[[A-Za-z][^\[\]:]*\]|…|\.\.\.`)

// placeholder returns the part of a URL that is meant to be replaced, or "".
func placeholder(value string) string { return placeholders.FindString(value) }

// notAbsolute says why a value is no absolute http or https URL, or "". The answer continues a sentence about the value.
func notAbsolute(value string) string {
	r := tyk.ResolveEndpoint(value, tyk.Authorize, tyk.API{})
	switch scheme, _, _ := strings.Cut(value, "://"); {
	case r.Verdict == tyk.Malformed && strings.Contains(r.Reason, "http"):
		return r.Reason
	case r.Verdict == tyk.Malformed:
		return r.Reason + ", expected an absolute http or https URL"
	case !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https"):
		return "is relative, expected an absolute http or https URL"
	}
	return ""
}

// inClear reports whether a URL sends what it carries unencrypted over a network.
func inClear(value string) bool {
	u, err := url.Parse(value)
	if err != nil || !strings.EqualFold(u.Scheme, "http") {
		return false
	}
	host := strings.ToLower(u.Hostname())
	addr, err := netip.ParseAddr(host)
	loopback := err == nil && addr.Unmap().IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
	return !loopback
}

var userinfo = regexp.MustCompile(`//[^/?#]*@`)

// quoted is a URL as a message shows it: without the credentials it may carry, and not without end.
func quoted(value string) string {
	const most = 120
	value = userinfo.ReplaceAllString(value, "//…@")
	if r := []rune(value); len(r) > most {
		value = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", value)
}
