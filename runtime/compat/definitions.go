package compat

// definitions is about /tyk/apis and /tyk/apis/oas.
var definitions = []Difference{
	{
		ID: "apis-served-at-once", Area: area,
		Tyk:  "a definition that is created, changed or deleted is served, or no longer served, after the next reload",
		Here: "when the call returns",
		Why:  "an answer of 200 means that it happened; a reload afterwards does no harm",
	},
	{
		ID: "apis-that-cannot-work", Area: area,
		Tyk:  "definitions that can never work are accepted: no upstream, a listen path without a slash, a scheme that is not declared, two APIs at one place",
		Here: "400 with all that tykctl validate finds, and nothing is changed; the member diagnostics has the codes",
		Why:  "the mistake is found by who makes it, not by who uses the API",
	},
	{
		ID: "apis-replaced", Area: area, Restored: true,
		Tyk:  "POST /tyk/apis/oas with the id of an API replaces its definition and says added",
		Here: "it says modified",
		Why:  "whoever has meant to add one sees that there was one",
	},
	{
		ID: "apis-as-sent", Area: area,
		Tyk:  "the gateway's own URL is put in front of servers, and what the gateway does not know of the extension is dropped",
		Here: "a definition is kept as it was sent, but for an id where it has none",
		Why:  "what is in a repository and what a gateway has can be compared",
	},
	{
		ID: "apis-yaml", Area: area,
		Tyk:  "a definition must be JSON",
		Here: "JSON or YAML",
		Why:  "definitions are written in both",
	},
	{
		ID: "apis-ids", Area: area,
		Tyk:  "the id of a new definition is any text, and becomes the name of a file unchecked",
		Here: "400 unless it consists of letters, digits, dots, hyphens and underscores",
		Why:  "an id must not choose a file outside the directory",
	},
	{
		ID: "apis-unreadable", Area: area,
		Tyk:  "a body that cannot be read is request malformed, and one with an extension that is no object cuts the connection",
		Here: "400 with the place of the mistake",
		Why:  "the caller can mend it",
	},
	{
		ID: "apis-import-parameters", Area: area, Restored: true,
		Tyk:  "a parameter of import that must be true or false and is neither counts as not given",
		Here: "400",
		Why:  "a slip would leave an API without authentication",
	},
	{
		ID: "apis-versions", Area: area,
		Tyk:  "base_api_id and its like make a definition a version of another",
		Here: "400",
		Why:  "API versions are not served",
	},
	{
		ID: "apis-classic", Area: area,
		Tyk:  "/tyk/apis takes and shows Tyk Classic definitions",
		Here: "it shows the members that name an API and say where it is, and takes none; tykctl import --from classic converts them",
		Why:  "there is one form of a definition",
	},
}
