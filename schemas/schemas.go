// Package schemas holds the JSON Schemas of tykctl, written for it, and says in the words of a document where a value
// departs from one.
//
// Two readers of one schema look at a value. A walk of ours finds what is wrong and the words for it, one finding a mistake, where
// a validator's own errors list every branch that did not match. What the walk finds nothing wrong with must satisfy
// santhosh-tekuri/jsonschema, a complete implementation, as well: a gap in the walk lets nothing through.
//
// extension.schema.json (draft-07: its metaschema compiles in a quarter of the time of 2020-12's) describes the value of x-tyk-api-gateway. It knows every field up to Tyk 5.14 and the
// release after it, refuses unknown ones, and looks at all items of a list. Where Tyk takes any text but only some of it
// works, the schema takes any text too: that is for the rules to judge. Keywords of its own:
//
//	x-since             the first release with the field; absent for 5.0 and earlier, "next" for the one after 5.14
//	x-deprecated-since  the release that made the field obsolete
//	x-successor         what to write instead
//	x-what, x-message   how a value that does not match is called; x-hint tells how to write it
//
// An anyOf there always means "the first, or a key-value reference": only the first is spoken of in a finding.
package schemas

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed extension.schema.json
var extensionJSON []byte

//go:embed config.schema.json
var configJSON []byte

// Kind sorts findings.
type Kind uint8

// The kinds of findings.
const (
	Other        Kind = iota // none of the following
	UnknownField             // an object has a member that the schema does not know
	MissingField             // an object lacks a required member
	WrongType                // a value has another JSON type than it must have
	BadValue                 // a value is not among those allowed, or is listed twice
	BadFormat                // a text is not written as it must be
	OutOfRange               // a number is too small or too large, a list too short
)

// Finding is one violation, located by JSON pointer tokens inside the value given.
type Finding struct {
	Kind Kind
	// Path leads from the value's root to the offending value, unescaped: the object for MissingField, the unknown
	// member itself for UnknownField.
	Path    []string
	Field   string // the name of the unknown or missing field
	Message string // lower case, no full stop
	Hint    string // what to do about it; may be empty
	Instead Instead
}

// Instead is what to write in place of what a finding is about, where the hint names it: at most one of the fields is set.
type Instead struct {
	Name   string // for an unknown member
	Value  string // for a value, as JSON
	Remove bool   // nothing at all
}

// Extension checks the value of x-tyk-api-gateway, except for the insides of the security schemes. v is what encoding/json
// makes of a document with UseNumber. One mistake gives one finding; they are sorted by path and message. Extension
// may be called from several goroutines.
func Extension(v any) []Finding {
	return check("", v)
}

// SchemeKinds are the kinds of security schemes, in the order of the reference.
func SchemeKinds() []string {
	return []string{"token", "jwt", "basic", "oauth", "externalOAuth", "oauth2"}
}

// SecurityScheme checks one value of server.authentication.securitySchemes. The kind is decided by the scheme of the same
// name in the components of the document: "token" for apiKey, "jwt" for http bearer with bearerFormat JWT, "basic" for
// http basic, and for oauth2 "oauth", "externalOAuth" (a provider list) or "oauth2" (the resource server of Tyk 5.14).
// Any other kind has nothing to check.
func SecurityScheme(kind string, v any) []Finding {
	if !slices.Contains(SchemeKinds(), kind) {
		return nil
	}
	return check(kind, v)
}

// ExtensionJSON returns a copy of the schema of the extension, for editors and documentation.
func ExtensionJSON() []byte { return slices.Clone(extensionJSON) }

// ConfigJSON returns a copy of the schema of .tykctl.yaml, for editors. What reads the file does not use it: a schema names no places.
func ConfigJSON() []byte { return slices.Clone(configJSON) }

// compareTokens orders list indexes as numbers and everything else as text.
func compareTokens(a, b string) int {
	if len(a) != len(b) && isIndex(a) && isIndex(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

func isIndex(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == "" && (s == "0" || s[0] != '0')
}
