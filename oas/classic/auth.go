package classic

import (
	"cmp"
	"slices"
	"strings"
)

// defaultHeader is where Tyk looks for a credential if nothing else is said.
const defaultHeader = "Authorization"

// method is a way of authenticating: its switch, the key of its settings in auth_configs, and what they become.
type method struct {
	config  string   // key in auth_configs; also the name of the scheme
	used    bool     // it is switched on
	why     string   // what is not set when it is not
	own     []string // other fields of the definition that are for this method alone
	convert func(a *api, config field) (scheme, settings object)
}

// authentication is the API's authentication, and the schemes and the requirement of the document that go with it.
func authentication(a *api) (auth, components object, security []any) {
	in := a.in
	keyless := in.at("use_keyless").flag()
	methods := a.methods(keyless)
	if keyless {
		for _, name := range []string{"strip_auth_data", "base_identity_provided_by", "session_lifetime", "session_lifetime_respects_key_expiration"} {
			in.at(name).idle("use_keyless is set")
		}
	}
	auth = object{
		always("enabled", !keyless),
		some("stripAuthorizationData", in.at("strip_auth_data").flag()),
		some("baseIdentityProvider", in.at("base_identity_provided_by").text()),
	}
	var requirement, settings object
	for _, m := range methods {
		config := in.at("auth_configs", m.config)
		if !m.used {
			idleMethod(a, m, config)
			continue
		}
		config.at("name").skip() // a gateway replaces it by the key
		if !config.n.Exists() && (m.config == "authToken" || m.config == "jwt") {
			config = in.at("auth") // the older place, which a gateway reads for these two
		}
		scheme, s := m.convert(a, config)
		if m.config != "oauth" && m.config != "authToken" {
			config.at("use_certificate").idle("only authentication tokens and OAuth look at it")
		}
		if scheme == nil {
			auth = append(auth, always(ownName(m.config), s))
			continue
		}
		components = append(components, always(m.config, scheme))
		settings = append(settings, always(m.config, s))
		requirement = append(requirement, always(m.config, []any{}))
	}
	in.at("auth").idleAll("no method that is used looks at it")
	auth = append(auth, some("securitySchemes", settings), some("customKeyLifetime", a.keyLifetime()))
	if requirement != nil {
		security = []any{requirement}
	}
	if keyless {
		return nil, nil, nil
	}
	return sortAuth(auth).filled(), components, security
}

// sortAuth puts the methods that have a block of their own before the schemes.
func sortAuth(auth object) object {
	order := []string{"enabled", "stripAuthorizationData", "baseIdentityProvider", "hmac", "oidc", "custom", "securitySchemes", "customKeyLifetime"}
	slices.SortStableFunc(auth, func(x, y member) int { return cmp.Compare(slices.Index(order, x.key), slices.Index(order, y.key)) })
	return auth
}

func ownName(config string) string {
	if config == "coprocess" {
		return "custom"
	}
	return config
}

// idleAll is idle for each member: some may have been read.
func (f field) idleAll(why string) {
	for _, m := range f.n.Members() {
		if m := (field{f.r, m}); !f.r.touched(m.n) && !usual(m) {
			m.idle(why)
		} else {
			m.skip()
		}
	}
	f.skip()
}

// usual reports whether a value is what every definition has there.
func usual(f field) bool {
	return strings.EqualFold(f.n.Text(), defaultHeader) || f.n.Pointer().Last() == "name"
}

// idleMethod leaves out the settings of a method that is not used.
func idleMethod(a *api, m method, config field) {
	config.idleAll(m.why)
	for _, name := range m.own {
		f := a.in.at(name)
		if f.n.Text() == "-1" { // hmac_allowed_clock_skew: the default
			f.skip()
		}
		f.idle(m.why)
	}
}

// methods are all methods, in the order of their names.
func (a *api) methods(keyless bool) []method {
	in := a.in
	flag := func(name string) bool {
		set := in.at(name).flag()
		return set && !keyless
	}
	custom := slices.Contains([]bool{flag("custom_plugin_auth_enabled"), flag("use_go_plugin_auth"), flag("enable_coprocess_auth")}, true)
	jwt, hmac, basic, oauth, openID := flag("enable_jwt"), flag("enable_signature_checking"), flag("use_basic_auth"), flag("use_oauth2"), flag("use_openid")
	external := in.at("external_oauth", "enabled").flag() && !keyless
	token := flag("use_standard_auth")
	token = token || !keyless && !jwt && !hmac && !basic && !oauth && !openID && !external && !custom
	why := func(name string) string {
		if keyless {
			return "use_keyless is set"
		}
		return name + " is not set"
	}
	return []method{
		{"authToken", token, why("use_standard_auth"), nil, authToken},
		{"basic", basic, why("use_basic_auth"), []string{"basic_auth"}, basicAuth},
		{"coprocess", custom, why("custom_plugin_auth_enabled"), nil, customAuth},
		{"externalOAuth", external, why("external_oauth.enabled"), []string{"external_oauth"}, externalOAuth},
		{"hmac", hmac, why("enable_signature_checking"), []string{"hmac_allowed_clock_skew", "hmac_allowed_algorithms"}, hmacAuth},
		{"jwt", jwt, why("enable_jwt"), jwtFields, jwtAuth},
		{"oauth", oauth, why("use_oauth2"), []string{"oauth_meta", "notifications"}, oauth2},
		{"oidc", openID, why("use_openid"), []string{"openid_options"}, openIDConnect},
	}
}

func (a *api) keyLifetime() object {
	n := a.in.at("session_lifetime").whole()
	respect := a.in.at("session_lifetime_respects_key_expiration").flag()
	if n <= 0 && !respect {
		return nil
	}
	return object{always("enabled", n > 0), always("value", duration(n)), some("respectValidity", respect)}.filled()
}

// places are where a method takes its credential from.
type places struct{ header, cookie, query object }

func placesOf(config field) places {
	disabled, name := config.at("disable_header").flag(), config.at("auth_header_name").text()
	if name == "" && !disabled {
		name = defaultHeader
	}
	return places{
		header: object{always("enabled", !disabled), some("name", name)},
		cookie: object{always("enabled", config.at("use_cookie").flag()), some("name", config.at("cookie_name").text())},
		query:  object{always("enabled", config.at("use_param").flag()), some("name", config.at("param_name").text())},
	}
}

func (p places) members() object {
	return object{some("header", p.header), some("cookie", p.cookie), some("query", p.query)}
}

// first takes the first place in use out: it is what the scheme of the document says.
func (p *places) first(fallback string) (in, name string) {
	for _, place := range []struct {
		in     string
		source *object
	}{{"header", &p.header}, {"query", &p.query}, {"cookie", &p.cookie}} {
		if s := *place.source; len(s) > 0 && s[0].value == true {
			*place.source = nil
			name, _ := s[1].value.(string)
			return place.in, cmp.Or(name, fallback)
		}
	}
	return "header", fallback
}

func authToken(_ *api, config field) (scheme, settings object) {
	p := placesOf(config)
	header := cmp.Or(config.at("auth_header_name").text(), defaultHeader)
	in, name := p.first(header)
	sig := config.at("signature")
	check := config.at("validate_signature").flag()
	signature := object{
		always("enabled", check),
		some("algorithm", sig.at("algorithm").text()),
		some("header", sig.at("header").text()),
		some("query", object{always("enabled", sig.at("use_param").flag()), some("name", sig.at("param_name").text())}),
		some("secret", sig.at("secret").text()),
		some("allowedClockSkew", sig.at("allowed_clock_skew").number()),
		some("errorCode", sig.at("error_code").number()),
		some("errorMessage", sig.at("error_message").text()),
	}
	settings = append(object{always("enabled", true)}, p.members()...)
	settings = append(settings, some("enableClientCertificate", config.at("use_certificate").flag()), some("signatureValidation", signature))
	return object{always("in", in), always("name", name), always("type", "apiKey")}, settings.filled()
}

func basicAuth(a *api, config field) (scheme, settings object) {
	f := a.in.at("basic_auth")
	settings = append(object{always("enabled", true)}, placesOf(config).members()...)
	settings = append(settings,
		some("disableCaching", f.at("disable_caching").flag()),
		some("cacheTTL", f.at("cache_ttl").number()),
		some("extractCredentialsFromBody", object{
			always("enabled", f.at("extract_from_body").flag()),
			some("userRegexp", f.at("body_user_regexp").text()),
			some("passwordRegexp", f.at("body_password_regexp").text()),
		}))
	return object{always("scheme", "basic"), always("type", "http")}, settings.filled()
}

func hmacAuth(a *api, config field) (scheme, settings object) {
	settings = append(object{always("enabled", true)}, placesOf(config).members()...)
	settings = append(settings,
		some("allowedAlgorithms", a.in.at("hmac_allowed_algorithms").texts()),
		some("allowedClockSkew", a.in.at("hmac_allowed_clock_skew").number()))
	return nil, settings.filled()
}

// customAuth is authentication by a plugin. One written in Go finds its credential itself.
func customAuth(a *api, config field) (scheme, settings object) {
	check, extractor := a.in.at("custom_middleware", "auth_check"), a.in.at("custom_middleware", "id_extractor")
	settings = object{
		always("enabled", true),
		always("config", object{
			always("enabled", check.says() && !check.at("disabled").flag()),
			always("functionName", check.at("name").text()),
			always("path", check.at("path").text()),
			some("rawBodyOnly", check.at("raw_body_only").flag()),
			some("requireSession", check.at("require_session").flag()),
			some("idExtractor", idExtractor(extractor)),
		}.filled()),
	}
	if a.in.at("custom_middleware", "driver").text() == "goplugin" {
		config.idleAll("a plugin written in Go takes the credential itself")
	} else if config.n.Exists() {
		settings = append(settings, placesOf(config).members()...)
	}
	return nil, settings.filled()
}

func idExtractor(f field) object {
	if !f.says() {
		return nil
	}
	c := f.at("extractor_config")
	return object{
		always("enabled", !f.at("disabled").flag()),
		always("source", f.at("extract_from").text()),
		always("with", f.at("extract_with").text()),
		always("config", object{
			some("headerName", c.at("header_name").text()),
			some("formParamName", c.at("param_name").text()),
			some("regexp", c.at("regex_expression").text()),
			some("regexpMatchIndex", c.at("regex_match_index").number()),
			some("xPathExp", c.at("xpath_expression").text()),
		}.filled()),
	}
}
