package classic

import "slices"

// The endpoints of Tyk's authorization server, relative to the API.
const (
	authorizationURL = "/oauth/authorize"
	tokenURL         = "/oauth/token"
)

// flows are the flows of OpenAPI, and the access types of Tyk they stand for.
var flows = []struct {
	access, flow         string
	authorization, token bool
}{
	{"authorization_code", "authorizationCode", true, true},
	{"client_credentials", "clientCredentials", false, true},
	{"__implicit", "implicit", true, false},
	{"password", "password", false, true},
}

// oauth2 is an API whose authorization server is Tyk.
func oauth2(a *api, config field) (scheme, settings object) {
	meta, notify := a.in.at("oauth_meta"), a.in.at("notifications")
	settings = append(object{always("enabled", true)}, placesOf(config).members()...)
	settings = append(settings,
		some("allowedAuthorizeTypes", meta.at("allowed_authorize_types").texts()),
		some("refreshToken", slices.Contains(meta.at("allowed_access_types").texts(), "refresh_token")),
		some("authLoginRedirect", meta.at("auth_login_redirect").text()),
		some("notifications", object{
			some("sharedSecret", notify.at("shared_secret").text()),
			some("onKeyChangeUrl", notify.at("oauth_on_keychange_url").text()),
		}.filled()))
	lostAccessTypes(meta.at("allowed_access_types"))
	if !meta.at("auth_login_redirect").says() && slices.Contains(meta.at("allowed_access_types").texts(), "authorization_code") {
		meta.changed(`write the URL of the login page into "oauth_meta" as "auth_login_redirect", and convert again`,
			"the authorization code flow has no login page to go to, which a Tyk OAS definition needs")
	}
	return oauthScheme(meta.at("allowed_access_types").texts()), settings.filled()
}

// oauthScheme is a scheme with a flow for each access type.
func oauthScheme(access []string) object {
	all := object{}
	for _, f := range flows {
		if !slices.Contains(access, f.access) {
			continue
		}
		flow := object{}
		if f.authorization {
			flow = append(flow, always("authorizationUrl", authorizationURL))
		}
		flow = append(flow, always("scopes", object{}))
		if f.token {
			flow = append(flow, always("tokenUrl", tokenURL))
		}
		all = append(all, always(f.flow, flow))
	}
	return object{always("flows", all), always("type", "oauth2")}
}

// lostAccessTypes reports access types that no flow stands for.
func lostAccessTypes(list field) {
	for item := range list.items() {
		name := item.text()
		known := name == "refresh_token"
		for _, f := range flows {
			known = known || f.access == name
		}
		switch {
		case known || name == "":
		case name == "implicit":
			item.lost(`the implicit grant is obsolete (RFC 9700 §2.1.2): use authorization_code; Tyk's own name for it is "__implicit"`,
				"Tyk knows no access type %q", name)
		default:
			item.lost("use authorization_code, client_credentials, password or refresh_token", "Tyk knows no access type %q", name)
		}
	}
}

func externalOAuth(a *api, config field) (scheme, settings object) {
	var providers []any
	for p := range a.in.at("external_oauth", "providers").items() {
		jwt, in := p.at("jwt"), p.at("introspection")
		providers = append(providers, object{
			some("jwt", object{
				always("enabled", jwt.at("enabled").flag()),
				always("signingMethod", jwt.at("signing_method").text()),
				always("source", jwt.at("source").text()),
				some("identityBaseField", jwt.at("identity_base_field").text()),
				some("issuedAtValidationSkew", jwt.at("issued_at_validation_skew").number()),
				some("notBeforeValidationSkew", jwt.at("not_before_validation_skew").number()),
				some("expiresAtValidationSkew", jwt.at("expires_at_validation_skew").number()),
			}),
			some("introspection", object{
				always("enabled", in.at("enabled").flag()),
				always("url", in.at("url").text()),
				always("clientId", in.at("client_id").text()),
				always("clientSecret", in.at("client_secret").text()),
				some("identityBaseField", in.at("identity_base_field").text()),
				some("cache", object{always("enabled", in.at("cache", "enabled").flag()), always("timeout", in.at("cache", "timeout").number())}),
			}),
		}.filled())
	}
	settings = append(object{always("enabled", true)}, placesOf(config).members()...)
	settings = append(settings, always("providers", providers))
	return oauthScheme([]string{"authorization_code"}), settings.filled()
}

// jwtFields are the fields that are for JWT alone.
var jwtFields = []string{
	"jwt_signing_method", "jwt_source", "jwt_jwks_uris", "jwt_identity_base_field", "jwt_client_base_field", "jwt_policy_field_name",
	"jwt_default_policies", "jwt_issued_at_validation_skew", "jwt_expires_at_validation_skew", "jwt_not_before_validation_skew", "jwt_skip_kid",
	"idp_client_id_mapping_disabled",
}

func jwtAuth(a *api, config field) (scheme, settings object) {
	in := a.in
	var keys []any
	for k := range in.at("jwt_jwks_uris").items() {
		keys = append(keys, object{always("url", k.at("url").text()), some("cacheTimeout", timeout(k.at("cache_timeout")))}.filled())
	}
	settings = append(object{always("enabled", true)}, placesOf(config).members()...)
	settings = append(settings,
		some("source", in.at("jwt_source").text()),
		some("jwksURIs", keys),
		some("signingMethod", in.at("jwt_signing_method").text()),
		some("identityBaseField", in.at("jwt_identity_base_field").text()),
		some("skipKid", in.at("jwt_skip_kid").flag()),
		some("policyFieldName", in.at("jwt_policy_field_name").text()),
		some("clientBaseField", in.at("jwt_client_base_field").text()),
		some("scopes", a.scopes("jwt", !in.at("use_openid").flag())),
		some("defaultPolicies", in.at("jwt_default_policies").texts()),
		some("issuedAtValidationSkew", in.at("jwt_issued_at_validation_skew").number()),
		some("notBeforeValidationSkew", in.at("jwt_not_before_validation_skew").number()),
		some("expiresAtValidationSkew", in.at("jwt_expires_at_validation_skew").number()),
		some("idpClientIdMappingDisabled", in.at("idp_client_id_mapping_disabled").flag()))
	return object{always("bearerFormat", "JWT"), always("scheme", "bearer"), always("type", "http")}, settings.filled()
}

// scopes are the policies of scopes. The older fields, where they are for this method, count only as far as the newer ones say nothing.
func (a *api) scopes(kind string, older bool) object {
	f := a.in.at("scopes", kind)
	claim, mapping := f.at("scope_claim_name").text(), pairs(f.at("scope_to_policy"), "scope", "policyId")
	if older {
		oldClaim, old := a.in.at("jwt_scope_claim_name").text(), pairs(a.in.at("jwt_scope_to_policy_mapping"), "scope", "policyId")
		if f.says() && (oldClaim != "" || old != nil) && (oldClaim != claim || string(plain(old)) != string(plain(mapping))) {
			a.in.at("jwt_scope_claim_name").changed("remove the one that is not meant", "scopes.%s and jwt_scope_claim_name differ; scopes.%s is taken", kind, kind)
		}
		if !f.says() {
			claim, mapping = oldClaim, old
		}
	}
	return object{some("claimName", claim), some("scopeToPolicyMapping", mapping)}.filled()
}

func openIDConnect(a *api, config field) (scheme, settings object) {
	f := a.in.at("openid_options")
	var providers []any
	for p := range f.at("providers").items() {
		providers = append(providers, object{
			some("issuer", p.at("issuer").text()),
			some("clientToPolicyMapping", pairs(p.at("client_ids"), "clientId", "policyId")),
		}.filled())
	}
	settings = append(object{always("enabled", true)}, placesOf(config).members()...)
	settings = append(settings,
		some("segregateByClientId", f.at("segregate_by_client").flag()),
		some("providers", providers),
		some("scopes", a.scopes("oidc", true)))
	return nil, settings.filled()
}
