package check

import (
	"slices"
	"strings"

	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/source"
)

// Feature is something a document can ask for that this program's runtime does not do.
type Feature struct {
	Name    string // what it is, in the document's words
	Field   string // of the extension, names joined by dots; * for a map key and for a list item
	Refused bool   // an API that asks for it is not served; otherwise it is served without
	Effect  string // what would happen, or happens, without it

	find func(*Pass, string) []source.Pointer // where a document asks for it; nil: where the field is an object that is enabled
}

// Features returns what the runtime does not do. An API is refused where serving it without the feature could let somebody in, would change
// what is answered or forwarded, or would break a limit that is promised to the upstream.
func Features() []Feature { return slices.Clone(features) }

// What several features have in common.
const (
	opensAPI       = "everybody could call the API"
	opensOperation = "everybody could call the operation"
	losesPlugin    = "the plugin's work would not be done"
	changesRequest = "the upstream would get another request"
	changesAnswer  = "the client would get another answer"
	losesLimit     = "the upstream would have to bear any number of requests"
	losesRequest   = "requests would go to the wrong server, or nowhere"
	losesTrust     = "the upstream would not know the gateway, or the gateway not the upstream"
	notRecorded    = "nothing of it is recorded"
)

// features is the one list of what is not executed; rules TYK390 and TYK391 and the table of `tykctl compat` are made from it. What is not
// in it is executed, or means nothing to a gateway.
var features = []Feature{
	{Name: "expiration", Field: "info.expiration", Refused: true, Effect: "the API would be served for ever", find: expirations},
	{Name: "versioning", Field: "info.versioning", Refused: true, Effect: "every version would be answered by this one"},

	{Name: "a reference as listen path", Field: "server.listenPath.value", Refused: true, Effect: "the listen path is not known", find: references},
	{Name: "a reference as custom domain", Field: "server.customDomain.name", Refused: true, Effect: "the domain is not known", find: references},
	{Name: "certificates of a custom domain", Field: "server.customDomain.certificates", Effect: "certificates are given to serve by its own options", find: filled},
	{Name: "clientCertificates", Field: "server.clientCertificates", Refused: true, Effect: opensAPI},
	{Name: "ipAccessControl", Field: "server.ipAccessControl", Refused: true, Effect: opensAPI, find: enabledWith("allow", "block")},
	{Name: "a protocol of its own", Field: "server.protocol", Refused: true, Effect: "clients would not reach the API", find: oneOf("https", "h2c")},
	{Name: "a port of its own", Field: "server.port", Refused: true, Effect: "clients would not reach the API", find: ports},
	{Name: "batchProcessing", Field: "server.batchProcessing", Refused: true, Effect: "batches of requests would not be answered"},
	{Name: "gatewayTags", Field: "server.gatewayTags", Effect: "the API is served whatever the tags are", find: enabledWith("tags")},
	{Name: "detailedActivityLogs", Field: "server.detailedActivityLogs", Effect: notRecorded},
	{Name: "detailedTracing", Field: "server.detailedTracing", Effect: notRecorded},
	{Name: "eventHandlers", Field: "server.eventHandlers.*", Effect: "nobody is told of events"},

	{Name: "JSON web tokens", Field: schemeField, Refused: true, Effect: opensAPI, find: schemesOf(oas.SchemeJWT)},
	{Name: "basic authentication", Field: schemeField, Refused: true, Effect: opensAPI, find: schemesOf(oas.SchemeBasic)},
	{Name: "access tokens of another authorization server", Field: schemeField, Refused: true, Effect: opensAPI, find: schemesOf(oas.SchemeExternalOAuth, oas.SchemeOAuth2)},
	{Name: "a security scheme that is not read", Field: schemeField, Refused: true, Effect: opensAPI, find: unreadSchemes},
	{Name: "a second security scheme", Field: schemeField, Refused: true, Effect: "only one of them would be asked for", find: secondScheme},
	{Name: "client certificates as auth tokens", Field: schemeField + ".enableClientCertificate", Refused: true, Effect: "clients with a certificate could not call the API", find: tokenFields(filled)},
	{Name: "signatureValidation", Field: schemeField + ".signatureValidation", Refused: true, Effect: "everybody with a token could call the API, signed or not", find: tokenFields(enabled)},
	{Name: "hmac", Field: "server.authentication.hmac", Refused: true, Effect: opensAPI},
	{Name: "oidc", Field: "server.authentication.oidc", Refused: true, Effect: opensAPI},
	{Name: "custom authentication", Field: "server.authentication.custom", Refused: true, Effect: opensAPI},
	{Name: "certificateAuth", Field: "server.authentication.certificateAuth", Refused: true, Effect: opensAPI},
	{Name: "several security requirements", Field: "server.authentication.securityProcessingMode", Refused: true, Effect: "only the first requirement would be looked at", find: alternatives},
	{Name: "protectedResourceMetadata", Field: "server.authentication.protectedResourceMetadata", Refused: true, Effect: "clients would not find the metadata"},
	{Name: "customKeyLifetime without OAuth", Field: "server.authentication.customKeyLifetime", Effect: "keys live as long as they say themselves", find: keyLifetime},
	{Name: "the authorize type token", Field: schemeField + ".allowedAuthorizeTypes.*", Refused: true, Effect: "clients would get no access tokens", find: oauthFields(oneOf("token"))},
	{Name: "a reference as login page", Field: schemeField + ".authLoginRedirect", Refused: true, Effect: "browsers would be sent nowhere", find: oauthFields(references)},
	{Name: "a reference as notification URL", Field: schemeField + ".notifications.onKeyChangeUrl", Effect: "nobody is told of the access tokens that are issued", find: oauthFields(references)},

	{Name: "upstreams other than http and https", Field: "upstream.url", Refused: true, Effect: losesRequest, find: unservedURL},
	{Name: "a reference as upstream URL", Field: "upstream.url", Refused: true, Effect: losesRequest, find: references},
	{Name: "letters outside ASCII in the upstream URL", Field: "upstream.url", Refused: true, Effect: losesRequest, find: foreignURL},
	{Name: "credentials in the upstream URL", Field: "upstream.url", Refused: true, Effect: losesTrust, find: urlCredentials},
	{Name: "loadBalancing", Field: "upstream.loadBalancing", Refused: true, Effect: losesRequest},
	{Name: "serviceDiscovery", Field: "upstream.serviceDiscovery", Refused: true, Effect: losesRequest},
	{Name: "basicAuth towards the upstream", Field: "upstream.authentication.basicAuth", Refused: true, Effect: losesTrust},
	{Name: "oauth towards the upstream", Field: "upstream.authentication.oauth", Refused: true, Effect: losesTrust},
	{Name: "requestSigning", Field: "upstream.authentication.requestSigning", Refused: true, Effect: losesTrust, find: requestSigning},
	{Name: "mutualTLS", Field: "upstream.mutualTLS", Refused: true, Effect: losesTrust},
	{Name: "certificatePinning", Field: "upstream.certificatePinning", Refused: true, Effect: losesTrust},
	{Name: "minVersion", Field: "upstream.tlsTransport.minVersion", Refused: true, Effect: "TLS 1.2 and later would be spoken", find: oneOf("1.0", "1.1", "1.3")},
	{Name: "maxVersion", Field: "upstream.tlsTransport.maxVersion", Refused: true, Effect: "TLS 1.2 and later would be spoken", find: oneOf("1.0", "1.1", "1.2")},
	{Name: "ciphers", Field: "upstream.tlsTransport.ciphers", Refused: true, Effect: "other ciphers would be used", find: filled},
	{Name: "forceCommonNameCheck", Field: "upstream.tlsTransport.forceCommonNameCheck", Refused: true, Effect: losesTrust, find: filled},
	{Name: "proxy", Field: "upstream.proxy", Refused: true, Effect: "requests would go to the upstream directly"},
	{Name: "rateLimit", Field: "upstream.rateLimit", Refused: true, Effect: losesLimit},
	{Name: "enforceTimeout", Field: "upstream.enforceTimeout", Refused: true, Effect: "requests could take longer"},
	{Name: "uptimeTests", Field: "upstream.uptimeTests", Effect: "the upstream is not probed"},

	{Name: "cors", Field: "middleware.global.cors", Refused: true, Effect: "browsers would refuse the answers, or accept too many"},
	{Name: "plugin bundles", Field: "middleware.global.pluginConfig.bundle", Refused: true, Effect: losesPlugin},
	{Name: "plugin data", Field: "middleware.global.pluginConfig.data", Effect: "there is no plugin to read it"},
	{Name: "prePlugin", Field: "middleware.global.prePlugin.plugins.*", Refused: true, Effect: losesPlugin},
	{Name: "prePlugins", Field: "middleware.global.prePlugins.*", Refused: true, Effect: losesPlugin},
	{Name: "postAuthenticationPlugin", Field: "middleware.global.postAuthenticationPlugin.plugins.*", Refused: true, Effect: losesPlugin},
	{Name: "postAuthenticationPlugins", Field: "middleware.global.postAuthenticationPlugins.*", Refused: true, Effect: losesPlugin},
	{Name: "postPlugin", Field: "middleware.global.postPlugin.plugins.*", Refused: true, Effect: losesPlugin},
	{Name: "postPlugins", Field: "middleware.global.postPlugins.*", Refused: true, Effect: losesPlugin},
	{Name: "responsePlugin", Field: "middleware.global.responsePlugin.plugins.*", Refused: true, Effect: losesPlugin},
	{Name: "responsePlugins", Field: "middleware.global.responsePlugins.*", Refused: true, Effect: losesPlugin},
	{Name: "transformRequestHeaders", Field: "middleware.global.transformRequestHeaders", Refused: true, Effect: changesRequest, find: enabledWith("add", "remove")},
	{Name: "transformResponseHeaders", Field: "middleware.global.transformResponseHeaders", Refused: true, Effect: changesAnswer, find: enabledWith("add", "remove")},
	{Name: "requestSizeLimit", Field: "middleware.global.requestSizeLimit", Refused: true, Effect: "larger requests would go upstream"},
	{Name: "cache", Field: "middleware.global.cache", Effect: "every request goes upstream"},
	{Name: "plugins for traffic logs", Field: "middleware.global.trafficLogs.plugins.*", Effect: notRecorded},
	{Name: "mcpTools", Field: "middleware.mcpTools", Refused: true, Effect: changesAnswer, find: filled},
	{Name: "mcpResources", Field: "middleware.mcpResources", Refused: true, Effect: changesAnswer, find: filled},
	{Name: "mcpPrompts", Field: "middleware.mcpPrompts", Refused: true, Effect: changesAnswer, find: filled},
	{Name: "errorOverrides", Field: "errorOverrides", Refused: true, Effect: changesAnswer},
	{Name: "streams", Field: streaming, Refused: true, Effect: losesRequest, find: streams},

	{Name: "operations that are not read", Field: "middleware.operations", Refused: true, Effect: opensOperation, find: unreadOperations},
	{Name: "internal operations", Field: operationField + "internal", Refused: true, Effect: opensOperation},
	{Name: "scopeCheck", Field: operationField + "scopeCheck", Refused: true, Effect: opensOperation, find: filled},
	{Name: "validateRequest", Field: operationField + "validateRequest", Refused: true, Effect: "bad requests would go upstream"},
	{Name: "mockResponse", Field: operationField + "mockResponse", Refused: true, Effect: changesAnswer},
	{Name: "virtualEndpoint", Field: operationField + "virtualEndpoint", Refused: true, Effect: changesAnswer},
	{Name: "postPlugins", Field: operationField + "postPlugins.*", Refused: true, Effect: losesPlugin},
	{Name: "urlRewrite", Field: operationField + "urlRewrite", Refused: true, Effect: changesRequest},
	{Name: "transformRequestMethod", Field: operationField + "transformRequestMethod", Refused: true, Effect: changesRequest},
	{Name: "transformRequestBody", Field: operationField + "transformRequestBody", Refused: true, Effect: changesRequest},
	{Name: "transformRequestHeaders", Field: operationField + "transformRequestHeaders", Refused: true, Effect: changesRequest, find: enabledWith("add", "remove")},
	{Name: "transformResponseBody", Field: operationField + "transformResponseBody", Refused: true, Effect: changesAnswer},
	{Name: "transformResponseHeaders", Field: operationField + "transformResponseHeaders", Refused: true, Effect: changesAnswer, find: enabledWith("add", "remove")},
	{Name: "exchange", Field: operationField + "exchange", Refused: true, Effect: changesRequest},
	{Name: "requestSizeLimit", Field: operationField + "requestSizeLimit", Refused: true, Effect: "larger requests would go upstream"},
	{Name: "enforceTimeout", Field: operationField + "enforceTimeout", Refused: true, Effect: "requests could take longer"},
	{Name: "rateLimit", Field: operationField + "rateLimit", Refused: true, Effect: losesLimit},
	{Name: "circuitBreaker", Field: operationField + "circuitBreaker", Refused: true, Effect: "an upstream that fails would be asked on and on"},
	{Name: "cache", Field: operationField + "cache", Effect: "every request goes upstream"},
	{Name: "trackEndpoint", Field: operationField + "trackEndpoint", Effect: notRecorded},
	{Name: "doNotTrackEndpoint", Field: operationField + "doNotTrackEndpoint", Effect: "there is no record to leave it out of"},
}

const (
	schemeField    = "server.authentication.securitySchemes.*"
	operationField = "middleware.operations.*."
	streaming      = "x-tyk-streaming"
)

// places returns where a document asks for the feature, in document order.
func (f Feature) places(p *Pass) []source.Pointer {
	if f.find == nil {
		return enabled(p, f.Field)
	}
	return f.find(p, f.Field)
}

// values returns the values of a field in document order. It does not look into what is switched off, nor at operations that do not exist:
// the gateway drops their middleware.
func (p *Pass) values(field string) []source.Node {
	n, _ := p.Doc.File.Lookup(oas.ExtensionPointer)
	list := []source.Node{n}
	for _, name := range strings.Split(field, ".") {
		var next []source.Node
		for _, n := range list {
			if off := member(n, "enabled"); off.Exists() && !off.Bool() {
				continue
			}
			next = append(next, p.children(n, name)...)
		}
		list = next
	}
	return list
}

func (p *Pass) children(n source.Node, name string) []source.Node {
	if name != "*" {
		if m := member(n, name); m.Exists() {
			return []source.Node{m}
		}
		return nil
	}
	if n.Pointer() == operationsAt {
		return p.operationFacts().settings
	}
	var list []source.Node
	for _, m := range n.Members() {
		list = append(list, m)
	}
	for _, m := range n.Items() {
		list = append(list, m)
	}
	return list
}

// member finds a member as the gateway does, which reads "Enabled" for "enabled": no feature is overlooked for its spelling.
func member(n source.Node, name string) source.Node {
	if m := n.Get(name); m.Exists() {
		return m
	}
	for key, m := range n.Members() {
		if strings.EqualFold(key, name) {
			return m
		}
	}
	return source.Node{}
}
