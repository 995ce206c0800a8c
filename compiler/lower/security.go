package lower

import (
	"maps"
	"net/http"
	"slices"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/tyk"
)

// defaultSourceName is used where a source has no name of its own.
const defaultSourceName = "Authorization"

// sources lists where a credential may stand, in Tyk's order of precedence: cookie, query, header. A query or cookie source
// without a name uses that of the header.
func sources(s *tyk.AuthSources) []plan.Source {
	headerName := defaultSourceName
	if s.Header != nil && s.Header.Name != "" {
		headerName = s.Header.Name
	}
	var list []plan.Source
	for _, c := range []struct {
		source *tyk.AuthSource
		kind   plan.SourceKind
	}{{s.Cookie, plan.SourceCookie}, {s.Query, plan.SourceQuery}, {s.Header, plan.SourceHeader}} {
		if !c.source.On() {
			continue
		}
		name := c.source.Name
		if name == "" {
			name = headerName
		}
		if c.kind == plan.SourceHeader {
			name = http.CanonicalHeaderKey(name)
		}
		list = append(list, plan.Source{Kind: c.kind, Name: name})
	}
	return list
}

// oauth2 describes the authorization server of an API: the grants are those of the document's flows, as in Tyk, and refresh_token when
// the extension switches it on.
func (l *lowering) oauth2(doc *oas.Document, scheme oas.Scheme) plan.OAuth2 {
	o := plan.OAuth2{
		Scheme:        scheme.Name,
		LoginRedirect: scheme.Tyk.AuthLoginRedirect,
		Origin:        l.origin(doc, scheme.At()),
	}
	scopes := map[string]bool{}
	if flows := scheme.Component.Flows; flows != nil {
		if f := flows.AuthorizationCode; f != nil {
			o.Grants = append(o.Grants, "authorization_code")
			collect(scopes, f.Scopes)
			if slices.Contains(scheme.Tyk.AllowedAuthorizeTypes, "code") {
				o.ResponseTypes = []string{"code"}
			}
		}
		if f := flows.ClientCredentials; f != nil {
			o.Grants = append(o.Grants, "client_credentials")
			collect(scopes, f.Scopes)
		}
		if f := flows.Password; f != nil {
			o.Grants = append(o.Grants, "password")
			collect(scopes, f.Scopes)
		}
	}
	if scheme.Tyk.RefreshToken {
		o.Grants = append(o.Grants, "refresh_token")
	}
	slices.Sort(o.Grants)
	o.Scopes = slices.Sorted(maps.Keys(scopes))
	if n := scheme.Tyk.Notifications; n != nil && n.OnKeyChangeURL != "" {
		o.NotifyURL, o.NotifySecret = n.OnKeyChangeURL, n.SharedSecret
	}
	return o
}

func collect(scopes map[string]bool, declared map[string]string) {
	for name := range declared {
		scopes[name] = true
	}
}
