package tyk

// Authentication says who may call the API. Absent or not enabled means everybody.
type Authentication struct {
	Enabled                bool                       `json:"enabled"`
	StripAuthorizationData bool                       `json:"stripAuthorizationData"`
	BaseIdentityProvider   string                     `json:"baseIdentityProvider"`
	HMAC                   *HMAC                      `json:"hmac"`
	OIDC                   *OIDC                      `json:"oidc"`
	Custom                 *CustomAuthentication      `json:"custom"`
	SecuritySchemes        map[string]*SecurityScheme `json:"securitySchemes"`
	CustomKeyLifetime      *CustomKeyLifetime         `json:"customKeyLifetime"`
	SecurityProcessingMode string                     `json:"securityProcessingMode"` // legacy or compliant
	Security               [][]string                 `json:"security"`
	CertificateAuth        *Toggle                    `json:"certificateAuth"`

	ProtectedResourceMetadata *ProtectedResourceMetadata `json:"protectedResourceMetadata"`
}

// CustomKeyLifetime bounds how long a key lives.
type CustomKeyLifetime struct {
	Enabled         bool   `json:"enabled"`
	Value           string `json:"value"` // a duration
	RespectValidity bool   `json:"respectValidity"`
}

// AuthSources are the places a credential may be taken from.
type AuthSources struct {
	Header *AuthSource `json:"header"`
	Cookie *AuthSource `json:"cookie"`
	Query  *AuthSource `json:"query"`
}

// AuthSource is one such place; an empty name means Authorization.
type AuthSource struct {
	Enabled bool   `json:"enabled"`
	Name    string `json:"name"`
}

// On reports whether the source is present and enabled.
func (s *AuthSource) On() bool { return s != nil && s.Enabled }

// Any reports whether at least one source is enabled.
func (s *AuthSources) Any() bool { return s.Header.On() || s.Cookie.On() || s.Query.On() }

// SecurityScheme holds Tyk's settings of a scheme of components.securitySchemes. Which fields count is decided by the type
// of that twin, not by what is written here: the fields of all types are in one struct, as Tyk accepts them all.
type SecurityScheme struct {
	Enabled bool `json:"enabled"`
	AuthSources

	// apiKey
	EnableClientCertificate bool       `json:"enableClientCertificate"`
	SignatureValidation     *Signature `json:"signatureValidation"`

	// http bearer with bearerFormat JWT
	Source                     string            `json:"source"`
	JWKSURIs                   []JWK             `json:"jwksURIs"`
	SigningMethod              string            `json:"signingMethod"`
	IdentityBaseField          string            `json:"identityBaseField"`
	SubjectClaims              []string          `json:"subjectClaims"`
	SkipKid                    bool              `json:"skipKid"`
	PolicyFieldName            string            `json:"policyFieldName"`
	BasePolicyClaims           []string          `json:"basePolicyClaims"`
	ClientBaseField            string            `json:"clientBaseField"`
	Scopes                     *Scopes           `json:"scopes"`
	DefaultPolicies            []string          `json:"defaultPolicies"`
	IssuedAtValidationSkew     int               `json:"issuedAtValidationSkew"`  // seconds
	NotBeforeValidationSkew    int               `json:"notBeforeValidationSkew"` // seconds
	ExpiresAtValidationSkew    int               `json:"expiresAtValidationSkew"` // seconds
	AllowedIssuers             []string          `json:"allowedIssuers"`
	AllowedAudiences           []string          `json:"allowedAudiences"`
	AllowedSubjects            []string          `json:"allowedSubjects"`
	JTIValidation              *Toggle           `json:"jtiValidation"`
	IDPClientIDMappingDisabled bool              `json:"idpClientIdMappingDisabled"`
	CustomClaimValidation      map[string]Opaque `json:"customClaimValidation"`

	// http basic
	DisableCaching             bool                        `json:"disableCaching"`
	CacheTTL                   int                         `json:"cacheTTL"` // seconds
	ExtractCredentialsFromBody *ExtractCredentialsFromBody `json:"extractCredentialsFromBody"`

	// oauth2, Tyk as the authorization server
	AllowedAuthorizeTypes []string       `json:"allowedAuthorizeTypes"`
	RefreshToken          bool           `json:"refreshToken"`
	AuthLoginRedirect     string         `json:"authLoginRedirect"`
	Notifications         *Notifications `json:"notifications"`

	// oauth2, another authorization server; deprecated since 5.7
	Providers []ExternalProvider `json:"providers"`

	// oauth2, another authorization server; since 5.14
	ScopeCheck                *Toggle `json:"scopeCheck"`
	ProtectedResourceMetadata *Toggle `json:"protectedResourceMetadata"`
	TokenExchange             *Toggle `json:"tokenExchange"`
}

// Opaque stands for an object whose insides the compiler does not need.
type Opaque struct{}

// ExternalIssuer reports whether the settings say that another server than Tyk issues the tokens: a provider list, or one
// of the resource server blocks of Tyk 5.14.
func (s *SecurityScheme) ExternalIssuer() bool {
	return len(s.Providers) > 0 || s.ScopeCheck != nil || s.ProtectedResourceMetadata != nil || s.TokenExchange != nil
}

// Notifications tells the owner of the API about issued tokens.
type Notifications struct {
	SharedSecret   string `json:"sharedSecret"`
	OnKeyChangeURL string `json:"onKeyChangeUrl"`
}

// Signature is the check of a signature beside an auth token.
type Signature struct {
	Enabled          bool        `json:"enabled"`
	Algorithm        string      `json:"algorithm"`
	Header           string      `json:"header"`
	Query            *AuthSource `json:"query"`
	Secret           string      `json:"secret"`
	AllowedClockSkew int         `json:"allowedClockSkew"`
	ErrorCode        int         `json:"errorCode"`
	ErrorMessage     string      `json:"errorMessage"`
}

// JWK is a place to fetch keys from.
type JWK struct {
	URL          string `json:"url"`
	CacheTimeout string `json:"cacheTimeout"` // a duration
}

// Scopes maps the scopes of a token to policies.
type Scopes struct {
	ClaimName            string          `json:"claimName"`
	Claims               []string        `json:"claims"`
	ScopeToPolicyMapping []ScopeToPolicy `json:"scopeToPolicyMapping"`
}

// ScopeToPolicy gives the holder of a scope a policy.
type ScopeToPolicy struct {
	Scope    string `json:"scope"`
	PolicyID string `json:"policyId"`
}

// ExtractCredentialsFromBody finds basic credentials in a body by regular expressions.
type ExtractCredentialsFromBody struct {
	Enabled        bool   `json:"enabled"`
	UserRegexp     string `json:"userRegexp"`
	PasswordRegexp string `json:"passwordRegexp"`
}

// ExternalProvider is one entry of the deprecated provider list of an oauth2 scheme.
type ExternalProvider struct {
	JWT           *Toggle `json:"jwt"`
	Introspection *Toggle `json:"introspection"`
}

// ProtectedResourceMetadata is the older form of RFC 9728 metadata, at the authentication block.
type ProtectedResourceMetadata struct {
	Enabled              bool     `json:"enabled"`
	WellKnownPath        string   `json:"wellKnownPath"`
	Resource             string   `json:"resource"`
	AuthorizationServers []string `json:"authorizationServers"`
	ScopesSupported      []string `json:"scopesSupported"`
}

// HMAC is the check of signed requests.
type HMAC struct {
	Enabled bool `json:"enabled"`
	AuthSources
	AllowedAlgorithms []string `json:"allowedAlgorithms"`
	AllowedClockSkew  float64  `json:"allowedClockSkew"` // milliseconds; 0 switches the check off
}

// OIDC is OpenID Connect; deprecated since 5.7.
type OIDC struct {
	Enabled bool `json:"enabled"`
	AuthSources
	SegregateByClientID bool           `json:"segregateByClientId"`
	Providers           []OIDCProvider `json:"providers"`
	Scopes              *Scopes        `json:"scopes"`
}

// OIDCProvider maps the clients of an issuer to policies.
type OIDCProvider struct {
	Issuer                string           `json:"issuer"`
	ClientToPolicyMapping []ClientToPolicy `json:"clientToPolicyMapping"`
}

// ClientToPolicy gives a client a policy.
type ClientToPolicy struct {
	ClientID string `json:"clientId"`
	PolicyID string `json:"policyId"`
}

// CustomAuthentication is authentication by a plugin.
type CustomAuthentication struct {
	Enabled bool `json:"enabled"`
	AuthSources
	Config *AuthenticationPlugin `json:"config"`
}

// AuthenticationPlugin names the plugin.
type AuthenticationPlugin struct {
	Enabled        bool    `json:"enabled"`
	FunctionName   string  `json:"functionName"`
	Path           string  `json:"path"`
	RawBodyOnly    bool    `json:"rawBodyOnly"`
	RequireSession bool    `json:"requireSession"`
	IDExtractor    *Toggle `json:"idExtractor"`
}
