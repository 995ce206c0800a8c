package check

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/tyk"
)

var _ = register(&Rule{
	Code:     "TYK390",
	Name:     "not-served",
	Severity: diag.Info,
	Serving:  diag.Error,
	Since:    "0.1",
	Summary:  "the API asks for something without which tykctl serve must not serve it",
	Check: func(p *Pass) {
		p.features(true, "tykctl serve does not support %s and refuses the API: otherwise %s", "switch it off, or leave this API to a Tyk Gateway")
	},
})

// features reports what the document asks for and the runtime does not do, each feature once, where it is asked for first.
func (p *Pass) features(refused bool, format, hint string) {
	for _, f := range features {
		if f.Refused != refused {
			continue
		}
		places := f.places(p)
		if len(places) == 0 {
			continue
		}
		effect := f.Effect
		switch more := len(places) - 1; more {
		case 0:
		case 1:
			effect += " (here and in 1 other place)"
		default:
			effect += fmt.Sprintf(" (here and in %d other places)", more)
		}
		p.reportFeature(places[0], format, f.Name, effect).Hint = hint
	}
}

// reportFeature points at a scalar itself, at the key of an object, and at the switch of an item, which has no key.
func (p *Pass) reportFeature(at source.Pointer, format string, args ...any) *diag.Diagnostic {
	n, _ := p.Doc.File.Lookup(at)
	parent, _ := p.Doc.File.Lookup(at.Parent())
	switch {
	case n.Kind() != source.Object && n.Kind() != source.Array:
		return p.Report(at, format, args...)
	case parent.Kind() == source.Array:
		return p.Report(at+"/enabled", format, args...)
	default:
		return p.ReportKey(at, format, args...)
	}
}

// where returns the pointers of the values of a field for which want holds.
func (p *Pass) where(field string, want func(source.Node) bool) []source.Pointer {
	var list []source.Pointer
	for _, n := range p.values(field) {
		if want(n) {
			list = append(list, n.Pointer())
		}
	}
	return list
}

// enabled finds objects that are switched on.
func enabled(p *Pass, field string) []source.Pointer {
	return p.where(field, func(n source.Node) bool { return member(n, "enabled").Bool() })
}

// enabledWith finds objects that are switched on and have something in one of their lists.
func enabledWith(lists ...string) func(*Pass, string) []source.Pointer {
	return func(p *Pass, field string) []source.Pointer {
		return p.where(field, func(n source.Node) bool {
			return member(n, "enabled").Bool() && slices.ContainsFunc(lists, func(name string) bool { return member(n, name).Len() > 0 })
		})
	}
}

// filled finds values that say something.
func filled(p *Pass, field string) []source.Pointer {
	return p.where(field, func(n source.Node) bool {
		switch n.Kind() {
		case source.Object, source.Array:
			return n.Len() > 0
		default:
			return !slices.Contains([]string{"", "0", "false"}, n.Text())
		}
	})
}

// oneOf finds texts that Tyk takes and the runtime cannot do. Load speaks of those that Tyk does not take.
func oneOf(values ...string) func(*Pass, string) []source.Pointer {
	return func(p *Pass, field string) []source.Pointer {
		return p.where(field, func(n source.Node) bool { return slices.Contains(values, n.Text()) || tyk.IsReference(n.Text()) })
	}
}

// ports finds port numbers.
func ports(p *Pass, field string) []source.Pointer {
	port := p.Doc.Tyk.Server.Port
	return p.where(field, func(source.Node) bool { return port > 0 && port <= 65535 })
}

// references finds texts that a Tyk Gateway replaces when it starts.
func references(p *Pass, field string) []source.Pointer {
	return p.where(field, func(n source.Node) bool { return tyk.IsReference(n.Text()) })
}

// expirations finds times after which Tyk answers no request. It takes others for no time at all.
func expirations(p *Pass, field string) []source.Pointer {
	return p.where(field, func(n source.Node) bool {
		_, err := time.Parse("2006-01-02 15:04", n.Text())
		return err == nil || tyk.IsReference(n.Text())
	})
}

// schemesOf finds the security schemes in force of some kinds.
func schemesOf(kinds ...oas.SchemeKind) func(*Pass, string) []source.Pointer {
	return func(p *Pass, _ string) []source.Pointer {
		var list []source.Pointer
		for _, s := range p.Doc.Protection().Schemes {
			if slices.Contains(kinds, s.Kind) {
				list = append(list, s.At())
			}
		}
		return list
	}
}

// unreadSchemes finds security schemes in force that are behind a reference which is tolerated and not followed.
func unreadSchemes(p *Pass, field string) []source.Pointer {
	if p.Purpose != Serve {
		return nil
	}
	return schemesOf(oas.SchemeUnknown)(p, field)
}

// unreadOperations finds middleware that may be meant for operations behind such a reference.
func unreadOperations(p *Pass, _ string) []source.Pointer {
	if p.Purpose == Serve && p.Doc.LacksOperations() {
		return []source.Pointer{operationsAt}
	}
	return nil
}

// secondScheme finds a scheme beside another one: all of them would have to be satisfied. Those that are refused anyway do not count.
func secondScheme(p *Pass, field string) []source.Pointer {
	list := schemesOf(oas.SchemeOAuth, oas.SchemeToken)(p, field)
	return list[min(1, len(list)):]
}

// alternatives finds requirements beside the first, which count only if the extension says so.
func alternatives(p *Pass, field string) []source.Pointer {
	auth := p.Doc.Tyk.Server.Authentication
	if p.Doc.Protection().Keyless || len(p.Doc.OpenAPI.Security) < 2 && len(auth.Security) == 0 {
		return nil
	}
	return oneOf("compliant")(p, field)
}

// oauthFields keeps what belongs to the scheme by which the gateway is the authorization server.
func oauthFields(find func(*Pass, string) []source.Pointer) func(*Pass, string) []source.Pointer {
	return func(p *Pass, field string) []source.Pointer {
		s, ok := p.Doc.Protection().OAuth()
		if !ok {
			return nil
		}
		return slices.DeleteFunc(find(p, field), func(at source.Pointer) bool { return !strings.HasPrefix(string(at), string(s.At())+"/") })
	}
}

// tokenFields keeps what belongs to the apiKey scheme in force.
func tokenFields(find func(*Pass, string) []source.Pointer) func(*Pass, string) []source.Pointer {
	return func(p *Pass, field string) []source.Pointer {
		s, ok := p.Doc.Protection().Token()
		if !ok || s.Component == nil {
			return nil
		}
		return slices.DeleteFunc(find(p, field), func(at source.Pointer) bool { return !strings.HasPrefix(string(at), string(s.At())+"/") })
	}
}

// keyLifetime finds a lifetime of keys; that of access tokens is executed.
func keyLifetime(p *Pass, field string) []source.Pointer {
	if _, ok := p.Doc.Protection().OAuth(); ok {
		return nil
	}
	return enabled(p, field)
}

// requestSigning works whether or not the object around it is switched on.
func requestSigning(p *Pass, _ string) []source.Pointer {
	n, _ := p.Doc.File.Lookup(upstreamAt)
	if n = member(member(n, "authentication"), "requestSigning"); member(n, "enabled").Bool() {
		return []source.Pointer{n.Pointer()}
	}
	return nil
}

func streams(p *Pass, _ string) []source.Pointer {
	if n := p.Doc.File.Root().Get(streaming); n.Exists() {
		return []source.Pointer{n.Pointer()}
	}
	return nil
}

// unservedURL finds no URL at all beside load balancing that is off, and those that are no http or https URLs. Rule TYK310 speaks of what is
// none for Tyk either.
func unservedURL(p *Pass, field string) []source.Pointer {
	if up := &p.Doc.Tyk.Upstream; len(p.values(field)) == 0 && up.LoadBalancing != nil && !p.otherUpstream() {
		return []source.Pointer{upstreamAt}
	}
	return p.where(field, func(n source.Node) bool {
		u, err := url.Parse(n.Text())
		fault, _ := upstreamFault(n.Text())
		return err == nil && fault == "" && !tyk.IsReference(n.Text()) && u.Scheme != "http" && u.Scheme != "https"
	})
}

// foreignURL finds letters that would have to be encoded before they are sent: those of a path are, in lowering.
func foreignURL(p *Pass, field string) []source.Pointer {
	return p.where(field, func(n source.Node) bool {
		u, err := url.Parse(n.Text())
		return err == nil && !tyk.IsReference(n.Text()) && strings.ContainsFunc(u.Host+u.RawQuery, func(r rune) bool { return r > unicode.MaxASCII })
	})
}

func urlCredentials(p *Pass, field string) []source.Pointer {
	return p.where(field, func(n source.Node) bool { return hasCredentials(n.Text()) })
}
