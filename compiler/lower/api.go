package lower

import (
	"errors"

	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/oas"
)

func (l *lowering) api(doc *oas.Document) error {
	ext := doc.Tyk
	if doc.LacksOperations() {
		return errUnread
	}
	up, err := upstream(&ext.Upstream)
	if err != nil {
		return err
	}
	api := plan.API{
		ID:         APIID(doc),
		Name:       ext.Info.Name,
		OrgID:      ext.Info.OrgID,
		Active:     ext.Info.State.Active,
		Internal:   ext.Info.State.Internal,
		Domain:     ext.Server.Domain(),
		ListenPath: ext.Server.ListenPath.Value,
		Strip:      ext.Server.ListenPath.Strip,
		IgnoreCase: ext.Middleware.Global != nil && ext.Middleware.Global.IgnoreCase.On(),
		Auth:       plan.AuthKeyless,
		OAuth:      plan.None,
		Upstream:   l.upstream(up),
		FirstRoute: plan.RouteID(len(l.plan.Routes)),
		Origin:     l.origin(doc, oas.ExtensionPointer),
	}
	if err := l.protect(doc, &api); err != nil {
		return err
	}
	api.AllowList = l.routes(doc, &api)
	api.RouteCount = int32(len(l.plan.Routes)) - int32(api.FirstRoute)
	l.plan.APIs = append(l.plan.APIs, api)
	return nil
}

// errUnprotected says that a document asks for a protection which the plan cannot express. The rules refuse such a document before it comes here.
var errUnprotected = errors.New("the authentication of this API is not one that can be served")

// errUnread says that a document has operations of which nothing is known.
var errUnread = errors.New("a path item of this API is behind a reference that is not followed")

func (l *lowering) protect(doc *oas.Document, api *plan.API) error {
	protection := doc.Protection()
	if protection.Keyless {
		return nil
	}
	api.StripAuth = doc.Tyk.Server.Authentication.StripAuthorizationData
	scheme, oauth := protection.OAuth()
	token, isToken := protection.Token()
	switch {
	case oauth:
		api.Auth, api.Sources = plan.AuthOAuth, sources(&scheme.Tyk.AuthSources)
		api.Scopes = scopesOf(doc.OpenAPI.Security, scheme.Name)
		o, err := l.oauth2(doc, scheme)
		if err != nil {
			return err
		}
		api.OAuth = plan.OAuthID(len(l.plan.OAuth))
		l.plan.OAuth = append(l.plan.OAuth, o)
	case isToken:
		api.Auth, api.Sources = plan.AuthToken, tokenSources(token)
	default:
		return errUnprotected
	}
	if len(api.Sources) == 0 {
		return errUnprotected
	}
	return nil
}
