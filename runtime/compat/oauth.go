package compat

const oauthArea = "authorization server"

// authorizationServer is about the OAuth endpoints below a listen path.
var authorizationServer = []Difference{
	{
		ID: "oauth-error-status", Area: oauthArea, Restored: true,
		Tyk:  "every error of the token endpoint is 403 (oauth_error_status_code), a wrong secret is unauthorized_client, an unknown client server_error, a wrong password access_denied",
		Here: "400 or 401 with WWW-Authenticate, and the codes invalid_client and invalid_grant; which part of the credentials was wrong is not said",
		Why:  "RFC 6749 §5.2; clients act upon these codes, and strangers learn nothing from them",
	},
	{
		ID: "oauth-authorize-errors", Area: oauthArea, Restored: true,
		Tyk:  "errors of the authorization endpoint are shown to the user as JSON",
		Here: "once client and redirect URI are known to belong together, the client is told, with its state",
		Why:  "RFC 6749 §4.1.2.1",
	},
	{
		ID: "oauth-issuer", Area: oauthArea, Restored: true,
		Tyk:  "answers at the redirect URI do not say who answers; their query is sorted",
		Here: "they hold iss, and what the redirect URI has in its query stays as it is",
		Why:  "RFC 9207: a client of several servers knows which one has answered; RFC 6749 §3.1.2",
	},
	{
		ID: "oauth-token-get", Area: oauthArea, Restored: true,
		Tyk:  "GET on the token endpoint is 403 invalid_request",
		Here: "405 with Allow: POST",
		Why:  "RFC 6749 §3.2, RFC 9110 §15.5.6",
	},
	{
		ID: "oauth-revoke-errors", Area: oauthArea, Restored: true,
		Tyk:  "revoke and revoke_all answer errors in a form of their own, and tell an unknown client from a wrong secret",
		Here: "as the token endpoint does",
		Why:  "RFC 7009 §2.2.1",
	},
	{
		ID: "oauth-revoke-authenticated", Area: oauthArea,
		Tyk:  "revoke needs no authentication, takes any method, and ends tokens and keys of every API",
		Here: "POST by the client that the token was issued to; others are answered alike and end nothing",
		Why:  "RFC 7009 §2.1: otherwise anybody who has seen a token, or guesses the name of a key, can end it",
	},
	{
		ID: "oauth-revoke-grant", Area: oauthArea,
		Tyk:  "a wrong token_type_hint leaves the token alive; a revoked refresh token leaves its access token",
		Here: "the hint does not matter; revoking a refresh token ends all tokens of its grant",
		Why:  "RFC 7009 §2.1",
	},
	{
		ID: "oauth-redirect-exact", Area: oauthArea,
		Tyk:  "a redirect URI matches when its path begins with the registered one; query, user and double encoding pass",
		Here: "it is the registered one byte by byte, but for the port of 127.0.0.1 and [::1]; one that was left out must be the only one",
		Why:  "RFC 9700 §4.1.3: codes would be sent to strangers; RFC 8252 §7.3",
	},
	{
		ID: "oauth-redirect-required", Area: oauthArea,
		Tyk:  "redirect_uri may be left out when the code is exchanged, though it was sent before",
		Here: "invalid_grant",
		Why:  "RFC 6749 §4.1.3",
	},
	{
		ID: "oauth-redirect-for-code-only", Area: oauthArea,
		Tyk:  "a client without a redirect URI can use no grant at all",
		Here: "it can use those that redirect nobody",
		Why:  "RFC 6749 §4.4",
	},
	{
		ID: "oauth-once", Area: oauthArea,
		Tyk:  "of parallel uses of a code or refresh token several succeed; a second use has no consequence",
		Here: "exactly one succeeds; a second use ends all tokens of the grant, but for a refresh request that is repeated within seconds, which gets the same answer",
		Why:  "RFC 6749 §4.1.2, RFC 9700 §4.14.2: one of the two is a thief, or a client whose connection broke",
	},
	{
		ID: "oauth-pkce", Area: oauthArea,
		Tyk:  "code_challenge and code_verifier are ignored",
		Here: "S256 is verified when it is used, and clients without a secret must use it",
		Why:  "RFC 7636, RFC 9700 §2.1.1",
	},
	{
		ID: "oauth-public-clients", Area: oauthArea,
		Tyk:  "every client has a secret",
		Here: "a client may have none; it can redeem codes and refresh, with PKCE, and nothing else",
		Why:  "RFC 6749 §2.1: an app on a user's device can keep no secret",
	},
	{
		ID: "oauth-client-authentication", Area: oauthArea,
		Tyk:  "Basic alone, its scheme in exactly this case, credentials not percent-decoded; what the body says is ignored",
		Here: "Basic in any case, raw or percent-encoded, or client_id and client_secret in the body; a contradiction is invalid_request",
		Why:  "RFC 6749 §2.3.1; what follows the RFC to the letter fails on Tyk once an id holds - or .",
	},
	{
		ID: "oauth-parameters", Area: oauthArea,
		Tyk:  "of a repeated parameter the first counts; token parameters may stand in the URL; nothing is too long",
		Here: "a repeated parameter, one of more than 4 KiB, and more than 64 are invalid_request; token parameters stand in the body",
		Why:  "RFC 6749 §3.1, §3.2: two readings of a request are a way around checks, and URLs end up in logs",
	},
	{
		ID: "oauth-scopes", Area: oauthArea,
		Tyk:  "scopes are echoed, never checked; a refresh may widen them",
		Here: "invalid_scope for what the definition's flows do not declare, or what was not granted",
		Why:  "RFC 6749 §3.3, §6",
	},
	{
		ID: "oauth-refresh-only-if-configured", Area: oauthArea,
		Tyk:  "code and password grants hand out a refresh token also where refreshToken is false, and it cannot be used",
		Here: "none is handed out",
		Why:  "it would be a secret without a use",
	},
	{
		ID: "oauth-implicit", Area: oauthArea,
		Tyk:  "response_type=token is served where the definition allows it",
		Here: "unsupported_response_type",
		Why:  "RFC 9700 §2.1.2: the token would stand in URLs",
	},
	{
		ID: "oauth-key-rules", Area: oauthArea,
		Tyk:  "key_rules that cannot be read are dropped; without rights they open every API; a client's own ones travel to the login page",
		Here: "400; without rights and policies they open the issuing API alone; 400 at the authorization endpoint",
		Why:  "a client would choose its own limits through an identity server that hands on what it is sent",
	},
	{
		ID: "oauth-login-query", Area: oauthArea,
		Tyk:  "a login page with a query gets a second question mark",
		Here: "the queries are joined",
		Why:  "the login page would not find its parameters",
	},
	{
		ID: "oauth-password-policy", Area: oauthArea,
		Tyk:  "the client's policy does not count for tokens of the password grant; the user's meta data is replaced by the client's; a second grant ends the first token",
		Here: "the policy joins those of the user; the user's record is never altered; earlier tokens live on",
		Why:  "the documentation of Tyk promises the first; the others lose data and log out other devices",
	},
	{
		ID: "oauth-guessing", Area: oauthArea,
		Tyk:  "secrets and passwords may be guessed without end",
		Here: "429 with Retry-After after some failures of a client, a user or an address",
		Why:  "RFC 6749 §10.10, §2.3.1",
	},
	{
		ID: "oauth-notify-client-credentials", Area: oauthArea,
		Tyk:  "owners are notified of client credentials tokens, too, and of parameters that merely stood in the request",
		Here: "not of those; a notification says what the grant presented",
		Why:  "the documentation of Tyk says so, and a client could make up the rest",
	},
	{
		ID: "oauth-content-type", Area: oauthArea,
		Tyk:  "authorize-client answers JSON as text/plain that may be cached; JSON requests must not name a charset",
		Here: "application/json and no-store; the charset does not matter",
		Why:  "RFC 9111 §5.2.2.5: a code is a secret; RFC 9110 §8.3.1",
	},
	{
		ID: "oauth-inactive-api", Area: oauthArea,
		Tyk:  "an API whose state is inactive is served from a file, with its OAuth endpoints",
		Here: "404",
		Why:  "who switches an API off wants it off",
	},
	{
		ID: "oauth-by-api-id", Area: oauthArea,
		Tyk:  "every endpoint is reachable under /{api id}/ too",
		Here: "below the listen path alone",
		Why:  "it could shadow another API's listen path, and rules for a path in front of the gateway would not hold",
	},
	{
		ID: "oauth-further-endpoints", Area: oauthArea,
		Tyk:  "oauth/introspect, .well-known/oauth-authorization-server, and revoke with a slash at its end are the upstream's",
		Here: "they are introspection (RFC 7662), metadata (RFC 8414) and revocation",
		Why:  "clients and resource servers find out by themselves what they need",
	},
	{
		ID: "oauth-token-format", Area: oauthArea,
		Tyk:  "access tokens hold the organisation, or are base64 of a JSON object",
		Here: "all codes and tokens are random letters, digits, - and _",
		Why:  "a client has no business with what is in them, and nothing needs escaping",
	},
}
