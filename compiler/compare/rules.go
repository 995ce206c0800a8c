package compare

// unnoticed is the class of what is compared elsewhere, or means nothing.
const unnoticed Class = 255

// extensionContainers are objects of the extension that are nothing but a place for others.
var extensionContainers = []string{
	"info", "info/state", "server", "server/listenPath", "server/authentication/securitySchemes", "server/authentication/securitySchemes/*/notifications",
	"upstream", "middleware", "middleware/global", "middleware/operations", "middleware/operations/*",
}

// extensionRules are the classes of what the extension says; the first that matches counts, and what none matches is operational.
var extensionRules = []rule{
	{"info/id", "API id", Breaking, Breaking, Breaking},
	{"info/name", "API name", Cosmetic, Cosmetic, Cosmetic},
	{"info/state/active", "active", Operational, Breaking, Operational},
	{"info/state/internal", "internal", Breaking, Security, Breaking},
	{"info/expiration", "expiration", Breaking, Operational, Breaking},
	{"info/versioning/**", "versioning", Breaking, Breaking, Breaking},

	{"server/listenPath/value", "listen path", Breaking, Breaking, Breaking},
	{"server/listenPath/strip", "strip listen path", Operational, Operational, Operational},
	{"server/customDomain/certificates/**", "certificates of the domain", Security, Security, Security},
	{"server/customDomain/**", "domain", Breaking, Breaking, Breaking},
	{"server/authentication", "authentication", Breaking, Security, Security},
	{"server/authentication/securitySchemes/*", "scheme %s", Security, Breaking, Security},
	{"server/authentication/securitySchemes/*/header/**", "scheme %s: header", Security, Breaking, Breaking},
	{"server/authentication/securitySchemes/*/cookie/**", "scheme %s: cookie", Security, Breaking, Breaking},
	{"server/authentication/securitySchemes/*/query/**", "scheme %s: query parameter", Security, Breaking, Breaking},
	{"server/authentication/securitySchemes/*/allowedAuthorizeTypes", "scheme %s: allowedAuthorizeTypes", Security, Breaking, Security},
	{"server/authentication/securitySchemes/*/refreshToken", "scheme %s: refresh tokens", Security, Breaking, Security},
	{"server/authentication/securitySchemes/*/**", "scheme %s:", Security, Security, Security},
	{"server/authentication/**", "authentication:", Security, Security, Security},
	{"server/ipAccessControl/**", "IP access control", Breaking, Security, Security},
	{"server/clientCertificates/**", "client certificates", Breaking, Security, Security},

	{"upstream/url", "upstream", Operational, Operational, Operational},
	{"upstream/authentication/**", "upstream authentication", Security, Security, Security},
	{"upstream/mutualTLS/**", "upstream mutual TLS", Security, Security, Security},
	{"upstream/certificatePinning/**", "upstream certificate pinning", Security, Security, Security},
	{"upstream/tlsTransport/**", "upstream TLS", Security, Security, Security},
	{"upstream/rateLimit/**", "rate limit of the API", Breaking, Security, Operational},

	{"middleware/operations/*/ignoreAuthentication/**", "%s: ignoreAuthentication", Security, Breaking, Security},
	{"middleware/operations/*/block/**", "%s: block", Breaking, Security, Security},
	{"middleware/operations/*/allow/**", "%s: allow", Security, Breaking, Security},
	{"middleware/operations/*/internal/**", "%s: internal", Breaking, Security, Security},
	{"middleware/operations/*/validateRequest/**", "%s: validateRequest", Breaking, Security, Breaking},
	{"middleware/operations/*/mockResponse/**", "%s: mockResponse", Breaking, Breaking, Breaking},
	{"middleware/operations/*/requestSizeLimit/**", "%s: requestSizeLimit", Breaking, Security, Breaking},
	{"middleware/operations/*/rateLimit/**", "%s: rateLimit", Breaking, Security, Operational},
	{"middleware/operations/*/scopeCheck/**", "%s: scopeCheck", Breaking, Security, Security},
	{"middleware/operations/*/exchange/**", "%s: exchange", Security, Security, Security},
	{"middleware/operations/*/virtualEndpoint/**", "%s: virtualEndpoint", Breaking, Breaking, Breaking},
	{"middleware/operations/*/transformResponseBody/**", "%s: transformResponseBody", Breaking, Breaking, Breaking},
	{"middleware/operations/*/transformResponseHeaders/**", "%s: transformResponseHeaders", Breaking, Breaking, Breaking},
	{"middleware/operations/*/**", "%s:", Operational, Operational, Operational},

	{"middleware/global/cors/**", "CORS", Security, Breaking, Security},
	{"middleware/global/requestSizeLimit/**", "request size limit", Breaking, Security, Breaking},
	{"middleware/global/transformResponseHeaders/**", "response headers", Breaking, Breaking, Breaking},
	{"middleware/global/skipRateLimit", "skip rate limits", Security, Breaking, Security},
	{"middleware/global/skipQuota", "skip quotas", Security, Breaking, Security},
	{"middleware/global/pluginConfig/**", "plugins", Security, Security, Security},
	{"middleware/global/prePlugins/**", "plugins before authentication", Security, Security, Security},
	{"middleware/global/prePlugin/**", "plugins before authentication", Security, Security, Security},
	{"middleware/global/postAuthenticationPlugins/**", "plugins after authentication", Security, Security, Security},
	{"middleware/global/postAuthenticationPlugin/**", "plugins after authentication", Security, Security, Security},
}

var documentContainers = []string{"info", "components", "components/securitySchemes"}

// documentRules are those of the OpenAPI part, besides operations and schemas.
var documentRules = []rule{
	{"openapi", "OpenAPI version", Operational, Operational, Operational},
	{"info/**", "info", Cosmetic, Cosmetic, Cosmetic},
	{"tags/**", "tags", Cosmetic, Cosmetic, Cosmetic},
	{"externalDocs/**", "external documentation", Cosmetic, Cosmetic, Cosmetic},
	{"servers", "servers", Operational, Operational, Operational},
	{"components/securitySchemes/*", "declared scheme %s", Security, Breaking, Breaking},
	{"components/securitySchemes/*/description", "declared scheme %s: description", Cosmetic, Cosmetic, Cosmetic},
	{"components/securitySchemes/*/flows/**", "declared scheme %s: flow", Security, Breaking, Breaking},
	{"components/securitySchemes/*/**", "declared scheme %s:", Breaking, Breaking, Breaking},
	{"**", "", unnoticed, unnoticed, unnoticed},
}

// bounds are numbers of which a lower one stops clients, and a higher one does not.
var bounds = []string{
	"upstream/rateLimit/rate", "middleware/global/requestSizeLimit/value", "middleware/operations/*/requestSizeLimit/value",
	"middleware/operations/*/rateLimit/rate", "limit/rate", "limit/quotaMax", "access/*/limit/rate", "access/*/limit/quotaMax",
}

// policyContainers and policyRules are those of a policy in a plan.
var (
	policyContainers = []string{"limit", "partitions", "access", "access/*", "access/*/limit"}
	policyRules      = []rule{
		{"name", "name", Cosmetic, Cosmetic, Cosmetic},
		{"inactive", "inactive", Breaking, Security, Breaking},
		{"orgId", "organisation", Security, Security, Security},
		{"access/*", "access to API %s", Security, Breaking, Security},
		{"access/*/open", "access to API %s", Security, Breaking, Security},
		{"access/*/allowed", "allowed URLs of API %s", Breaking, Security, Security},
		{"access/*/limit/**", "limit of API %s:", Breaking, Security, Operational},
		{"limit/**", "limit", Breaking, Security, Operational},
		{"partitions/**", "partition", Security, Security, Security},
		{"keyExpires", "lifetime of keys", Breaking, Security, Security},
		{"metaData/**", "meta data", Operational, Operational, Operational},
	}
	planContainers = []string{"routes", "routes/*", "upstream"}
	planRules      = []rule{
		{"name", "API name", Cosmetic, Cosmetic, Cosmetic},
		{"active", "active", Operational, Breaking, Operational},
		{"internal", "internal", Breaking, Security, Breaking},
		{"domain", "domain", Breaking, Breaking, Breaking},
		{"listenPath", "listen path", Breaking, Breaking, Breaking},
		{"strip", "strip listen path", Operational, Operational, Operational},
		{"access/protection", "authentication", Breaking, Security, Security},
		{"access/sources", "where the access token stands", Security, Breaking, Breaking},
		{"access/scopes", "scopes", Breaking, Security, Breaking},
		{"access/**", "authentication:", Security, Security, Security},
		{"oauth/grants", "grants", Security, Breaking, Security},
		{"oauth/responseTypes", "response types", Security, Breaking, Security},
		{"oauth/**", "authorization server:", Security, Security, Security},
		{"allowList", "allow list", Breaking, Security, Breaking},
		{"ignoreCase", "ignore case", Operational, Breaking, Operational},
		{"upstream/url", "upstream", Operational, Operational, Operational},
		{"upstream/insecureSkipVerify", "upstream certificate not verified", Security, Security, Security},
		{"routes/*/ignoreAuth", "%s: open without a token", Security, Breaking, Security},
		{"routes/*/block", "%s: blocked", Breaking, Security, Security},
		{"routes/*/allow", "%s: on the allow list", Security, Breaking, Security},
		{"routes/*/scopes", "%s: scopes", Breaking, Security, Breaking},
		{"routes/*/**", "%s:", Operational, Operational, Operational},
	}
)
