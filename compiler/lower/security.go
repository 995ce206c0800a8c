package lower

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

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

// tokenSources lists where an auth token may stand: where the component says, and where the extension says besides. Without a scheme the
// gateway falls back to auth tokens in the Authorization header.
func tokenSources(s oas.Scheme) []plan.Source {
	if s.Component == nil {
		return []plan.Source{{Kind: plan.SourceHeader, Name: defaultSourceName}}
	}
	all := s.Tyk.AuthSources
	here := &tyk.AuthSource{Enabled: true, Name: s.Component.Name}
	switch s.Component.In {
	case "header":
		all.Header = here
	case "query":
		all.Query = here
	case "cookie":
		all.Cookie = here
	}
	return sources(&all)
}

// oauth2 describes the authorization server of an API: the grants are those of the document's flows, as in Tyk, and refresh_token when
// the extension switches it on.
func (l *lowering) oauth2(doc *oas.Document, scheme oas.Scheme) (plan.OAuth2, error) {
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
	if n := scheme.Tyk.Notifications; n != nil && n.OnKeyChangeURL != "" && !tyk.IsReference(n.OnKeyChangeURL) {
		o.NotifyURL, o.NotifySecret = n.OnKeyChangeURL, n.SharedSecret
	}
	if life := doc.Tyk.Server.Authentication.CustomKeyLifetime; life != nil && life.Enabled && life.Value != "" {
		ttl, err := tyk.ParseDuration(life.Value)
		if err != nil {
			return o, fmt.Errorf("customKeyLifetime: %w", err)
		}
		o.AccessTTL = int64(ttl / time.Second)
	}
	return o, nil
}

func collect(scopes map[string]bool, declared map[string]string) {
	for name := range declared {
		scopes[name] = true
	}
}
