package compat

const area = "admin API"

// adminAPI is about /tyk/ and /api/apis/oauth/.
var adminAPI = []Difference{
	{
		ID: "admin-unreadable-json", Area: area, Restored: true,
		Tyk:  "a body that is no JSON, or has a member of another type, is 500 Unmarshalling failed",
		Here: "400, with what is wrong",
		Why:  "the caller can mend it; 500 says that the gateway is broken",
	},
	{
		ID: "admin-client-exists", Area: area, Restored: true,
		Tyk:  "creating a client whose id exists replaces it silently; the tokens of the former one go on working",
		Here: "409",
		Why:  "a client that somebody else uses would be locked out, and a slip would go unnoticed",
	},
	{
		ID: "admin-client-id", Area: area,
		Tyk:  "a client id may be any text",
		Here: "letters, digits and . _ ~ @ + = -, 128 of them at most; others are 400",
		Why:  "it stands before the colon in HTTP Basic, raw or encoded, and in paths: an id that can be read in two ways locks its client out",
	},
	{
		ID: "admin-client-policy", Area: area, Restored: true,
		Tyk:  "with api_id, a client may name a policy that does not exist or does not open the API; its tokens fail later",
		Here: "400 when the client is created",
		Why:  "the mistake is found by who makes it, not by who uses the client",
	},
	{
		ID: "admin-delete-unknown", Area: area, Restored: true,
		Tyk:  "deleting an unknown client says 200 deleted, deleting an unknown policy 500",
		Here: "404",
		Why:  "a mistyped id must not look like success",
	},
	{
		ID: "admin-list-unknown-api", Area: area, Restored: true,
		Tyk:  "listing the clients of an unknown API is 404 with the body null",
		Here: "404 with an error object",
		Why:  "every error has one form",
	},
	{
		ID: "admin-key-policy", Area: area, Restored: true,
		Tyk:  "a key that names an unknown policy is 500",
		Here: "400, with the same message",
		Why:  "the caller can mend it",
	},
	{
		ID: "admin-secret-shown-once", Area: area,
		Tyk:  "every answer about a client holds its secret, and the store holds it in clear",
		Here: "the secret is in the answer that creates or rotates it, and nowhere else",
		Why:  "the store has its hash only: whoever reads the store cannot act as a client",
	},
	{
		ID: "admin-short-secret", Area: area,
		Tyk:  "a client may be given any secret",
		Here: "a chosen secret has 32 characters at least",
		Why:  "secrets are stored as SHA-256, which only long ones bear",
	},
	{
		ID: "admin-redirect-uri", Area: area,
		Tyk:  "redirect URIs are any text",
		Here: "an absolute URI without a fragment: http, https, or a scheme of an app of its own; plain http off loopback is accepted with a warning",
		Why:  "RFC 6749 §3.1.2 and RFC 9700 §2.6; one that can never match or that runs as a script is a mistake or an attack",
	},
	{
		ID: "admin-meta-data", Area: area,
		Tyk:  "meta_data may be any JSON; unless it is an object, the token request is cut off",
		Here: "400 unless it is an object or null",
		Why:  "a mistake of registration is one of registration",
	},
	{
		ID: "admin-wrong-kind-of-api", Area: area,
		Tyk:  "updating or rotating a client of an API without OAuth, or listing its tokens, cuts the connection",
		Here: "400 API is not OAuth2",
		Why:  "every request has an answer",
	},
	{
		ID: "admin-policy-change-revokes", Area: area,
		Tyk:  "another policy for a client ends its access tokens, unless keys are hashed, and never its refresh tokens",
		Here: "it ends both, always",
		Why:  "a refresh token would bring back what was taken away",
	},
	{
		ID: "admin-rotate-overlap", Area: area,
		Tyk:  "the old secret stops at once when a client's secret is rotated",
		Here: "so it does, unless the call asks for an overlap: then both work until it is over",
		Why:  "a client that runs on several machines cannot change its secret everywhere at once",
	},
	{
		ID: "admin-revoke-all-secret", Area: area,
		Tyk:  "revoke_all with a wrong secret says 200 and revokes nothing",
		Here: "401 client secret is wrong",
		Why:  "who wants tokens to end must hear when they have not",
	},
	{
		ID: "admin-refresh-ends-family", Area: area,
		Tyk:  "invalidating a refresh token leaves the access token of the same grant alive",
		Here: "all tokens of the grant end",
		Why:  "RFC 7009 §2.1",
	},
	{
		ID: "admin-keys-hashed", Area: area,
		Tyk:  "GET /tyk/keys lists keys and access tokens in clear",
		Here: "it lists the SHA-256 of keys, and the names of users; access tokens are listed with their client",
		Why:  "the store has hashes only",
	},
	{
		ID: "admin-user-is-no-key", Area: area,
		Tyk:  "the name of a user is a key by itself when keys are not hashed",
		Here: "users prove themselves with their password",
		Why:  "names are no secrets",
	},
	{
		ID: "admin-policies-last", Area: area,
		Tyk:  "with policies from a file, writes to /tyk/policies say 200 and have no effect",
		Here: "they are kept in the store and count from the next request on; policies of files are refused with 409",
		Why:  "an answer of 200 means that it happened",
	},
	{
		ID: "admin-password-ends-tokens", Area: area,
		Tyk:  "another password for a user leaves the tokens alive that the former one has bought",
		Here: "they end; a call that sends no password keeps it, and the tokens",
		Why:  "who changes a password wants whoever knew it out",
	},
	{
		ID: "admin-token-hint", Area: area,
		Tyk:  "a wrong token_type_hint leaves a token alive though the answer says revoked",
		Here: "both kinds are looked for, whatever the hint",
		Why:  "RFC 7009 §2.1",
	},
	{
		ID: "admin-dashboard", Area: area,
		Tyk:  "the routes below /api/apis/oauth/ are the Dashboard's, a product of its own with users of its own",
		Here: "the gateway answers them; the header Authorization holds the gateway secret, bare or as a bearer token",
		Why:  "there is one program, and one secret that opens its admin API",
	},
	{
		ID: "admin-no-clients-of-an-api", Area: area,
		Tyk:  "DELETE /tyk/oauth/clients/{api} says 200 and does nothing useful",
		Here: "405",
		Why:  "an answer of 200 means that it happened",
	},
}
