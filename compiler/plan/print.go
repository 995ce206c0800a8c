package plan

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Print writes the plan for people: what is served where, and from which place of which document that comes. Secrets are not written.
func Print(w io.Writer, p *Plan) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "plan format %d: apis %d, routes %d, upstreams %d, policies %d\n", p.Format, len(p.APIs), len(p.Routes), len(p.Upstreams), len(p.Policies))
	for i := range p.APIs {
		p.printAPI(b, APIID(i))
	}
	for i := range p.Policies {
		p.printPolicy(b, &p.Policies[i])
	}
	return b.Flush()
}

func (p *Plan) printAPI(b *bufio.Writer, id APIID) {
	a := &p.APIs[id]
	fmt.Fprintf(b, "\napi %s %q\n", a.ID, a.Name)
	field(b, "from", p.origin(a.Origin))
	field(b, "listen", a.Domain+a.ListenPath+marks(mark{a.Strip, "stripped"}, mark{!a.Active, "inactive"}, mark{a.Internal, "internal"}))
	field(b, "upstream", p.Upstreams[a.Upstream].describe())
	switch a.Auth {
	case AuthKeyless:
		field(b, "access", "keyless")
	case AuthOAuth:
		field(b, "access", "oauth, access token in "+describeSources(a.Sources)+marks(mark{a.StripAuth, "credential stripped"}))
		p.printOAuth(b, &p.OAuth[a.OAuth])
	case AuthToken:
		field(b, "access", "auth token in "+describeSources(a.Sources)+marks(mark{a.StripAuth, "credential stripped"}))
	}
	if len(a.Scopes) > 0 {
		field(b, "needs", describeScopes(a.Scopes))
	}
	if a.AllowList {
		field(b, "allow list", "only routes marked allow are open")
	}
	for _, r := range p.RoutesOf(id) {
		method := r.Method
		if method == "" {
			method = "*"
		}
		notes := marks(mark{r.IgnoreAuth, "ignore authentication"}, mark{r.Block, "block"}, mark{r.Allow, "allow"}, mark{r.IgnoreCase, "ignore case"},
			mark{len(r.Scopes) > 0, describeScopes(r.Scopes)})
		field(b, "route", fmt.Sprintf("%s %s%s  %s", method, r.Path, notes, p.origin(r.Origin)))
	}
}

func (p *Plan) printOAuth(b *bufio.Writer, o *OAuth2) {
	field(b, "scheme", fmt.Sprintf("%s  %s", o.Scheme, p.origin(o.Origin)))
	field(b, "grants", strings.Join(o.Grants, " "))
	if len(o.ResponseTypes) > 0 {
		field(b, "authorize", strings.Join(o.ResponseTypes, " ")+" -> "+o.LoginRedirect)
	}
	if len(o.Scopes) > 0 {
		field(b, "scopes", strings.Join(o.Scopes, " "))
	}
	if o.AccessTTL > 0 {
		field(b, "lifetime", fmt.Sprintf("%ds of access tokens", o.AccessTTL))
	}
	if o.NotifyURL != "" {
		field(b, "notify", o.NotifyURL+marks(mark{o.NotifySecret != "", "with shared secret"}))
	}
}

func (p *Plan) origin(id OriginID) string {
	if !within(int(id), len(p.Origins)) {
		return "-"
	}
	o := &p.Origins[id]
	return fmt.Sprintf("%s:%d:%d", o.File, o.Line, o.Column)
}

func (u *Upstream) describe() string {
	s := u.Scheme + "://" + u.Host + u.Path
	if u.Query != "" {
		s += "?" + u.Query
	}
	return s + marks(mark{u.PreserveHost, "host kept"}, mark{u.InsecureSkipVerify, "certificate not verified"})
}

func describeSources(sources []Source) string {
	parts := make([]string, len(sources))
	for i, s := range sources {
		switch s.Kind {
		case SourceCookie:
			parts[i] = "cookie " + s.Name
		case SourceQuery:
			parts[i] = "query " + s.Name
		case SourceHeader:
			parts[i] = "header " + s.Name
		}
	}
	return strings.Join(parts, ", ")
}

func describeScopes(alternatives []string) string {
	return "scope " + strings.Join(alternatives, ", or ")
}

type mark struct {
	set  bool
	text string
}

// marks returns the texts of what is set, in parentheses, or nothing.
func marks(list ...mark) string {
	var set []string
	for _, m := range list {
		if m.set {
			set = append(set, m.text)
		}
	}
	if len(set) == 0 {
		return ""
	}
	return " (" + strings.Join(set, ", ") + ")"
}

func field(b *bufio.Writer, name, value string) { fmt.Fprintf(b, "  %-10s %s\n", name, visible(value)) }

// visible writes what a terminal would obey, such as a control character in the name of a file, as an escape.
func visible(s string) string {
	if quoted := strconv.Quote(s); strings.IndexFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) >= 0 {
		return quoted
	}
	return s
}
