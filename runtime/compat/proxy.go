package compat

const proxyArea = "proxied requests"

// proxied is about requests to APIs: what a credential opens, what is counted, what the gateway answers in place of an upstream.
var proxied = []Difference{
	{
		ID: "proxy-status", Area: proxyArea, Restored: true,
		Tyk:  "an OAuth API answers 400 to a missing or malformed credential and 403 to an unknown one; an API of auth tokens 403 to an unknown one",
		Here: "401, with the same text",
		Why:  "RFC 6750 §3.1; clients renew their token at a 401, and only then",
	},
	{
		ID: "proxy-challenge", Area: proxyArea, Restored: true,
		Tyk:  "no answer has WWW-Authenticate",
		Here: "a 401 has it, and a 403 whose cause is access rights or scopes, with error and scope",
		Why:  "RFC 6750 §3 and RFC 9110 §11.6.1 ask for it; it tells clients what to do",
	},
	{
		ID: "proxy-quota-status", Area: proxyArea, Restored: true,
		Tyk:  "a quota that is used up is 403",
		Here: "429 with Retry-After, like a rate",
		Why:  "RFC 6585 §4; a 403 is not worth another try, this is",
	},
	{
		ID: "proxy-upstream-status", Area: proxyArea, Restored: true,
		Tyk:  "an upstream that cannot be reached is 500",
		Here: "502",
		Why:  "RFC 9110 §15.6.3; 500 says that the gateway is broken",
	},
	{
		ID: "proxy-limit-headers", Area: proxyArea,
		Tyk:  "X-RateLimit-* tell the quota and nothing tells the rate; a 429 does not say when to come again",
		Here: "X-RateLimit-* as in Tyk, besides them RateLimit and RateLimit-Policy for rate and quota, and Retry-After",
		Why:  "a client can keep a limit only if it knows it (draft-ietf-httpapi-ratelimit-headers)",
	},
	{
		ID: "proxy-quota-reset", Area: proxyArea,
		Tyk:  "X-RateLimit-Reset is the present time in the first answer of a period",
		Here: "the time of the renewal, always",
		Why:  "that is what the header is for",
	},
	{
		ID: "proxy-rate-window", Area: proxyArea,
		Tyk:  "a rate of r in p seconds begins anew p seconds after its first request: around that moment 2r requests pass within p seconds",
		Here: "in no p seconds more than r pass",
		Why:  "that is what the policy says, and what an upstream is sized for",
	},
	{
		ID: "proxy-refused-is-free", Area: proxyArea,
		Tyk:  "requests that a quota refuses go on counting",
		Here: "what is refused is not counted",
		Why:  "it has cost nothing, and a larger quota helps at once",
	},
	{
		ID: "proxy-throttle-bounded", Area: proxyArea,
		Tyk:  "requests above their rate are held back for as long as throttle_interval and throttle_retry_limit say",
		Here: "so they are, but 64 of one credential and 4096 in all, for half a minute at most; those beyond are refused at once",
		Why:  "each holds a connection and memory",
	},
	{
		ID: "proxy-no-rights", Area: proxyArea,
		Tyk:  "a session without access rights passes the check of every API",
		Here: "no rights are no rights; key_rules without rights leave the client its policy, or open the issuing API alone",
		Why:  "an empty key_rules would make a token for everything",
	},
	{
		ID: "proxy-scopes", Area: proxyArea,
		Tyk:  "scopes are never checked",
		Here: "an operation whose security requirement names scopes needs them: otherwise 403 insufficient_scope",
		Why:  "the document promises it (RFC 6750 §3.1)",
	},
	{
		ID: "proxy-bare-token", Area: proxyArea,
		Tyk:  "an OAuth API wants \"Bearer \" in front of the token in a query parameter or a cookie, too",
		Here: "there the bare token will do as well",
		Why:  "RFC 6750 §2.3",
	},
	{
		ID: "proxy-token-syntax", Area: proxyArea,
		Tyk:  "text behind the token is ignored, and two blanks in front of it are refused",
		Here: "one or more blanks, then exactly one token",
		Why:  "RFC 6750 §2.1 and RFC 9110 §11.4",
	},
	{
		ID: "proxy-strip-cookie", Area: proxyArea,
		Tyk:  "stripAuthorizationData removes the first cookie whose name begins with the configured one",
		Here: "it removes all cookies of exactly that name",
		Why:  "otherwise the token may reach the upstream",
	},
	{
		ID: "proxy-admin-header", Area: proxyArea,
		Tyk:  "X-Tyk-Authorization of a caller is forwarded to the upstream",
		Here: "it is not",
		Why:  "it may be the gateway secret",
	},
}
